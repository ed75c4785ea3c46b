"""Letters to patients whom nothing else reaches, or who want paper."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from followups.choices import ContactMethod, ContactOutcome, LetterReason
from followups.models.review import ContactAttempt
from patients.choices import PatientStatus
from patients.models import Surgery, SymptomReport
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic
from patients.triggers import audited

CONTACTS = [outcome.value for outcome in ContactOutcome if outcome.is_contact]


class LetterQuerySet(ClinicQuerySet):
    def waiting(self) -> Self:
        """Letters to write: to patients still followed, not heard of or written to since."""
        since = {"surgery": OuterRef("surgery")}
        tries = ContactAttempt.objects.filter(**since, at__gt=OuterRef("asked_at"))
        done = tries.filter(Q(method=ContactMethod.LETTER) | Q(outcome__in=CONTACTS))
        reports = SymptomReport.objects.filter(**since, reported_at__gt=OuterRef("asked_at"))
        return self.filter(
            ~Exists(done),
            ~Exists(reports),
            ended_at=None,
            surgery__patient__status=PatientStatus.ACTIVE,
        )


class Letter(models.Model):
    """One letter that asks a patient to call the clinic; the contact attempt says it left."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="letters")
    reason = models.CharField(max_length=10, choices=LetterReason)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the plan.",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    was_sent = models.BooleanField(default=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            OwnRows(name="letter_own_rows"),
            SameClinic(field="surgery", name="letter_surgery_same_clinic"),
            models.UniqueConstraint(
                fields=["surgery"], condition=Q(ended_at=None), name="letter_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, was_sent=False)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="letter_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=LetterReason.values), name="letter_reason_is_known"
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"Letter {self.pk}: {self.get_reason_display().lower()}"
