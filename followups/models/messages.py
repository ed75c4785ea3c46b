"""What we send to patients, and when the periodic jobs last finished."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from followups.choices import ReminderPurpose
from followups.models.outbox import OutboxMessage
from followups.models.plan import CheckIn, Visit
from patients.models import Patient
from patients.models.tenancy import OwnRows, SameClinic


class Reminder(OutboxMessage):
    """One message to a patient, about one check-in or one visit.

    ``services.reminders`` plans, claims and sends; a row that was sent or given up stays.
    """

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="reminders")
    check_in = models.ForeignKey(
        CheckIn, models.CASCADE, null=True, blank=True, related_name="reminders"
    )
    visit = models.ForeignKey(
        Visit, models.CASCADE, null=True, blank=True, related_name="reminders"
    )
    purpose = models.CharField(
        max_length=12, choices=ReminderPurpose, default=ReminderPurpose.CHECK_IN
    )
    visit_at = models.DateTimeField(
        null=True, blank=True, help_text="The appointment it speaks of: rebooked, it is void."
    )
    step = models.PositiveSmallIntegerField(
        help_text="0 for the first, then 1, 2 … each time the patient is reminded."
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who had it sent; empty: the plan.",
    )

    class Meta(OutboxMessage.Meta):
        constraints = [
            *OutboxMessage.Meta.constraints,
            OwnRows(name="reminder_own_rows"),
            SameClinic(field="patient", name="reminder_patient_same_clinic"),
            SameClinic(field="check_in", name="reminder_check_in_same_clinic"),
            SameClinic(field="visit", name="reminder_visit_same_clinic"),
            models.CheckConstraint(
                condition=Q(purpose=ReminderPurpose.CHECK_IN, check_in__isnull=False, visit=None)
                | (
                    Q(purpose__in=ReminderPurpose.about_visits(), visit__isnull=False)
                    & Q(check_in=None)
                ),
                name="reminder_about_a_check_in_or_a_visit",
            ),
            models.CheckConstraint(
                condition=Q(
                    purpose__in=[ReminderPurpose.CHECK_IN, ReminderPurpose.TO_BOOK], visit_at=None
                )
                | (
                    ~Q(purpose__in=[ReminderPurpose.CHECK_IN, ReminderPurpose.TO_BOOK])
                    & Q(visit_at__isnull=False)
                ),
                name="reminder_visit_at_iff_appointment",
            ),
            models.UniqueConstraint(
                fields=["check_in", "channel", "step"], name="reminder_once_per_step"
            ),
            models.UniqueConstraint(
                fields=["visit", "purpose", "channel", "step", "visit_at"],
                condition=Q(visit__isnull=False),
                nulls_distinct=False,
                name="reminder_once_per_appointment",
            ),
        ]
        indexes = [
            *OutboxMessage.Meta.indexes,
            models.Index(fields=["patient", "-not_before"], name="reminder_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} reminder {self.pk}"


class Heartbeat(models.Model):
    """When a periodic job last finished: the dead man's switch reads only this."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict, help_text="Counts of the last run.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
