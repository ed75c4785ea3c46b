"""Whether the sweep is awake, read from the database alone and by its clock alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now

from followups.models import Heartbeat
from followups.services import sweep

MISSED_SWEEPS = 3  # one may be slow, one may be lost; three in a row is silence


@dataclass(frozen=True)
class Pulse:
    """The last sweep that finished, seen from a moment after it."""

    checked_at: datetime | None
    age: timedelta | None

    @property
    def stale(self) -> bool:
        limit = timedelta(seconds=MISSED_SWEEPS * settings.SWEEP_SECONDS)
        return self.age is None or self.age > limit

    @property
    def age_text(self) -> str:
        """How long ago in words, such as “4 minutes”; empty where nothing ever ran."""
        if self.age is None:
            return ""
        minutes = int(self.age.total_seconds()) // 60
        for length, word in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
            if count := minutes // length:
                return f"{count} {word}{'s' if count > 1 else ''}"
        return "less than a minute"


def pulse() -> Pulse:
    """Return the pulse of the sweep, in one query."""
    found = (
        Heartbeat.objects.filter(name=sweep.NAME)
        .annotate(read_at=Now())
        .values_list("at", "read_at")
        .first()
    )
    if found is None:
        return Pulse(None, None)
    checked_at, read_at = found
    # The sweep reads the clock a moment before it writes; never "in the future".
    return Pulse(checked_at, max(read_at - checked_at, timedelta()))
