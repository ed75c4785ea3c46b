"""Page whoever is on call for an emergency, and the next in line if nobody acknowledges it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from followups.choices import Severity, StaffMessageKind
from followups.models import Flag, OnCall, StaffMessage
from followups.protocol import MESSAGES
from followups.services.staff_messages import recipients, route

if TYPE_CHECKING:
    from clinic.staff.models import User

ESCALATES_AFTER = timedelta(minutes=MESSAGES.page_escalates_minutes)
LASTS = timedelta(hours=MESSAGES.page_lasts_hours)
PAGES = (StaffMessageKind.PAGE, StaffMessageKind.ESCALATION)


def page_due(*, now: datetime) -> int:
    """Page for each emergency nobody has taken up; return how many messages that makes.

    Safe to repeat and to overlap: one page a channel, flag and run of its clock. A clinic that
    has named nobody has everybody who reviews there paged by mail.
    """
    waiting = list(unacknowledged().select_related("clinic"))
    if not waiting:
        return 0
    routes = {
        each.clinic_id: each
        for each in OnCall.objects.filter(clinic__in={flag.clinic_id for flag in waiting})
    }
    made = [
        message
        for flag in waiting
        for kind in _kinds(flag, now)
        for message in _messages(flag, kind, routes, now)
    ]
    return recipients.add(made)


def acknowledge(page: StaffMessage, *, by: "User", now: datetime) -> bool:
    """Say that somebody takes the emergency up: nobody else is paged.

    The flags themselves are acknowledged by who has seen them, in the queue. False if a
    colleague, or an earlier click, was first.
    """
    pages = StaffMessage.objects.filter(flag=page.flag_id, kind__in=PAGES, acknowledged_at=None)
    return bool(pages.update(acknowledged_at=now, acknowledged_by=by))


def unacknowledged() -> QuerySet[Flag]:
    """Open emergencies that nobody has taken up since their clock began."""
    taken_up = StaffMessage.objects.filter(
        flag=OuterRef("pk"), acknowledged_at__gte=OuterRef("clock_started_at")
    )
    return Flag.objects.open().filter(
        ~Exists(taken_up),
        severity=Severity.EMERGENCY,
        surgery__follow_up__severity=Severity.EMERGENCY,
        acknowledged_at=None,
        contacted_at=None,
    )


def _kinds(flag: Flag, now: datetime) -> Iterator[StaffMessageKind]:
    yield StaffMessageKind.PAGE
    paged = StaffMessage.objects.filter(key__startswith=_key(flag, StaffMessageKind.PAGE))
    if paged.filter(not_before__lte=now - ESCALATES_AFTER).exists():
        yield StaffMessageKind.ESCALATION


def _messages(
    flag: Flag, kind: StaffMessageKind, routes: Mapping[int, OnCall], now: datetime
) -> Iterator[StaffMessage]:
    known = routes.get(flag.clinic_id)
    addresses = list(route.addresses(known, kind)) if known else []
    for channel, _ in addresses:
        yield StaffMessage(
            clinic_id=flag.clinic_id,
            kind=kind,
            flag=flag,
            key=_key(flag, kind),
            channel=channel,
            not_before=now,
            not_after=now + LASTS,
        )
    for person in [] if addresses else recipients.reviewers([flag.clinic_id]):
        yield recipients.mail(person, kind, key=_key(flag, kind), flag=flag, now=now, lasts=LASTS)


def _key(flag: Flag, kind: StaffMessageKind) -> str:
    return f"{kind}:{flag.pk}:{int(flag.clock_started_at.timestamp())}"
