"""Compare what a row says with what the clinic has: the difference, or why not. No writing.

Existing patients are found by record number alone; names never match two people.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from clinic.exchange.profiles import Field
from clinic.exchange.rows import Reading
from patients.choices import ChannelKind, PatientStatus
from patients.models import ContactChannel, Patient, Surgery
from patients.services import PLANNED_AHEAD

PATIENT_FIELDS = {
    Field.MRN: "mrn",
    Field.FAMILY_NAME: "family_name",
    Field.GIVEN_NAME: "given_name",
    Field.DATE_OF_BIRTH: "date_of_birth",
    Field.SEX: "sex",
    Field.LANGUAGE: "language",
}
CHANNEL_FIELDS = {
    Field.EMAIL: ChannelKind.EMAIL,
    Field.MOBILE: ChannelKind.SMS,
    Field.PHONE: ChannelKind.PHONE,
}
SURGERY_FIELDS = {
    Field.SURGERY_ON: "performed_on",
    Field.REGION: "region",
    Field.LEVELS: "levels",
    Field.LEVELS_FUSED: "n_levels",
    Field.APPROACH: "approach",
    Field.COMPLEX: "is_complex",
    Field.REVISION: "is_revision",
}
NEEDED = (Field.FAMILY_NAME, Field.GIVEN_NAME, Field.DATE_OF_BIRTH)


class Unfit(Exception):
    """What a row says cannot be stored; carries the reason for each field concerned."""

    def __init__(self, reasons: Mapping[Field, str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


@dataclass(frozen=True)
class Known:
    """What the clinic has on one patient; nothing when ``patient`` is None."""

    patient: Patient | None = None
    channels: Mapping[str, ContactChannel] = field(default_factory=dict)
    surgeries: Sequence[Surgery] = ()  # oldest first


@dataclass(frozen=True)
class Channel:
    """One way to reach the patient as it should be; an empty address removes it."""

    kind: ChannelKind
    address: str
    consented_on: date | None


@dataclass(frozen=True)
class Status:
    """The patient died on a day, or, without one, is followed again."""

    since: date | None

    @property
    def status(self) -> PatientStatus:
        return PatientStatus.DECEASED if self.since else PatientStatus.ACTIVE


@dataclass(frozen=True)
class Operation:
    """Facts of a new operation, or those that differ of a known one."""

    known: Surgery | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """Everything one row changes."""

    patient: Patient | None
    facts: Mapping[str, Any]
    channels: tuple[Channel, ...]
    operation: Operation | None
    status: Status | None

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.channels or self.operation or self.status)


def change(reading: Reading, known: Known, *, clinic_id: int, today: date) -> Change:
    """Return what the row changes.

    Raises:
        Unfit: if the result could not be stored.
    """
    said = reading.said
    patient = _patient_as_said(said, known, clinic_id)
    return Change(
        patient=known.patient,
        facts=_difference(patient, known.patient, _named(said, PATIENT_FIELDS)),
        channels=tuple(_channels(said, known.channels)),
        operation=_operation(said, known.surgeries, patient, today),
        status=_status(said, patient),
    )


def _require(needed: Iterable[Field], said: Mapping[Field, Any], reason: str) -> None:
    if missing := {known: reason for known in needed if known not in said}:
        raise Unfit(missing)


def _named(said: Mapping[Field, Any], names: Mapping[Field, str]) -> dict[str, Any]:
    return {name: said[known] for known, name in names.items() if known in said}


def _difference(new: Any, old: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts in which the new object differs from the old, if there is one."""
    return {
        name: getattr(new, name)
        for name in facts
        if old is None or getattr(new, name) != getattr(old, name)
    }


def _with_facts(found: Any, facts: Mapping[str, Any], names: Mapping[Field, str]) -> Any:
    """Return the object with these facts, each checked by its own model."""
    for name, value in facts.items():
        setattr(found, name, value)
    try:
        found.clean_fields(exclude=[f.name for f in found._meta.fields if f.name not in facts])
    except ValidationError as error:
        wrong = {name: known for known, name in names.items()}
        raise Unfit(
            {wrong[name]: " ".join(reasons) for name, reasons in error.message_dict.items()}
        ) from None
    return found


def _patient_as_said(said: Mapping[Field, Any], known: Known, clinic_id: int) -> Patient:
    """Return the patient as the row describes them, not saved."""
    if known.patient is None:
        _require(NEEDED, said, "A new patient needs this.")
    # A copy shares no state that matters: only plain fields are set on it.
    patient = copy(known.patient) if known.patient else Patient(clinic_id=clinic_id)
    _with_facts(patient, _named(said, PATIENT_FIELDS), PATIENT_FIELDS)
    if any(each.performed_on < patient.date_of_birth for each in known.surgeries):
        raise Unfit({Field.DATE_OF_BIRTH: "This is after an operation on record."})
    since = patient.status_since
    if since and since < patient.date_of_birth:
        raise Unfit({Field.DATE_OF_BIRTH: f"This is after the patient's status of {since}."})
    return patient


def _channels(said: Mapping[Field, Any], known: Mapping[str, ContactChannel]) -> list[Channel]:
    """Return the channels that change; consent already given is kept unless it is erased."""
    changed = []
    for column, kind in CHANNEL_FIELDS.items():
        now = known.get(kind)
        address = said.get(column, now.address if now else "")
        consent = now.consented_on if now else None
        if Field.CONSENTED_ON in said and (consent is None or said[Field.CONSENTED_ON] is None):
            consent = said[Field.CONSENTED_ON]
        before = (now.address, now.consented_on) if now else ("", None)
        if before != ((address, consent) if address else ("", None)):
            changed.append(Channel(kind, address, consent))
    return changed


def _status(said: Mapping[Field, Any], patient: Patient) -> Status | None:
    """Return the death the row reports or takes back; a blank cell says neither."""
    if Field.DECEASED_ON not in said:
        return None
    since = said[Field.DECEASED_ON]
    is_dead = patient.status == PatientStatus.DECEASED
    if since is None:
        return Status(None) if is_dead else None
    if since < patient.date_of_birth:
        raise Unfit({Field.DECEASED_ON: "This is before the patient was born."})
    return None if is_dead and patient.status_since == since else Status(since)


def _operation(
    said: Mapping[Field, Any], known: Sequence[Surgery], patient: Patient, today: date
) -> Operation | None:
    facts = _named(said, SURGERY_FIELDS)
    if not facts:
        return None
    _require([Field.SURGERY_ON], said, "An operation needs its date.")
    _possible_day(said[Field.SURGERY_ON], patient, today)
    same = [each for each in known if each.performed_on == said[Field.SURGERY_ON]]
    if same:
        corrected = _with_facts(copy(same[0]), facts, SURGERY_FIELDS)
        differing = _difference(corrected, same[0], facts)
        return Operation(same[0], differing) if differing else None
    _require([Field.REGION, Field.APPROACH], said, "A new operation needs this.")
    return Operation(None, _new_operation(facts, known, patient))


def _possible_day(day: date, patient: Patient, today: date) -> None:
    if day < patient.date_of_birth:
        raise Unfit({Field.SURGERY_ON: "This is before the patient was born."})
    if day > today + PLANNED_AHEAD:
        raise Unfit({Field.SURGERY_ON: "This is more than a year ahead."})


def _new_operation(
    facts: dict[str, Any], known: Sequence[Surgery], patient: Patient
) -> dict[str, Any]:
    """Return the facts of an operation not known yet; a revision replaces the latest one."""
    if "n_levels" not in facts:
        if not facts.get("levels"):
            raise Unfit({Field.LEVELS_FUSED: "Say how many levels were fused, or which."})
        facts["n_levels"] = len(facts["levels"])
    if known:
        # A corrected date would otherwise start a second plan beside the first.
        if not facts.get("is_revision") or known[-1].performed_on > facts["performed_on"]:
            raise Unfit(
                {
                    Field.SURGERY_ON: "Another operation of this patient is recorded. Correct its"
                    " date on the patient's page, or mark this one as a later revision."
                }
            )
        facts["supersedes"] = known[-1]
    _with_facts(Surgery(clinic_id=patient.clinic_id), facts, SURGERY_FIELDS)
    return facts
