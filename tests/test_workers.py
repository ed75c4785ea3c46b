"""Real workers and beats beside each other: everything happens, nothing twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail

from followups.choices import ReminderState
from followups.models import CheckIn, Evaluation, Flag, FollowUp, Reminder, Visit
from followups.services import plans
from tests.conftest import until
from tests.factories import answer, make_check_in, make_clinic, make_patient, make_surgery
from tests.test_journey import zone_where_it_is_noon

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PATIENTS = 6


def test_three_beats_and_two_workers_duplicate_nothing(spawn, tmp_path):
    clinic = make_clinic(time_zone=zone_where_it_is_noon())
    today = clinic.today(datetime.now(UTC))
    silent = [
        make_surgery(make_patient(clinic=clinic), performed_on=today - timedelta(days=21))
        for _ in range(PATIENTS)
    ]
    for surgery in silent[: PATIENTS // 2]:  # planned at once, and silent ever since
        plans.start(surgery, now=datetime.now(UTC) - timedelta(days=21))

    outbox = tmp_path / "outbox"
    fast = {
        "FUSELINE_SWEEP_SECONDS": "1",
        "FUSELINE_SEND_SECONDS": "1",
        "EMAIL_URL": f"file://{outbox}",
    }
    for number in range(3):
        schedule = str(tmp_path / f"beat-{number}")
        spawn("beat", "--schedule", schedule, "--pidfile", "", **fast)
    for number in range(2):
        spawn("worker", "--concurrency", "2", "--hostname", f"w{number}@%h", **fast)

    def all_sent() -> bool:
        return Reminder.objects.filter(step=0, state=ReminderState.SENT).count() == PATIENTS

    assert until(all_sent, seconds=60), list(Reminder.objects.values("state", "reason"))
    assert until(lambda: Evaluation.objects.count() >= PATIENTS // 2)
    assert FollowUp.objects.count() == PATIENTS
    plan_days = CheckIn.objects.values("surgery", "plan_day")
    assert plan_days.distinct().count() == plan_days.count()
    kinds = Visit.objects.values("surgery", "kind")
    assert kinds.distinct().count() == kinds.count()
    assert Flag.objects.filter(family="contact").count() == PATIENTS // 2
    assert Reminder.objects.count() == 3 * PATIENTS
    assert len(messages(outbox)) == PATIENTS
    assert not mail.outbox


def messages(folder: Path) -> list[str]:
    return [part for path in folder.iterdir() for part in path.read_text().split("Subject:")[1:]]


def test_an_answer_never_asks_the_broker(monkeypatch):
    def away(_: object) -> None:
        raise AssertionError("the broker was asked")

    monkeypatch.setattr("redis.connection.AbstractConnection.connect", away)
    report = answer(make_check_in(day=7), saddle=True)
    assert report.pk
    assert Flag.objects.open().count() == 1
