"""Short texts for patients, opened from the page that thanks them for a check-in.

Opening one is a POST, because it is written down; its address tells neither link nor patient.
Without a database it can still be read.
"""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.staff.access import public
from followups.services import lessons
from followups.sitting import Receipt
from followups.templatetags.patient_words import links
from followups.texts import texts
from followups.texts.lessons import PHASES
from followups.views.guards import from_our_pages, kept_nowhere, page, readable
from patients.reach import reach

logger = logging.getLogger(__name__)

HOPED_FOR = {phase.name: phase.understood for phase in PHASES}


@public
@csrf_exempt
@kept_nowhere
@require_POST
@from_our_pages
@readable
def learn(request: HttpRequest, module: str) -> HttpResponse:
    """Show one lesson and take the answer to the question at its end."""
    receipt = Receipt.unsealed(request.POST.get("about", ""))
    if receipt is None or module not in receipt.modules:
        return page("over", {"texts": texts(receipt.language if receipt else "")}, status=410)
    words = texts(receipt.language)
    lesson = words.lesson(module, **links(receipt.numbers))
    options = dict(lesson.options)
    chosen = request.POST.get("answer", "")
    if chosen not in options:
        chosen = ""
    try:
        _note(request, receipt, module, chosen)
    except (OperationalError, InterfaceError) as error:
        logger.warning("lesson without a database: %s", type(error).__name__)
    context = {
        "numbers": receipt.numbers,
        "texts": words,
        "lesson": lesson,
        "module": module,
        "about": request.POST["about"],
        "chosen": chosen,
        "is_unanswered": "answer_it" in request.POST and not chosen,
    }
    return page("lesson", context, status=422 if context["is_unanswered"] else 200)


def _note(request: HttpRequest, receipt: Receipt, module: str, chosen: str) -> None:
    """Write down that a lesson was opened, and the answer to its question."""
    now = timezone.now()
    with reach([receipt.clinic_id], request=getattr(request, "id", "")):
        given = lessons.find(module, form_id=receipt.form_id)
        if given is None:
            return
        lessons.open_lesson(given, now=now)
        if chosen:
            lessons.answer(given, understood=chosen == HOPED_FOR[module], now=now)
