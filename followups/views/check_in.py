"""The patient's side of a check-in: one link, a birth date, one question per screen.

A GET shows and changes nothing, so that mail scanners and previews are harmless. What a
page must remember travels in the page itself, so that it works without cookies and
scripts: signed in ``Sitting``, and the answers given so far as ordinary fields, read and
checked anew each time. Each answer is also saved as it is given. Nobody learns from a link
whose it is: no page shows a name, a diagnosis, an operation, its date or an answer of
another sitting, before or after the birth date. What a patient is told to do follows from
the answers in hand, stored or not.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from urllib.parse import urlencode

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from clinic.staff.access import public
from followups import endings, tokens
from followups.choices import CheckInKind
from followups.endings import Ending
from followups.forms.check_in import BirthDateForm
from followups.models import CheckIn
from followups.questionnaire import QUESTIONS, Question
from followups.services import check_ins, circumstances, drafts, lessons, reminders
from followups.sitting import Receipt, Sitting
from followups.texts import LANGUAGES, texts
from followups.views import check_in_pages as pages
from followups.views.check_in_pages import Turn
from followups.views.guards import View, from_our_pages, kept_nowhere, page, readable
from patients.choices import AnsweredBy
from patients.models import SymptomReport
from patients.reach import reach

logger = logging.getLogger(__name__)

NEW_LINK_EVERY = timedelta(minutes=10)
RETRY_SECONDS = 30


class SeeOther(HttpResponseRedirect):
    """What a POST ends in: a page that can be loaded again."""

    status_code = 303


def kept_while_the_database_is_away(view: View) -> View:
    """Hand everything back to the patient, with whom to call, until we can store it."""

    @wraps(view)
    def kept(request: HttpRequest, token: str, step: str = "") -> HttpResponse:
        try:
            return view(request, token, step)
        except (OperationalError, InterfaceError) as error:
            logger.warning("check-in page without a database: %s", type(error).__name__)
            response = pages.unavailable(request.POST, token)
            response["Retry-After"] = str(RETRY_SECONDS)
            return response

    return kept


# The token is in the address and there is no session, so the usual form token would only
# turn away patients whose cookies are blocked; ``from_our_pages`` looks at the origin.
@public
@csrf_exempt
@kept_nowhere
@require_http_methods(["GET", "HEAD", "POST"])
@from_our_pages
@readable
@kept_while_the_database_is_away
def start(request: HttpRequest, token: str, step: str = "") -> HttpResponse:
    """Open a check-in, or take the next step of it, in reach of its own clinic alone."""
    clinic = tokens.clinic_of(token)
    if clinic is None:
        return page("unknown", {"texts": texts(_wanted_language(request))}, status=404)
    with reach([clinic], request=getattr(request, "id", "")):
        return _answer(request, token, step)


@public
@kept_nowhere
@require_safe
def end(request: HttpRequest, ending: str) -> HttpResponse:
    """Say once more what to do; the address tells neither the link nor the patient."""
    receipt = Receipt.unsealed(request.GET.get("about", ""))
    if receipt is None or ending not in set(Ending):
        return page("over", {"texts": texts(_wanted_language(request))}, status=410)
    context = {
        "numbers": receipt.numbers,
        "texts": texts(receipt.language),
        "saved_at": receipt.saved_at,
        "after_surgery": receipt.is_after_surgery,
        "advice": ending,
        "told": True,
        "about": request.GET["about"],
        "modules": receipt.modules,
    }
    return page("end", context)


def _answer(request: HttpRequest, token: str, step: str) -> HttpResponse:
    check_in = tokens.find(token)
    if check_in is None:  # withdrawn this very moment
        return page("unknown", {"texts": texts(_wanted_language(request))}, status=404)
    turn = _turn(request, token, step, check_in)
    if request.method == "POST":
        return _take(turn)
    closed = pages.closed(turn)
    if closed is None and turn.check_in.is_locked:
        closed = pages.locked(turn)
    return closed or pages.ask_birth_date(turn)


def _turn(request: HttpRequest, token: str, step: str, check_in: CheckIn) -> Turn:
    now = timezone.now()
    sitting = Sitting.unsealed(request.POST.get("sitting", ""), token)
    if sitting is None:
        language = _wanted_language(request) or check_in.surgery.patient.language
        sitting = Sitting.begin(check_in.clinic, language=language, now=now)
    wanted = request.POST.get("language", "")
    if wanted in dict(LANGUAGES):
        sitting = replace(sitting, language=wanted)
    turn = Turn(token, step, check_in, sitting, request.POST, now, {})
    return _with_draft(turn) if sitting.is_proven(now) else turn


def _with_draft(turn: Turn) -> Turn:
    """Return the turn with what was saved when somebody sat here before."""
    draft = drafts.of(turn.check_in)
    return replace(turn, earlier=drafts.answers_of(draft), earlier_names=tuple(draft.names))


def _wanted_language(request: HttpRequest) -> str:
    wanted = request.GET.get("language", "")
    return wanted if wanted in dict(LANGUAGES) else ""


def _take(turn: Turn) -> HttpResponse:
    what = turn.given.get("do", "")
    if what == "new_link":
        return _send_new_link(turn)
    try:
        if what == "show":
            return _show_what_was_sent(turn)
        closed = pages.closed(turn)
        if closed is not None:
            return closed
        if turn.sitting.sheet is None or not turn.sitting.is_proven(turn.now):
            return _prove(turn)
        return _alarm(turn) or _STEPS.get(turn.step, _question)(turn)
    except check_ins.Locked:
        return pages.locked(turn)
    except check_ins.NotAwaited:  # somebody was first; say what became of it
        latest = replace(turn, check_in=tokens.find(turn.token) or turn.check_in)
        return pages.closed(latest) or pages.ended(latest)


# The steps


def _prove(turn: Turn) -> HttpResponse:
    """Look at the birth date; if it is right, ask the first question not answered yet."""
    if turn.step not in ("", "birth_date"):
        return pages.ask_birth_date(turn, status=422)
    is_proxy = turn.given.get("answering_for") == AnsweredBy.PROXY
    answered_by = AnsweredBy.PROXY if is_proxy else AnsweredBy.PATIENT
    turn = replace(turn, sitting=replace(turn.sitting, answered_by=answered_by))
    if "language" in turn.given:
        return pages.ask_birth_date(turn)
    form = BirthDateForm(turn.given, today=turn.today, texts=turn.texts)
    if not form.is_valid():
        return pages.ask_birth_date(turn, form, status=422)
    if not check_ins.birth_date_matches(turn.check_in, given=form.cleaned_data["birth_date"]):
        form.refuse()
        return pages.ask_birth_date(turn, form, status=422)
    sheet = turn.sitting.sheet or circumstances.sheet_for(turn.check_in, today=turn.today)
    proven = _with_draft(replace(turn, sitting=turn.sitting.prove(sheet, now=turn.now)))
    if proven.said[1]:  # the page was open for hours, and so was what it brought
        return _alarm(proven) or _note(proven)
    return _go_on(proven)


def _alarm(turn: Turn) -> HttpResponse | None:
    """Answer a sign of an emergency before anything else, and store it at once.

    A sign counts when it is news, whichever way it came, and each time it is given as the
    answer to its question.
    """
    signs = endings.emergency_signs(turn.answers)
    is_news = bool(signs - endings.emergency_signs(turn.earlier))
    if not is_news and not (signs and _is_sign_given_here(turn)):
        return None
    _store(turn, complete=False)
    _save(turn)
    return pages.emergency(turn)


def _is_sign_given_here(turn: Turn) -> bool:
    question = QUESTIONS.get(turn.step)
    if question is None or not {"back", "language"}.isdisjoint(turn.given):
        return False
    here = {item: turn.said[0].get(item) for item in question.items}
    return endings.is_emergency({item: said for item, said in here.items() if said is not None})


def _question(turn: Turn) -> HttpResponse:
    """Take the answer to one question, save it, and ask the next."""
    question = QUESTIONS.get(turn.step)
    if question is None or question.name not in turn.sheet.names:
        return _go_on(turn)
    if "language" in turn.given:
        return pages.ask(turn, question)
    if "back" in turn.given:
        return _back(turn, question)
    error = pages.error_in(turn, question)
    if error:
        return pages.ask(turn, question, error=error)
    return _note(turn.with_empty(question), question)


def _note(turn: Turn, question: Question | None = None) -> HttpResponse:
    """Save what came along and ask the next question.

    Behind the last safety question, answers that need a call today are stored and the
    patient is asked to call, whether or not the rest is ever answered.
    """
    ending = endings.of(turn.answers)
    is_due = _are_safety_questions_answered(turn) and (question is None or question.is_safety)
    if is_due and ending is not Ending.THANKS:
        _store(turn, complete=False)
    _save(turn)
    return _go_on(turn, behind=question, advice=ending if is_due else Ending.THANKS)


def _check(turn: Turn) -> HttpResponse:
    """Take the page of all answers: change one, or send them."""
    message = QUESTIONS["message"]
    error = pages.error_in(turn, message)
    change = QUESTIONS.get(turn.given.get("change", ""))
    if change is not None and change is not message and change.name in turn.sheet.names:
        return pages.ask(turn, change)
    if "language" in turn.given or error:
        return pages.check(turn, error=error)
    if "back" in turn.given:
        return pages.ask(turn, turn.sheet.path(turn.answers)[-2])
    unanswered = _unanswered(turn)
    if unanswered:
        return pages.ask(turn, unanswered[0], error=pages.error_in(turn, unanswered[0]))
    report = _store(turn, complete=True)
    if report.reported_at != turn.now:  # sent twice: the first one stands
        return pages.answered(turn, report)
    drafts.drop(turn.check_in)
    given = lessons.give(turn.check_in, sheet=turn.sheet, report=report, now=turn.now)
    receipt = Receipt(
        turn.numbers,
        turn.now,
        turn.sitting.language,
        turn.sheet.is_after_surgery,
        clinic_id=turn.check_in.clinic_id,
        form_id=turn.sitting.form_id,
        modules=given,
    )
    address = reverse("check_in:end", args=[endings.of(turn.answers)])
    return SeeOther(f"{address}?{urlencode({'about': receipt.sealed()})}")


def _go_on(
    turn: Turn, behind: Question | None = None, advice: Ending = Ending.THANKS
) -> HttpResponse:
    """Ask the first question without an answer, those behind the last one first."""
    unanswered = _unanswered(turn)
    if behind is not None:
        names = list(turn.sheet.names)
        later = [each for each in unanswered if names.index(each.name) > names.index(behind.name)]
        unanswered = later or unanswered
    if unanswered:
        return pages.ask(turn, unanswered[0], advice=advice)
    return pages.check(turn, advice=advice)


def _back(turn: Turn, question: Question) -> HttpResponse:
    """Ask the question before, with its answer; what is on this page is kept if it is good."""
    path = turn.sheet.path(turn.answers)
    places = [place for place, each in enumerate(path) if each.name == question.name]
    place = max(places[0] - 1, 0) if places else 0
    return pages.ask(turn, path[place])


def _show_what_was_sent(turn: Turn) -> HttpResponse:
    report = turn.check_in.report
    if report is None or report.reported_on != turn.today:
        return pages.closed(turn) or pages.ask_birth_date(turn)
    form = BirthDateForm(turn.given, today=turn.today, texts=turn.texts)
    if not form.is_valid():
        return pages.answered(turn, report, form)
    if not check_ins.birth_date_matches(turn.check_in, given=form.cleaned_data["birth_date"]):
        form.refuse()
        return pages.answered(turn, report, form)
    return pages.sent_today(turn, report)


def _send_new_link(turn: Turn) -> HttpResponse:
    """Ask for a check-in on demand, which is then mailed; say the same in every case."""
    surgery = turn.check_in.surgery
    lately = CheckIn.objects.filter(
        surgery=surgery,
        kind=CheckInKind.ON_DEMAND,
        due_at__gt=turn.now - NEW_LINK_EVERY,
    )
    needed = pages.closed(turn) is not None and turn.is_followed
    if needed and not lately.exists():
        check_in = check_ins.make_on_demand(surgery, now=turn.now)
        reminders.send_again(check_in, now=turn.now)
    return pages.say(turn, "asked")


_STEPS: dict[str, Callable[[Turn], HttpResponse]] = {
    "check": _check,
    "go_on": _go_on,
    "birth_date": _go_on,
}


# What they read and write


def _unanswered(turn: Turn) -> list[Question]:
    return [
        question
        for question in turn.sheet.path(turn.answers)
        if question.name not in turn.answered and question.name != "message"
    ]


def _are_safety_questions_answered(turn: Turn) -> bool:
    return not any(each.is_safety for each in _unanswered(turn))


def _save(turn: Turn) -> None:
    answers, names = turn.said
    drafts.save(
        turn.check_in,
        names=names,
        answers=answers,
        answered_by=AnsweredBy(turn.sitting.answered_by),
        now=turn.now,
    )


def _store(turn: Turn, *, complete: bool) -> SymptomReport:
    sitting, answers = turn.sitting, turn.answers
    return check_ins.submit(
        turn.check_in,
        answers=answers,
        complete=complete,
        submission_id=sitting.form_id if complete else sitting.partial_id(answers),
        answered_by=AnsweredBy(sitting.answered_by),
        now=turn.now,
    )
