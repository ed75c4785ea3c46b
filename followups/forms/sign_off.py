"""The form that signs the texts of one language off."""

from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms

from patients.fields import LineField

if TYPE_CHECKING:
    from clinic.staff.models import User


class SignOffForm(forms.Form):
    """Who signs, as it shall stand there, and that the texts were read."""

    edition = forms.CharField(max_length=20, widget=forms.HiddenInput)
    name = LineField(label="Name", max_length=120)
    role = LineField(
        label="Role", max_length=120, help_text="For example: spine surgeon, clinical lead."
    )
    read = forms.BooleanField(
        label="I have read every text on this page and approve it for our patients.",
        error_messages={"required": "Read the texts, then say that you approve them."},
    )

    def __init__(self, data: Any = None, *, user: "User", edition: str) -> None:
        full_name = f"{user.title} {user.get_full_name()}".strip()
        initial = {"edition": edition, "name": full_name, "role": user.get_role_display()}
        super().__init__(data, initial=initial)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def facts(self) -> dict[str, str]:
        """Return what the service takes."""
        return {name: self.cleaned_data[name] for name in ("edition", "name", "role")}
