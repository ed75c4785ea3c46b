"""What the surgeon wants at the appointment: history, course, symptoms, flags, what is open."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from followups.models import Flag, FlagEvent
from followups.packs import Content, Course, Section, Table
from followups.presenters import course, imaging, matrix, people, plan, record, risks, words
from followups.presenters.record import Record, full
from patients.models import Surgery

COLUMNS = 10  # check-ins that fit side by side
FLAGS, MESSAGES, NOTES = 8, 3, 5


def of(rows: Record, surgery: Surgery, *, by: str, checked_at: datetime | None) -> Content:
    """Return the pack of one operation, made by somebody now."""
    made = record.printed(rows)
    zone = rows.patient.clinic.zone
    data = words.moment(checked_at, rows.now, zone) if checked_at else made
    return Content(
        name=rows.patient.name,
        facts=list(_facts(rows, surgery)),
        before=[_history(rows, surgery)],
        course=_course(rows),
        symptoms=_symptoms(rows),
        after=[
            Section("The patient’s own words", list(_messages(rows)), "No message was written."),
            Section("Flags", list(_flags(rows)), "No flag was raised."),
            Section("Imaging", list(_imaging(rows)), "No imaging on record."),
            Section("Open questions", list(_open(rows)), "None that the record knows of."),
            Section("Notes", list(_notes(rows)), "No note was written."),
        ],
        footer=f"{rows.patient.name}, record {rows.patient.mrn}. Visit pack made {made} by {by}. "
        f"Data to {data}. Confidential.",
        made_at=rows.now.astimezone(zone),
    )


def _facts(rows: Record, surgery: Surgery) -> Iterator[tuple[str, str]]:
    patient = rows.patient
    born = full(patient.date_of_birth)
    yield "Patient", f"{people.age_and_sex(patient, rows.today)}, born {born}, record {patient.mrn}"
    yield "Surgery", f"{surgery.label}, {full(surgery.performed_on)}"
    yield "Now", record.week_and_day(surgery.postoperative_day(rows.today))
    yield "Surgeon", surgery.surgeon.display_name if surgery.surgeon else "Not recorded"
    yield "Clinic", patient.clinic.name


def _history(rows: Record, surgery: Surgery) -> Section:
    known = risks.risks(surgery, rows.risks, rows.today)
    lines = [
        ("Raises the risk", ", ".join(known.present) or "Nothing on record"),
        ("Not known", words.listed(known.unknown) if known.unknown else "Nothing"),
        *(
            (f"Other operation: {each.label}", full(each.performed_on))
            for each in rows.surgeries
            if each.pk != surgery.pk
        ),
    ]
    return Section("History", lines)


def _course(rows: Record) -> Course:
    drawn = course.lines(rows)
    return Course(
        said=drawn.said or "No pain score yet.",
        series=drawn.series,
        expected=drawn.band,
        expected_name=drawn.band_name,
        weeks=drawn.weeks,
    )


def _symptoms(rows: Record) -> Table:
    found = matrix.of(rows, recent=COLUMNS)
    head = ["Week", *(week for week, span in found.weeks for _ in range(span))]
    body = [[label, *(_cell(cell) for cell in cells)] for label, cells in found.rows]
    note = "· none   – check-in missed   empty: not asked   *: worse than before, after week 8"
    return Table("Symptoms by check-in", [head, *body], note)


def _cell(cell: matrix.Cell) -> str:
    if cell.missed:
        return "–"
    if cell.answer is None:
        return ""
    return f"{cell.answer.text}{'*' if cell.rose else ''}"


def _messages(rows: Record) -> Iterator[tuple[str, str]]:
    written = [report for report in rows.reports if report.message]
    for report in reversed(written[-MESSAGES:]):
        yield words.day(report.reported_on, rows.today), f"“{report.message}”"


def _flags(rows: Record) -> Iterator[tuple[str, str]]:
    for flag in list(_newest(rows.events))[:FLAGS]:
        on = words.day(rows.patient.clinic.today(flag.raised_at), rows.today)
        state = "open" if flag.is_open else f"closed: {flag.get_disposition_display().lower()}"
        yield f"{on}, {flag.get_severity_display()}, {state}", flag.explanation


def _newest(events: Iterable[FlagEvent]) -> Iterable[Flag]:
    flags = {event.flag_id: event.flag for event in events}
    return sorted(flags.values(), key=lambda flag: flag.raised_at, reverse=True)


def _imaging(rows: Record) -> Iterator[tuple[str, str]]:
    for study in rows.imaging:
        on = words.day(study.done_on, rows.today) if study.done_on else "Not done yet"
        signed = "" if study.signed_off_at or not study.resulted_at else " Not signed off."
        yield f"{on}, {study.get_question_display().lower()}", f"{imaging.said(study)}.{signed}"


def _open(rows: Record) -> Iterator[tuple[str, str]]:
    options = record.work_up(rows)
    for step in options.consider:
        yield f"Consider {step}?", ""
    for visit in plan.of(rows).visits:
        if visit.mark == "due":
            yield f"{visit.name}: {visit.state.lower()}", ""
    for study in rows.imaging:
        if study.resulted_at and not study.signed_off_at:
            yield f"{study.get_modality_display()}: who signs the result off?", ""


def _notes(rows: Record) -> Iterator[tuple[str, str]]:
    zone = rows.patient.clinic.zone
    for note in sorted(rows.notes, key=lambda each: each.written_at, reverse=True)[:NOTES]:
        when = words.moment(note.written_at, rows.now, zone)
        amends = ", amendment" if note.amends_id else ""
        yield f"{note.author.display_name}, {when}{amends}", note.body
