"""The page each role, or each person by choice, starts from."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from clinic.staff import preferences
from clinic.staff.access import public
from clinic.staff.models import Role, User

QUEUE = "followups:queue"
START: dict[str, str] = {
    Role.SURGEON: QUEUE,
    Role.NURSE: "followups:schedule",
    Role.AUDITOR: "patients:list",
}


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the page they start their day with."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/")
    start = preferences.home(user) or START.get(user.role)
    if start is not None:
        query = preferences.of(user).queue_query if start == QUEUE else ""
        return redirect(f"{reverse(start)}{query}")
    if user.is_staff:
        return redirect("admin:index")
    raise PermissionDenied
