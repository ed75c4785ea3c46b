"""Forms of the import: which file, and then that very file."""

import hashlib
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from clinic.exchange.kept import KEPT_SECONDS
from clinic.exchange.profiles import PROFILES, Profile
from clinic.exchange.reader import MAX_BYTES

SALT = "clinic.exchange checked"
TOO_OLD = (
    "The checked file is not here any more: it is kept for one hour and used once."
    " Choose it again; nothing was stored."
)
_OWN = "fuseline"


class ImportForm(forms.Form):
    """A patient list and what its columns mean."""

    file = forms.FileField(
        label="Patient list (CSV)",
        help_text="At most 5 MB and 20,000 rows. The first row names the columns.",
        error_messages={"required": "Choose the file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    layout = forms.ChoiceField(
        label="Columns",
        choices=[
            (name, "As listed on this page" if name == _OWN else f"As {name} writes them")
            for name in PROFILES
        ],
        initial=_OWN,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_file(self) -> bytes:
        """Return the bytes of the file; of one too large only enough to say so."""
        uploaded: UploadedFile = self.cleaned_data["file"]
        data: bytes = uploaded.read(MAX_BYTES + 1)
        return data

    @property
    def profile(self) -> Profile:
        return PROFILES[self.cleaned_data["layout"]]


@dataclass(frozen=True, slots=True)
class Checked:
    """The file somebody was shown the check of; travels signed through the browser."""

    name: str
    digest: str
    layout: str

    @classmethod
    def of(cls, name: str, data: bytes, layout: str) -> "Checked":
        return cls(name, digest(data), layout)

    @property
    def signed(self) -> str:
        return signing.dumps([self.name, self.digest, self.layout], salt=SALT)


class CheckedForm(forms.Form):
    """“Import these rows”: names the file by what the check has signed.

    Whose the file is, ``kept`` knows: nobody gets another person's.
    """

    checked = forms.CharField(max_length=1000, error_messages={"required": TOO_OLD})
    skip = forms.BooleanField(required=False)

    def clean_checked(self) -> Checked:
        try:
            said = signing.loads(self.cleaned_data["checked"], salt=SALT, max_age=KEPT_SECONDS)
        except signing.BadSignature as error:
            raise ValidationError(TOO_OLD) from error
        return Checked(*said)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
