"""Requested imaging whose result is not there yet, one line each."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from followups.presenters import people, words
from patients.models import ImagingStudy


@dataclass(frozen=True, slots=True)
class Waiting:
    """One study in the list of those that are waited for."""

    case_pk: int
    name: str
    age_and_sex: str
    reason: str
    about: str
    ending: str
    when: str
    who: str
    severity: ClassVar[str] = ""


def line(study: ImagingStudy, now: datetime) -> Waiting:
    """Return a requested study as a line."""
    surgery, asked_at = study.surgery, study.requested_at or now
    today = study.clinic.today(now)
    return Waiting(
        case_pk=surgery.follow_up.pk,
        name=surgery.patient.name,
        age_and_sex=people.age_and_sex(surgery.patient, today),
        reason=f"{study.get_modality_display()}: {study.get_question_display().lower()}",
        about=f"{surgery.label} · {people.weeks_since(surgery, today)}",
        ending=f"Requested {words.moment(asked_at, now, study.clinic.zone)}",
        when=words.duration(now - asked_at),
        who=people.surname(study.requested_by),
    )
