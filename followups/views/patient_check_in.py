"""Ask a patient now, and open a locked link again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.staff.access import Action, StaffRequest, requires
from followups.models import CheckIn
from followups.notify import MESSENGERS
from followups.services import check_ins, reminders
from patients.models import ContactChannel, Surgery


@require_POST
@requires(Action.EDIT_PATIENTS)
def ask(request: StaffRequest, pk: int, surgery_pk: int) -> HttpResponse:
    """Send the patient a check-in at once."""
    reachable = Surgery.objects.for_user(request.user).select_related("clinic")
    followed = reachable.filter(follow_up__isnull=False, follow_up__ended_at=None)
    surgery = get_object_or_404(followed, pk=surgery_pk, patient=pk)
    now = timezone.now()
    reminders.send_again(check_ins.make_on_demand(surgery, now=now), now=now)
    if ContactChannel.objects.usable().filter(patient=pk, kind__in=list(MESSENGERS)).exists():
        messages.success(request, "The patient is asked now.")
    else:
        messages.warning(
            request, "A check-in is open, but the patient agreed to no way of sending it."
        )
    return redirect("patients:detail", pk)


@require_POST
@requires(Action.EDIT_PATIENTS)
def unlock(request: StaffRequest, pk: int, check_in_pk: int) -> HttpResponse:
    """Give a link its tries back, once staff made sure who holds it."""
    reachable = CheckIn.objects.for_user(request.user)
    check_in = get_object_or_404(reachable, pk=check_in_pk, surgery__patient=pk)
    check_ins.unlock(check_in)
    messages.success(request, "The link can be used again.")
    return redirect("patients:detail", pk)
