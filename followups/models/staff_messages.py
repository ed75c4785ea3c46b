"""What we send to staff, and whom to page when a case cannot wait."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from followups.choices import StaffMessageKind
from followups.models.outbox import OutboxMessage
from followups.models.review import Flag
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic
from patients.triggers import audited

PAGES = (StaffMessageKind.PAGE, StaffMessageKind.ESCALATION)
_MAIL = r"^([^@\s]+@[^@\s]+)?$"
_PHONE = r"^(\+[1-9][0-9]{6,14})?$"


class OnCall(models.Model):
    """Whom an emergency pages at a clinic, and whom if nobody acknowledges it."""

    clinic = models.OneToOneField("staff.Clinic", models.PROTECT, related_name="on_call")
    email = models.EmailField("e-mail of whoever is on call", blank=True)
    phone = models.CharField(
        "mobile phone of whoever is on call",
        max_length=16,
        blank=True,
        help_text="For text messages, with the country's code: +12125550100.",
    )
    escalation_email = models.EmailField("e-mail if nobody acknowledges", blank=True)
    escalation_phone = models.CharField(
        "mobile phone if nobody acknowledges", max_length=16, blank=True
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "on-call route"
        constraints = [
            OwnRows(name="on_call_own_rows"),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""),
                name="on_call_reaches_somebody",
                violation_error_message="Enter an e-mail address or a mobile phone.",
            ),
            models.CheckConstraint(
                condition=Q(email__regex=_MAIL, escalation_email__regex=_MAIL)
                & Q(phone__regex=_PHONE, escalation_phone__regex=_PHONE),
                name="on_call_addresses_can_be",
                violation_error_message="Write phones like +12125550100, without spaces.",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"On-call route of {self.clinic}"


class StaffMessage(OutboxMessage):
    """One message to staff: that something waits, and where; never about whom.

    ``services.staff_messages`` plans them; the sender is the patients' one.
    """

    kind = models.CharField(max_length=12, choices=StaffMessageKind)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the clinic's on-call route.",
    )
    flag = models.ForeignKey(
        Flag, models.CASCADE, null=True, blank=True, related_name="staff_messages"
    )
    key = models.CharField(max_length=80, help_text="What it is about: told once.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(OutboxMessage.Meta):
        constraints = [
            *OutboxMessage.Meta.constraints,
            OwnRows(name="staff_message_own_rows"),
            SameClinic(field="flag", name="staff_message_flag_same_clinic"),
            models.UniqueConstraint(
                fields=["clinic", "key", "channel"], name="staff_message_told_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PAGES, flag__isnull=False)
                | (Q(to__isnull=False, kind__in=StaffMessageKind.values) & ~Q(kind__in=PAGES)),
                name="staff_message_page_or_person",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(
                    acknowledged_at__isnull=False,
                    acknowledged_by__isnull=False,
                    kind__in=PAGES,
                ),
                name="staff_message_acknowledged_by_somebody",
            ),
        ]
        indexes = OutboxMessage.Meta.indexes

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
