"""What we send: each row is its own outbox, so a lost task loses nothing."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from followups.choices import ReminderState
from followups.models.plan import CheckIn
from patients.choices import ChannelKind
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic


class ReminderQuerySet(ClinicQuerySet):
    def claimable(self, now: datetime) -> Self:
        """Due and free: waiting, or left behind by a sender whose lease ran out."""
        return self.filter(
            Q(state=ReminderState.PENDING, not_before__lte=now)
            | Q(state=ReminderState.SENDING, lease_until__lt=now)
        )

    def unsent(self) -> Self:
        return self.filter(state__in=[ReminderState.PENDING, ReminderState.SENDING])


class Reminder(models.Model):
    """One message asking for one check-in (``services.reminders`` claims and sends).

    At least once: a second reminder is a nuisance, a missing one may be a missed
    complication.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    public_id = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Given to the provider, so that a delivery can be traced.",
    )
    check_in = models.ForeignKey(CheckIn, models.CASCADE, related_name="reminders")
    channel = models.CharField(max_length=10, choices=ChannelKind)
    step = models.PositiveSmallIntegerField(
        help_text="0 when due, then 1, 2 … each time the patient is reminded."
    )
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(help_text="Later than this it would only confuse.")
    state = models.CharField(max_length=12, choices=ReminderState, default=ReminderState.PENDING)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Counted at the send, not at the claim."
    )
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(
        max_length=80, blank=True, help_text="Why it was suppressed or failed."
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["not_before", "pk"]
        constraints = [
            OwnRows(name="reminder_own_rows"),
            SameClinic(field="check_in", name="reminder_check_in_same_clinic"),
            models.UniqueConstraint(
                fields=["check_in", "channel", "step"], name="reminder_once_per_step"
            ),
            models.CheckConstraint(
                condition=Q(not_after__gt=F("not_before")),
                name="reminder_not_after_follows_not_before",
            ),
            models.CheckConstraint(
                condition=Q(state=ReminderState.SENT, sent_at__isnull=False)
                | (~Q(state=ReminderState.SENT) & Q(sent_at=None)),
                name="reminder_sent_at_iff_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReminderState.SENDING)
                | Q(claim_token__isnull=False, lease_until__isnull=False),
                name="reminder_sending_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReminderState.values),
                name="reminder_state_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["attempts", "not_before", "id"],
                condition=Q(state__in=["pending", "sending"]),
                name="reminder_outbox",
            )
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
