"""Many at once on one link, with real threads, and a database that fails at any statement."""

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from followups.choices import CheckInKind
from followups.models import CheckIn, Draft, Evaluation, Flag, Lesson
from followups.services import check_ins, drafts
from patients.choices import AnsweredBy, Source
from patients.models import SymptomReport
from tests.factories import at, make_check_in, make_follow_up, make_user
from tests.followups.views.answering import NONE, Patient, parts

LINKS = int(os.environ.get("CHECK_IN_LINKS", "4"))  # 200 measured by hand
ALL = NONE | {"message": "", "send": "1"}
ALREADY = b"We already have your answers"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """A clock that ticks on with every look at it."""
    looks = count()
    monkeypatch.setattr(timezone, "now", lambda: at(3) + timedelta(microseconds=next(looks)))


@pytest.fixture
def check_in():
    return make_check_in(day=3)


def at_once(requests):
    """Send every request at the same moment from a thread of its own; return the answers."""
    ready = Barrier(len(requests))

    def send(request):
        client = Client()
        ready.wait()
        try:
            return client.post(*request)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_ten_taps_on_each_of_many_links_one_is_stored(self):
        surgery = make_follow_up().surgery
        for number in range(LINKS):
            check_in = make_check_in(
                surgery,
                day=800 + number,
                kind=CheckInKind.RECHECK,
                due_at=at(3, 9),
                closes_at=at(6, 9),
            )
            patient = Patient.with_link_to(check_in).start()
            taps = [(f"{patient.address}check/", patient.hidden() | ALL)] * 10
            answers = at_once(taps)

            assert sorted(answer.status_code for answer in answers) == [200] * 9 + [303]
            assert sum(ALREADY in answer.content for answer in answers) == 9
            assert SymptomReport.objects.count() == number + 1
        assert Evaluation.objects.filter(report__isnull=False).count() == LINKS
        assert not Draft.objects.exists()

    def test_ten_tabs_at_once_store_one_report(self, check_in):
        link = Patient.with_link_to(check_in)
        tabs = [link.another_tab().start().hidden() | ALL for _ in range(10)]
        answers = at_once([(f"{link.address}check/", tab) for tab in tabs])

        assert SymptomReport.objects.count() == 1
        assert sorted(answer.status_code for answer in answers) == [200] * 9 + [303]
        assert sum(ALREADY in answer.content for answer in answers) == 9

    def test_ten_times_the_same_emergency_is_one_report(self, check_in):
        patient = Patient.with_link_to(check_in).start()
        told = patient.hidden() | {"since_surgery": "saddle"}
        answers = at_once([(f"{patient.address}since_surgery/", told)] * 10)

        assert SymptomReport.objects.count() == Draft.objects.count() == 1
        assert all(b"Call 911 now" in answer.content for answer in answers)

    def test_answers_saved_and_sent_at_once_lose_nothing(self, check_in):
        patient = Patient.with_link_to(check_in).start().fill()
        sent = patient.hidden()
        answers = at_once(
            [
                *[(f"{patient.address}check/", sent | {"send": "1"})] * 3,
                *[(f"{patient.address}gic/", sent | {"gic": "worse"})] * 3,
                *[(f"{patient.address}right_now/", sent | {"right_now": "chest"})] * 3,
            ]
        )

        assert {answer.status_code for answer in answers} <= {200, 303}
        assert SymptomReport.objects.filter(is_complete=True).count() == 1
        drafts.store_left(now=at(3, 18))
        assert SymptomReport.objects.filter(is_complete=False).count() <= 1
        assert not Draft.objects.exists()

    def test_two_sweeps_make_one_report_of_a_draft(self, check_in):
        Patient.with_link_to(check_in).start().press("none")
        ready = Barrier(4)

        def sweep(_):
            ready.wait()
            try:
                return drafts.store_left(now=at(3, 18))
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(sweep, range(4))) == [0, 0, 0, 1]
        assert SymptomReport.objects.count() == 1

    def test_staff_and_patient_at_once_both_count_and_nobody_is_turned_away(
        self, check_in, monkeypatch
    ):
        submit = check_ins.submit

        def hesitate(*args, **facts):  # between finding the check-in and taking it
            if "entered_by" in facts:
                time.sleep(0.3)
            return submit(*args, **facts)

        monkeypatch.setattr(check_ins, "submit", hesitate)
        nurse, ready = make_user(), Barrier(8)
        patient = Patient.with_link_to(check_in).start()
        sent = f"{patient.address}check/", patient.hidden() | ALL

        def act(number):
            ready.wait()
            try:
                if number == 0:
                    return patient.client.post(*sent).status_code
                return check_ins.enter(
                    check_in.surgery,
                    answers={"pain_back": 4},
                    submission_id=uuid.UUID(int=1),  # one page, saved seven times
                    source=Source.PHONE,
                    answered_by=AnsweredBy.PATIENT,
                    entered_by=nurse,
                    answered_at=at(3),
                    now=at(3),
                ).pk
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as threads:
            first, *entered = threads.map(act, range(8))

        assert first in (200, 303)
        assert len(set(entered)) == 1
        extra = CheckIn.objects.filter(kind=CheckInKind.ON_DEMAND)
        assert not extra.filter(report=None).exists()
        assert SymptomReport.objects.filter(source="phone").count() == 1

    def test_of_fifty_wrong_birth_dates_at_once_five_are_looked_at(self, check_in):
        patient = Patient.with_link_to(check_in).open()
        guesses = [patient.hidden() | parts() | {"year": str(1900 + n)} for n in range(50)]
        answers = at_once([(f"{patient.address}birth_date/", guess) for guess in guesses])

        check_in.refresh_from_db()
        assert check_in.birth_date_tries == 5
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(422), statuses.count(403)) == (5, 45)
        assert not any(b"since_surgery" in answer.content for answer in answers)


# All or nothing


class Lost(OperationalError):
    """The connection is gone in the middle of a transaction."""


def lose_connection_at(number):
    """Return a wrapper that ends this connection for good at its n-th statement."""
    statements = count(1)

    def wrapper(execute, sql, params, many, context):
        if next(statements) == number:
            context["connection"].connection.close()  # PostgreSQL sees a client that died
            raise Lost("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    return wrapper, statements


def stored():
    return {
        "reports": SymptomReport.objects.count(),
        "evaluations": Evaluation.objects.count(),
        "flags": Flag.objects.count(),
        "drafts": list(Draft.objects.values_list("names", "answers")),
        "lessons": Lesson.objects.count(),
        "answered": CheckIn.objects.exclude(report=None).count(),
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("check", ALL | {"signs_healing": "calf"}),
        ("since_surgery", {"since_surgery": "saddle"}),
        ("pain_back", {"pain_back": "8"}),
    ],
)
def test_a_connection_lost_at_any_statement_stores_all_or_nothing(check_in, step, body):
    patient = Patient.with_link_to(check_in).start()
    before, address = stored(), f"{patient.address}{step}/"
    sent = patient.hidden() | body
    for number in count(1):
        wrapper, statements = lose_connection_at(number)
        with connection.execute_wrapper(wrapper):
            page = patient.client.post(address, sent)
        if next(statements) <= number:
            break  # it needed no more statements than that
        connection.close()
        with suppress(OperationalError):
            connection.ensure_connection()

        assert page.status_code == 503, number
        assert stored() == before, number
    assert page.status_code in (200, 303)
    assert stored() != before
