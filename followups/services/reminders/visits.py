"""Messages about visits, derived from their facts: booked, soon, missed, still to be booked.

A message names the appointment it was written for; rebooked, it is void and another is planned.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from followups.choices import ReminderPurpose, ReminderState, VisitStatus
from followups.clock import early
from followups.models import Reminder, Visit
from followups.protocol import MESSAGES
from followups.services.reminders import channels
from patients.choices import PatientStatus

if TYPE_CHECKING:
    from clinic.staff.models import User

INVITE_AGAIN_AFTER = timedelta(hours=24)
AHEAD = dict(
    zip(
        (ReminderPurpose.IN_3_DAYS, ReminderPurpose.TOMORROW),
        MESSAGES.visit_ahead_days,
        strict=True,
    )
)

Make = Callable[[Visit, str], Iterable[Reminder]]


def plan(*, now: datetime, limit: int) -> int:
    """Plan what appointments made or missed ask for, and void what they moved away from."""
    _supersede()
    booked = _without_message(
        Visit.objects.filter(status=VisitStatus.BOOKED, booked_for__gt=now),
        ReminderPurpose.BOOKED,
    )
    since = now - timedelta(days=MESSAGES.visit_missed_within_days)
    missed = _without_message(
        Visit.objects.filter(status=VisitStatus.NO_SHOW, booked_for__gt=since),
        ReminderPurpose.MISSED,
    )
    visits = [*booked[:limit], *missed[:limit]]
    messages = _worded(visits, lambda visit, channel: _messages(visit, channel, now))
    Reminder.objects.bulk_create(messages, ignore_conflicts=True)
    return len(messages)


def can_invite(visits: QuerySet[Visit], *, now: datetime) -> QuerySet[Visit]:
    """Return those of the visits whose patients can be asked now to book them.

    Nobody is asked twice within a day, nor without a channel they agreed to.
    """
    lately = Reminder.objects.filter(
        visit=OuterRef("pk"),
        purpose=ReminderPurpose.TO_BOOK,
        not_before__gt=now - INVITE_AGAIN_AFTER,
    )
    return _of_active(visits).filter(
        ~Exists(lately), status__in=[VisitStatus.PLANNED, VisitStatus.NO_SHOW]
    )


def invite_to_book(visits: Iterable[Visit], *, by: "User", now: datetime) -> int:
    """Ask the patients of visits that have no time yet to book one; return how many are asked."""
    named = Visit.objects.filter(pk__in=[each.pk for each in visits])
    to_book = can_invite(named, now=now).order_by("pk")
    invited = Reminder.objects.filter(visit__in=to_book, purpose=ReminderPurpose.TO_BOOK)
    steps = Counter(invited.values_list("visit", flat=True))
    messages = _worded(
        list(to_book),
        lambda visit, channel: [_invitation(visit, channel, steps[visit.pk], by, now)],
    )
    return len(Reminder.objects.bulk_create(messages, ignore_conflicts=True))


def _supersede() -> None:
    """An appointment that was moved, held or called off needs no message any more."""
    as_written = Visit.objects.filter(
        Q(status=VisitStatus.BOOKED) | Q(status=VisitStatus.NO_SHOW),
        pk=OuterRef("visit"),
        booked_for=OuterRef("visit_at"),
    )
    Reminder.objects.filter(
        ~Exists(as_written),
        visit_at__isnull=False,
        state=ReminderState.PENDING,
        unanswered=0,
    ).update(state=ReminderState.SUPERSEDED, reason="The appointment was moved or called off.")


def _without_message(visits: QuerySet[Visit], purpose: ReminderPurpose) -> QuerySet[Visit]:
    known = Reminder.objects.filter(
        visit=OuterRef("pk"), purpose=purpose, visit_at=OuterRef("booked_for")
    )
    return _of_active(visits).filter(~Exists(known)).order_by("booked_for", "pk")


def _of_active(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    return (
        visits.filter(surgery__patient__status=PatientStatus.ACTIVE)
        .filter(Exists(channels.of(OuterRef("surgery__patient"))))
        .select_related("clinic", "surgery")
    )


def _worded(visits: list[Visit], make: Make) -> list[Reminder]:
    found = channels.preferred({visit.surgery.patient_id for visit in visits})
    return [
        message for visit in visits for message in make(visit, found[visit.surgery.patient_id][0])
    ]


def _messages(visit: Visit, channel: str, now: datetime) -> Iterator[Reminder]:
    """Yield those of an appointment, or the one that follows when nobody came."""
    at, zone = cast(datetime, visit.booked_for), visit.clinic.zone  # they were asked for by it
    if visit.status == VisitStatus.NO_SHOW:
        first = early(zone, visit.clinic.today(now) + timedelta(days=1))
        until = first + timedelta(days=MESSAGES.visit_missed_within_days)
        yield _message(visit, channel, ReminderPurpose.MISSED, first, until)
        return
    yield _message(visit, channel, ReminderPurpose.BOOKED, now, at)
    for purpose, days in AHEAD.items():
        first = early(zone, visit.clinic.today(at) - timedelta(days=days))
        if first > now:
            yield _message(visit, channel, purpose, first, at)


def _invitation(visit: Visit, channel: str, step: int, by: "User", now: datetime) -> Reminder:
    until = now + timedelta(days=MESSAGES.invitation_lasts_days)
    message = _message(visit, channel, ReminderPurpose.TO_BOOK, now, until)
    message.visit_at, message.step, message.asked_by = None, step, by
    return message


def _message(
    visit: Visit, channel: str, purpose: ReminderPurpose, first: datetime, until: datetime
) -> Reminder:
    return Reminder(
        clinic_id=visit.clinic_id,
        patient_id=visit.surgery.patient_id,
        visit=visit,
        purpose=purpose,
        visit_at=visit.booked_for,
        channel=channel,
        step=0,
        not_before=first,
        not_after=until,
    )
