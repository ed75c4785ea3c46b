"""What a patient is found by, in a form that row-level security lets an index answer."""

from django.db import models
from django.db.models import Q

from patients.folding import LONGEST
from patients.models.person import Patient
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic


class KeyKind(models.TextChoices):
    """What a key is of; values are stored: add, never rename."""

    WORD = "w", "word of the name"
    NEAR = "n", "word of the name, or what is left of it without one letter"
    RECORD = "r", "record number"
    PHONE = "p", "telephone number, its digits from the last to the first"


class SearchKey(models.Model):
    """One way to find one patient; made from the record by ``patients.search_keys`` alone.

    Equality and order of plain text are the only questions asked of it: the operators of
    trigrams, LIKE and arrays may not look at rows before row-level security has, and so never
    use an index. See docs/decisions/0008.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="search_keys")
    kind = models.CharField(max_length=1, choices=KeyKind)
    key = models.CharField(max_length=LONGEST, db_collation="C")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            OwnRows(name="search_key_own_rows"),
            SameClinic(field="patient", name="search_key_patient_same_clinic"),
            # also the index of every search
            models.UniqueConstraint(
                fields=["clinic", "kind", "key", "patient"], name="search_key_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=KeyKind.values) & ~Q(key=""), name="search_key_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of patient {self.patient_id}"
