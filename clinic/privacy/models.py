"""What must be remembered about forgetting, and who is told when the glass was broken."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import Opening
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic
from patients.triggers import append_only, audited

MOST_ATTEMPTS = 12
REASON_LENGTH = 200


class Erasure(models.Model):
    """A patient whose personal data was taken out; applied again after every restore."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            OwnRows(name="erasure_own_rows"),
            models.CheckConstraint(condition=~Q(reason=""), name="erasure_has_a_reason"),
        ]
        triggers = [append_only(), audited()]

    def __str__(self) -> str:
        return f"Erasure of patient {self.patient_id}"


class NoticeQuerySet(ClinicQuerySet):
    def unsent(self) -> Self:
        return self.filter(sent_at=None)

    def due(self, now: datetime) -> Self:
        return self.unsent().filter(attempts__lt=MOST_ATTEMPTS, due_at__lte=now)


class Notice(models.Model):
    """An e-mail telling one colleague that a restricted record was opened; its own outbox.

    At least once: a claim counts the attempt and moves ``due_at`` on, so whoever dies in
    between is replaced when that moment comes.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    opening = models.ForeignKey(Opening, models.CASCADE, related_name="notices")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=80, blank=True, help_text="A kind of error, no address.")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            OwnRows(name="privacy_notice_own_rows"),
            SameClinic(field="opening", name="privacy_notice_opening_same_clinic"),
            models.UniqueConstraint(fields=["opening", "to"], name="privacy_notice_once_each"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None), name="privacy_notice_outbox")
        ]

    def __str__(self) -> str:
        return f"Notice {self.pk} of opening {self.opening_id}"

    @property
    def has_failed(self) -> bool:
        """Nobody tries any more."""
        return self.sent_at is None and self.attempts >= MOST_ATTEMPTS
