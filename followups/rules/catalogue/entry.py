"""What the catalogue says of one rule."""

from collections.abc import Callable
from dataclasses import dataclass

from followups.choices import Family, Rule, Severity
from followups.rules.course import Course
from followups.rules.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Cause:
    """What a finding may mean; only within these days, or after neck surgery, if so said."""

    text: str
    from_pod: int | None = None
    until_pod: int | None = None
    is_neck_only: bool = False

    def fits(self, pod: int, *, is_neck: bool) -> bool:
        """Whether it is worth thinking of on this day after this surgery."""
        return (
            (self.from_pod is None or pod >= self.from_pod)
            and (self.until_pod is None or pod <= self.until_pod)
            and (is_neck or not self.is_neck_only)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule: how it is judged and what is said of it.

    ``severities`` are those it can have, most severe first. ``absent`` says whether its
    condition is gone on two consecutive reports (or the matter is completed): a badge
    for staff. With ``clears_itself`` that closes a routine flag, or ``cleared`` does
    where it asks for less. ``absorbs`` names rules that join this one's flag instead of
    raising their own; ``joins`` a family whose open flag this one joins.
    ``refires_after_days`` is how long the rule stays silent after it raised a flag.
    """

    rule: Rule
    check: Callable[[Course], Outcome]
    absent: Callable[[Course], bool]
    severities: tuple[Severity, ...]
    text: str
    possible: tuple[Cause, ...]
    consider: tuple[str, ...]
    ending: str
    source: str
    limits: str
    needs: tuple[Rule, ...] = ()
    absorbs: tuple[Rule, ...] = ()
    joins: Family | None = None
    clears_itself: bool = False
    cleared: Callable[[Course], bool] | None = None
    refires_after_days: int | None = None

    @property
    def causes(self) -> tuple[str, ...]:
        """All possible causes, with the days in which each is worth thinking of."""
        return tuple(each.text for each in self.possible)

    def causes_on(self, pod: int, *, is_neck: bool = False) -> tuple[str, ...]:
        """Return the possible causes by time since surgery."""
        return tuple(each.text for each in self.possible if each.fits(pod, is_neck=is_neck))

    def is_cleared(self, course: Course) -> bool:
        """Whether a routine flag of this rule may close without a person."""
        gone = self.cleared or self.absent
        return self.clears_itself and gone(course)


def causes(*texts: str) -> tuple[Cause, ...]:
    """Return causes to think of on any day."""
    return tuple(Cause(text) for text in texts)
