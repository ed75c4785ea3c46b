"""What a patient has said before the check-in was sent, and what they were given to read."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from followups.models.plan import CheckIn
from patients.choices import AnsweredBy
from patients.models import Surgery
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic


class Draft(models.Model):
    """Answers saved question by question, until they are sent.

    Nothing shows them to whoever opens the link again: the check-in goes on behind them.
    What is never sent becomes an incomplete report (``services.drafts``).
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    check_in = models.OneToOneField(CheckIn, models.CASCADE, related_name="draft")
    names = ArrayField(models.CharField(max_length=30), help_text="Questions answered so far.")
    answers = models.JSONField(help_text="Item of the report to value.")
    answered_by = models.CharField(max_length=10, choices=AnsweredBy, default=AnsweredBy.PATIENT)
    saved_at = models.DateTimeField()
    stored_at = models.DateTimeField(
        null=True, blank=True, help_text="When these answers became an incomplete report."
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            OwnRows(name="draft_own_rows"),
            SameClinic(field="check_in", name="draft_check_in_same_clinic"),
            models.CheckConstraint(
                condition=Q(answered_by__in=AnsweredBy.values), name="draft_choices_are_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Draft of check-in {self.check_in_id}"


class Lesson(models.Model):
    """One short text a patient was given: when, whether it was opened, and understood."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="lessons")
    module = models.CharField(max_length=30)
    given_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    understood = models.BooleanField(
        null=True, blank=True, help_text="Whether the last answer was the one hoped for."
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            OwnRows(name="lesson_own_rows"),
            SameClinic(field="surgery", name="lesson_surgery_same_clinic"),
            models.UniqueConstraint(fields=["surgery", "module"], name="lesson_given_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, understood=None)
                | Q(answered_at__isnull=False, understood__isnull=False, opened_at__isnull=False),
                name="lesson_answer_follows_opening",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(opened_at__gte=F("given_at")),
                name="lesson_opened_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module} for surgery {self.surgery_id}"
