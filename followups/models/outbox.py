"""What every message that leaves us has in common: the row is its own outbox."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from followups.choices import Delivery, ReminderState
from patients.choices import ChannelKind
from patients.models.tenancy import ClinicQuerySet

UNSENT = (ReminderState.PENDING, ReminderState.SENDING)


class OutboxQuerySet(ClinicQuerySet):
    def claimable(self, now: datetime) -> Self:
        """Due and free: waiting, or left behind by a sender whose lease ran out."""
        return self.filter(
            Q(state=ReminderState.PENDING, not_before__lte=now)
            | Q(state=ReminderState.SENDING, lease_until__lt=now)
        )

    def unsent(self) -> Self:
        return self.filter(state__in=UNSENT)


class OutboxMessage(models.Model):
    """One message on its way, and afterwards the entry of the ledger that says what became of it.

    At least once: a second message is a nuisance, a missing one may be a missed complication.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    public_id = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Given to the provider: its idempotency key, and how a receipt finds us.",
    )
    channel = models.CharField(max_length=10, choices=ChannelKind)
    not_before = models.DateTimeField()
    was_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was to leave, if it had to wait."
    )
    not_after = models.DateTimeField(help_text="Later than this it would only confuse.")
    state = models.CharField(max_length=12, choices=ReminderState, default=ReminderState.PENDING)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Counted at the send, not at the claim."
    )
    unanswered = models.PositiveSmallIntegerField(
        default=0, help_text="Sends begun since the provider last answered: nobody knows their end."
    )
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(
        max_length=80, blank=True, help_text="Why it was not sent, or has to wait."
    )
    provider_id = models.CharField(
        max_length=120, blank=True, help_text="The provider's own name for it."
    )
    delivery = models.CharField(
        max_length=12, choices=Delivery, blank=True, help_text="What the provider said since."
    )
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["not_before", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(not_after__gt=F("not_before")),
                name="%(class)s_not_after_follows_not_before",
            ),
            models.CheckConstraint(
                condition=Q(state=ReminderState.SENT, sent_at__isnull=False)
                | (~Q(state=ReminderState.SENT) & Q(sent_at=None)),
                name="%(class)s_sent_at_iff_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReminderState.SENDING)
                | Q(claim_token__isnull=False, lease_until__isnull=False),
                name="%(class)s_sending_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReminderState.values),
                name="%(class)s_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(delivery="", delivered_at=None)
                | Q(delivery__in=[Delivery.ACCEPTED, Delivery.UNDELIVERED], delivered_at=None)
                | Q(delivery=Delivery.DELIVERED, delivered_at__isnull=False),
                name="%(class)s_delivered_at_iff_delivered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["attempts", "not_before", "id"],
                condition=Q(state__in=["pending", "sending"]),
                name="%(class)s_outbox",
            ),
            models.Index(
                fields=["provider_id"],
                condition=~Q(provider_id=""),
                name="%(class)s_provider_id",
            ),
            models.Index(
                fields=["clinic", "state", "not_before"],
                condition=Q(state__in=["quarantined", "failed", "expired"]),
                name="%(class)s_troubled",
            ),
        ]

    @property
    def due_at(self) -> datetime:
        """When it was to leave before anything made it wait."""
        return self.was_due_at or self.not_before
