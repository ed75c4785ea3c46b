"""The audit: one row for each page that showed a patient and each row that changed.

Entries are written by triggers and by the wrapper of every staff view, in the transaction
they speak of. No role of the product can change one, and a chain of seals shows whether
somebody else did. What a change replaced stands apart (``Values``), so that an erasure can
take a person's data out of the audit without breaking the chain.
"""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from patients.models.tenancy import ClinicQuerySet
from patients.reach import veiled_from
from patients.triggers import append_only

if TYPE_CHECKING:
    from clinic.staff.models import User


class Kind(models.TextChoices):
    """What happened; values are stored: add, never rename."""

    READ = "read", "Opened"
    INSERT = "insert", "Created"
    UPDATE = "update", "Changed"
    DELETE = "delete", "Deleted"
    EVENT = "event", "Event"  # sign-ins, exports, broken glass, refusals


class EntryQuerySet(ClinicQuerySet):
    """Who did what, restricted records included: the audit has no blind spot."""

    def for_user(self, user: "User") -> Self:
        """Entries of the user's clinic; for a superuser all."""
        return self.all() if user.is_superuser else self.filter(clinic=user.clinic_id)

    def about(self, patient: int) -> Self:
        return self.filter(patients__contains=[patient])

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class Entry(models.Model):
    """One line of the audit."""

    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=6, choices=Kind)
    what = models.CharField(max_length=60, help_text="The page, the table or the event.")
    # no foreign keys: an entry outlives what it speaks of
    clinic = models.ForeignKey(
        "staff.Clinic", models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        help_text="Empty: a patient by link, or the system itself.",
    )
    login = models.CharField(
        max_length=63,
        db_default=models.Func(template="SESSION_USER"),
        help_text="The database role that wrote it.",
    )
    request = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    row = models.BigIntegerField(null=True, help_text="The row that changed.")
    patients = ArrayField(models.BigIntegerField(), default=list)
    detail = models.JSONField(default=dict, help_text="Never personal data.")
    values_digest = models.BinaryField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="entry_kind_is_known"),
        ]
        triggers = [append_only()]
        indexes = [
            models.Index("clinic", models.F("at").desc(), name="entry_by_time"),
            models.Index("user", models.F("at").desc(), name="entry_by_user"),
            GinIndex(fields=["patients"], name="entry_by_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.what} at {self.at:%Y-%m-%d %H:%M:%S}"


class ValuesQuerySet(ClinicQuerySet):
    """What a change replaced is patient data: closed where the record is closed."""

    def for_user(self, user: "User") -> Self:
        """Values the user may read: of their clinic, without records closed to them."""
        rows = self.all() if user.is_superuser else self.filter(entry__clinic=user.clinic_id)
        veiled = veiled_from(user.pk)
        return rows.exclude(entry__patients__overlap=sorted(veiled)) if veiled else rows


class Values(models.Model):
    """What a change replaced: column to old and new, for a deleted row all of it."""

    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="values"
    )
    clinic = models.ForeignKey(
        "staff.Clinic", models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    columns = models.JSONField()

    objects = ValuesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "values"

    def __str__(self) -> str:
        return f"Values of entry {self.entry_id}"


class Seal(models.Model):
    """One link of the chain: the hash of an entry and of the seal before it."""

    entry_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"Seal {self.pk}"
