"""The clinical rules as they are in force; nobody changes them here."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.staff.access import Action, StaffRequest, requires
from followups.presenters import rule_list
from followups.protocol import RULE_SET_VERSION


@require_safe
@requires(Action.SEE_RULES)
def index(request: StaffRequest) -> HttpResponse:
    context = {
        "section": "rules",
        "rules": list(rule_list.rules()),
        "version": RULE_SET_VERSION,
    }
    return render(request, "followups/rules.html", context)
