"""The groups that are simulated, and what happens to their patients.

The parameters are those of protocol 6.7; where it names none they are a design choice
and say so. They compare designs and claim nothing about real patients.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from followups.choices import Rule
from followups.protocol import STANDARD
from followups.simulation.courses import Course, Shape, draw, with_flares

TURN_FROM, TURN_UNTIL = 75, 600  # protocol 6.7: "at random day 75-600"
TURN_BEFORE_END = 60  # in a shorter simulation, so that it can be found at all
RED_FLAG_FROM = 3  # the first check-in
BEYOND_8_WEEKS = STANDARD.pain_persist.from_pod


class Arm(StrEnum):
    """One group of patients."""

    NORMAL = "normal"
    PERSISTING = "persisting"
    REBOUND_3_5 = "rebound +3.5"
    REBOUND_2_5 = "rebound +2.5"
    CREEP = "creep +3.5"
    RED_FLAG = "red flag"


SHAPES = {
    Arm.NORMAL: Shape.NORMAL,
    Arm.PERSISTING: Shape.PERSISTING,
    Arm.REBOUND_3_5: Shape.REBOUND,
    Arm.REBOUND_2_5: Shape.REBOUND,
    Arm.CREEP: Shape.CREEP,
    Arm.RED_FLAG: Shape.NORMAL,
}
RISES = {Arm.REBOUND_3_5: 3.5, Arm.REBOUND_2_5: 2.5}

# How common each course is in a clinic, for the load of its staff. Poor outcomes 35-40 %
# (protocol 4.5, 6.2); late failures and adjacent segments together about 9 % in two
# years (6.3, 6.4), shared out here by choice.
CLINIC_MIX = {
    Arm.NORMAL: 0.55,
    Arm.PERSISTING: 0.36,
    Arm.REBOUND_3_5: 0.03,
    Arm.REBOUND_2_5: 0.02,
    Arm.CREEP: 0.04,
}


@dataclass(frozen=True, slots=True)
class RedFlag:
    """An emergency as a patient tells it, and the rule that must say so."""

    name: str
    answers: Mapping[str, Any]
    rule: Rule
    # The short form asks only some of the safety questions.
    is_in_short_form: bool = True


RED_FLAGS = (
    RedFlag("saddle numbness", {"saddle": True}, Rule.EMG_CES),
    RedFlag("bladder change", {"bladder": True}, Rule.EMG_CES),
    RedFlag("bowel change", {"bowel": True}, Rule.EMG_CES),
    RedFlag("foot drop", {"weak": "new", "weak_severe": True}, Rule.MOTOR),
    RedFlag("weakness getting worse", {"weak": "worse", "weak_rapid": True}, Rule.MOTOR),
    RedFlag("weakness on both sides", {"weak": "new", "weak_side": "both"}, Rule.MOTOR),
    RedFlag("chest pain", {"chest": True}, Rule.EMG_CARDIO),
    RedFlag("airway symptom", {"airway": True}, Rule.SWALLOW),
    RedFlag("possible sepsis", {"fever": True, "unwell": True}, Rule.INFECT, False),
)


@dataclass(frozen=True, slots=True)
class Story:
    """What will happen to one patient; ``event_day`` is when it begins, if anything does."""

    arm: Arm
    course: Course
    event_day: int | None
    red_flag: RedFlag | None = None


def story(arm: Arm, number: int, random: Random, *, last_day: int) -> Story:
    """Return the story of one patient of a group."""
    event_day = _event_day(arm, random, last_day)
    course = draw(
        SHAPES[arm], random, turn_day=event_day or 0, rise=RISES.get(arm, RISES[Arm.REBOUND_3_5])
    )
    # a level below the scale would swallow part of the rise that is injected
    axial = replace(course.axial, plateau=max(course.axial.plateau, 0.0))
    return Story(
        arm=arm,
        course=with_flares(replace(course, axial=axial), random, last_day=last_day),
        event_day=event_day,
        red_flag=RED_FLAGS[number % len(RED_FLAGS)] if arm is Arm.RED_FLAG else None,
    )


def _event_day(arm: Arm, random: Random, last_day: int) -> int | None:
    if arm is Arm.NORMAL:
        return None
    if arm is Arm.PERSISTING:
        return BEYOND_8_WEEKS
    latest = max(min(TURN_UNTIL, last_day - TURN_BEFORE_END), TURN_FROM)
    return random.randint(RED_FLAG_FROM if arm is Arm.RED_FLAG else TURN_FROM, latest)
