"""Whatever ends the asking ends it at once: nothing begins after it was written down."""

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from followups.clock import database_now
from followups.models import CheckIn, Reminder
from followups.notify import email
from followups.services import check_ins, plans, reminders
from patients.models import ContactChannel
from tests.faults import load

pytestmark = pytest.mark.django_db(transaction=True)


def answer(check_in):
    check_ins.submit(
        check_in,
        answers={"pain_back": 2},
        complete=True,
        submission_id=uuid.uuid4(),
        now=database_now(),
    )


def opt_out(check_in):
    channels = ContactChannel.objects.filter(patient=check_in.surgery.patient_id)
    channels.update(opted_out_at=database_now())


def leave(status):
    def act(check_in):
        now = database_now()
        patient = check_in.surgery.patient
        plans.change_status(patient, status=status, since=patient.clinic.today(now), now=now)

    return act


ENDINGS = [answer, opt_out, leave("deceased"), leave("withdrawn")]


def interleave(number, seed):
    """Send to so many while what ends the asking happens to each; return the ends by check-in."""
    now = database_now()
    made = [each.pk for each in load.add_people(number, now=now)]
    load.plan_messages(now=now)
    order, ended = random.Random(seed), {}  # noqa: S311  which comes first
    order.shuffle(made)

    def end(part):
        try:
            for pk in made[part::2]:
                check_in = CheckIn.objects.select_related("surgery__patient__clinic").get(pk=pk)
                order.choice(ENDINGS)(check_in)
                ended[pk] = database_now()
        finally:
            connection.close()

    def send(_):
        try:
            while len(ended) < number:
                reminders.send_due(clock=database_now, limit=5)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(end, part) for part in range(2)]
        work += [pool.submit(send, part) for part in range(2)]
        for each in work:
            each.result()
    reminders.send_due(clock=database_now)
    return ended


def check(number, seed, monkeypatch):
    monkeypatch.setattr(email, "send", lambda message: "")
    ended = interleave(number, seed)
    first = Reminder.objects.filter(step=0)
    sent = first.filter(state="sent").values_list("check_in", "sending_at")
    after = [pk for pk, began in sent if began > ended[pk]]
    states = Counter(first.values_list("state", flat=True))
    assert after == []
    assert sum(states.values()) == number
    assert set(states) <= {"sent", "suppressed"}, states
    return states


def test_nothing_is_sent_after_an_answer_an_opt_out_a_death_or_a_withdrawal(monkeypatch):
    check(24, 1, monkeypatch)


def test_a_thousand_times(monkeypatch):
    states = check(1000, 7, monkeypatch)
    assert min(states["sent"], states["suppressed"]) > 20
