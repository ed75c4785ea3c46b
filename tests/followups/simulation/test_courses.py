"""Made-up recoveries."""

# ruff: noqa: S311

from dataclasses import replace
from random import Random

import pytest

from followups.simulation.courses import (
    FLARE_DAYS,
    Course,
    Domain,
    Shape,
    draw,
    with_flares,
)

FLAT = Domain(baseline=7, peak=2, plateau=2)


class Steady(Random):
    """Chance without spread: every draw is its mean."""

    def gauss(self, mu=0.0, sigma=1.0):
        return mu


STEADY = Course(shape=Shape.NORMAL, axial=FLAT, limb=FLAT, tau=10, turn_day=100)


def pain(day, **facts):
    return replace(STEADY, **facts).pain(day, Steady())


@pytest.mark.parametrize(
    ("facts", "day", "expected"),
    [
        ({}, 300, (2, 2)),
        ({"shape": Shape.REBOUND}, 100, (2, 2)),
        ({"shape": Shape.REBOUND}, 107, (4, 2)),
        ({"shape": Shape.REBOUND, "rise": 4.0}, 114, (6, 2)),
        ({"shape": Shape.REBOUND, "rise": 4.0}, 700, (6, 2)),
        ({"shape": Shape.REBOUND, "rise": 2.0}, 114, (4, 2)),
        ({"shape": Shape.CREEP}, 160, (4, 2)),
        ({"flares": (50,)}, 49, (2, 2)),
        ({"flares": (50,)}, 50, (5, 2)),
        ({"flares": (50,)}, 49 + FLARE_DAYS, (5, 2)),
        ({"flares": (50,)}, 50 + FLARE_DAYS, (2, 2)),
        ({"flares": (100,), "shape": Shape.REBOUND, "rise": 4.0}, 104, (6, 2)),
    ],
)
def test_pain_follows_the_course(facts, day, expected):
    assert pain(day, **facts) == expected


def test_pain_falls_from_its_peak_to_a_plateau_and_stays_on_the_scale():
    axial = Domain(baseline=7, peak=8, plateau=2)
    falling = [pain(day, axial=axial)[0] for day in (0, 10, 30, 300)]
    assert falling == [8, 4, 2, 2]
    assert pain(0, axial=Domain(7, 14, 2), limb=Domain(7, -3, 2)) == (10, 0)


def test_flares_come_about_once_in_ten_months():
    course = draw(Shape.NORMAL, Random(1))
    counts = [len(with_flares(course, Random(n), last_day=730).flares) for n in range(300)]
    assert 2.0 < sum(counts) / len(counts) < 2.8
    assert max(with_flares(course, Random(3), last_day=30).flares, default=0) <= 30


@pytest.mark.parametrize(
    ("shape", "low", "high"), [(Shape.NORMAL, -2, 3.2), (Shape.PERSISTING, 3.5, 11)]
)
def test_a_good_and_a_poor_plateau_lie_apart(shape, low, high):
    plateaus = [draw(shape, Random(n)).axial.plateau for n in range(200)]
    assert low <= min(plateaus) <= max(plateaus) <= high
