"""The reminders as the sender sees them."""

from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q

from followups.models import Reminder
from followups.notify import Outgoing
from followups.services import sending
from followups.services.reminders import (
    channels,
    days,
    eligibility,
    emergencies,
    quiet_hours,
    wording,
)
from followups.services.sending import Clock, Unwanted, Verdict


class Reminders:
    """What the sender has to know about messages to patients."""

    model: type[Any] = Reminder
    loaded: tuple[str, ...] = ("clinic", "check_in", "patient")

    def waits(self, message: Reminder, now: datetime) -> tuple[datetime, str] | None:
        """Quiet hours and emergencies hold, and nobody gets more than one late one a day."""
        if quiet_hours.is_asked_for(message):
            return None
        if later := emergencies.wait(message, now):
            return later, "Paused: an emergency is open."
        if later := days.wait(message, now):
            return later, "Late, and another one goes today."
        if later := quiet_hours.wait(message, now):
            return later, "Quiet hours."
        return None

    def kind(self, message: Reminder) -> str:
        return message.purpose

    def wanted(self, kind: str) -> Q:
        return reduce(and_, (each.holds for each in eligibility.conditions(kind)))

    def given(self, message: Reminder, now: datetime) -> dict[str, Any]:
        return eligibility.given(message, now)

    def verdict(self, message: Reminder, now: datetime) -> Verdict:
        return eligibility.verdict(message, now)

    def compose(self, message: Reminder, now: datetime) -> Outgoing:
        to = channels.address(message.patient_id, message.channel)
        if not to:  # opted out this very moment
            raise Unwanted
        return wording.worded(message, to=to, now=now)

    def close_channel(self, message: Reminder, address: str, now: datetime) -> None:
        channels.close(message.channel, address, now=now)


def send_due(*, clock: Clock, limit: int = 10_000) -> int:
    """Send what is due, one message after the other; return how many were sent."""
    return sending.send_due(Reminders(), clock=clock, limit=limit)
