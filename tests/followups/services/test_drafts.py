"""Answers saved one by one: kept until sent, and made use of where they never are."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from followups.models import Draft, Flag
from followups.services import check_ins, drafts, plans, sweep
from followups.services.drafts import LEFT_AFTER
from patients.choices import AnsweredBy
from patients.models import SymptomReport
from tests.factories import answer, at, make_check_in, make_surgery, make_user

pytestmark = pytest.mark.django_db

JUST_BEFORE = timedelta(seconds=-1)


@pytest.fixture
def check_in():
    return make_check_in(day=3)


def save(check_in, *names, now=None, answered_by=AnsweredBy.PATIENT, **answers):
    return drafts.save(
        check_in,
        names=names or answers.keys(),
        answers=answers,
        answered_by=answered_by,
        now=now or at(3),
    )


def saved(check_in):
    return drafts.answers_of(drafts.of(check_in))


def store_left(now=None):
    return drafts.store_left(now=now or at(3) + LEFT_AFTER)


# What is kept


def test_nothing_is_saved_of_a_check_in_nobody_has_begun(check_in):
    assert saved(check_in) == {}
    assert drafts.of(check_in).names == []
    assert not Draft.objects.exists()


def test_answers_are_added_one_by_one(check_in):
    save(check_in, pain_back=3)
    save(check_in, numb="none", now=at(3, 13))

    draft = Draft.objects.get()
    assert draft.names == ["numb", "pain_back"]
    assert saved(check_in) == {"pain_back": 3, "numb": "none"}
    assert draft.saved_at == at(3, 13)


def test_a_question_answered_anew_is_replaced(check_in):
    save(check_in, pain_back=3, temp_c=Decimal("37.2"))
    save(check_in, pain_back=7, temp_c=None)

    assert saved(check_in) == {"pain_back": 7, "temp_c": None}


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("temp_c", Decimal("38.4")),
        ("wound", ["pus", "open"]),
        ("saddle", True),
        ("pain_back", 0),
        ("func", 4),
        ("weak", "new"),
        ("message", "Two\nlines 🙂"),
    ],
)
def test_answers_come_back_as_they_were(check_in, item, value):
    save(check_in, **{item: value})

    assert saved(check_in)[item] == value
    assert type(saved(check_in)[item]) is type(value)


def test_a_sent_check_in_leaves_no_draft_and_other_drafts_stay(check_in):
    other = make_check_in(make_surgery(), day=3)
    save(check_in, pain_back=3)
    save(other, pain_back=5)
    drafts.drop(check_in)

    assert [draft.check_in for draft in Draft.objects.all()] == [other]


# What was never sent


def test_answers_left_behind_become_one_incomplete_report(check_in):
    save(check_in, pain_back=6, weak="none")

    assert store_left() == 1

    report = SymptomReport.objects.get()
    assert not report.is_complete
    assert (report.pain_back, report.weak) == (6, "none")
    assert report.pain_leg is report.saddle is None  # not asked is not zero
    assert report.reported_at == at(3)
    assert report.source == "link"
    check_in.refresh_from_db()
    assert check_in.report is None  # still waited for


def test_somebody_may_still_be_sitting_there_until_two_hours_have_passed(check_in):
    save(check_in, pain_back=6)

    assert store_left(at(3) + LEFT_AFTER + JUST_BEFORE) == 0
    assert store_left(at(3) + LEFT_AFTER) == 1


def test_a_draft_is_stored_once(check_in):
    save(check_in, pain_back=6)
    assert [store_left(at(3, 14 + hour)) for hour in range(4)] == [1, 0, 0, 0]

    assert SymptomReport.objects.count() == 1


def test_what_was_added_later_makes_another_report(check_in):
    save(check_in, pain_back=6)
    store_left()
    save(check_in, pain_leg=0, now=at(4))

    assert store_left(at(4) + LEFT_AFTER) == 1
    latest = SymptomReport.objects.latest()
    assert (latest.pain_back, latest.pain_leg) == (6, 0)


def test_what_a_report_says_already_is_not_said_again(check_in):
    save(check_in, saddle=True, bladder=False, bowel=False)
    answer(check_in, now=at(3), complete=False, saddle=True, bladder=False, bowel=False)

    assert store_left() == 0
    assert SymptomReport.objects.count() == 1


def test_a_sign_that_was_taken_back_is_no_reason_to_keep_silent(check_in):
    answer(check_in, now=at(3), complete=False, saddle=True)
    save(check_in, saddle=False, pain_back=6, now=at(3, 12, 5))

    assert store_left(at(3, 15)) == 1


def test_answers_that_later_ones_made_pointless_are_not_stored(check_in):
    save(check_in, weak="new", weak_side="both", weak_severe=True)
    save(check_in, weak="none")
    store_left()

    report = SymptomReport.objects.get()
    assert report.weak == "none"
    assert report.weak_side is report.weak_severe is None


def test_a_page_left_empty_is_no_report(check_in):
    save(check_in, temp_c=None)

    assert store_left() == 0
    assert not SymptomReport.objects.exists()


def test_what_somebody_else_answered_stays_theirs(check_in):
    save(check_in, pain_back=6, answered_by=AnsweredBy.PROXY)
    store_left()

    assert SymptomReport.objects.get().answered_by == AnsweredBy.PROXY


def test_answers_left_behind_are_judged(check_in):
    save(check_in, "since_surgery", saddle=True, bladder=False, bowel=False)
    store_left()

    assert Flag.objects.get().rule == "EMG-CES"


def test_the_form_can_still_be_sent_after_its_draft_was_stored(check_in):
    save(check_in, pain_back=6)
    store_left()
    report = answer(check_in, now=at(3, 18), pain_back=5)

    check_in.refresh_from_db()
    assert check_in.report == report


# What is not kept any longer


@pytest.mark.parametrize("status", ["deceased", "withdrawn", "transferred"])
def test_of_nobody_who_died_or_left_a_draft_is_stored_or_kept(check_in, status):
    save(check_in, pain_back=6)
    plans.change_status(check_in.surgery.patient, status=status, since=at(3).date(), now=at(3, 13))

    assert store_left() == 0
    assert not SymptomReport.objects.exists()
    assert not Draft.objects.exists()


def test_a_check_in_that_staff_answered_meanwhile_needs_no_draft(check_in):
    save(check_in, pain_back=6)
    answer(check_in, now=at(3, 13), pain_back=4)

    assert store_left() == 0
    assert SymptomReport.objects.count() == 1
    assert not Draft.objects.exists()


def test_a_missed_check_in_leaves_a_report_and_no_draft(check_in):
    save(check_in, pain_back=6, now=check_in.closes_at)
    after = check_in.closes_at + LEFT_AFTER

    assert store_left(after) == 1
    assert not Draft.objects.exists()
    assert store_left(after + timedelta(days=1)) == 0


def test_a_draft_stored_in_time_goes_when_the_check_in_closes(check_in):
    save(check_in, pain_back=6)
    store_left()
    assert Draft.objects.exists()

    assert store_left(check_in.closes_at + LEFT_AFTER) == 0
    assert not Draft.objects.exists()
    assert SymptomReport.objects.count() == 1


# Around it


def test_one_sweep_takes_so_many_and_the_next_one_the_rest():
    for _ in range(3):
        save(make_check_in(make_surgery(), day=3), pain_back=6)

    assert drafts.store_left(now=at(3, 15), limit=2) == 2
    assert drafts.store_left(now=at(3, 16), limit=2) == 1


def test_the_sweep_does_it(check_in):
    save(check_in, pain_back=6)

    assert sweep.run(now=at(3, 15))["left"] == 1


def test_staff_who_type_in_the_rest_end_the_waiting(check_in):
    save(check_in, pain_back=6)
    check_ins.enter(
        check_in.surgery,
        answers={"pain_back": 5},
        submission_id=uuid.uuid4(),
        source="phone",
        answered_by=AnsweredBy.PATIENT,
        entered_by=make_user(),
        answered_at=at(3, 13),
        now=at(3, 13),
    )

    assert store_left() == 0
    assert SymptomReport.objects.get().pain_back == 5


def test_a_draft_that_cannot_be_stored_keeps_nobody_elses_answers_back(check_in):
    save(check_in, pain_back=3)
    Draft.objects.update(answers={"pain_back": 99})
    other = make_check_in(make_surgery(), day=3)
    save(other, pain_back=4)

    assert store_left() == 1
    assert SymptomReport.objects.get().surgery == other.surgery
