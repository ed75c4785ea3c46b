"""Take a person out of the record and leave the clinical numbers under a pseudonym.

Reports, flag events and openings can never be changed, except here: their triggers are set
aside for the one statement that takes the words out. What the audit keeps of old values goes
too; its entries and their chain stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model

from clinic.audit.models import Values
from clinic.privacy import holdings, ledger
from clinic.privacy.models import Erasure
from clinic.staff.models import User
from followups.models import CheckInLink, Draft, Flag, InboundMessage
from followups.services import plans
from patients.choices import PatientStatus
from patients.models import ContactChannel, Patient, Restriction, SearchKey

WORD = "Erased on request."  # long enough to pass for the reason of an opening
# Everything people wrote. A test compares this and KEPT with all text there is.
WRITTEN: dict[str, tuple[str, ...]] = {
    "patients.RiskProfile": ("source",),
    "patients.SymptomReport": ("message", "overdid_what"),
    "patients.Opening": ("reason",),
    "followups.FollowUp": ("pin_reason",),
    "followups.Flag": ("note", "snooze_reason"),
    "followups.FlagEvent": ("text",),
    "followups.ContactAttempt": ("note",),
    "followups.Note": ("body",),
}
# Text that the system makes from clinical numbers and words of its own.
KEPT: dict[str, tuple[str, ...]] = {
    "patients.Patient": ("language",),
    "patients.Surgery": ("levels",),
    "patients.SymptomReport": ("questionnaire_version",),
    "followups.Evaluation": ("rule_set_version", "facts", "outcomes"),
    "followups.Flag": ("explanation", "evidence", "rule_set_version"),
    "followups.Reminder": ("reason", "provider_id"),
    "followups.StaffMessage": ("reason", "provider_id", "key"),
    "followups.Lesson": ("module",),
    "privacy.Notice": ("failure",),
    "privacy.Erasure": ("reason",),
    "audit.Entry": ("what", "login", "request", "reason", "detail"),
}
WHOLE = (
    ContactChannel,
    SearchKey,
    CheckInLink,
    Draft,
    InboundMessage,
    Restriction,
    Values,
)  # nothing of them is left
SET_ASIDE = (
    "patients.SymptomReport:append_only",
    "patients.Opening:keeps_the_rest",
    "followups.FlagEvent:append_only",
    "followups.ContactAttempt:append_only",
    "followups.Note:locked",
)


class OpenFlags(Exception):
    """Somebody has yet to look at this patient: not the moment to make them unknown."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line of the ledger."""

    patient: int
    said: str


def pseudonym(patient: int) -> str:
    return f"ERASED-{patient}"


def check(patient: Patient) -> None:
    """Refuse while flags are open.

    Raises:
        OpenFlags: with how many there are.
    """
    if count := Flag.objects.open().filter(surgery__patient=patient).count():
        raise OpenFlags(count)


@transaction.atomic
def erase(
    patient: Patient, *, reason: str, now: datetime, by: User | None = None, listed: bool = False
) -> dict[str, int]:
    """Make a patient unknown; return how many rows of each kind were changed or deleted.

    ``listed`` says that the ledger outside the database has them already. Twice changes nothing.
    """
    if Erasure.objects.filter(patient_id=patient.pk).exists():
        return {}
    made = patient.created_at
    if patient.is_active:
        today = patient.clinic.today(now)
        plans.change_status(patient, status=PatientStatus.WITHDRAWN, since=today, now=now)
    counts = _take_out_words(patient.pk)
    _rename(patient)
    Erasure.objects.create(
        clinic_id=patient.clinic_id, patient_id=patient.pk, at=now, by=by, reason=reason
    )
    counts |= {model._meta.label: _delete(model, patient.pk) for model in WHOLE}
    if not listed:  # last: an erasure that the list does not know would come back
        line = ledger.Line(patient.clinic.code, patient.pk, made, now, reason)
        ledger.append(Path(settings.ERASURE_LEDGER), line)
    return counts


def reapply(lines: Iterable[ledger.Line]) -> list[Outcome]:
    """Erase again whom a restored database has brought back."""
    return [Outcome(line.patient, _reapply(line)) for line in lines]


def _reapply(line: ledger.Line) -> str:
    same = Patient.objects.select_related("clinic").filter(
        pk=line.patient, created_at=line.created_at
    )
    patient = same.first()
    if patient is None:
        return "not in this database"
    if not erase(patient, reason=line.reason, now=line.erased_at, listed=True):
        return "erased already"
    return "erased again"


def _take_out_words(patient: int) -> dict[str, int]:
    counts = {}
    with pgtrigger.ignore(*SET_ASIDE):
        for label, names in WRITTEN.items():
            rows = holdings.rows(apps.get_model(label), patient)
            for name in names:
                counts[f"{label}.{name}"] = rows.exclude(**{name: ""}).update(**{name: WORD})
    return counts


def _rename(patient: Patient) -> None:
    name = pseudonym(patient.pk)
    Patient.objects.filter(pk=patient.pk).update(
        mrn=name,
        given_name="Erased",
        family_name=name,
        date_of_birth=date(patient.date_of_birth.year, 1, 1),
        calling_note="",
        emergency_contact="",
        emergency_phone="",
    )
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Patient), object_id=str(patient.pk)
    ).update(object_repr=name, change_message="")


def _delete(model: type[Model], patient: int) -> int:
    return int(holdings.rows(model, patient).delete()[0])
