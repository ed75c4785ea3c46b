"""What people closed today, one line each."""

from dataclasses import dataclass
from datetime import datetime

from followups.models import Flag
from followups.presenters import people, words


@dataclass(frozen=True, slots=True)
class Resolved:
    """One closed flag in the list of today."""

    case_pk: int
    severity: str
    severity_word: str
    name: str
    age_and_sex: str
    reason: str
    about: str
    ending: str
    when: str
    who: str


def line(flag: Flag, now: datetime) -> Resolved:
    """Return a closed flag as a line."""
    surgery, closed_at = flag.surgery, flag.closed_at or now
    today = flag.clinic.today(now)
    next_step = flag.get_next_step_display().lower()
    return Resolved(
        case_pk=surgery.follow_up.pk,
        severity=words.severity_class(flag.severity),
        severity_word=flag.get_severity_display(),
        name=surgery.patient.name,
        age_and_sex=people.age_and_sex(surgery.patient, today),
        reason=flag.explanation,
        about=f"{surgery.label} · {people.weeks_since(surgery, today)}",
        ending=f"{flag.get_disposition_display()}; next: {next_step}",
        when=words.moment(closed_at, now, flag.clinic.zone),
        who=people.surname(flag.closed_by),
    )
