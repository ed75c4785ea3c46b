"""Write notes, correct them for a day, add to them ever after; the only writer of notes."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from followups.models import Note
from followups.models.notes import LOCKED_AFTER
from patients.models import Patient

if TYPE_CHECKING:
    from clinic.staff.models import User


class Changed(Exception):
    """A colleague, or another tab, has written meanwhile: look before you write."""


class Locked(Exception):
    """The day for corrections is over, or somebody has added to the note: amend it."""


def write(patient: Patient, *, by: "User", body: str, form_id: UUID, now: datetime) -> Note:
    """Return the note stored; the same form sent again returns the note it made."""
    note, _ = Note.objects.get_or_create(
        form_id=form_id,
        patient=patient,
        author=by,
        defaults={"clinic_id": patient.clinic_id, "body": body, "written_at": now},
    )
    return note


@transaction.atomic
def correct(note: Note, *, by: "User", body: str, seen: datetime, now: datetime) -> None:
    """Replace the words of one's own note, within a day, as long as nobody has added to it.

    Raises:
        Locked: when that is over.
        Changed: when the words are no longer those seen.
    """
    current = Note.objects.select_for_update().get(pk=note.pk)
    is_amended = Note.objects.filter(amends=note).exists()
    if current.author_id != by.pk or is_amended or now >= current.written_at + LOCKED_AFTER:
        raise Locked(note.pk)
    if current.stands_since != seen:
        raise Changed(note.pk)
    Note.objects.filter(pk=note.pk).update(body=body, corrected_at=now)


def amend(last: Note, *, by: "User", body: str, form_id: UUID, now: datetime) -> Note:
    """Return the note that adds to ``last``, the latest of its thread when it was shown.

    Raises:
        Changed: when somebody else has added to it first.
    """
    try:
        with transaction.atomic():
            return Note.objects.create(
                clinic_id=last.clinic_id,
                patient_id=last.patient_id,
                author=by,
                amends=last,
                body=body,
                form_id=form_id,
                written_at=now,
            )
    except IntegrityError as refusal:
        same = Note.objects.filter(form_id=form_id, amends=last, author=by).first()
        if same is None:
            raise Changed(last.pk) from refusal
        return same
