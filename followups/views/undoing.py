"""Take back the step somebody has just taken."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.staff.access import Action, StaffRequest, requires
from followups.services import cases, undoing
from followups.views.outcomes import conflict, done, read_token
from followups.views.pages import Toast, leave_toast
from followups.views.queue import get_case


@requires(Action.REVIEW)
@require_POST
def undo(request: StaffRequest) -> HttpResponse:
    """Put the case back to before the step, and show it."""
    found = read_token(request, request.POST.get("step", ""))
    if found is None:
        leave_toast(request, Toast("There is nothing to undo."))
        return redirect("followups:queue")
    follow_up = get_case(request, found[0])
    try:
        undoing.undo(follow_up, found[1], by=request.user, now=timezone.now())
    except undoing.TooLate:
        said = "Too late to undo; what was done stands. Change it with the buttons of the case."
        return done(request, follow_up, said)
    except cases.Changed:
        return conflict(request, follow_up.pk)
    return done(request, follow_up, "Undone.")
