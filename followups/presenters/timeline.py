"""What happened, newest first: reports, silence, flags, calls, visits, the operation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from followups.choices import FlagEventKind, VisitStatus
from followups.clock import midnight
from followups.models import ContactAttempt, FlagEvent, InboundMessage, Visit
from followups.presenters import imaging, words
from followups.presenters.plan import name_of
from followups.presenters.record import Record
from followups.presenters.trends import REGIONS
from patients.choices import Source
from patients.models import SymptomReport

# What the list can be narrowed to, in the order of the buttons.
KINDS = {
    "": "All",
    "flags": "Flags",
    "check-ins": "Check-ins",
    "visits": "Visits",
    "contact": "Contact",
}
FIRST = 15  # the rest is one click away

_FLAGGED = {
    FlagEventKind.RAISED: "Flag raised",
    FlagEventKind.SEVERITY_RAISED: "Flag raised higher",
    FlagEventKind.RESOLVED: "Flag closed",
    FlagEventKind.AUTO_CLEARED: "Flag cleared by later reports",
    FlagEventKind.SUPERSEDED: "Flag ended by a new surgery",
    FlagEventKind.REOPENED: "Flag reopened",
    FlagEventKind.SNOOZED: "Flag snoozed",
    FlagEventKind.NOTE: "Note",
}
_CLOSING = (FlagEventKind.RESOLVED, FlagEventKind.AUTO_CLEARED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; ``kind`` is empty for the operation itself."""

    at: datetime
    kind: str
    icon: str
    title: str
    text: str = ""
    severity: str = ""
    severity_word: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries with their days, the newest first."""

    first: Sequence[tuple[str, Entry]]
    rest: Sequence[tuple[str, Entry]]
    kind: str


def of(record: Record, *, kind: str = "") -> Timeline:
    """Return the entries of one kind, or of all."""
    kind = kind if kind in KINDS else ""
    entries = [entry for entry in _all(record) if kind in ("", entry.kind)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    clinic, today = record.patient.clinic, record.today
    dated = [(words.day(clinic.today(entry.at), today), entry) for entry in entries]
    return Timeline(first=dated[:FIRST], rest=dated[FIRST:], kind=kind)


def _all(record: Record) -> Iterator[Entry]:
    yield from (_reported(report) for report in record.reports)
    yield from _missed(record)
    yield from _flagged(record.events)
    yield from (_contacted(attempt) for attempt in record.contacts)
    yield from (_texted(message) for message in record.texts)
    for visit in record.visits:
        yield from _visited(visit, record)
    yield from _imaged(record)
    surgery = record.surgery
    if surgery is not None and surgery.performed_on <= record.today:
        at = midnight(record.patient.clinic.zone, surgery.performed_on)
        yield Entry(at, "", "bandage", f"Surgery: {surgery.label}")


def _reported(report: SymptomReport) -> Entry:
    title = "Check-in answered" if report.is_complete else "Safety questions answered"
    if report.source != Source.LINK:
        title += f": {report.get_source_display().lower()}"
    said = [*_scores(report)]
    if report.message:
        said.append(f"“{report.message}”")
    return Entry(report.reported_at, "check-ins", "device-mobile-message", title, " ".join(said))


def _scores(report: SymptomReport) -> Iterator[str]:
    scores = [
        f"{name} {score}"
        for item, name in REGIONS.items()
        if (score := getattr(report, item)) is not None
    ]
    if scores:
        yield f"{', '.join(scores).capitalize()}."


def _missed(record: Record) -> Iterator[Entry]:
    for check_in in record.check_ins:
        if check_in.is_missed(record.now):
            yield Entry(check_in.closes_at, "check-ins", "message-x", "Check-in missed")


def _flagged(events: Iterable[FlagEvent]) -> Iterator[Entry]:
    for event in events:
        kind = FlagEventKind(event.kind)
        if kind in _FLAGGED:
            yield Entry(
                event.at,
                "flags",
                "flag",
                _FLAGGED[kind],
                _flag_text(event, kind),
                severity=words.severity_class(event.severity),
                severity_word=event.get_severity_display(),
            )


def _flag_text(event: FlagEvent, kind: FlagEventKind) -> str:
    flag, note = event.flag, event.text
    if kind in _CLOSING:
        ending = flag.get_disposition_display() if flag.closed_at == event.at else ""
        said = ". ".join(part for part in (ending, note) if part)
        return f"{flag.get_rule_display()}: {said}" if said else flag.get_rule_display()
    if kind == FlagEventKind.RAISED:
        return note or flag.explanation
    return note or flag.get_rule_display()


def _contacted(attempt: ContactAttempt) -> Entry:
    title = f"{attempt.get_method_display()}: {attempt.get_outcome_display().lower()}"
    said = ": ".join(part for part in (attempt.by.display_name, attempt.note) if part)
    return Entry(attempt.at, "contact", "phone", title, said)


def _texted(message: InboundMessage) -> Entry:
    waits = "" if message.handled_at else "Nobody has handled it yet."
    said = " ".join(part for part in (f"“{message.body}”" if message.body else "", waits) if part)
    title = f"Text from the patient: {message.get_meaning_display().lower()}"
    return Entry(message.received_at, "contact", "message", title, said)


def _visited(visit: Visit, record: Record) -> Iterator[Entry]:
    name = name_of(visit)
    if visit.status == VisitStatus.COMPLETED and visit.completed_on is not None:
        at = midnight(record.patient.clinic.zone, visit.completed_on)
        yield Entry(at, "visits", "stethoscope", f"{name} took place")
    for missed_at in visit.no_show_at:
        yield Entry(missed_at, "visits", "calendar-x", f"{name}: did not attend")


def _imaged(record: Record) -> Iterator[Entry]:
    for study in record.imaging:
        if study.done_on is not None:
            at = midnight(record.patient.clinic.zone, study.done_on)
            question = str(study.get_question_display())
            yield Entry(at, "visits", "photo-scan", imaging.said(study), question)
