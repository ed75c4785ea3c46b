"""The patients' texts: read by everybody on the staff, signed off by surgeons."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.staff.access import Action, StaffRequest, may, requires
from followups.forms.sign_off import SignOffForm
from followups.models import SignOff
from followups.presenters import text_pages
from followups.services import sign_offs
from followups.texts import EDITION, LANGUAGES, texts, wording_of
from followups.views.saving import CONFLICT, posted, status_of


@require_safe
@requires(Action.SEE_TEXTS)
def index(request: StaffRequest) -> HttpResponse:
    """Every language with the edition in use and who has signed it; or all texts of one.

    Reports keep the edition of the questions they were asked with: ``?questions=`` asks about it.
    """
    if code := request.GET.get("language", ""):
        return _language(request, code)
    asked = request.GET.get("questions", "")[:20]
    signed = list(_signed(request))
    context: dict[str, Any] = {
        "section": "texts",
        "languages": text_pages.languages(signed),
        "questions": EDITION,
        "may_sign": may(request.user, Action.SIGN_TEXTS),
        "asked": asked,
        "asked_signed": [each for each in signed if each.questions == asked],
    }
    return render(request, "followups/texts/list.html", context)


@require_POST
@requires(Action.SIGN_TEXTS)
def sign(request: StaffRequest) -> HttpResponse:
    """Keep that a surgeon has read all texts of a language and approves them."""
    code = request.POST.get("language", "")
    if request.user.clinic_id is None:  # whoever runs the whole system approves for no clinic
        raise PermissionDenied
    if code not in dict(LANGUAGES):
        raise BadRequest("There are no texts in this language.")
    form = SignOffForm(posted(request), user=request.user, edition=wording_of(code))
    if not form.is_valid():
        return _language(request, code, form, status=status_of(form))
    try:
        sign_offs.sign(code, **form.facts(), by=request.user, now=timezone.now())
    except sign_offs.TextsChanged:
        messages.warning(request, "The texts were changed meanwhile. Read them again.")
        return _language(request, code, status=CONFLICT)
    messages.success(request, "Your sign-off was kept.")
    return redirect(f"{reverse('followups:texts')}?language={code}")


def _language(
    request: StaffRequest, code: str, form: SignOffForm | None = None, status: int = 200
) -> HttpResponse:
    if code not in dict(LANGUAGES):
        raise Http404
    shown = text_pages.language(code, _signed(request).filter(language=code))
    may_sign = may(request.user, Action.SIGN_TEXTS) and request.user.clinic_id is not None
    has_signed = any(each.by_id == request.user.pk for each in shown.signed)
    if may_sign and not has_signed and form is None:
        form = SignOffForm(user=request.user, edition=shown.edition)
    context = {
        "section": "texts",
        "language": shown,
        "blocks": text_pages.blocks(texts(code)),
        "form": form,
    }
    return render(request, "followups/texts/language.html", context, status=status)


def _signed(request: StaffRequest) -> Any:
    return SignOff.objects.for_user(request.user).select_related("clinic").newest_first()
