"""Forms that write: one transaction, and what the record refuses is said at its field."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict

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


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, which may be nothing at all; None for a look."""
    return request.POST if request.method == "POST" else None


def status_of(form: forms.Form) -> int:
    """Return 422 once the form has been refused."""
    return UNPROCESSABLE if form.is_bound and form.errors else 200


def _say(form: forms.Form, refusal: ValidationError) -> None:
    """Put each reason at its field, or above the form where it has none there."""
    reasons = getattr(refusal, "error_dict", {"": refusal})
    for name, reason in reasons.items():
        form.add_error(name if name in form.fields else None, reason)
