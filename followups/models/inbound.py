"""What comes back to us: texts from patients, and what providers report of our messages."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from followups.choices import Meaning
from followups.models.plan import Visit
from patients.models import ContactChannel, Patient
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic
from patients.triggers import audited

if TYPE_CHECKING:
    from clinic.staff.models import User

LONGEST_TEXT = 10_000


class InboundQuerySet(ClinicQuerySet):
    def readable_by(self, user: "User") -> Self:
        """What this person may read."""
        return self.for_user(user).for_role_of(user)

    def for_role_of(self, user: "User") -> Self:
        """All of it; without a right to patients, only texts of unknown numbers."""
        if user.is_superuser or user.sees_patients:
            return self
        known = ContactChannel.objects.filter(clinic=OuterRef("clinic"), address=OuterRef("sender"))
        return self.filter(~Exists(known), patient=None)

    def unhandled(self) -> Self:
        """Texts somebody still has to read."""
        return self.filter(handled_at=None)

    def waiting_since(self, moment: datetime) -> Self:
        return self.unhandled().filter(received_at__lt=moment)


class InboundMessage(models.Model):
    """One text somebody sent us, kept word for word, whoever it is from.

    Staff handle every one that says more than a word we understand; no opt-out keeps it
    from being read. Without a patient it is from a number nobody gave us, or two gave us.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, models.CASCADE, null=True, blank=True, related_name="inbound_messages"
    )
    visit = models.ForeignKey(
        Visit,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The visit a reply is about.",
    )
    sender = models.CharField(max_length=32)
    provider_id = models.CharField(max_length=64, help_text="The provider's own name for it.")
    meaning = models.CharField(max_length=10, choices=Meaning)
    body = models.TextField(max_length=LONGEST_TEXT, blank=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where nobody had to.",
    )

    objects = InboundQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            OwnRows(name="inbound_own_rows"),
            SameClinic(field="patient", name="inbound_patient_same_clinic"),
            SameClinic(field="visit", name="inbound_visit_same_clinic"),
            models.UniqueConstraint(fields=["clinic", "provider_id"], name="inbound_once"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("body"), LONGEST_TEXT),
                name="inbound_body_length",
            ),
            models.CheckConstraint(
                condition=Q(handled_by=None) | Q(handled_at__isnull=False),
                name="inbound_handled_by_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(meaning__in=Meaning.values), name="inbound_meaning_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(meaning=Meaning.TEXT, handled_at__isnull=False, handled_by=None),
                name="inbound_text_is_read_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "received_at"],
                condition=Q(handled_at=None),
                name="inbound_unhandled",
            ),
            models.Index(fields=["clinic", "-received_at", "-id"], name="inbound_latest"),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"{self.get_meaning_display()} at {self.received_at:%Y-%m-%d %H:%M}"


class ProviderEvent(models.Model):
    """One thing a provider reported of a message: each counts once, however often it comes.

    It holds the provider's words and ids, and no address.
    """

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, help_text="delivered, bounced, failed …")
    code = models.CharField(max_length=40, blank=True, help_text="The provider's own reason.")
    reference = models.CharField(
        max_length=200, blank=True, help_text="The message it is about, by our id or theirs."
    )
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once"),
            models.CheckConstraint(
                condition=~Q(provider="") & ~Q(event_id=""), name="provider_event_has_an_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.provider}"
