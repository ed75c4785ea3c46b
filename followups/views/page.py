"""The page an emergency's message leads to: who has it, and the button that takes it up."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.staff.access import Action, StaffRequest, requires
from followups.models import FollowUp, StaffMessage
from followups.services import staff_messages
from followups.services.staff_messages.pages import PAGES


@requires(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask whether somebody takes an emergency up; it names nobody, whoever looks on."""
    pages = StaffMessage.objects.in_clinic(request.user).filter(kind__in=PAGES)
    found = get_object_or_404(pages.select_related("acknowledged_by", "flag"), pk=pk)
    case = FollowUp.objects.for_user(request.user).filter(surgery__flags=found.flag_id).first()
    if request.method != "POST":
        return render(request, "followups/page.html", {"page": found, "case": case})
    if staff_messages.acknowledge(found, by=request.user, now=timezone.now()):
        messages.success(request, "Acknowledged. Nobody else is paged: this case is yours to call.")
    else:
        messages.warning(request, "This emergency was acknowledged before.")
    # a restricted record stands in the queue, and is opened from there with a reason
    return redirect("followups:case", case.pk) if case else redirect("followups:queue")
