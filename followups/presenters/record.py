"""One patient and, of one operation, all that was reported, raised and done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from django.utils import dateformat
from django.utils.safestring import SafeString

from followups.charts import spine
from followups.models import (
    CheckIn,
    ContactAttempt,
    FlagEvent,
    FollowUp,
    InboundMessage,
    Lesson,
    Note,
    Reminder,
    Visit,
)
from followups.models.expected import Band
from followups.notify import MESSENGERS
from followups.presenters import evidence, people, words
from followups.presenters.evidence import WorkUp
from followups.presenters.risks import Risks, risks
from followups.presenters.rows import Clock, clock_of
from followups.texts import texts
from patients.choices import ChannelKind
from patients.models import (
    ContactChannel,
    ImagingStudy,
    Patient,
    RiskProfile,
    Surgery,
    SymptomReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The rows a patient's page is made of, oldest first, surgeries latest first."""

    patient: Patient
    now: datetime
    channels: Sequence[ContactChannel]
    risks: RiskProfile | None
    surgeries: Sequence[Surgery]
    surgery: Surgery | None
    reports: Sequence[SymptomReport] = ()
    check_ins: Sequence[CheckIn] = ()
    visits: Sequence[Visit] = ()
    events: Sequence[FlagEvent] = ()
    contacts: Sequence[ContactAttempt] = ()
    lessons: Sequence[Lesson] = ()
    texts: Sequence[InboundMessage] = ()
    imaging: Sequence[ImagingStudy] = ()
    unsent: Sequence[Reminder] = ()
    notes: Sequence[Note] = ()
    expected: Mapping[str, Band] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.patient.clinic.today(self.now)

    @property
    def chosen(self) -> Surgery:
        """The operation shown, where one was asked for by its id."""
        return cast(Surgery, self.surgery)  # else the id was refused

    @property
    def follow_up(self) -> FollowUp | None:
        return getattr(self.surgery, "follow_up", None)


@dataclass(frozen=True, slots=True)
class Case:
    """Open flags of one operation, as the bar above the page says them."""

    pk: int
    severity: str
    severity_word: str
    reason: str
    more: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class Header:
    """Who the patient is, in one look."""

    age_and_sex: str
    born: str
    phone: str
    phone_shown: str
    emergency_shown: str
    reached_by: str
    language: str
    status: str
    factors: Sequence[str]
    unknown: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, in one look."""

    pk: int
    label: str
    on: str
    now: str
    surgeon: str
    spine: SafeString
    notes: str
    followed: str
    replaced: str
    is_shown: bool


def header(record: Record) -> Header:
    patient, channels = record.patient, {each.kind: each for each in record.channels}
    phone = channels.get(ChannelKind.PHONE) or channels.get(ChannelKind.SMS)
    risk = _risk(record)
    return Header(
        age_and_sex=people.age_and_sex(patient, record.today),
        born=full(patient.date_of_birth),
        phone=phone.address if phone else "",
        phone_shown=people.telephone(phone.address) if phone else "",
        emergency_shown=people.telephone(str(patient.emergency_phone)),
        reached_by=_reached_by(channels.values()),
        language=texts(patient.language).name,
        status="" if patient.is_active else _status(patient),
        factors=risk.present,
        unknown=words.listed(risk.unknown) if risk.unknown else "",
    )


def operations(record: Record) -> list[Operation]:
    return [_operation(each, record) for each in record.surgeries]


def cases(record: Record) -> list[Case]:
    """Return the open cases of every operation, the most pressing first."""
    found = [
        (follow_up.lead_flag, follow_up)
        for surgery in record.surgeries
        if (follow_up := getattr(surgery, "follow_up", None)) and follow_up.lead_flag
    ]
    found.sort(key=lambda each: -each[0].severity)
    return [
        Case(
            pk=follow_up.pk,
            severity=words.severity_class(flag.severity),
            severity_word=flag.get_severity_display(),
            reason=flag.explanation,
            more=follow_up.open_families - 1,
            clock=clock_of(flag, record.now, record.patient.clinic.zone),
        )
        for flag, follow_up in found
    ]


def work_up(record: Record) -> WorkUp:
    """Return the options the open flags of the operation shown give reason to think of."""
    flags = {event.flag_id: event.flag for event in record.events if event.flag.is_open}
    return evidence.work_up(sorted(flags.values(), key=lambda flag: -flag.severity))


def printed(record: Record) -> str:
    """Return the date and time a printed page was made."""
    at = words.clock(record.now, record.now, record.patient.clinic.zone)
    return f"{full(record.today)}, {at}"


def full(on: date) -> str:
    """Return a date with its year: “Mar 4, 1959”."""
    return dateformat.format(on, "M j, Y")


def week_and_day(pod: int) -> str:
    """Return a postoperative day in words: “Week 11, day 4”."""
    if pod < 0:
        return f"Surgery in {-pod} days" if pod < -1 else "Surgery tomorrow"
    return f"Week {pod // 7}, day {pod % 7}" if pod else "Day of surgery"


def _status(patient: Patient) -> str:
    since = f" on {full(patient.status_since)}" if patient.status_since else ""
    return f"{patient.get_status_display()}{since}"


def _reached_by(channels: Iterable[ContactChannel]) -> str:
    """Return how the patient is asked: where we can send, they agreed, and left it on."""
    asked = {ChannelKind.EMAIL: "e-mail", ChannelKind.SMS: "text"}
    usable = [
        asked[ChannelKind(channel.kind)]
        for channel in channels
        if channel.kind in MESSENGERS and channel.is_usable
    ]
    return f"Asked by {words.listed(usable)}" if usable else "No check-in can be sent"


def _risk(record: Record) -> Risks:
    """Return what raises the risk; some of it depends on the operation."""
    if record.surgery is None:
        return Risks([], [])
    return risks(record.surgery, record.risks, record.today)


def _operation(surgery: Surgery, record: Record) -> Operation:
    notes = [
        note
        for note, holds in (("Revision", surgery.is_revision), ("Complex", surgery.is_complex))
        if holds
    ]
    return Operation(
        pk=surgery.pk,
        label=surgery.label,
        on=full(surgery.performed_on),
        now=week_and_day(surgery.postoperative_day(record.today)),
        surgeon=surgery.surgeon.display_name if surgery.surgeon else "Not recorded",
        spine=spine(surgery.levels),
        notes=", ".join(notes),
        followed=_followed(getattr(surgery, "follow_up", None)),
        replaced=_replaced(surgery, record.surgeries),
        is_shown=surgery == record.surgery,
    )


def _replaced(surgery: Surgery, every: Iterable[Surgery]) -> str:
    """Return “by PLF L3–S1 on Mar 4, 2026”; empty while an operation stands."""
    for each in every:
        if each.supersedes_id == surgery.pk:
            return f"by {each.label} on {full(each.performed_on)}"
    return ""


def _followed(follow_up: FollowUp | None) -> str:
    """Return why an operation is not followed; empty while it is."""
    if follow_up is None:
        return "Not planned yet"
    return "" if follow_up.is_active else f"Ended: {follow_up.get_end_reason_display()}"
