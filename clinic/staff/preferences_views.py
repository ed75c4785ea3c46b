"""One's own settings: a page about oneself inside the frame of every other page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.staff import preferences
from clinic.staff.access import StaffRequest, signed_in, within_reach
from clinic.staff.preferences_form import PreferencesForm
from followups.views.saving import posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: StaffRequest) -> HttpResponse:
    """Show and keep what somebody has chosen; the frame around it counts the clinic's rows."""
    return within_reach(request, lambda: _settings(request))


def _settings(request: StaffRequest) -> HttpResponse:
    form = PreferencesForm(posted(request), user=request.user)
    if form.is_bound and form.is_valid():
        preferences.save(request.user, **form.cleaned_data)
        messages.success(request, "Your settings were changed.")
        return redirect("account_settings")
    context = {"section": "settings", "form": form}
    return render(request, "account/settings.html", context, status=status_of(form))


@signed_in
@require_POST
def keys(request: StaffRequest) -> HttpResponse:
    """Switch single-key shortcuts on or off, from the list of them."""
    preferences.save(request.user, keys_on=request.POST.get("keys") == "on")
    if "HX-Request" in request.headers:
        return HttpResponse(status=204)
    return redirect("account_settings")
