"""What a patient can be shown in answer to one request to one link.

Each function returns a page and changes nothing. A patient who can no longer be helped
here is always told whom to call, and what the answers just sent ask for.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict

from followups import endings
from followups.endings import Ending
from followups.forms.check_in import BirthDateForm, QuestionsForm
from followups.models import CheckIn
from followups.questionnaire import NAMES, Sheet
from followups.sitting import Numbers, Sitting
from followups.views.guards import page
from patients.models import SymptomReport

LATE_GRACE = timedelta(minutes=60)  # to finish a page that was opened in time
BIRTH_DATE = ("day", "month", "year")
TITLES = {"safety": "First, your safety", "rest": "How you have been"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One request to one link: what the link stands for and what came with it."""

    token: str
    check_in: CheckIn
    sitting: Sitting
    given: QueryDict
    now: datetime

    @property
    def today(self) -> date:
        return self.check_in.clinic.today(self.now)

    @property
    def numbers(self) -> Numbers:
        return Numbers.of(self.check_in.clinic)

    @property
    def is_followed(self) -> bool:
        """Whether this clinic still asks this patient about this operation."""
        surgery = self.check_in.surgery
        follow_up = getattr(surgery, "follow_up", None)
        return surgery.patient.is_active and follow_up is not None and follow_up.is_active

    @property
    def is_over(self) -> bool:
        closes_at = self.check_in.closes_at
        in_time = self.sitting.served_at < closes_at
        return self.now >= closes_at + (LATE_GRACE if in_time else timedelta(0))


def say(turn: Turn, name: str, status: int = 200, **more: Any) -> HttpResponse:
    sheet = turn.sitting.sheet
    context = {
        "numbers": turn.numbers,
        "after_surgery": sheet is None or sheet.is_after_surgery,
    }
    return page(name, context | more, status)


def carried(turn: Turn, step: str, asked: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what a page must send along: everything but what it asks itself."""
    return {
        "step": step,
        "sitting": turn.sitting.sealed(turn.token),
        "carried": _values(turn.given, [name for name in NAMES if name not in asked]),
    }


def _values(given: QueryDict, names: list[str]) -> list[tuple[str, str]]:
    return [(name, value) for name in names for value in given.getlist(name)]


def ask_birth_date(turn: Turn, form: BirthDateForm, status: int = 200) -> HttpResponse:
    more = carried(turn, "birth_date")
    advice = _advice(turn.sitting, turn.given)
    return say(turn, "birth_date", status, form=form, advice=advice, **more)


def ask(
    turn: Turn, sheet: Sheet, part: str, *, advice: str = "", was_sent: bool = False
) -> HttpResponse:
    """Return one page of questions, with the answers to them that came along."""
    questions = sheet.safety if part == "safety" else sheet.rest
    names = tuple(question.name for question in questions)
    came = was_sent or any(name in turn.given for name in names)
    form = QuestionsForm(sheet, questions, turn.given if came else None)
    return say(
        turn,
        "questions",
        422 if came and not form.is_valid() else 200,
        form=form,
        title=TITLES[part],
        # an emergency has had a page of its own
        advice="" if advice == Ending.EMERGENCY else advice,
        **carried(turn, part, names),
    )


def emergency(turn: Turn) -> HttpResponse:
    """Say what to do before anything else, and offer to go on with the questions."""
    more = carried(turn, "go_on")
    return say(turn, "emergency", advice=Ending.EMERGENCY, told=True, **more)


def closed(turn: Turn) -> HttpResponse | None:
    """Return the page of a check-in that can no longer be answered."""
    if turn.check_in.report is not None:
        return answered(turn, turn.check_in.report)
    if turn.check_in.cancelled_at or turn.is_over or not turn.is_followed:
        return ended(turn)
    return None


def answered(turn: Turn, report: SymptomReport) -> HttpResponse:
    """Say that answers are here: no error for whoever tapped twice."""
    sent = _brings_answers(turn)
    told = report.submission_id == turn.sitting.form_id
    return say(
        turn,
        "already",
        200 if sent else 410,
        received_at=report.reported_at,
        advice=_advice(turn.sitting, turn.given),
        told=told,
        unsent=sent and not told,
    )


def ended(turn: Turn) -> HttpResponse:
    """Say that the link has ended, in the same words whatever the reason."""
    advice = _advice(turn.sitting, turn.given)
    return say(turn, "ended", 410, advice=advice, unsent=_brings_answers(turn))


def unavailable(given: QueryDict, token: str) -> HttpResponse:
    """Return the posted values in a form to send again; nothing is looked up."""
    sitting = Sitting.unsealed(given.get("sitting", ""), token)
    context = {
        "numbers": sitting.numbers if sitting else None,
        "after_surgery": not (sitting and sitting.sheet) or sitting.sheet.is_after_surgery,
        "advice": _advice(sitting, given),
        "step": given.get("step", ""),
        "sitting": given.get("sitting", ""),
        "carried": _values(given, [*BIRTH_DATE, *NAMES]),
    }
    return page("unavailable", context, status=503)


def _advice(sitting: Sitting | None, given: QueryDict) -> str:
    """Return the ending that the answers in hand ask for, as far as they can be read."""
    if sitting is None or sitting.sheet is None:
        return Ending.THANKS
    form = QuestionsForm(sitting.sheet, (*sitting.sheet.safety, *sitting.sheet.rest), given)
    form.is_valid()
    return endings.of(form.answers())


def _brings_answers(turn: Turn) -> bool:
    return turn.sitting.sheet is not None and any(name in turn.given for name in NAMES)
