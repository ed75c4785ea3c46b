"""Answering: once, all or nothing, and never by somebody with the wrong birth date."""

import uuid
from datetime import date

import pytest

from followups.models import CheckIn, Evaluation, Flag
from followups.models.plan import BIRTH_DATE_TRIES
from followups.services import check_ins, plans
from patients.models import SymptomReport
from tests.factories import answer, at, make_check_in, make_surgery

pytestmark = pytest.mark.django_db


def test_an_answer_is_stored_and_the_check_in_is_no_longer_awaited():
    check_in = make_check_in(day=7)
    report = answer(check_in, pain_back=4, wound=[])
    check_in.refresh_from_db()
    assert check_in.report == report
    assert report.reported_on == check_in.due_on
    assert report.pain_leg is None  # not asked is not zero
    assert report.wound == []


def test_the_second_answer_is_refused_and_leaves_nothing_behind():
    check_in = make_check_in(day=7)
    answer(check_in, pain_back=4)
    with pytest.raises(check_ins.NotAwaited):
        answer(check_in, pain_back=9, saddle=True)
    assert SymptomReport.objects.count() == Evaluation.objects.count() == 1
    assert not Flag.objects.exists()


def test_the_same_form_sent_twice_is_one_report():
    check_in, form = make_check_in(day=7), uuid.uuid4()
    sent = [
        check_ins.submit(check_in, answers={}, complete=True, submission_id=form, now=at(7))
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    assert SymptomReport.objects.count() == 1


def test_a_red_flag_counts_before_the_form_is_finished():
    check_in = make_check_in(day=7)
    answer(check_in, complete=False, bladder=True)
    check_in.refresh_from_db()
    assert Flag.objects.get().rule == "EMG-CES"
    assert check_in.report is None
    answer(check_in, bladder=True, pain_back=5, now=at(7, 13))
    check_in.refresh_from_db()
    assert check_in.report.is_complete
    assert Flag.objects.count() == 1


def test_a_cancelled_check_in_takes_no_answer():
    check_in = make_check_in(day=7)
    plans.change_status(
        check_in.surgery.patient, status="withdrawn", since=date(2026, 3, 5), now=at(4)
    )
    with pytest.raises(check_ins.NotAwaited):
        answer(check_in, pain_back=4)
    assert not SymptomReport.objects.exists()


def test_five_wrong_birth_dates_lock_the_link():
    check_in = make_check_in(day=7)
    wrong, right = date(1980, 1, 1), check_in.surgery.patient.date_of_birth
    for _ in range(BIRTH_DATE_TRIES):
        assert not check_ins.birth_date_matches(check_in, given=wrong)
    with pytest.raises(check_ins.Locked):
        check_ins.birth_date_matches(check_in, given=right)
    check_ins.unlock(check_in)
    assert check_ins.birth_date_matches(check_in, given=right)


def test_the_right_birth_date_gives_the_tries_back():
    check_in = make_check_in(day=7)
    check_ins.birth_date_matches(check_in, given=date(1980, 1, 1))
    check_ins.birth_date_matches(check_in, given=check_in.surgery.patient.date_of_birth)
    assert CheckIn.objects.get(pk=check_in.pk).birth_date_tries == 0


def test_asking_at_once_reuses_an_unanswered_request():
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    first = check_ins.make_on_demand(surgery, now=at(30))
    assert check_ins.make_on_demand(surgery, now=at(30, 13)) == first
    answer(first, now=at(30, 14), pain_back=2)
    assert check_ins.make_on_demand(surgery, now=at(30, 15)) != first


def test_answers_of_the_future_do_not_exist_so_pod_counts_the_clinic_s_day():
    check_in = make_check_in(day=7)
    report = answer(check_in, now=at(7, 23, 59), pain_back=2)
    assert report.reported_on == at(7).date()
