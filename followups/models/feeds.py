"""Private addresses of calendars: only the hash of each is kept."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class CalendarFeedQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(ended_at=None)


class CalendarFeed(models.Model):
    """One person's calendar address, until they end it or make another."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds"
    )
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="calendar_feed_one_each"
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar address {self.pk}"
