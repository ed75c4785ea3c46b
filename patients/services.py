"""Write the record: people, their channels, risks and operations. Its only writer.

What follows from a change (plans, flags) is the business of ``followups``.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from patients import search_keys
from patients.choices import ChannelKind, ConsentSource, PatientStatus
from patients.models import ContactChannel, Patient, RiskProfile, Surgery
from patients.storing import store

if TYPE_CHECKING:
    from clinic.staff.models import Clinic

OLDEST_AGE_YEARS = 120
PLANNED_AHEAD = timedelta(days=366)

PATIENT_FACTS = (
    "mrn",
    "family_name",
    "given_name",
    "date_of_birth",
    "sex",
    "language",
    "calling_note",
    "emergency_contact",
    "emergency_phone",
)


@transaction.atomic
def register(
    *,
    clinic: "Clinic",
    facts: Mapping[str, Any],
    channels: Mapping[ChannelKind, str],
    consented_on: date | None,
    today: date,
) -> Patient:
    """Add a patient with the ways to reach them.

    Raises:
        ValidationError: by field, for example a record number already in use.
    """
    patient = Patient(clinic=clinic, **_known(facts))
    _save_patient(patient, today)
    _set_channels(patient, channels, consented_on)
    search_keys.refresh(patient)
    return patient


@transaction.atomic
def update(
    patient: Patient,
    *,
    facts: Mapping[str, Any],
    channels: Mapping[ChannelKind, str],
    consented_on: date | None,
    today: date,
) -> Patient:
    """Correct who a patient is and how to reach them.

    A channel given as "" is removed; one not mentioned stays as it is.

    Raises:
        ValidationError: by field.
    """
    for name, value in _known(facts).items():
        setattr(patient, name, value)
    _save_patient(patient, today)
    _set_channels(patient, channels, consented_on)
    search_keys.refresh(patient)
    return patient


def prefer(patient: Patient, kind: str) -> None:
    """Ask a patient this way first; "" for no preference. Twice changes nothing."""
    channels = ContactChannel.objects.filter(patient=patient)
    channels.filter(is_preferred=True).exclude(kind=kind).update(is_preferred=False)
    channels.filter(is_preferred=False, kind=kind).update(is_preferred=True)


def record_risks(
    patient: Patient, *, facts: Mapping[str, Any], recorded_on: date, source: str = ""
) -> RiskProfile:
    """Store the risk factors as known on a day; a second look that day replaces it."""
    profile = RiskProfile.objects.filter(
        patient=patient, recorded_on=recorded_on
    ).first() or RiskProfile(clinic_id=patient.clinic_id, patient=patient, recorded_on=recorded_on)
    for name, value in facts.items():
        setattr(profile, name, value)
    profile.source = source
    store(profile)
    return profile


def set_status(patient: Patient, *, status: str, since: date | None) -> None:
    """Say that a patient died, withdrew, moved on, or is followed again.

    Raises:
        ValidationError: if a date is missing or before birth.
    """
    patient.status = status
    patient.status_since = None if status == PatientStatus.ACTIVE else since
    if status != PatientStatus.ACTIVE and since is None:
        raise ValidationError({"since": "Enter the date."})
    if since is not None and since < patient.date_of_birth:
        raise ValidationError({"since": "This is before the patient was born."})
    patient.save(update_fields=["status", "status_since"])


def save_surgery(surgery: Surgery, *, facts: Mapping[str, Any], today: date) -> Surgery:
    """Store a new or corrected operation.

    Raises:
        ValidationError: by field: before birth, over a year ahead, a date taken,
            another patient's operation replaced.
    """
    for name, value in facts.items():
        setattr(surgery, name, value)
    errors: dict[str, str] = {}
    patient = surgery.patient
    if surgery.performed_on is not None:
        if surgery.performed_on < patient.date_of_birth:
            errors["performed_on"] = "This is before the patient was born."
        elif surgery.performed_on > today + PLANNED_AHEAD:
            errors["performed_on"] = "This is more than a year ahead."
    if surgery.supersedes and surgery.supersedes.patient_id != patient.pk:
        errors["supersedes"] = "Choose an operation of this patient."
    if errors:
        raise ValidationError(errors)
    store(surgery)
    return surgery


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in PATIENT_FACTS if name in facts}


def _save_patient(patient: Patient, today: date) -> None:
    patient.clean_fields(exclude={"clinic"})
    born = patient.date_of_birth
    if born > today:
        raise ValidationError({"date_of_birth": "This date is in the future."})
    if patient.age(today) > OLDEST_AGE_YEARS and patient.is_active:
        raise ValidationError({"date_of_birth": f"This is more than {OLDEST_AGE_YEARS} years ago."})
    if patient.pk and Surgery.objects.filter(patient=patient, performed_on__lt=born).exists():
        raise ValidationError({"date_of_birth": "The patient was operated on before this date."})
    store(patient)


def _set_channels(
    patient: Patient,
    channels: Mapping[ChannelKind, str],
    consented_on: date | None,
) -> None:
    """Bring the patient's channels in line; consent already given keeps its date."""
    for kind, address in channels.items():
        known = ContactChannel.objects.filter(patient=patient, kind=kind).first()
        if not address:
            if known is not None:
                known.delete()
            continue
        channel = known or ContactChannel(clinic_id=patient.clinic_id, patient=patient, kind=kind)
        moved = channel.address != address
        channel.address = address
        if moved or channel.consented_on is None or consented_on is None:
            channel.consented_on = consented_on
            channel.consent_source = ConsentSource.STAFF if consented_on else ""
        if moved:  # whatever did not reach the old address may reach this one
            channel.closed_at, channel.close_reason = None, ""
        store(channel)
