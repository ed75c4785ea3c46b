"""What the sheets of a case have in common: how they look, and the version they were opened on."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.http import QueryDict

from patients.fields import TextField

OPTIONS = "followups/queue/_options.html"


class SheetForm(forms.Form):
    """A form over the foot of a case, sent with the version of the case that was shown."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    numbered = ""  # the field whose options have the number keys
    may_be_closed = False  # it makes sense where nothing is open, too

    def lay_out(self, *fields: str | Field) -> None:
        """Leave the form tag and the buttons to the page."""
        self.helper = helper("version", *fields)


def helper(*fields: str | Field) -> FormHelper:
    found = FormHelper()
    found.form_tag = False
    found.disable_csrf = True
    found.layout = Layout(*fields)
    return found


def options(name: str) -> Field:
    """Return a field drawn as wide cards to choose from."""
    return Field(name, template=OPTIONS)


def note_field(**kwargs: Any) -> TextField:
    widget = forms.Textarea(attrs={"rows": 2})
    return TextField(required=False, widget=widget, **kwargs)


class VersionForm(forms.Form):
    """The version of a case that a button was pressed on."""

    version = forms.IntegerField(min_value=0)

    @classmethod
    def of(cls, data: QueryDict) -> int:
        """Return the version; one that cannot be read is none there ever was."""
        form = cls(data)
        version: int = form.cleaned_data["version"] if form.is_valid() else -1
        return version
