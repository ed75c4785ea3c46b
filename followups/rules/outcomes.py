"""What a rule can say: it fired, it did not, or it could not be judged."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from followups.choices import Family, Rule, Severity


class Domain(StrEnum):
    """Where pain is: back or neck (axial), leg or arm (limb)."""

    AXIAL = "axial"
    LIMB = "limb"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One value a rule used; ``on`` is the day it was reported, if on any."""

    label: str
    value: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason for a person to look.

    ``since`` is when its newest fact became true: a resolved flag returns only for a
    finding newer than its resolution. ``missing`` names inputs that would have helped.
    ``measure`` is the pain value whose rise wakes a snoozed flag.
    """

    rule: Rule
    severity: Severity
    since: datetime
    explanation: str
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    domains: tuple[Domain, ...] = ()
    measure: float | None = None

    @property
    def family(self) -> Family:
        """The family of flag this finding belongs to."""
        return self.rule.family


@dataclass(frozen=True, slots=True)
class NotFired:
    """The rule was judged and its condition is not there; never "no problem"."""


@dataclass(frozen=True, slots=True)
class NotEvaluable:
    """The rule could not be judged, and why."""

    reason: str


Outcome = Finding | NotFired | NotEvaluable

NOT_FIRED = NotFired()
