"""What staff write down about a patient: signed, dated, and after a day only added to."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from patients.models import Patient
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.triggers import audited

LONGEST = 10_000
LOCKED_AFTER = timedelta(hours=24)

# Whoever amends has seen the words as they stand, so these cannot change below an amendment.
_KEEP = """
IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'note_locked: a note is never deleted' USING ERRCODE = 'check_violation';
END IF;
IF (OLD.id, OLD.clinic_id, OLD.patient_id, OLD.author_id, OLD.written_at, OLD.amends_id)
    IS DISTINCT FROM
    (NEW.id, NEW.clinic_id, NEW.patient_id, NEW.author_id, NEW.written_at, NEW.amends_id)
THEN
    RAISE EXCEPTION 'note_locked: only words change' USING ERRCODE = 'check_violation';
END IF;
IF statement_timestamp() >= OLD.written_at + interval '24 hours' THEN
    RAISE EXCEPTION 'note_locked: older than 24 hours' USING ERRCODE = 'check_violation';
END IF;
IF EXISTS (SELECT FROM followups_note WHERE amends_id = OLD.id) THEN
    RAISE EXCEPTION 'note_locked: amended already' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
_SAME_PATIENT = """
IF NEW.amends_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM followups_note WHERE id = NEW.amends_id AND patient_id = NEW.patient_id
) THEN
    RAISE EXCEPTION 'note_amends_same_patient' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class Note(models.Model):
    """One note; what is added later is a note of its own that amends it, once each."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.TextField(max_length=LONGEST)
    written_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)
    amends = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="amended_by",
        help_text="The note this one adds to; the next amendment adds to this one.",
    )
    form_id = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Of the form it was written in: sent twice, it is stored once.",
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [
            OwnRows(name="note_own_rows"),
            clinic_key("note_clinic_key"),
            SameClinic(field="patient", name="note_patient_same_clinic"),
            SameClinic(field="amends", name="note_amends_same_clinic"),
            models.CheckConstraint(condition=Q(body__regex=r"\S"), name="note_has_words"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("body"), LONGEST),
                name="note_is_not_endless",
            ),
            models.CheckConstraint(
                condition=Q(corrected_at=None) | Q(corrected_at__gte=F("written_at")),
                name="note_corrected_after_written",
            ),
        ]
        triggers = [
            audited(),
            pgtrigger.Trigger(
                name="locked",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_KEEP,
            ),
            pgtrigger.Trigger(
                name="same_patient",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=_SAME_PATIENT,
            ),
        ]

    def __str__(self) -> str:
        return f"Note {self.pk}"

    @property
    def stands_since(self) -> datetime:
        """When the words last changed: two people who saw the same saw this."""
        return self.corrected_at or self.written_at

    def is_locked(self, now: datetime) -> bool:
        return now >= self.written_at + LOCKED_AFTER


def threads(notes: Iterable[Note]) -> list[list[Note]]:
    """Return each note with its amendments after it; the latest note comes first."""
    after = {note.amends_id: note for note in notes if note.amends_id is not None}
    found = []
    for note in sorted(notes, key=lambda each: (each.written_at, each.pk), reverse=True):
        if note.amends_id is None:
            thread = [note]
            while (added := after.get(thread[-1].pk)) is not None:
                thread.append(added)
            found.append(thread)
    return found
