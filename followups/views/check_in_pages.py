"""What a patient can be shown in answer to one request to one link.

Each function returns a page and changes nothing. A patient who can no longer be helped
here is always told whom to call, and what the answers just sent ask for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self

from django.http import HttpResponse, QueryDict

from followups import endings
from followups.endings import Ending
from followups.forms.check_in import BirthDateForm, Wrong, missing, read, read_all
from followups.models import CheckIn
from followups.presenters import questions
from followups.questionnaire import NAMES, Question, Sheet
from followups.sitting import Numbers, Sitting
from followups.texts import LANGUAGES, Texts, texts
from followups.views.guards import page
from patients.models import SymptomReport

LATE_GRACE = timedelta(minutes=60)  # to finish a page that was opened in time
BIRTH_DATE = ("day", "month", "year", "answering_for")
PRESSED = ("back", "change", "language")


@dataclass(frozen=True)
class Turn:
    """One request to one link: what the link stands for and what came with it.

    ``earlier`` are the answers saved when somebody sat here before: they count, and are
    shown to nobody.
    """

    token: str
    step: str
    check_in: CheckIn
    sitting: Sitting
    given: QueryDict
    now: datetime
    earlier: Mapping[str, Any]
    earlier_names: tuple[str, ...] = ()

    @property
    def texts(self) -> Texts:
        return texts(self.sitting.language)

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

    @cached_property
    def said(self) -> tuple[dict[str, Any], list[str]]:
        """The good answers on this page, and the questions they answer."""
        return read_all(self.sheet, self.given)

    def with_empty(self, question: Question) -> Self:
        """Return the turn with a question seen and left empty, where it may be.

        Of boxes nobody ticked, a browser sends nothing at all.
        """
        if not question.is_optional or question.name in self.given:
            return self
        given = self.given.copy()
        given[question.name] = ""
        return replace(self, given=given)

    @property
    def answers(self) -> dict[str, Any]:
        """All that is known by now and still belongs to the form."""
        return self.sheet.belonging({**self.earlier, **self.said[0]})

    @property
    def answered(self) -> set[str]:
        """The questions that need not be asked any more."""
        return {*self.earlier_names, *self.said[1]}

    @property
    def sheet(self) -> Sheet:
        """The questions asked; none before the birth date was right."""
        return self.sitting.sheet or Sheet((), recalls_a_day=False)


def say(turn: Turn, name: str, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "token": turn.token,
        "numbers": turn.numbers,
        "texts": turn.texts,
        "languages": LANGUAGES,
        "is_proxy": turn.sitting.is_proxy,
        "after_surgery": turn.sitting.sheet is None or turn.sheet.is_after_surgery,
    }
    return page(name, context | more, status)


def carried(turn: Turn, asked: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a page must send along: everything but what it asks itself."""
    return {
        "sitting": turn.sitting.sealed(turn.token),
        "carried": _values(turn.given, [name for name in NAMES if name not in asked]),
    }


def _values(given: QueryDict, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, value) for name in names for value in given.getlist(name)]


def ask_birth_date(
    turn: Turn, form: BirthDateForm | None = None, status: int = 200
) -> HttpResponse:
    return say(
        turn,
        "birth_date",
        status,
        form=form or BirthDateForm(today=turn.today, texts=turn.texts, typed=turn.given.dict()),
        advice=_advice(turn),
        step="birth_date",
        **carried(turn),
    )


def ask(
    turn: Turn, question: Question, *, advice: Ending = Ending.THANKS, error: str = ""
) -> HttpResponse:
    """Return the screen of one question, with the answer to it that came along."""
    path = turn.sheet.path(turn.answers)
    names = [each.name for each in path]
    screen = questions.screen(
        question, turn.sheet, turn.texts, given=turn.given.getlist(question.name)
    )
    return say(
        turn,
        "question",
        422 if error else 200,
        question=screen,
        step=question.name,
        number=names.index(question.name) + 1 if question.name in names else len(names),
        count=len(names),
        has_previous=question.name in names[1:],
        error=error,
        advice=_banner(advice),
        **carried(turn, [question.name]),
    )


def error_in(turn: Turn, question: Question) -> str:
    """Return what is wrong with the answer to a question that came along, in words."""
    try:
        answer = read(question, turn.given)
    except Wrong as wrong:
        if wrong.count is not None:
            return turn.texts.say(f"errors.{wrong.error}", count=wrong.count)
        return turn.texts.say(f"errors.{wrong.error}")
    if answer is None and not question.is_optional:
        return turn.texts.say(f"errors.{missing(question)}")
    return ""


def check(turn: Turn, *, advice: Ending = Ending.THANKS, error: str = "") -> HttpResponse:
    """Show all answers of this sitting once more, and ask for a message."""
    path = [each for each in turn.sheet.path(turn.answers) if each.name != "message"]
    lines = [
        questions.line(each, turn.sheet, turn.texts, given=turn.given.getlist(each.name))
        for each in path
        if each.name in turn.said[1]
    ]
    return say(
        turn,
        "check",
        422 if error else 200,
        lines=lines,
        earlier=[
            questions.line(each, turn.sheet, turn.texts, given=[])
            for each in path
            if each.name not in turn.said[1]
        ],
        message=turn.given.get("message", ""),
        step="check",
        error=error,
        advice=_banner(advice),
        **carried(turn, ["message"]),
    )


def emergency(turn: Turn) -> HttpResponse:
    """Say what to do before anything else, and offer to go on with the questions."""
    return say(turn, "emergency", advice=Ending.EMERGENCY, told=True, step="go_on", **carried(turn))


def closed(turn: Turn) -> HttpResponse | None:
    """Return the page of a check-in that can no longer be answered."""
    if turn.check_in.report is not None:
        return answered(turn, turn.check_in.report)
    if turn.check_in.cancelled_at or turn.is_over or not turn.is_followed:
        return ended(turn)
    return None


def locked(turn: Turn) -> HttpResponse:
    return say(turn, "locked", status=403, advice=_advice(turn))


def answered(turn: Turn, report: SymptomReport, form: BirthDateForm | None = None) -> HttpResponse:
    """Say that answers are here: no error for whoever tapped twice."""
    sent = _brings_answers(turn)
    told = report.submission_id == turn.sitting.form_id
    return say(
        turn,
        "already",
        422 if form else 200 if sent else 410,
        received_at=report.reported_at,
        advice=_advice(turn),
        told=told,
        unsent=sent and not told,
        can_be_shown=report.reported_on == turn.today,
        form=form or BirthDateForm(today=turn.today, texts=turn.texts),
        step="show",
        sitting=turn.sitting.sealed(turn.token),
    )


def sent_today(turn: Turn, report: SymptomReport) -> HttpResponse:
    """Show the patient their own answers of today, and nothing about what they mean."""
    sheet = Sheet(NAMES, recalls_a_day=False)
    lines = questions.of_report(report, sheet, turn.texts)
    return say(turn, "sent", lines=lines, message=report.message, saved_at=report.reported_at)


def ended(turn: Turn) -> HttpResponse:
    """Say that the link has ended, in the same words whatever the reason."""
    return say(turn, "ended", 410, advice=_advice(turn), unsent=_brings_answers(turn))


def unavailable(given: QueryDict, token: str) -> HttpResponse:
    """Return the posted values in a form to send again; nothing is looked up."""
    sitting = Sitting.unsealed(given.get("sitting", ""), token)
    sheet = sitting.sheet if sitting else None
    answers = read_all(sheet, given)[0] if sheet else {}
    ending = endings.of(answers)
    context = {
        "token": token,
        "numbers": sitting.numbers if sitting else None,
        "texts": texts(sitting.language if sitting else ""),
        "after_surgery": sheet is None or sheet.is_after_surgery,
        "advice": "" if ending is Ending.THANKS else ending,
        "sitting": given.get("sitting", ""),
        "carried": _values(given, [*BIRTH_DATE, *NAMES, *PRESSED]),
    }
    return page("unavailable", context, status=503)


def _brings_answers(turn: Turn) -> bool:
    return any(name in turn.given for name in NAMES)


def _advice(turn: Turn) -> str:
    """Return what the answers in hand ask for, also where they cannot be stored any more."""
    ending = endings.of({**turn.earlier, **turn.said[0]})
    return "" if ending is Ending.THANKS else ending


def _banner(ending: Ending) -> str:
    """Return what a page with a question says above it; an emergency had a page of its own."""
    return "" if ending in (Ending.THANKS, Ending.EMERGENCY) else ending
