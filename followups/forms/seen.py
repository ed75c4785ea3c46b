"""What was on record when a form was opened, so that nobody saves over a colleague's change.

The page carries a fingerprint of the values it showed. Where the record differs from it by
then, nothing is stored: the page keeps what was typed and says beside it what stands there.
"""

import hashlib
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

CHANGED = "changed"


class SeenForm(forms.Form):
    """A form over a record that may change while somebody has it open."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.initial["seen"] = _fingerprint(self.on_record())

    def on_record(self) -> dict[str, Any]:
        """Return the values of the fields as the record has them now."""
        raise NotImplementedError

    def refuse_if_changed(self) -> None:
        """Refuse what was typed over values that are no longer on record.

        Whoever sends the page again has seen them. A page without a fingerprint showed none.

        Raises:
            ValidationError: and says at each field what is on record there.
        """
        on_record = self.on_record()
        now, seen = _fingerprint(on_record), self.cleaned_data.get("seen")
        if seen in ("", now):
            return
        shown = cast(QueryDict, self.data).copy()
        shown["seen"] = now
        self.data = shown
        for name, value in self.cleaned_data.copy().items():
            if name in on_record and (value or None) != (on_record[name] or None):
                self.add_error(name, f"On record now: {self._said(name, on_record[name])}.")
        raise ValidationError(
            "Nothing was saved: a colleague changed this record while you had it open. "
            "Compare, correct what you typed, and save again.",
            code=CHANGED,
        )

    def _said(self, name: str, value: Any) -> str:
        """Return a value in the words of the page."""
        field = self.fields[name]
        shown = field.prepare_value(value)
        words = {str(key): str(word) for key, word in getattr(field, "choices", ())}
        if isinstance(field, forms.BooleanField):
            return "ticked" if value else "not ticked"
        return words.get(str(shown), str(shown)) if shown not in (None, "") else "nothing"


def _fingerprint(values: dict[str, Any]) -> str:
    said = sorted((name, str(value)) for name, value in values.items())
    return hashlib.sha256(repr(said).encode()).hexdigest()
