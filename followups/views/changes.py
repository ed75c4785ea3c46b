"""What has changed in the list somebody has open: asked for every half minute by the page itself.

It names no patient, so it leaves no audit entry, and it keeps nobody signed in.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.staff.access import Action, StaffRequest, requires
from followups.forms.queue import FilterForm
from followups.presenters import rows, words
from followups.views import reading
from followups.views.pages import counts, mark_of


@requires(Action.REVIEW)
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """Times left, owners and numbers of a list; and which cases it holds, if that is news."""
    user, now = request.user, timezone.now()
    filters = FilterForm(request.GET).filters()[0]
    found = reading.nameless(user, filters, now)
    is_news = request.GET.get("since") != mark_of([case.pk for case in found])
    arrivals = [
        f"{case.pk}:{words.severity_class(case.severity)}"
        for case in found
        if case.severity is not None
    ]
    context = {
        "is_part": True,
        "filters": filters,
        "rows": [rows.due(case, user=user, now=now) for case in found if case.lead_flag],
        "arrivals": " ".join(arrivals) if is_news else "",
        **counts(request, filters, reading.tally(user, now), now),
    }
    return render(request, "followups/queue/changes.html", context)
