"""What decides which questions a check-in asks: the operation, the day, the patient."""

from dataclasses import dataclass
from typing import Self

from followups.choices import CheckInKind, Questionnaire
from followups.models import CheckIn
from patients.choices import Approach, Region, Smoking

# Protocol 2.2, column "When".
WOUND_UNTIL_POD = 42
INSTABILITY_FROM_POD = 15
SWALLOW_UNTIL_POD = 182
NICOTINE_UNTIL_POD = 180

BELOW_THE_CORD = (Region.LUMBAR, Region.LUMBOSACRAL)
# From the front, or not known to be from the back: better asked than missed.
FROM_THE_FRONT = (Approach.ACDF, Approach.AROUND, Approach.OTHER)
SMOKED = (Smoking.CURRENT, Smoking.EX_RECENT, Smoking.EX_LONG)


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

    @classmethod
    def of(cls, check_in: CheckIn, *, pod: int, smoking: str | None) -> Self:
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
