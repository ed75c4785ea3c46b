"""The check-in's questions as data: what is asked, of whom, in which words (protocol 2.2).

Every text of a question is here. Nothing here reads a database or a clock, and nothing
judges an answer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any, Self

from followups.circumstances import Circumstances
from followups.endings import CHANGED, PAINS
from followups.protocol import STANDARD
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

VERSION = "2026.11"  # a new one with every changed text or question

QUALITY_FROM_PAIN = 4  # protocol 2.2, Q2b

Options = tuple[tuple[str, str], ...]
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
class Condition:
    """Asked only after certain answers on the same page.

    ``name`` is what the style sheet hides the question by until then; where it cannot,
    the question stands there and may be left empty.
    """

    name: str
    holds: Callable[[Answers], bool]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``name`` is the item of the report, or of a group of ticks."""

    name: str
    kind: Kind
    text: str
    options: Options = ()
    hint: str = ""
    asked: Callable[[Circumstances], bool] = lambda _: True
    only: Condition | None = None
    is_optional: bool = False
    has_none_of_these: bool = False


def _worst(answers: Answers, *items: str) -> int:
    return max(answers.get(item) or 0 for item in items)


WEAKER = Condition("weaker", lambda given: given.get("weak") in CHANGED)
LIMB_HURTS = Condition("limb-hurts", lambda given: _worst(given, "pain_leg", "pain_arm") > 0)
HURTS = Condition("hurts", lambda given: _worst(given, *PAINS) >= QUALITY_FROM_PAIN)
NUMB = Condition("numb", lambda given: given.get("numb") not in (None, Change.NONE))
OPIOIDS = Condition("opioids", lambda given: given.get("opioid") in (Opioid.SOME, Opioid.DAILY))

YES_OR_NO: Options = (("yes", "Yes"), ("no", "No"))
CHOOSE_ALL = "Choose all that apply."
MAY_STAY_EMPTY = "You can leave this empty."


def _words(choices: Iterable[Any]) -> Options:
    return tuple((each.value, str(each.label)) for each in choices)


SAFETY = (
    Question(
        "since_surgery",
        Kind.TICKS,
        "Since your operation, have you noticed any of these that are new?",
        hint=f"{CHOOSE_ALL} Being constipated on its own is common and is not what we mean.",
        options=(
            ("saddle", "Numbness between your legs or around your bottom or genitals"),
            ("bladder", "New trouble starting or feeling your pee, or leaking pee"),
            ("bowel", "New loss of control of your bowels"),
        ),
        has_none_of_these=True,
    ),
    Question(
        "right_now",
        Kind.TICKS,
        "Right now or in the last day, have you had any of these?",
        hint=CHOOSE_ALL,
        options=(
            ("chest", "Chest pain, new breathlessness, or coughing blood"),
            ("airway", "Trouble breathing, or a fast-growing swelling in the neck"),
            ("unwell", "Feeling seriously unwell, faint or confused"),
        ),
        has_none_of_these=True,
    ),
    Question(
        "weak",
        Kind.ONE,
        "Any new or worse weakness in an arm or leg?",
        options=_words(Change),
    ),
    Question("weak_side", Kind.ONE, "Which side?", options=_words(Side), only=WEAKER),
    Question(
        "weak_severe",
        Kind.YES_NO,
        "Can you still lift your foot (or hand) and walk?",
        # The item says "severe", so being able to is its "no".
        options=(("no", "Yes, I can"), ("yes", "No, I cannot")),
        only=WEAKER,
    ),
    Question(
        "weak_rapid",
        Kind.YES_NO,
        "Is it getting worse from day to day?",
        options=YES_OR_NO,
        only=WEAKER,
    ),
    Question(
        "gait_hand",
        Kind.YES_NO,
        "Are your hands newly clumsy, or is your walking newly unsteady?",
        options=YES_OR_NO,
        asked=attrgetter("is_beside_the_cord"),
    ),
    Question(
        "signs",
        Kind.TICKS,
        "Do you have any of these?",
        hint=CHOOSE_ALL,
        options=(
            ("calf", "New swelling, pain or warmth in one calf"),
            (
                "fever",
                "Fever, chills, or a temperature of 38.0\xa0°C (100.4\xa0°F) or more",
            ),
        ),
        has_none_of_these=True,
    ),
    Question(
        "temp_c",
        Kind.TEMPERATURE,
        "If you took your temperature, what was it?",
        hint=f"In °C or °F, for example 37.2 or 99.0. {MAY_STAY_EMPTY}",
        is_optional=True,
    ),
    Question(
        "wound",
        Kind.LIST,
        "Is there anything from the wound?",
        hint=CHOOSE_ALL,
        options=_words(WoundSign),
        asked=attrgetter("is_healing"),
        has_none_of_these=True,
    ),
    Question(
        "headache_upright",
        Kind.YES_NO,
        "Do you have a new headache that is worse sitting or standing?",
        options=YES_OR_NO,
        asked=attrgetter("is_healing"),
    ),
)


def _pain(item: str, place: str, asked: str) -> Question:
    return Question(
        item,
        Kind.SCORE,
        f"In the past {{recall}}, how bad was your {place} pain on average?",
        asked=attrgetter(asked),
    )


REST = (
    _pain("pain_back", "back", asked="is_back"),
    _pain("pain_neck", "neck", asked="is_neck"),
    _pain("pain_leg", "leg", asked="is_back"),
    _pain("pain_arm", "arm", asked="is_neck"),
    Question("limb_side", Kind.ONE, "Which {limb} hurts?", options=_words(Side), only=LIMB_HURTS),
    Question(
        "pain_quality",
        Kind.LIST,
        "What is the pain like?",
        hint=f"{CHOOSE_ALL} {MAY_STAY_EMPTY}",
        options=_words(PainQuality),
        only=HURTS,
        is_optional=True,
    ),
    Question("numb", Kind.ONE, "Any numbness or tingling?", options=_words(Change)),
    # Numbness between the legs belongs to the first question of all: offered again
    # among the other places, an emergency could hide here.
    Question(
        "numb_site",
        Kind.LIST,
        "Where is the numbness or tingling?",
        hint=CHOOSE_ALL,
        options=_words(site for site in NumbSite if site != NumbSite.SADDLE),
        only=NUMB,
    ),
    Question(
        "numb_side",
        Kind.ONE,
        "On which side is the numbness or tingling?",
        options=_words(Side),
        only=NUMB,
    ),
    Question(
        "numb_kind",
        Kind.LIST,
        "Is it numbness or tingling?",
        hint=f"{CHOOSE_ALL} {MAY_STAY_EMPTY}",
        options=_words(NumbKind),
        only=NUMB,
        is_optional=True,
    ),
    Question(
        "instab",
        Kind.ONE,
        "Does your {axis} feel as if it slips, clunks or gives way?",
        options=_words(Change),
        asked=attrgetter("can_loosen"),
    ),
    Question(
        "func",
        Kind.GRADE,
        "How much does your {axis} limit everyday tasks?",
        options=(
            ("0", "Not at all"),
            ("1", "A little"),
            ("2", "Moderately"),
            ("3", "Very much"),
            ("4", "I cannot do them"),
        ),
    ),
    Question(
        "opioid",
        Kind.ONE,
        "Do you take strong pain medicine (opioids)?",
        options=_words(Opioid),
    ),
    Question(
        "med_change",
        Kind.ONE,
        "How much strong pain medicine do you take, compared with last time?",
        options=_words(MedChange),
    ),
    Question(
        "over_rx",
        Kind.YES_NO,
        "Have you taken more than was prescribed?",
        options=YES_OR_NO,
        only=OPIOIDS,
    ),
    Question(
        "adh",
        Kind.ONE,
        "Have you been able to follow your movement and lifting limits?",
        options=_words(Adherence),
        asked=attrgetter("has_limits"),
    ),
    Question(
        "overdid",
        Kind.YES_NO,
        "Did you do much more than you planned?",
        options=YES_OR_NO,
        asked=attrgetter("has_limits"),
    ),
    Question("fall", Kind.YES_NO, "Any fall or accident?", options=YES_OR_NO),
    Question(
        "swallow",
        Kind.ONE,
        "Trouble swallowing?",
        options=_words(Swallow),
        asked=attrgetter("may_swallow_badly"),
    ),
    Question(
        "gic",
        Kind.ONE,
        "Compared with your last check-in, you are:",
        options=_words(ImpressionOfChange),
    ),
    Question(
        "nicotine",
        Kind.YES_NO,
        "Any smoking, vaping or nicotine since last time?",
        options=YES_OR_NO,
        asked=attrgetter("nicotine_matters"),
    ),
    Question(
        "message",
        Kind.MESSAGE,
        "Anything else your team should know?",
        hint=f"{MAY_STAY_EMPTY} Nobody reads it in real time, so call us about anything "
        "that cannot wait.",
        is_optional=True,
    ),
)

NAMES = tuple(question.name for question in (*SAFETY, *REST))

_STRENGTH = ("weak", "weak_side", "weak_severe", "weak_rapid")
_PAIN = (*PAINS, "limb_side")
# The short form of protocol 2.2, and what a baseline needs (2.3).
SHORT = {"since_surgery", "right_now", *_STRENGTH, "gait_hand", *_PAIN, "gic", "message"}
BASELINE = {*_STRENGTH, *_PAIN, "numb", "numb_site", "numb_side", "func", "opioid", "message"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions of one check-in, fixed when it is begun.

    What was asked stays asked, although midnight may change what would be.
    """

    names: tuple[str, ...]
    recall: str

    @classmethod
    def of(cls, circumstances: Circumstances) -> Self:
        """Return what somebody in these circumstances is asked."""
        early = circumstances.pod in range(STANDARD.check_ins.recall_24_hours_until_pod + 1)
        return cls(
            names=tuple(
                question.name
                for question in (*SAFETY, *REST)
                if question.name in _form(circumstances) and question.asked(circumstances)
            ),
            recall="24 hours" if early and not circumstances.is_before_surgery else "7 days",
        )

    @property
    def safety(self) -> tuple[Question, ...]:
        return tuple(question for question in SAFETY if question.name in self.names)

    @property
    def rest(self) -> tuple[Question, ...]:
        return tuple(question for question in REST if question.name in self.names)

    @property
    def is_after_surgery(self) -> bool:
        return "since_surgery" in self.names

    def say(self, text: str) -> str:
        """Return a text with the words for this operation and this time."""
        neck = "pain_neck" in self.names
        return text.format(
            recall=self.recall,
            axis="neck" if neck else "back",
            limb="arm" if neck else "leg",
        )


def _form(circumstances: Circumstances) -> Iterable[str]:
    """Return the questions of the form itself, whoever answers it."""
    if circumstances.is_before_surgery:
        return BASELINE
    return SHORT if circumstances.is_short else NAMES
