"""The lines of the patient list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from followups.choices import Severity
from followups.presenters import found, people, words
from patients.asked import Asked
from patients.models import Patient, Surgery


@dataclass(frozen=True, slots=True)
class Row:
    """One patient with the operation that counts and what is open."""

    pk: int
    name: tuple[found.Part, ...]
    mrn: tuple[found.Part, ...]
    born: str
    how: str
    age_and_sex: str
    status: str
    is_active: bool
    surgery: str
    week: str
    last_report: str
    severity: str
    severity_word: str


def rows(
    patients: Iterable[Patient],
    operations: Mapping[int, Sequence[Surgery]],
    *,
    asked: Asked,
    now: datetime,
) -> list[Row]:
    """Return a line for each patient; operations by patient, the latest first."""
    return [_row(each, operations.get(each.pk, []), asked, now) for each in patients]


def _row(patient: Patient, surgeries: Sequence[Surgery], asked: Asked, now: datetime) -> Row:
    today = patient.clinic.today(now)
    latest = surgeries[0] if surgeries else None
    severity = _highest(surgeries)
    return Row(
        pk=patient.pk,
        name=found.name(patient, asked),
        mrn=found.number(patient, asked),
        born=found.born(patient),
        how=found.how(patient, asked),
        age_and_sex=people.age_and_sex(patient, today),
        status=patient.get_status_display(),
        is_active=patient.is_active,
        surgery=latest.label if latest else "",
        week=people.weeks_since(latest, today) if latest else "",
        last_report=_last_report(surgeries, today),
        severity=words.severity_class(severity) if severity else "",
        severity_word=str(severity.label) if severity else "",
    )


def _last_report(surgeries: Sequence[Surgery], today: date) -> str:
    dates = [surgery.last_report_on for surgery in surgeries]  # type: ignore[attr-defined]
    latest = max((on for on in dates if on is not None), default=None)
    return words.day(latest, today) if latest else ""


def _highest(surgeries: Iterable[Surgery]) -> Severity | None:
    severities = [
        follow_up.severity
        for surgery in surgeries
        if (follow_up := getattr(surgery, "follow_up", None)) and follow_up.severity
    ]
    return Severity(max(severities)) if severities else None
