"""Texts from patients as staff read them, and addresses that nothing reaches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from phonenumber_field.phonenumber import PhoneNumber

from followups.models import InboundMessage
from followups.presenters import words
from patients.models import ContactChannel, Patient


@dataclass(frozen=True, slots=True)
class Line:
    """One text: whose it is, what it says, and whether somebody has seen to it."""

    pk: int
    patient: Patient | None
    sharing: Sequence[Patient]
    number: str
    dialled: str
    when: str
    what: str
    said: str
    about: str
    is_late: bool
    handled: str


@dataclass(frozen=True, slots=True)
class Dead:
    """An address that nothing reaches any more."""

    patient: Patient
    kind: str
    reason: str
    since: str


def lines(
    messages: Iterable[InboundMessage],
    sharing: Mapping[str, Sequence[Patient]],
    *,
    late_before: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> list[Line]:
    return [_line(each, sharing, late_before, now, zone) for each in messages]


def dead(channels: Iterable[ContactChannel], *, now: datetime, zone: ZoneInfo) -> list[Dead]:
    return [
        Dead(
            each.patient,
            each.get_kind_display(),
            each.get_close_reason_display(),
            words.moment(each.closed_at, now, zone) if each.closed_at else "",
        )
        for each in channels
    ]


def _line(
    message: InboundMessage,
    sharing: Mapping[str, Sequence[Patient]],
    late_before: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> Line:
    is_open = message.handled_at is None
    return Line(
        pk=message.pk,
        patient=message.patient,
        sharing=() if message.patient else sharing.get(message.sender, ()),
        number=_shown(message.sender),
        dialled=message.sender if message.sender.startswith("+") else "",
        when=words.moment(message.received_at, now, zone),
        what=message.get_meaning_display(),
        said=message.body,
        about=_about(message, zone),
        is_late=is_open and message.received_at < late_before,
        handled="" if is_open else _handled(message, now, zone),
    )


def _about(message: InboundMessage, zone: ZoneInfo) -> str:
    visit = message.visit
    if visit is None or visit.booked_for is None:
        return ""
    on = visit.booked_for.astimezone(zone)
    return f"The visit on {on:%b} {on.day}, {on:%I:%M %p}".replace(" 0", " ")


def _handled(message: InboundMessage, now: datetime, zone: ZoneInfo) -> str:
    if message.handled_by is None or message.handled_at is None:
        return "Nothing to do"
    at = words.moment(message.handled_at, now, zone)
    return f"{message.handled_by.display_name}, {at}"


def _shown(sender: str) -> str:
    """Return a number as people read it out; whatever else may send texts as it is."""
    try:
        number = PhoneNumber.from_string(sender)
    except ValueError:
        return sender
    return str(number.as_international) if number.is_valid() else sender
