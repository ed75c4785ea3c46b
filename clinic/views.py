"""The page each role starts from."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from clinic.staff.access import public
from clinic.staff.models import Role, User

START: dict[str, str] = {
    Role.SURGEON: "followups:queue",
    Role.NURSE: "followups:queue",
    Role.AUDITOR: "patients:list",
}


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the page they start their day with."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/")
    start = START.get(user.role)
    if start is not None:
        return redirect(start)
    if user.is_staff:
        return redirect("admin:index")
    raise PermissionDenied
