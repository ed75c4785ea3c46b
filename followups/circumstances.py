"""What decides which questions a check-in asks: the operation, the day, the patient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from followups.choices import CheckInKind, Questionnaire
from followups.models import CheckIn
from patients.choices import Approach, Region, Smoking

# Protocol 2.2, column "When".
WOUND_UNTIL_POD = 42
INSTABILITY_FROM_POD = 15
SWALLOW_UNTIL_POD = 182
NICOTINE_UNTIL_POD = 180

QUALITY_EVERY_DAYS = 28  # "monthly"
MOOD_EVERY_DAYS = 28
MOOD_UNTIL_POD = 182  # 6 months; then with the visits
MOOD_VISITS = (365, 730)
MOOD_AROUND_VISIT = 14  # days: the nearest check-in of a 28-day rhythm

BELOW_THE_CORD = (Region.LUMBAR, Region.LUMBOSACRAL)
# From the front, or not known to be from the back: better asked than missed.
FROM_THE_FRONT = (Approach.ACDF, Approach.AROUND, Approach.OTHER)
SMOKED = (Smoking.CURRENT, Smoking.EX_RECENT, Smoking.EX_LONG)


@dataclass(frozen=True, slots=True)
class Lately:
    """What the reports before this check-in said, and when some things were last asked."""

    quality_pod: int | None = None
    mood_pod: int | None = None
    known_deficits: tuple[tuple[str, date], ...] = ()

    @classmethod
    def of(
        cls,
        reports: list[Mapping[str, Any]],
        *,
        surgery_on: date,
        known_deficits: Mapping[str, date],
    ) -> Self:
        """Return it from reports, newest first, each with the items used here."""

        def last_pod(item: str) -> int | None:
            on = next((each["reported_on"] for each in reports if each[item] is not None), None)
            return None if on is None else int((on - surgery_on).days)

        return cls(
            quality_pod=last_pod("pain_quality"),
            mood_pod=last_pod("phq4_down"),
            known_deficits=tuple(sorted(known_deficits.items())),
        )


@dataclass(frozen=True, slots=True)
class Circumstances:
    """One check-in answered on one postoperative day."""

    region: str
    approach: str
    pod: int
    is_before_surgery: bool = False
    is_short: bool = False
    restriction_end_pod: int = 84
    smoking: str | None = None
    lately: Lately = field(default_factory=Lately)

    @classmethod
    def of(
        cls, check_in: CheckIn, *, pod: int, smoking: str | None, lately: Lately | None = None
    ) -> Self:
        """Return the circumstances of a check-in answered on postoperative day ``pod``."""
        surgery = check_in.surgery
        is_baseline = check_in.kind == CheckInKind.BASELINE
        return cls(
            region=surgery.region,
            approach=surgery.approach,
            pod=pod,
            is_before_surgery=pod < 0 or (pod == 0 and is_baseline),
            is_short=check_in.questionnaire == Questionnaire.PULSE,
            restriction_end_pod=surgery.restriction_end_pod,
            smoking=smoking,
            lately=lately or Lately(),
        )

    @property
    def is_neck(self) -> bool:
        return Region(self.region).is_neck

    @property
    def is_back(self) -> bool:
        return not self.is_neck

    @property
    def is_beside_the_cord(self) -> bool:
        """Operated on any neck or chest level, where the cord can be pressed."""
        return self.region not in BELOW_THE_CORD

    @property
    def is_healing(self) -> bool:
        """The wound and the lining of the cord can still leak."""
        return self.pod <= WOUND_UNTIL_POD

    @property
    def can_loosen(self) -> bool:
        return self.pod >= INSTABILITY_FROM_POD

    @property
    def has_limits(self) -> bool:
        """Movement and lifting are still restricted."""
        return self.pod <= self.restriction_end_pod

    @property
    def may_swallow_badly(self) -> bool:
        from_the_front = self.is_neck and self.approach in FROM_THE_FRONT
        return from_the_front and self.pod <= SWALLOW_UNTIL_POD

    @property
    def nicotine_matters(self) -> bool:
        return self.smoking in SMOKED and self.pod <= NICOTINE_UNTIL_POD

    @property
    def known_deficits(self) -> tuple[tuple[str, date], ...]:
        return self.lately.known_deficits

    @property
    def may_ask_quality(self) -> bool:
        """What the pain is like: once in four weeks."""
        return _is_due(self.lately.quality_pod, self.pod, QUALITY_EVERY_DAYS)

    @property
    def is_at_a_visit(self) -> bool:
        """Around the visits of the first and the second year."""
        return any(abs(self.pod - visit) <= MOOD_AROUND_VISIT for visit in MOOD_VISITS)

    @property
    def mood_is_due(self) -> bool:
        """PHQ-4: before surgery, every four weeks for half a year, then at the visits."""
        asked_now = self.is_before_surgery or self.pod <= MOOD_UNTIL_POD or self.is_at_a_visit
        return asked_now and _is_due(self.lately.mood_pod, self.pod, MOOD_EVERY_DAYS)


def _is_due(last_pod: int | None, pod: int, every: int) -> bool:
    return last_pod is None or pod - last_pod >= every
