"""Whether the sweep is awake, read from the database alone and by its clock alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now

from followups.models import Heartbeat
from followups.services import reassessment, sweep

MISSED_SWEEPS = 3  # one may be slow, one may be lost; three in a row is silence


def ago(age: timedelta) -> str:
    """Return a length of time in words, such as “4 minutes”."""
    seconds = int(age.total_seconds())
    for length, word in ((24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute")):
        if count := seconds // length:
            return f"{count} {word}{'s' if count > 1 else ''}"
    return "less than a minute"


@dataclass(frozen=True)
class Pulse:
    """The last sweep that finished, seen from a moment after it.

    ``differing`` counts stored decisions that the rules would not make again today.
    """

    checked_at: datetime | None
    age: timedelta | None
    differing: int = 0

    @property
    def stale(self) -> bool:
        limit = timedelta(seconds=MISSED_SWEEPS * settings.SWEEP_SECONDS)
        return self.age is None or self.age > limit

    @property
    def age_text(self) -> str:
        """How long ago in words, such as “4 minutes”; empty where nothing ever ran."""
        return "" if self.age is None else ago(self.age)


def pulse() -> Pulse:
    """Return the pulse of the sweep and the nightly comparison's result, in one query."""
    rows = Heartbeat.objects.filter(name__in=[sweep.NAME, reassessment.NAME]).annotate(
        read_at=Now()
    )
    found = {row.name: row for row in rows}
    compared = found.get(reassessment.NAME)
    differing = int(compared.detail.get("different", 0)) if compared else 0
    swept = found.get(sweep.NAME)
    if swept is None:
        return Pulse(None, None, differing)
    # The sweep reads the clock a moment before it writes; never "in the future".
    return Pulse(swept.at, max(swept.read_at - swept.at, timedelta()), differing)
