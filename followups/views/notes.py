"""Write a note, correct one's own for a day, add to any."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.staff.access import Action, StaffRequest, requires
from followups.forms.notes import NoteForm
from followups.forms.seen import CHANGED
from followups.models import Note
from followups.models.notes import threads
from followups.presenters import notes as presented
from followups.services import notes
from followups.views.saving import posted, saving, status_of
from patients.models import Patient

CORRECT, AMEND = "correct", "amend"
SOMEBODY_WROTE = (
    "Nothing was saved: this note was changed while you had it open. "
    "Read it below, correct what you typed, and save again."
)
OVER = (
    "Nothing was saved: the day for corrections is over, or somebody has added to the note. "
    "Save again to add what you typed as an amendment."
)


@require_POST
@requires(Action.EDIT_PATIENTS)
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a note into the record."""
    patient, form = _patient(request, pk), NoteForm(posted(request))
    if form.is_valid():
        typed = form.cleaned_data
        with saving(form):
            notes.write(
                patient,
                by=request.user,
                body=typed["body"],
                form_id=typed["form_id"],
                now=timezone.now(),
            )
        if form.is_valid():
            return _done(request, patient, "The note is saved.")
    return _page(request, patient, form, title="Add a note", button="Save note")


@require_http_methods(["GET", "POST"])
@requires(Action.EDIT_PATIENTS)
def show(request: StaffRequest, pk: int, note_pk: int) -> HttpResponse:
    """One note with all that was added: correct it, or add to it."""
    patient, now = _patient(request, pk), timezone.now()
    thread = _thread(patient, note_pk)
    corrects = _corrects(request, thread[-1], now)
    form = _form(request, thread[-1], corrects)
    if form.is_bound and form.is_valid():
        with saving(form):
            _save(request, form, thread, corrects, now)
        if form.is_valid():
            done = "The note is corrected." if corrects else "The note is amended."
            return _done(request, patient, done)
        thread = _thread(patient, note_pk)  # what a colleague has written is shown beside it
        corrects = corrects and presented.may_correct(thread[-1], request.user, now)
        form.show_as_seen(_seen(thread[-1]), CORRECT if corrects else AMEND)
    return _page(
        request,
        patient,
        form,
        thread=presented.thread(thread, reader=request.user, now=now, zone=patient.clinic.zone),
        title="Correct a note" if corrects else "Amend a note",
        button="Save the correction" if corrects else "Save the amendment",
    )


def _corrects(request: StaffRequest, last: Note, now: datetime) -> bool:
    """Whether words are replaced, not added: as the form was opened, else where that is allowed.

    An amendment that somebody was writing never becomes a correction of another one.
    """
    act = request.POST.get("act", "")
    return act == CORRECT if act else presented.may_correct(last, request.user, now)


def _save(
    request: StaffRequest, form: NoteForm, thread: list[Note], corrects: bool, now: datetime
) -> None:
    """Correct or amend what the form has shown, and nothing that came after it.

    Raises:
        ValidationError: when somebody else has written meanwhile.
    """
    last, typed, by = thread[-1], form.cleaned_data, request.user
    if _is_repeated(thread, typed["form_id"]) or (corrects and last.body == typed["body"]):
        return
    if typed["seen"] not in ("", _seen(last)):
        raise ValidationError(SOMEBODY_WROTE, code=CHANGED)
    try:
        if corrects:
            notes.correct(last, by=by, body=typed["body"], seen=last.stands_since, now=now)
        else:
            notes.amend(last, by=by, body=typed["body"], form_id=typed["form_id"], now=now)
    except notes.Changed as lost:
        raise ValidationError(SOMEBODY_WROTE, code=CHANGED) from lost
    except notes.Locked as late:
        raise ValidationError(OVER, code=CHANGED) from late


def _is_repeated(thread: list[Note], form_id: Any) -> bool:
    """Whether this very form has been stored: a second click."""
    return any(note.form_id == form_id for note in thread)


def _form(request: StaffRequest, last: Note, corrects: bool) -> NoteForm:
    if corrects:
        said = "Yours to correct for 24 hours. What stood here before stays in the audit."
        label, initial = "The note", {"body": last.body}
    else:
        said = "The note stays as it is; this is shown beside it, with your name and the time."
        label, initial = "What to add", {}
    act = CORRECT if corrects else AMEND
    return NoteForm(
        posted(request), label=label, help_text=said, seen=_seen(last), act=act, **initial
    )


def _seen(last: Note) -> str:
    return f"{last.pk} {last.stands_since.isoformat()}"


def _thread(patient: Patient, note_pk: int) -> list[Note]:
    """Return the note of this id with all that was added to it."""
    every = Note.objects.filter(patient=patient).select_related("author")
    for thread in threads(list(every)):
        if thread[0].pk == note_pk:
            return thread
    raise Http404


def _patient(request: StaffRequest, pk: int) -> Patient:
    reachable = Patient.objects.for_user(request.user).select_related("clinic")
    return get_object_or_404(reachable, pk=pk)


def _done(request: StaffRequest, patient: Patient, said: str) -> HttpResponse:
    messages.success(request, said)
    response: HttpResponse = redirect("patients:detail", patient.pk)
    response["Location"] += "#notes"
    return response


def _page(request: StaffRequest, patient: Patient, form: NoteForm, **context: Any) -> HttpResponse:
    context |= {"section": "patients", "patient": patient, "form": form}
    return render(request, "patients/note.html", context, status=status_of(form))
