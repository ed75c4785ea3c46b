"""Letters that wait: print them together, then say that they have left."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.staff.access import Action, StaffRequest, requires
from followups.choices import LetterReason
from followups.models import Letter
from followups.models.letters import LetterQuerySet
from followups.packs import letters as paper
from followups.presenters import letters as words
from followups.services import letters, posting
from patients.choices import ChannelKind
from patients.fields import is_id
from patients.models import ContactChannel, Surgery

MOST = 200  # sheets in one file


@require_safe
@requires(Action.EDIT_PATIENTS)
def index(request: StaffRequest) -> HttpResponse:
    """The letters to print and post, the oldest first."""
    waiting = list(_waiting(request)[:MOST])
    addresses = _addresses(request, waiting)
    for letter in waiting:
        letter.address = addresses.get(letter.surgery.patient_id, "")
    context: dict[str, Any] = {
        "section": "letters",
        "letters": waiting,
        "printable": [letter.pk for letter in waiting if letter.surgery.patient_id in addresses],
    }
    return render(request, "followups/letters.html", context)


@require_safe
@requires(Action.EDIT_PATIENTS)
def printed(request: StaffRequest) -> HttpResponse:
    """All waiting letters with an address, as one PDF."""
    waiting, now = list(_waiting(request)[:MOST]), timezone.now()
    sheets = words.sheets(waiting, _addresses(request, waiting), now=now)
    if not sheets:
        messages.info(request, "No letter with an address waits.")
        return redirect("followups:letters")
    response = HttpResponse(paper.draw(sheets, made_at=now), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="letters.pdf"'
    return response


@require_POST
@requires(Action.EDIT_PATIENTS)
def sent(request: StaffRequest) -> HttpResponseBase:
    """Note the letters named as sent; each becomes a contact attempt."""
    named = [pk for pk in request.POST.getlist("letter")[:MOST] if is_id(pk)]
    found = _waiting(request).filter(pk__in=named)
    count = posting.sent(found, by=request.user, now=timezone.now())
    if count:
        messages.success(request, f"{count} letter{'s' if count > 1 else ''} noted as sent.")
    else:
        messages.info(request, "These letters were noted already.")
    return redirect("followups:letters")


@require_POST
@requires(Action.EDIT_PATIENTS)
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a letter off the list that nobody has to write any more."""
    letter = get_object_or_404(Letter.objects.for_user(request.user), pk=pk)
    if letters.drop(letter, by=request.user, now=timezone.now()):
        messages.success(request, "The letter is off the list.")
    else:
        messages.info(request, "This letter has left or was taken off already.")
    return redirect("followups:letters")


@require_POST
@requires(Action.EDIT_PATIENTS)
def ask(request: StaffRequest, pk: int, surgery_pk: int) -> HttpResponse:
    """Put a letter to this patient on the list."""
    followed = Surgery.objects.for_user(request.user).filter(
        follow_up__isnull=False, follow_up__ended_at=None
    )
    surgery = get_object_or_404(followed.select_related("patient"), pk=surgery_pk, patient=pk)
    asked = letters.ask(surgery, reason=LetterReason.UNREACHED, by=request.user, now=timezone.now())
    said = "The letter is on the list." if asked else "A letter to this patient waits already."
    messages.success(request, said)
    return redirect("followups:letters")


def _waiting(request: StaffRequest) -> LetterQuerySet:
    rows = Letter.objects.for_user(request.user).waiting()
    return rows.select_related("clinic", "surgery__patient", "asked_by")


def _addresses(request: StaffRequest, waiting: list[Letter]) -> dict[int, str]:
    """Return the address of each patient who agreed to letters."""
    patients = {letter.surgery.patient_id for letter in waiting}
    channels = ContactChannel.objects.for_user(request.user).usable()
    agreed = channels.filter(patient__in=patients, kind=ChannelKind.LETTER)
    return dict(agreed.values_list("patient", "address"))
