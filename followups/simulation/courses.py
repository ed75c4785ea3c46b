"""How pain goes over two years, in the shapes of protocol 6.7. Pure and repeatable.

The parameters are the protocol's simulation, not patients: use them to fill a demo and
to compare designs, not to claim performance.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp
from random import Random


class Shape(StrEnum):
    """What happens after surgery."""

    NORMAL = "normal"
    PERSISTING = "persisting"
    REBOUND = "rebound"
    CREEP = "creep"


NOISE = 1.15  # SD of one report; SEM from SDC 3.6 would be 1.3 (protocol 6.7)
REBOUND_RISE, REBOUND_RAMP_DAYS = 3.5, 14
CREEP_RISE, CREEP_RAMP_DAYS = 3.5, 120
FLARE_RISE, FLARE_DAYS, FLARES_A_MONTH = 3.0, 7, 0.1
MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Domain:
    """One place that hurts: from its peak after surgery down to a plateau."""

    baseline: float
    peak: float
    plateau: float

    def mean(self, day: int, tau: float) -> float:
        return self.plateau + (self.peak - self.plateau) * exp(-max(day, 0) / tau)


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's recovery; ``turn_day`` is when a rebound or creep begins.

    ``rise`` is how far it goes, ``flares`` are the first days of bad weeks between.
    """

    shape: Shape
    axial: Domain
    limb: Domain
    tau: float
    turn_day: int
    rise: float = REBOUND_RISE
    flares: tuple[int, ...] = ()

    def pain(self, day: int, random: Random) -> tuple[int, int]:
        """Return the reported axial and limb pain (0-10) on a postoperative day."""
        return (
            _report(self.axial.mean(day, self.tau) + self._rise(day), random),
            _report(self.limb.mean(day, self.tau), random),
        )

    def before_surgery(self, random: Random) -> tuple[int, int]:
        return _report(self.axial.baseline, random), _report(self.limb.baseline, random)

    def _rise(self, day: int) -> float:
        flare = FLARE_RISE * any(0 <= day - first < FLARE_DAYS for first in self.flares)
        if self.shape == Shape.REBOUND:
            return flare + _ramp(day - self.turn_day, REBOUND_RAMP_DAYS) * self.rise
        if self.shape == Shape.CREEP:
            return flare + _ramp(day - self.turn_day, CREEP_RAMP_DAYS) * CREEP_RISE
        return flare


def draw(shape: Shape, random: Random, *, turn_day: int = 0, rise: float = REBOUND_RISE) -> Course:
    """Return a course of this shape with the parameters of protocol 6.7."""
    poor = shape == Shape.PERSISTING
    return Course(
        shape=shape,
        axial=Domain(
            baseline=_within(random.gauss(6.6, 2.0), 3, 10),
            peak=random.gauss(6.2, 1.5),
            plateau=max(random.gauss(5.3, 1.3), 3.5) if poor else min(random.gauss(1.9, 0.9), 3.2),
        ),
        limb=Domain(
            baseline=_within(random.gauss(6.2, 2.6), 0, 10),
            peak=random.gauss(4, 2),
            plateau=random.gauss(4.5, 1.8) if poor else random.gauss(1.2, 0.9),
        ),
        tau=random.uniform(10, 20),
        turn_day=turn_day,
        rise=rise,
    )


def with_flares(course: Course, random: Random, *, last_day: int) -> Course:
    """Return the course with bad weeks at random, as often as protocol 6.7 has them."""
    days, at = [], 0.0
    while (at := at + random.expovariate(FLARES_A_MONTH / MONTH_DAYS)) <= last_day:
        days.append(int(at))
    return replace(course, flares=tuple(days))


def _ramp(days: int, length: int) -> float:
    return _within(days / length, 0, 1)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _report(mean: float, random: Random) -> int:
    return round(_within(random.gauss(mean, NOISE), 0, 10))
