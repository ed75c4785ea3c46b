"""What a patient is told at the end follows from the answers and nothing else."""

from decimal import Decimal

import pytest

from followups import endings
from followups.endings import Ending

NOTHING = {
    "saddle": False,
    "bladder": False,
    "bowel": False,
    "chest": False,
    "airway": False,
    "unwell": False,
    "weak": "none",
    "gait_hand": False,
    "calf": False,
    "fever": False,
    "temp_c": Decimal("36.8"),
    "wound": [],
    "headache_upright": False,
    "pain_back": 6,
    "pain_leg": 4,
    "numb": "same",
    "numb_side": "both",
    "instab": "new",
    "func": 4,
    "opioid": "daily",
    "over_rx": False,
    "fall": False,
    "swallow": "moderate",
    "gic": "much_worse",
}

EMERGENCIES = [
    {"saddle": True},
    {"bladder": True},
    {"bowel": True},
    {"chest": True},
    {"airway": True},
    {"unwell": True},
    {"weak": "new", "weak_severe": True},
    {"weak": "worse", "weak_rapid": True},
    {"weak": "new", "weak_side": "both"},
    {"fever": True, "unwell": True},
    {"temp_c": Decimal("38.0"), "unwell": True},
]
URGENT = [
    {"weak": "new", "weak_side": "left", "weak_severe": False, "weak_rapid": False},
    {"weak": "worse", "weak_side": "right"},
    {"gait_hand": True},
    {"calf": True},
    {"fever": True},
    {"temp_c": Decimal("38.0")},
    {"wound": ["clear"]},
    {"wound": ["blood"]},
    {"wound": ["pus"]},
    {"wound": ["open"]},
    {"wound": ["redness"]},
    {"headache_upright": True},
    {"swallow": "severe"},
    {"numb": "new", "numb_side": "both"},
    {"numb": "worse", "numb_side": "both"},
    {"over_rx": True},
    {"fall": True, "pain_back": 7},
    {"fall": True, "pain_back": None, "pain_neck": 2, "pain_arm": 9},
    {"fall": True, "instab": "new"},
    {"fall": True, "numb": "worse", "numb_side": "left"},
]
ORDINARY = [
    {},
    {"weak": "same"},
    {"temp_c": Decimal("37.9")},
    {"pain_back": 10, "pain_leg": 10},
    {"numb": "new", "numb_side": "left"},
    {"swallow": "moderate"},
    {"fall": True, "pain_back": 6, "instab": "same"},
    {"weak": "same", "weak_side": "both", "weak_severe": True},
]


@pytest.mark.parametrize("told", EMERGENCIES)
def test_an_emergency_answer_ends_in_emergency(told):
    assert endings.of(NOTHING | told) is Ending.EMERGENCY


@pytest.mark.parametrize("told", EMERGENCIES)
def test_one_emergency_answer_is_enough_without_any_other(told):
    assert endings.of(told) is Ending.EMERGENCY


@pytest.mark.parametrize("told", URGENT)
def test_an_urgent_answer_asks_for_a_call_today(told):
    assert endings.of(NOTHING | told) is Ending.URGENT


@pytest.mark.parametrize("told", ORDINARY)
def test_everything_else_ends_with_thanks(told):
    assert endings.of(NOTHING | told) is Ending.THANKS


def test_no_answers_ask_for_nothing():
    assert endings.of({}) is Ending.THANKS


@pytest.mark.parametrize("value", [1, 2, 3])
def test_any_thought_of_self_harm_ends_with_the_crisis_text(value):
    assert endings.of(NOTHING | {"phq9_item9": value, "fever": True}) is Ending.CRISIS


def test_no_thought_of_self_harm_does_not():
    assert endings.of(NOTHING | {"phq9_item9": 0}) is Ending.THANKS
