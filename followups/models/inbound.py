"""What comes back to us about our messages."""

from django.db import models
from django.db.models import Q


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
