"""Many at once on one link, with real threads: one report, five tries."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from followups.models import Evaluation
from patients.models import SymptomReport
from tests.factories import at, make_check_in
from tests.followups.views.answering import REST, SAFE, Patient, parts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """A clock that ticks on with every look at it."""
    looks = count()
    monkeypatch.setattr(timezone, "now", lambda: at(3) + timedelta(microseconds=next(looks)))


@pytest.fixture
def check_in():
    return make_check_in(day=3)


def at_once(address, bodies):
    """Send every body at the same moment from a thread of its own; return the answers."""
    ready = Barrier(len(bodies))

    def send(body):
        client = Client()
        ready.wait()
        try:
            return client.post(address, body)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(send, bodies))


def test_ten_taps_at_once_store_one_report(check_in):
    patient = Patient.with_link_to(check_in).start().send(SAFE)
    answers = at_once(patient.address, [patient.hidden() | REST] * 10)

    assert SymptomReport.objects.count() == 1
    assert Evaluation.objects.filter(report__isnull=False).count() == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [303]
    already = [answer for answer in answers if answer.status_code == 200]
    assert all(b"We already have your answers" in answer.content for answer in already)


def test_ten_tabs_at_once_store_one_report(check_in):
    link = Patient.with_link_to(check_in)
    tabs = [link.another_tab().start().send(SAFE).hidden() | REST for _ in range(10)]
    answers = at_once(link.address, tabs)

    assert SymptomReport.objects.count() == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [303]
    already = [answer for answer in answers if answer.status_code == 200]
    assert all(b"We already have your answers" in answer.content for answer in already)


def test_ten_times_the_same_emergency_is_one_report(check_in):
    patient = Patient.with_link_to(check_in).start()
    told = patient.hidden() | SAFE | {"since_surgery": "saddle"}
    answers = at_once(patient.address, [told] * 10)

    assert SymptomReport.objects.count() == 1
    assert all(b"Call 911 now" in answer.content for answer in answers)


def test_of_fifty_wrong_birth_dates_at_once_five_are_looked_at(check_in):
    patient = Patient.with_link_to(check_in).open()
    guesses = [patient.hidden() | parts() | {"year": str(1900 + n)} for n in range(50)]
    answers = at_once(patient.address, guesses)

    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 5
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(422), statuses.count(403)) == (5, 45)
    assert not any(b"since_surgery" in answer.content for answer in answers)
