"""A report's answers in words, next to those of the report before."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from patients.models import SymptomReport
from patients.models.report import WORD_LISTS, WORDS

SAFETY = {
    "saddle": "Numbness between the legs",
    "bladder": "New bladder trouble",
    "bowel": "New loss of bowel control",
    "chest": "Chest pain or breathlessness",
    "airway": "Trouble breathing or swallowing saliva",
    "unwell": "Very unwell with fever",
    "calf": "Calf swelling or pain",
    "fever": "Fever",
    "headache_upright": "Headache when upright",
}
LABELS = {
    "pain_neck": "Neck pain, 0 to 10",
    "pain_arm": "Arm pain, 0 to 10",
    "pain_back": "Back pain, 0 to 10",
    "pain_leg": "Leg pain, 0 to 10",
    "limb_side": "Side of limb pain",
    "pain_quality": "Kind of pain",
    "numb": "Numbness or tingling",
    "numb_side": "Side of numbness",
    "numb_site": "Where numb",
    "weak": "Weakness",
    "weak_side": "Side of weakness",
    "weak_severe": "Cannot lift foot or hand, or walk",
    "weak_rapid": "Weakness getting worse by the day",
    "gait_hand": "Clumsy hands or unsteady walking",
    "instab": "Slipping or giving way",
    "func": "Limited in everyday tasks, 0 to 4",
    "walk_minutes": "Walking",
    "opioid": "Opioids",
    "med_change": "Pain medicine than before",
    "over_rx": "More than prescribed",
    "adh": "Keeps to the limits",
    "overdid": "Overdid it",
    "fall": "Fall or accident",
    "nicotine": "Nicotine",
    "swallow": "Trouble swallowing",
    "wound": "Wound",
    "temp_c": "Temperature, °C",
    **SAFETY,
    "gic": "Compared with before surgery",
    "phq2": "Low mood (PHQ-2), 0 to 6",
    "gad2": "Worry (GAD-2), 0 to 6",
}
# Where more is worse, so that an arrow has a meaning.
GROWING = frozenset(
    {"pain_neck", "pain_arm", "pain_back", "pain_leg", "func", "temp_c", "phq2", "gad2"}
)
NOT_ANSWERED = "not answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the table: what was answered now and before."""

    label: str
    now: str
    before: str
    has_changed: bool
    direction: str = ""  # up, down


def compared(now: SymptomReport, before: SymptomReport | None) -> list[Answer]:
    """Return every item answered in either report; safety answers of no are left out."""
    return [
        _answer(item, label, now, before)
        for item, label in LABELS.items()
        if _is_worth_a_line(item, now, before)
    ]


def denied(report: SymptomReport) -> list[str]:
    """Return the safety questions this report answers with no."""
    return [label.lower() for item, label in SAFETY.items() if getattr(report, item) is False]


def said(report: SymptomReport, item: str) -> str:
    """Return one answer in words; not answered is said as such."""
    value = getattr(report, item)
    if value is None:
        return NOT_ANSWERED
    return _reader(item)(value)


def _answer(item: str, label: str, now: SymptomReport, before: SymptomReport | None) -> Answer:
    newer = getattr(now, item)
    older = getattr(before, item) if before else None
    known = newer is not None and older is not None
    direction = ""
    if known and item in GROWING and newer != older:
        direction = "up" if newer > older else "down"
    return Answer(
        label=label,
        now=said(now, item),
        before=said(before, item) if before else "no report",
        has_changed=known and newer != older,
        direction=direction,
    )


def _is_worth_a_line(item: str, now: SymptomReport, before: SymptomReport | None) -> bool:
    values = [getattr(report, item) for report in (now, before) if report]
    if item in SAFETY:
        return any(values)
    return any(value is not None for value in values)


def _reader(item: str) -> Callable[[Any], str]:
    """Return what turns the stored value of this item into words."""
    if item in WORDS:
        return lambda value: str(WORDS[item](value).label)
    if item in WORD_LISTS:
        return lambda values: (
            ", ".join(str(WORD_LISTS[item](value).label) for value in values) or "None"
        )
    return _plain


def _plain(value: bool | int | Decimal) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)
