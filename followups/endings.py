"""What a patient is told at the end, decided by nothing but the answers just given.

No flag, rule, record or clock is looked at: everybody who ticks the same box reads the
same text (protocol 2.2, 4.1.15, 7.3). The texts are safety nets, not a judgement; there
is no ending that says all is well.

Urgent are the answers of one form that protocol 4.3 calls urgent, whatever the day.
Where it draws a line by day or by risk factor, the answer alone decides and the patient
is asked to call: blood on the wound before day 6, an upright headache after day 30, a
fever after day 90. Not urgent here is what depends on earlier forms, on the day (new
numbness with pain) or on the record (a fall with osteoporosis).
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from patients.choices import Change, Side, Swallow

FEVER_FROM = Decimal("38.0")  # 100.4 F (protocol 2.2)
SEVERE_PAIN_FROM = 7  # FALL, protocol 4.3

EMERGENCY_SIGNS = ("saddle", "bladder", "bowel", "chest", "airway", "unwell")
URGENT_SIGNS = (
    "calf",  # DVT
    "gait_hand",  # MYELO
    "headache_upright",  # CSF
    "over_rx",  # MED-ESC
)
PAINS = ("pain_back", "pain_neck", "pain_leg", "pain_arm")
CHANGED = frozenset({Change.WORSE, Change.NEW})

Answers = Mapping[str, Any]


class Ending(StrEnum):
    """The page that follows; the values stand in addresses."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    URGENT = "urgent"
    THANKS = "thanks"


def of(answers: Answers) -> Ending:
    """Return the ending these answers ask for; a missing answer asks for nothing."""
    if is_emergency(answers):
        return Ending.EMERGENCY
    if is_crisis(answers):
        return Ending.CRISIS
    if is_urgent(answers):
        return Ending.URGENT
    return Ending.THANKS


def is_emergency(answers: Answers) -> bool:
    """Any sign of the first two questions, or weakness that threatens.

    Fever with feeling unwell (INFECT) is among them: feeling unwell is a sign by itself.
    """
    return bool(emergency_signs(answers))


def emergency_signs(answers: Answers) -> frozenset[str]:
    """Return what in these answers can mean an emergency."""
    ticked = {sign for sign in EMERGENCY_SIGNS if answers.get(sign)}
    return frozenset(ticked | {"weak"} if _is_threatening_weakness(answers) else ticked)


def is_crisis(answers: Answers) -> bool:
    """Any thought of self-harm, where a clinic asks for it (protocol 7.4)."""
    return (answers.get("phq9_item9") or 0) >= 1


def is_urgent(answers: Answers) -> bool:
    """Any answer for which the clinic should hear from the patient today."""
    return (
        any(answers.get(sign) for sign in URGENT_SIGNS)
        or _has_changed(answers, "weak")  # MOTOR
        or has_fever(answers)  # INFECT
        or bool(answers.get("wound"))  # INFECT, CSF
        or answers.get("swallow") == Swallow.SEVERE  # SWALLOW
        or _is_numb_on_both_sides(answers)  # NEURO-SENS
        or _is_hurt_by_a_fall(answers)  # FALL, INSTAB
    )


def has_fever(answers: Answers) -> bool:
    """Fever ticked, or a temperature that is one."""
    measured = answers.get("temp_c")
    return bool(answers.get("fever")) or (measured is not None and measured >= FEVER_FROM)


def _has_changed(answers: Answers, item: str) -> bool:
    return answers.get(item) in CHANGED


def _is_threatening_weakness(answers: Answers) -> bool:
    # Asked of nobody whose weakness has not changed: where that answer is out of reach,
    # as it was given in another sitting, it is known all the same.
    return answers.get("weak", Change.NEW) in CHANGED and bool(
        answers.get("weak_severe")
        or answers.get("weak_rapid")
        or answers.get("weak_side") == Side.BOTH
    )


def _is_numb_on_both_sides(answers: Answers) -> bool:
    return _has_changed(answers, "numb") and answers.get("numb_side") == Side.BOTH


def _is_hurt_by_a_fall(answers: Answers) -> bool:
    worst = max(answers.get(pain) or 0 for pain in PAINS)
    return bool(answers.get("fall")) and (
        worst >= SEVERE_PAIN_FROM
        or any(_has_changed(answers, item) for item in ("weak", "numb", "instab"))
    )
