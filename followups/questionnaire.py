"""The check-in's questions: what is asked, of whom, in which order (protocol 2.2).

Their words are data (``followups.texts``); each question is one screen. Nothing here reads
a database or a clock, and nothing judges an answer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any, Self

from followups.circumstances import Circumstances
from followups.endings import CHANGED, PAINS
from followups.protocol import STANDARD
from followups.texts import Axis, Recall, Wording
from patients.choices import (
    Adherence,
    Change,
    ImpressionOfChange,
    MedChange,
    NumbKind,
    NumbSite,
    Opioid,
    PainQuality,
    Side,
    Swallow,
    WoundSign,
)

QUALITY_FROM_PAIN = 4  # protocol 2.2, Q2b

Answers = Mapping[str, Any]


class Kind(StrEnum):
    """How a question is answered."""

    TICKS = "ticks"  # several; each option is an item of its own, true or false
    LIST = "list"  # several; the item is the list of them
    ONE = "one"
    YES_NO = "yes_no"
    GRADE = "grade"  # one, stored as its number
    SCORE = "score"  # 0 to 10
    TEMPERATURE = "temperature"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Question:
    """One question on one screen; ``name`` is the item of the report, or of a group of ticks.

    ``asked`` decides when the check-in is begun, ``only`` by the answers given so far.
    ``words`` is the name its texts are found under, where that is another question's.
    """

    name: str
    kind: Kind
    options: tuple[str, ...] = ()
    asked: Callable[[Circumstances], bool] = lambda _: True
    only: Callable[[Answers], bool] = lambda _: True
    is_safety: bool = False
    is_optional: bool = False
    has_none_of_these: bool = False
    words: str = ""

    @property
    def items(self) -> tuple[str, ...]:
        """The items of the report this question fills."""
        return self.options if self.kind is Kind.TICKS else (self.name,)

    @property
    def text_name(self) -> str:
        return self.words or self.name


def _is_weaker(given: Answers) -> bool:
    return given.get("weak") in CHANGED


def _limb_hurts(given: Answers) -> bool:
    return max(given.get(item) or 0 for item in ("pain_leg", "pain_arm")) > 0


def _hurts(given: Answers) -> bool:
    return max(given.get(item) or 0 for item in PAINS) >= QUALITY_FROM_PAIN


def _is_numb(given: Answers) -> bool:
    return given.get("numb") not in (None, Change.NONE)


def _takes_opioids(given: Answers) -> bool:
    return given.get("opioid") in (Opioid.SOME, Opioid.DAILY)


YES_OR_NO = ("yes", "no")
SCALE_4 = ("0", "1", "2", "3")

SAFETY = (
    Question(
        "since_surgery",
        Kind.TICKS,
        ("saddle", "bladder", "bowel"),
        is_safety=True,
        has_none_of_these=True,
    ),
    Question(
        "right_now",
        Kind.TICKS,
        ("chest", "airway", "unwell"),
        is_safety=True,
        has_none_of_these=True,
    ),
    Question("weak", Kind.ONE, tuple(Change.values), is_safety=True),
    Question("weak_side", Kind.ONE, tuple(Side.values), only=_is_weaker, is_safety=True),
    # The item says "severe", so being able to is its "no".
    Question("weak_severe", Kind.YES_NO, ("no", "yes"), only=_is_weaker, is_safety=True),
    Question("weak_rapid", Kind.YES_NO, YES_OR_NO, only=_is_weaker, is_safety=True),
    Question(
        "gait_hand",
        Kind.YES_NO,
        YES_OR_NO,
        asked=attrgetter("is_beside_the_cord"),
        is_safety=True,
    ),
    Question(
        "signs_healing",
        Kind.TICKS,
        ("calf", "fever", "headache_upright"),
        asked=attrgetter("is_healing"),
        is_safety=True,
        has_none_of_these=True,
        words="signs",
    ),
    Question(
        "signs",
        Kind.TICKS,
        ("calf", "fever"),
        asked=lambda circumstances: not circumstances.is_healing,
        is_safety=True,
        has_none_of_these=True,
    ),
    Question(
        "temp_c",
        Kind.TEMPERATURE,
        only=lambda given: bool(given.get("fever")),
        is_safety=True,
        is_optional=True,
    ),
    Question(
        "wound",
        Kind.LIST,
        tuple(WoundSign.values),
        asked=attrgetter("is_healing"),
        is_safety=True,
        has_none_of_these=True,
    ),
)

REST = (
    Question("pain_back", Kind.SCORE, asked=attrgetter("is_back")),
    Question("pain_neck", Kind.SCORE, asked=attrgetter("is_neck")),
    Question("pain_leg", Kind.SCORE, asked=attrgetter("is_back")),
    Question("pain_arm", Kind.SCORE, asked=attrgetter("is_neck")),
    Question("limb_side", Kind.ONE, tuple(Side.values), only=_limb_hurts),
    Question(
        "pain_quality",
        Kind.LIST,
        tuple(PainQuality.values),
        asked=attrgetter("may_ask_quality"),
        only=_hurts,
        is_optional=True,
    ),
    Question("numb", Kind.ONE, tuple(Change.values)),
    # Numbness between the legs belongs to the first question of all: offered again
    # among the other places, an emergency could hide here.
    Question(
        "numb_site",
        Kind.LIST,
        tuple(site.value for site in NumbSite if site != NumbSite.SADDLE),
        only=_is_numb,
    ),
    Question("numb_side", Kind.ONE, tuple(Side.values), only=_is_numb),
    Question("numb_kind", Kind.LIST, tuple(NumbKind.values), only=_is_numb, is_optional=True),
    Question("instab", Kind.ONE, tuple(Change.values), asked=attrgetter("can_loosen")),
    Question("func", Kind.GRADE, ("0", "1", "2", "3", "4")),
    Question("opioid", Kind.ONE, tuple(Opioid.values)),
    Question(
        "med_change",
        Kind.ONE,
        tuple(MedChange.values),
        asked=lambda circumstances: not circumstances.is_before_surgery,
    ),
    Question("over_rx", Kind.YES_NO, YES_OR_NO, only=_takes_opioids),
    Question("adh", Kind.ONE, tuple(Adherence.values), asked=attrgetter("has_limits")),
    Question(
        "activity",
        Kind.TICKS,
        ("overdid", "fall"),
        asked=attrgetter("has_limits"),
        has_none_of_these=True,
    ),
    Question(
        "fall",
        Kind.YES_NO,
        YES_OR_NO,
        asked=lambda circumstances: not circumstances.has_limits,
    ),
    Question("swallow", Kind.ONE, tuple(Swallow.values), asked=attrgetter("may_swallow_badly")),
    Question("gic", Kind.ONE, tuple(ImpressionOfChange.values)),
    Question("nicotine", Kind.YES_NO, YES_OR_NO, asked=attrgetter("nicotine_matters")),
    *(
        Question(name, Kind.GRADE, SCALE_4, asked=attrgetter("mood_is_due"))
        for name in ("phq4_nervous", "phq4_worry", "phq4_interest", "phq4_down")
    ),
    Question("message", Kind.MESSAGE, is_optional=True),
)

QUESTIONS = {question.name: question for question in (*SAFETY, *REST)}
NAMES = tuple(QUESTIONS)

_STRENGTH = ("weak", "weak_side", "weak_severe", "weak_rapid")
_PAIN = (*PAINS, "limb_side")
_MOOD = tuple(name for name in NAMES if name.startswith("phq4_"))
# The short form of protocol 2.2, and what a baseline needs (2.3).
SHORT = {"since_surgery", "right_now", *_STRENGTH, "gait_hand", *_PAIN, "gic", "message"}
BASELINE = {*_STRENGTH, *_PAIN, "numb", "numb_site", "numb_side", "func", "opioid", *_MOOD}
BASELINE |= {"message"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions of one check-in, fixed when it is begun.

    What was asked stays asked, although midnight may change what would be. ``known`` says
    since when an item is known to be impaired: only news of it are asked for (4.1.14).
    """

    names: tuple[str, ...]
    recalls_a_day: bool
    known: tuple[tuple[str, date], ...] = ()

    @classmethod
    def of(cls, circumstances: Circumstances) -> Self:
        """Return what somebody in these circumstances is asked."""
        early = circumstances.pod in range(STANDARD.check_ins.recall_24_hours_until_pod + 1)
        return cls(
            names=tuple(
                name
                for name, question in QUESTIONS.items()
                if name in _form(circumstances) and question.asked(circumstances)
            ),
            recalls_a_day=early and not circumstances.is_before_surgery,
            known=circumstances.known_deficits,
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(QUESTIONS[name] for name in self.names)

    @property
    def is_after_surgery(self) -> bool:
        return "since_surgery" in self.names

    @property
    def wording(self) -> Wording:
        return Wording(
            axis=Axis.NECK if "pain_neck" in self.names else Axis.BACK,
            recall=Recall.DAY if self.recalls_a_day else Recall.WEEK,
            known=dict(self.known),
        )

    def path(self, answers: Answers) -> list[Question]:
        """Return the screens there are after these answers, in their order."""
        return [question for question in self.questions if question.only(answers)]

    def belonging(self, answers: Answers) -> dict[str, Any]:
        """Return the answers without those that later ones have made pointless."""
        kept = {item for question in self.path(answers) for item in question.items}
        return {item: value for item, value in answers.items() if item in kept}


def _form(circumstances: Circumstances) -> Iterable[str]:
    """Return the questions of the form itself, whoever answers it."""
    if circumstances.is_before_surgery:
        return BASELINE
    if circumstances.is_short:
        # a visit's PHQ-4 does not wait for the next full form, weeks after the visit
        return SHORT.union(_MOOD) if circumstances.is_at_a_visit else SHORT
    return NAMES
