"""The comparison rule: any single report that rises by 2 or reaches 7 (protocol 6.7).

It sees the scheduled check-ins only, since re-checks belong to the rules compared with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from followups.protocol import STANDARD

RISE, HIGH = 2, 7
FROM_POD = STANDARD.pain_persist.from_pod


@dataclass(slots=True)
class Comparison:
    """What the comparison rule remembers of one patient: the last pains."""

    last: dict[str, int] = field(default_factory=dict)

    def fires(self, day: int, told: Mapping[str, Any]) -> bool:
        """Whether this report alone would have raised a flag."""
        pains = {place: told[place] for place in ("axial", "limb")}
        found = day >= FROM_POD and any(
            pain >= HIGH or pain - self.last.get(place, pain) >= RISE
            for place, pain in pains.items()
        )
        self.last = pains
        return found
