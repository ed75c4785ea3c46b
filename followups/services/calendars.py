"""Visits as calendar files: for the patient's calendar, and a private feed for each clinician.

Calendars show entries on locked screens and pass them on, so none holds a name or a clinical
word. Times are in UTC: a file's own description of a time zone is read differently by
different programs.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Q
from icalendar import Calendar, Event

from followups import tokens
from followups.choices import AppointmentEnd
from followups.models import Appointment, CalendarFeed, Visit
from followups.notify import Attachment
from followups.texts import texts

if TYPE_CHECKING:
    from clinic.staff.models import User

PRODUCT = "-//Fuseline//Visits//EN"
BEHIND, AHEAD = timedelta(days=31), timedelta(days=400)
CALLED_OFF = {AppointmentEnd.CANCELLED, AppointmentEnd.PLAN_ENDED}


def calendar_file(visit: Visit) -> Attachment:
    """Return a visit's appointment as a file to add to a calendar.

    The same file again, later, moves the entry or takes it out.
    """
    appointments = list(visit.appointments.order_by("booked_at", "pk"))
    words, clinic = texts(visit.surgery.patient.language), visit.clinic
    phone = clinic.office_phone or clinic.urgent_phone
    event = _event(visit, appointments, words.say("messages.calendar.title"))
    event.add("description", words.say("messages.calendar.change", phone=str(phone.as_national)))
    return Attachment("visit.ics", _file([event]), "text/calendar")


def feed(user: "User", *, now: datetime) -> bytes:
    """Return the visits of a clinician, past month to next year, as one calendar."""
    theirs = Q(appointments__clinician=user) | Q(
        appointments__clinician=None, surgery__surgeon=user
    )
    near = Q(appointments__starts_at__range=(now - BEHIND, now + AHEAD))
    history = Appointment.objects.order_by("booked_at", "pk")
    visits = (
        Visit.objects.for_user(user)
        .filter(theirs, near)
        .distinct()
        .order_by("pk")
        .prefetch_related(Prefetch("appointments", history))
    )
    return _file(
        _event(visit, list(visit.appointments.all()), "Visit", seen_by=user.pk) for visit in visits
    )


def make_feed(user: "User", *, now: datetime) -> str:
    """Return the secret of a new private address; an earlier one of theirs ends."""
    token = tokens.random_token()
    with transaction.atomic():
        revoke_feed(user, now=now)
        CalendarFeed.objects.create(user=user, token_hash=_digest(token), made_at=now)
    return token


def revoke_feed(user: "User", *, now: datetime) -> bool:
    """End a clinician's private address; False if there was none."""
    return bool(CalendarFeed.objects.live().filter(user=user).update(ended_at=now))


def owner_of(token: str) -> "User | None":
    """Return whose address this is, while it stands and they work here."""
    feed = (
        CalendarFeed.objects.live()
        .filter(token_hash=_digest(token), user__is_active=True, user__clinic__isnull=False)
        .select_related("user__clinic")
        .first()
    )
    return feed.user if feed else None


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()


def _event(
    visit: Visit, appointments: list[Appointment], title: str, *, seen_by: int | None = None
) -> Event:
    """Return the latest state of a visit; each booking, move and end is one step further."""
    last = appointments[-1]
    ended = [each for each in appointments if each.end not in ("", AppointmentEnd.MOVED)]
    is_theirs = seen_by is None or last.clinician_id in (None, seen_by)
    is_off = last.end in CALLED_OFF or not is_theirs
    event = Event()
    event.add("uid", f"visit-{visit.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", len(appointments) + len(ended) - 1)
    event.add("dtstamp", (last.ended_at or last.booked_at).astimezone(UTC))
    event.add("dtstart", last.starts_at.astimezone(UTC))
    event.add("dtend", last.ends_at.astimezone(UTC))
    event.add("summary", title)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _file(events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "PUBLISH")  # no answer is expected: a decline would reach nobody
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())
