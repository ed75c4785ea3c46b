"""Write down each step in a flag's life: the only writer of flag events."""

from datetime import datetime
from typing import TYPE_CHECKING

from followups.choices import FlagEventKind
from followups.models import Flag, FlagEvent

if TYPE_CHECKING:
    from clinic.staff.models import User


def add(
    flag: Flag,
    kind: FlagEventKind,
    *,
    at: datetime,
    by: "User | None" = None,
    text: str = "",
) -> FlagEvent:
    """Append one event; ``by`` is empty when the rules acted."""
    return FlagEvent.objects.create(
        clinic_id=flag.clinic_id,
        flag=flag,
        kind=kind,
        at=at,
        by=by,
        severity=flag.severity,
        text=text,
    )
