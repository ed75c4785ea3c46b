"""One message a day: what an outage held up must not all arrive at once."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Q

from followups.choices import CheckInKind, ReminderPurpose, ReminderState
from followups.clock import early, midnight
from followups.compiled import Compiled, Given, question
from followups.models import Reminder
from followups.models.outbox import UNSENT

if TYPE_CHECKING:
    from clinic.staff.models import Clinic


def today(clinic: "Clinic", now: datetime) -> datetime:
    """Return when the clinic's day began."""
    return midnight(clinic.zone, clinic.today(now))


def tomorrow(clinic: "Clinic", now: datetime) -> datetime:
    """Return when the clinic's day ends."""
    return midnight(clinic.zone, clinic.today(now) + timedelta(days=1))


def same_thing(purpose: str, of: type[Given] | type[OuterRef]) -> Q:
    """Rows about the same check-in or the same appointment as the message ``of`` refers to."""
    if purpose == ReminderPurpose.CHECK_IN:
        return Q(check_in=of("check_in"))
    if purpose == ReminderPurpose.TO_BOOK:  # speaks of no time
        return Q(visit=of("visit"), visit_at=None)
    return Q(visit=of("visit"), visit_at=of("visit_at"))


def wait(message: Reminder, now: datetime) -> datetime | None:
    """Return the next morning for a message that gives way to another one of today.

    Whatever is a day late does, and of two check-ins the older one. Which goes first does not
    depend on who asks: the one that was planned last.
    """
    began = today(message.clinic, now)
    is_late = message.due_at < began
    if not is_late and message.purpose != ReminderPurpose.CHECK_IN:
        return None
    others = _others(message.purpose, is_late)
    if not others.rows(began=began, day_ends=tomorrow(message.clinic, now), **_facts(message)):
        return None
    return early(message.clinic.zone, message.clinic.today(now) + timedelta(days=1))


def _facts(message: Reminder) -> dict[str, Any]:
    return {
        "pk": message.pk,
        "patient": message.patient_id,
        "channel": message.channel,
        "not_before": message.not_before,
        "check_in": message.check_in_id,
        "visit": message.visit_id,
        "visit_at": message.visit_at,
    }


@cache
def _others(purpose: str, is_late: bool) -> Compiled:
    """What the patient gets by the same channel today about something else, to give way to."""
    later = Q(not_before__gt=Given("not_before")) | Q(
        not_before=Given("not_before"), pk__gt=Given("pk")
    )
    still_asked = Q(check_in=None) | Q(check_in__report=None, check_in__cancelled_at=None)
    others = Reminder.objects.filter(
        Q(state=ReminderState.SENT, sent_at__gte=Given("began"))
        | Q(later & still_asked, state__in=UNSENT, not_before__lt=Given("day_ends")),
        patient=Given("patient"),
        channel=Given("channel"),
    )
    # of those about the same thing the latest supersedes the others; what was asked for is extra
    others = others.exclude(same_thing(purpose, Given)).exclude(
        check_in__kind=CheckInKind.ON_DEMAND
    )
    if not is_late:
        others = others.filter(purpose=ReminderPurpose.CHECK_IN)
    return question(others.order_by().values_list("pk")[:1])
