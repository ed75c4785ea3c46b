"""Histories and outcomes as plain values that JSON can hold, and histories back again.

A stored history gives the same assessment as the one it was stored from.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from followups.choices import Family, Severity, VisitKind, VisitStatus
from followups.rules.history import (
    Attempt,
    Baseline,
    History,
    ImagingState,
    KnownDeficit,
    MissedCheckIn,
    Report,
    Risk,
    Score,
    VisitState,
)

_PLAIN = frozenset({str, int, bool, float, type(None)})


def plain(value: Any) -> Any:
    """Return a fact as JSON values; what is not known is left out."""
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value):
        facts = ((name, getattr(value, name)) for name in _names(value.__class__))
        return {name: plain(fact) for name, fact in facts if fact is not None}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in sorted(value.items())}
    if isinstance(value, frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return _scalar(value)


def history_as_data(history: History) -> dict[str, Any]:
    """Return a history as plain values."""
    facts: dict[str, Any] = plain(history)
    return facts


def history_from_data(data: Mapping[str, Any]) -> History:
    """Return the history that was stored as these plain values.

    Facts that were not known yet when it was stored are empty.
    """
    sequences = {
        name: tuple(kind(**_revived(each)) for each in data.get(name, ()))
        for name, kind in _SEQUENCES.items()
    }
    parts = {
        "zone": ZoneInfo(data["zone"]),
        "baseline": Baseline(**data["baseline"]),
        "risk": Risk(**_revived(data["risk"])),
        "open_severities": {
            Family(family): Severity(severity)
            for family, severity in data["open_severities"].items()
        },
    }
    return History(**{**_revived(data), **parts, **sequences})


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, ZoneInfo) else value


_SEQUENCES: dict[str, Callable[..., Any]] = {
    "reports": Report,
    "missed": MissedCheckIn,
    "visits": VisitState,
    "imaging": ImagingState,
    "known_deficits": KnownDeficit,
    "scores": Score,
    "attempts": Attempt,
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "no_show_at": lambda moments: tuple(map(datetime.fromisoformat, moments)),
    "status": VisitStatus,
    "wound": frozenset,
    "numb_site": frozenset,
    "findings": frozenset,
    "factors": frozenset,
    "unknown": frozenset,
}


def _revived(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with their dates, moments, sets and words turned back."""
    facts = {name: _reader(name)(value) for name, value in data.items()}
    if "opens_on" in facts:  # only a visit's kind is a visit kind
        facts["kind"] = VisitKind(facts["kind"])
    return facts


def _reader(name: str) -> Callable[[Any], Any]:
    if name in _READERS:
        return _READERS[name]
    if name == "on" or name.endswith("_on"):
        return date.fromisoformat
    if name in {"at", "as_of"} or name.endswith("_at"):
        return datetime.fromisoformat
    return lambda value: value
