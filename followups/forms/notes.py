"""The words of a note, and what its writer had before them."""

import uuid
from typing import Any, cast

from django import forms
from django.http import QueryDict

from followups.models.notes import LONGEST
from patients.fields import TextField


class NoteForm(forms.Form):
    """A note, a correction or an amendment.

    ``seen`` says what stood there when it opened, ``act`` what its writer was about to do.
    """

    form_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    act = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    body = TextField(
        label="Add a note",
        max_length=LONGEST,
        help_text="Part of the record. Locked after 24 hours.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Write the note before you save it.",
            "max_length": "Keep a note to 10,000 characters; this one has %(show_value)s.",
        },
    )

    def __init__(
        self, data: Any = None, *, label: str = "", help_text: str = "", **initial: Any
    ) -> None:
        super().__init__(data, initial={"form_id": uuid.uuid4()} | initial)
        if label:
            self.fields["body"].label, self.fields["body"].help_text = label, help_text

    def show_as_seen(self, seen: str, act: str) -> None:
        """Let the form, sent again, speak of what it now shows."""
        shown = cast(QueryDict, self.data).copy()
        shown["seen"], shown["act"] = seen, act
        self.data = shown
