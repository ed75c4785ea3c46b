"""Forms that write: one transaction, and what the record refuses is said at its field."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest, QueryDict

from followups.forms.seen import CHANGED

LOST = "\ufffd"  # what Django puts where bytes are no text
UNPROCESSABLE = 422
CONFLICT = 409


@contextmanager
def saving(form: forms.Form) -> Iterator[None]:
    """Write in one transaction; a refusal undoes it and becomes errors of the form."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as refusal:
        _say(form, refusal)
    except IntegrityError:  # a colleague, or the same form sent twice, was first
        form.add_error(None, "Somebody saved the same at this moment. Look again before you save.")


def lock(row: Model) -> None:
    """Read a row again and keep others from changing it until it is saved."""
    row.refresh_from_db(from_queryset=type(row)._default_manager.select_for_update(no_key=True))


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, which may be nothing at all; None for a look."""
    if request.method != "POST":
        return None
    if any(LOST in value for values in request.POST.lists() for value in values[1]):
        messages.warning(
            request, f"A character could not be read and stands as “{LOST}”. Check what you typed."
        )
    return request.POST


def status_of(form: forms.Form) -> int:
    """Return 422 once the form has been refused, 409 where a colleague was first."""
    if not (form.is_bound and form.errors):
        return 200
    return CONFLICT if form.has_error(NON_FIELD_ERRORS, CHANGED) else UNPROCESSABLE


def _say(form: forms.Form, refusal: ValidationError) -> None:
    """Put each reason at its field, or above the form where it has none there."""
    reasons = getattr(refusal, "error_dict", {"": refusal})
    for name, reason in reasons.items():
        form.add_error(name if name in form.fields else None, reason)
