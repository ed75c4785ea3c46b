"""What may keep messages from leaving: a provider that is down, a hold, a restored database."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.choices import ChannelKind
from patients.models.tenancy import ClinicQuerySet, OwnRows
from patients.triggers import audited


class Provider(models.Model):
    """How the provider of one channel has behaved lately; no row means nothing went wrong.

    After some failures in a row nothing is sent to it until ``open_until``; then one message
    tries whether it works again.
    """

    channel = models.CharField(max_length=10, choices=ChannelKind, unique=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    open_until = models.DateTimeField(
        null=True, blank=True, help_text="Nothing is sent before; then one message tries."
    )
    failed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=80, blank=True, help_text="The latest failure.")

    class Meta:
        ordering = ["channel"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=ChannelKind.values), name="provider_channel_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Provider of {self.get_channel_display()}"


class HoldQuerySet(ClinicQuerySet):
    def active(self) -> Self:
        return self.filter(released_at=None)


class Hold(models.Model):
    """Nothing leaves a clinic from ``at`` until somebody releases it."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the system, when it found itself restored.",
    )
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    release_reason = models.CharField(max_length=200, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            OwnRows(name="hold_own_rows"),
            models.UniqueConstraint(
                fields=["clinic"], condition=Q(released_at=None), name="hold_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, release_reason="")
                | (Q(released_at__isnull=False, released_at__gte=F("at")) & ~Q(release_reason="")),
                name="hold_released_with_a_reason",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"Hold since {self.at:%Y-%m-%d %H:%M}"

    def is_active(self) -> bool:
        return self.released_at is None


class Origin(models.Model):
    """Where this database was last seen to live; elsewhere, it was restored or copied."""

    only = models.BooleanField(default=True, unique=True)
    place = models.CharField(max_length=80)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="origin_is_one_row"),
        ]

    def __str__(self) -> str:
        return f"Origin since {self.seen_at:%Y-%m-%d %H:%M}"
