"""Which findings of a simulated patient would be news to staff.

Two ways to count, because how often a lasting finding comes back depends on what staff
do with it: a family that fires again within 28 days is the same flag (protocol 6.7), or
staff snooze what they have seen for as long as they may.
"""

from dataclasses import dataclass, field

from followups.choices import Family, Rule, Severity
from followups.protocol import STANDARD
from followups.rules import Assessment, Finding, may_refire
from followups.simulation.clock import at

SAME_FLAG_DAYS = 28
_SNOOZE = STANDARD.snooze


@dataclass(frozen=True, slots=True)
class News:
    """The families that an evaluation raises anew."""

    flags: frozenset[Family]
    pressing: frozenset[Family]  # soon or higher
    awake: frozenset[Family]  # soon or higher, where staff snooze what they have seen


@dataclass(frozen=True, slots=True)
class _Seen:
    day: int
    lead: Finding


@dataclass(slots=True)
class Flags:
    """What staff have been told of one patient."""

    any_on: dict[Family, int] = field(default_factory=dict)
    pressing_on: dict[Family, int] = field(default_factory=dict)
    snoozed: dict[Family, _Seen] = field(default_factory=dict)
    raised_on: dict[Rule, int] = field(default_factory=dict)

    def tell(self, assessment: Assessment, day: int, *, only: Family | None = None) -> News:
        """Return what is new to staff, and remember it."""
        flags, pressing, awake = set(), set(), set()
        for family, findings in assessment.by_family().items():
            told = [each for each in findings if self._may_come(each, day)]
            if not told or only not in {None, family}:
                continue
            if _is_past(self.any_on.get(family), day, SAME_FLAG_DAYS):
                self.any_on[family] = day
                flags.add(family)
            if told[0].severity < Severity.SOON:
                continue
            if _is_past(self.pressing_on.get(family), day, SAME_FLAG_DAYS):
                self.pressing_on[family] = day
                pressing.add(family)
            if self._is_awake(family, told[0], day):
                self.snoozed[family] = _Seen(day, told[0])
                awake.add(family)
        return News(frozenset(flags), frozenset(pressing), frozenset(awake))

    def _may_come(self, finding: Finding, day: int) -> bool:
        """Whether a rule may raise a flag again; remembers when it did."""
        last = self.raised_on.get(finding.rule)
        if last is not None and not may_refire(finding.rule, at(last), at(day)):
            return False
        self.raised_on[finding.rule] = day
        return True

    def _is_awake(self, family: Family, lead: Finding, day: int) -> bool:
        seen = self.snoozed.get(family)
        if seen is None or lead.severity >= seen.lead.severity + _SNOOZE.woken_by_severity_steps:
            return True
        if lead.severity >= _SNOOZE.never_severity or lead.rule in _SNOOZE.never_rules:
            return _is_past(seen.day, day, SAME_FLAG_DAYS)
        rise = (lead.measure or 0) - (seen.lead.measure or 0)
        return rise >= _SNOOZE.woken_by_pain_points or _is_past(seen.day, day, _SNOOZE.limit_days)


def _is_past(last: int | None, day: int, days: int) -> bool:
    return last is None or day - last >= days
