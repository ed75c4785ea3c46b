"""What a simulated patient answers on one day.

Pain follows the course. The rest is kept simple: activity follows pain, mood follows
the kind of recovery, opioids fade, and falls and numbness that never went happen at
rates chosen to look like a clinic [D]. Nothing here injects a red flag by chance.
"""

from dataclasses import dataclass
from random import Random
from typing import Any, Self

from followups.protocol import STANDARD
from followups.rules import Baseline
from followups.simulation.courses import Course, Shape

WOUND_UNTIL = 42  # protocol 2.2
INSTABILITY_FROM = 15
NICOTINE_UNTIL = 180
MOOD_EVERY_DAYS, MOOD_OFTEN_UNTIL = 28, 182
MOOD_AT_VISITS = (365, 730)
MOOD_VISIT_DAYS = 14

LASTING_NUMBNESS = 0.15
OPIOIDS_BEFORE, OPIOIDS_LATE = 0.25, 0.13  # long-term users 12.8 % of naive (Deyo 2018)
OPIOID_DAYS = (5, 30)
SMOKERS = 0.15
SMOKES_NOW, OVERDOES, FALLS, TAKES_MORE = 0.3, 0.02, 0.004, 0.04
PAIN_PER_STEP = 2.5  # points of pain for one step of everyday limitation

SAFE = dict.fromkeys(("saddle", "bladder", "bowel", "chest", "airway", "unwell"), False)


@dataclass(frozen=True, slots=True)
class Traits:
    """What stays the same about one patient."""

    course: Course
    baseline: Baseline
    is_numb: bool
    smokes: bool
    opioid_until: int
    mood: float

    @classmethod
    def draw(cls, course: Course, random: Random) -> Self:
        """Return a patient with this course."""
        axial, limb = course.before_surgery(random)
        uses = random.random() < OPIOIDS_BEFORE
        late = random.random() < (0.5 if uses else OPIOIDS_LATE)
        return cls(
            course=course,
            baseline=Baseline(axial=axial, limb=limb, opioid="some" if uses else "none"),
            is_numb=random.random() < LASTING_NUMBNESS,
            smokes=random.random() < SMOKERS,
            opioid_until=730 if late else random.randint(*OPIOID_DAYS),
            mood=random.gauss(1.8 if course.shape == Shape.PERSISTING else 0.8, 0.8),
        )


def answer(day: int, traits: Traits, random: Random, *, is_short: bool) -> dict[str, Any]:
    """Return the answers to one form; what it does not ask stays out."""
    axial, limb = traits.course.pain(day, random)
    told: dict[str, Any] = {**SAFE, "weak": "none", "axial": axial, "limb": limb}
    if is_short:
        return told
    told |= {
        "calf": False,
        "fever": False,
        "numb": "same" if traits.is_numb else "none",
        "func": _limitation(max(axial, limb), day, random),
        "fall": random.random() < FALLS,
        **_medicine(day, traits, random),
    }
    if day <= WOUND_UNTIL:
        told |= {"wound": frozenset(), "headache_upright": False}
    if day >= INSTABILITY_FROM:
        told["instab"] = "none"
    if day <= 84:
        told |= {"adh": random.choice(("all", "mostly")), "overdid": random.random() < OVERDOES}
    if traits.smokes and day <= NICOTINE_UNTIL:
        told["nicotine"] = random.random() < SMOKES_NOW
    if _asks_mood(day):
        told |= {"phq2": _mood(traits, random), "gad2": _mood(traits, random)}
    return told


def _limitation(pain: int, day: int, random: Random) -> int:
    healing = 2.0 if day < 14 else 1.0 if day < 42 else 0.0
    steps = max(pain / PAIN_PER_STEP, healing) + random.gauss(0, 0.4)
    return min(max(round(steps), 0), STANDARD.trends.function_max)


def _medicine(day: int, traits: Traits, random: Random) -> dict[str, Any]:
    uses = day <= traits.opioid_until
    told: dict[str, Any] = {
        "opioid": ("daily" if day < 7 else "some") if uses else "none",
        "med_change": "more" if random.random() < TAKES_MORE else "same",
    }
    return told | {"over_rx": False} if uses else told


def _asks_mood(day: int) -> bool:
    if day <= MOOD_OFTEN_UNTIL:
        return day % MOOD_EVERY_DAYS < 7
    return any(abs(day - visit) < MOOD_VISIT_DAYS for visit in MOOD_AT_VISITS)


def _mood(traits: Traits, random: Random) -> int:
    return min(max(round(random.gauss(traits.mood, 0.7)), 0), STANDARD.scales.two_item_max)
