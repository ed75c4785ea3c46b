"""The patient's side of a check-in: one link, a birth date, two pages of questions.

A GET shows and changes nothing, so that mail scanners and previews are harmless. What a
page must remember travels in the page itself, so that it works without cookies and
scripts: signed in ``Sitting``, and the answers given so far as ordinary fields, read and
checked anew each time. Nobody learns from a link whose it is: no page shows a name, a
diagnosis, an operation, its date or an earlier answer, before or after the birth date.
What a patient is told to do follows from the answers in hand, stored or not.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Any
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
from followups.circumstances import Circumstances
from followups.endings import Ending
from followups.forms.check_in import BirthDateForm, QuestionsForm
from followups.models import CheckIn
from followups.questionnaire import Sheet
from followups.services import check_ins, reminders
from followups.sitting import Receipt, Sitting
from followups.views import check_in_pages as pages
from followups.views.check_in_pages import Turn
from followups.views.guards import View, from_our_pages, kept_nowhere, page, readable
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
    def kept(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
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
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Open a check-in, or take the next step of it, in reach of its own clinic alone."""
    clinic = tokens.clinic_of(token)
    if clinic is None:
        return page("unknown", {}, status=404)
    with reach([clinic], request=getattr(request, "id", "")):
        return _answer(request, token)


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    check_in = tokens.find(token)
    if check_in is None:  # withdrawn this very moment
        return page("unknown", {}, status=404)
    now = timezone.now()
    sitting = Sitting.unsealed(request.POST.get("sitting", ""), token)
    sitting = sitting or Sitting.begin(check_in.clinic, now=now)
    turn = Turn(token, check_in, sitting, request.POST, now)
    return _take(turn) if request.method == "POST" else _open(turn)


@public
@kept_nowhere
@require_safe
def end(request: HttpRequest, ending: str) -> HttpResponse:
    """Say once more what to do; the address tells neither the link nor the patient."""
    receipt = Receipt.unsealed(request.GET.get("about", ""))
    if receipt is None or ending not in set(Ending):
        return page("over", {}, status=410)
    context = {
        "numbers": receipt.numbers,
        "saved_at": receipt.saved_at,
        "after_surgery": receipt.is_after_surgery,
        "advice": ending,
        "told": True,
    }
    return page("end", context)


def _open(turn: Turn) -> HttpResponse:
    closed = pages.closed(turn)
    if closed is None and turn.check_in.is_locked:
        closed = pages.say(turn, "locked", status=403)
    return closed or pages.ask_birth_date(turn, BirthDateForm(today=turn.today))


def _take(turn: Turn) -> HttpResponse:
    step = turn.given.get("step", "")
    if step == "new_link":
        return _send_new_link(turn)
    try:
        return pages.closed(turn) or _STEPS.get(step, _prove)(turn)
    except check_ins.Locked:
        return pages.say(turn, "locked", status=403)
    except check_ins.NotAwaited:  # somebody was first; say what became of it
        latest = replace(turn, check_in=tokens.find(turn.token) or turn.check_in)
        return pages.closed(latest) or pages.ended(latest)


# The steps


def _prove(turn: Turn) -> HttpResponse:
    """Look at the birth date; if it is right, ask the first questions."""
    form = BirthDateForm(turn.given, today=turn.today)
    if form.is_valid():
        given = form.cleaned_data["birth_date"]
        if check_ins.birth_date_matches(turn.check_in, given=given):
            sheet = turn.sitting.sheet or _sheet(turn)
            proven = replace(turn, sitting=turn.sitting.prove(sheet, now=turn.now))
            return pages.ask(proven, sheet, "safety")
        form.add_error(None, "This is not the date we have. Check it and try again.")
    return pages.ask_birth_date(turn, form, status=422)


def _with_birth_date(
    step: Callable[[Turn, Sheet], HttpResponse],
) -> Callable[[Turn], HttpResponse]:
    """Ask for the birth date first, where it was never right or too long ago."""

    @wraps(step)
    def proven(turn: Turn) -> HttpResponse:
        sheet = turn.sitting.sheet
        if sheet is None or not turn.sitting.is_proven(turn.now):
            return pages.ask_birth_date(turn, BirthDateForm(today=turn.today), status=422)
        return step(turn, sheet)

    return proven


@_with_birth_date
def _take_safety(turn: Turn, sheet: Sheet) -> HttpResponse:
    """Store at once what may not wait; an emergency comes before any missing answer."""
    form = QuestionsForm(sheet, sheet.safety, turn.given)
    is_complete = form.is_valid()
    ending = endings.of(form.answers())
    if ending is Ending.EMERGENCY or (is_complete and ending is not Ending.THANKS):
        _store(turn, form.answers(), complete=False)
    if ending is Ending.EMERGENCY:
        return pages.emergency(turn)
    if not is_complete:
        return pages.ask(turn, sheet, "safety", was_sent=True)
    return pages.ask(turn, sheet, "rest", advice=ending)


@_with_birth_date
def _go_on(turn: Turn, sheet: Sheet) -> HttpResponse:
    """Ask the other questions after the emergency page was seen."""
    is_complete = QuestionsForm(sheet, sheet.safety, turn.given).is_valid()
    return pages.ask(turn, sheet, "rest" if is_complete else "safety")


@_with_birth_date
def _take_rest(turn: Turn, sheet: Sheet) -> HttpResponse:
    """Store the whole report, once, and send the patient to the ending it asks for."""
    if "back" in turn.given:
        return pages.ask(turn, sheet, "safety")
    safety = QuestionsForm(sheet, sheet.safety, turn.given)
    rest = QuestionsForm(sheet, sheet.rest, turn.given)
    if not safety.is_valid():
        return _take_safety(turn)
    is_complete = rest.is_valid()
    answers = safety.answers() | rest.answers()
    ending = endings.of(answers)
    if not is_complete:
        return pages.ask(turn, sheet, "rest", advice=ending, was_sent=True)
    report = _store(turn, answers, complete=True)
    if report.reported_at != turn.now:  # sent twice: the first one stands
        return pages.answered(turn, report)
    return _end(ending, Receipt(turn.numbers, turn.now, sheet.is_after_surgery))


def _end(ending: Ending, receipt: Receipt) -> HttpResponse:
    address = reverse("check_in:end", args=[ending])
    return SeeOther(f"{address}?{urlencode({'about': receipt.sealed()})}")


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
    "birth_date": _prove,
    "safety": _take_safety,
    "go_on": _go_on,
    "rest": _take_rest,
}


# What they read and write


def _sheet(turn: Turn) -> Sheet:
    surgery = turn.check_in.surgery
    told = surgery.patient.risk_profiles.exclude(smoking=None)
    circumstances = Circumstances.of(
        turn.check_in,
        pod=surgery.postoperative_day(turn.today),
        smoking=told.order_by("-recorded_on").values_list("smoking", flat=True).first(),
    )
    return Sheet.of(circumstances)


def _store(turn: Turn, answers: dict[str, Any], *, complete: bool) -> SymptomReport:
    sitting = turn.sitting
    return check_ins.submit(
        turn.check_in,
        answers=answers,
        complete=complete,
        submission_id=sitting.form_id if complete else sitting.partial_id(answers),
        now=turn.now,
    )
