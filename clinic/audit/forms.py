"""The search form of the audit."""

import re
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError

from clinic.audit import vocabulary
from clinic.audit.models import Kind
from clinic.audit.search import NOBODY, Place, Search
from clinic.staff.models import User
from patients.fields import IsoDateField, LineField
from patients.identifiers import normalise_mrn
from patients.models import Patient

if TYPE_CHECKING:
    from django.http import QueryDict

ID = re.compile(r"#?([0-9]{1,18})", re.ASCII)
REQUEST = re.compile(r"[A-Za-z0-9_.:-]{1,40}", re.ASCII)


class SearchForm(forms.Form):
    """Typed by a person, or read from an address; the two differ in how a patient is named."""

    who = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Person")
    patient = LineField(
        required=False,
        max_length=40,
        label="Patient",
        help_text="Record number, or # and the id.",
    )
    kind = forms.ChoiceField(
        required=False, label="Kind", choices=[("", "Any kind"), *Kind.choices]
    )
    what = forms.ChoiceField(required=False, label="Page, record or event")
    row = LineField(required=False, max_length=19, label="Id of the record that changed")
    since = IsoDateField(required=False, label="From")
    until = IsoDateField(required=False, label="To, this day included")
    request = LineField(
        required=False,
        max_length=40,
        label="Request",
        help_text="The reference that error pages show.",
    )
    closed = forms.BooleanField(required=False, label="Refused or not found only")
    glass = forms.BooleanField(required=False, label="Break-glass only")
    before = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, data: "QueryDict | None" = None, *, user: User, typed: bool = True, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.user, self.typed = user, typed
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", "Anybody"),
            *((each.pk, str(each)) for each in _colleagues(user)),
            (NOBODY, "The system, or a patient by link"),
        ]
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("", "Anything"),
            *vocabulary.searchable(),
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Row(*(Column(name, css_class="col-sm-6 col-xl-3") for name in _FIRST)),
            Row(*(Column(name, css_class="col-sm-6 col-xl-3") for name in _SECOND)),
            Row(Column("closed", css_class="col-auto"), Column("glass", css_class="col-auto")),
        )

    @classmethod
    def showing(cls, search: Search, *, user: User) -> "SearchForm":
        """Return the form as somebody would have filled it in for this search."""
        initial = {name: getattr(search, name) for name in (*_FIRST, *_SECOND, "closed", "glass")}
        if search.patient is not None:
            initial["patient"] = _mrn_of(search.patient, user) or f"#{search.patient}"
        return cls(user=user, initial=initial)

    def clean_patient(self) -> int | None:
        text = self.cleaned_data["patient"]
        if not text:
            return None
        if self.typed and not text.startswith("#"):
            return self._by_mrn(normalise_mrn(text))
        return _id(text, "Write # and digits, like #12, or a record number.")

    def clean_row(self) -> int | None:
        text = self.cleaned_data["row"]
        return _id(text, "Write the id in digits, like 12.") if text else None

    def clean_request(self) -> str:
        text: str = self.cleaned_data["request"]
        if text and not REQUEST.fullmatch(text):
            raise ValidationError("A reference has only letters and digits, like 3f9a0c41d2be.")
        return text

    def clean_before(self) -> Place | None:
        text = self.cleaned_data["before"]
        try:
            return Place.parse(text) if text else None
        except (ValueError, OverflowError) as error:
            raise ValidationError("Not a place in the audit.") from error

    def clean(self) -> dict[str, Any]:
        known = self.cleaned_data
        since, until = known.get("since"), known.get("until")
        if since and until and until < since:
            self.add_error("until", "This is before the first day. Choose the same day or later.")
        return known

    def search(self) -> Search:
        return Search(**self.cleaned_data)

    def _by_mrn(self, mrn: str) -> int:
        reachable = Patient.objects.for_user(self.user).filter(mrn=mrn)
        found = list(reachable.values_list("pk", flat=True)[:2])
        if not found:
            raise ValidationError("Nobody you can reach has this record number. Check it.")
        if len(found) > 1:
            raise ValidationError("Several clinics use this number. Write # and the patient's id.")
        pk: int = found[0]
        return pk


_FIRST = ("who", "patient", "since", "until")
_SECOND = ("kind", "what", "row", "request")


def _colleagues(user: User) -> Any:
    everybody = User.objects.all()
    return everybody if user.is_superuser else everybody.filter(clinic=user.clinic_id)


def _mrn_of(pk: int, user: User) -> str | None:
    reachable = Patient.objects.for_user(user).filter(pk=pk)
    return reachable.values_list("mrn", flat=True).first()


def _id(text: str, reason: str) -> int:
    match = ID.fullmatch(text)
    if match is None:
        raise ValidationError(reason)
    return int(match[1])
