"""The review queue: who needs a look, most pressing first, and one case beside it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from clinic.staff.access import Action, StaffRequest, requires
from followups.models import FollowUp
from followups.views.pages import render_queue


@requires(Action.REVIEW)
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    return render_queue(request)


@requires(Action.REVIEW)
@require_GET
def case(request: StaffRequest, pk: int) -> HttpResponse:
    return render_queue(request, follow_up=get_case(request, pk))


def get_case(request: StaffRequest, pk: int) -> FollowUp:
    """Return a case of the user's clinic; any other id, known or not, is a 404."""
    related = ("clinic", "surgery__patient", "surgery__surgeon", "owner")
    cases = FollowUp.objects.for_user(request.user).select_related(*related)
    return get_object_or_404(cases, pk=pk)
