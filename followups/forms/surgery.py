"""The operation as staff write it down."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import QueryDict

from followups.forms.seen import SeenForm
from patients.choices import Approach, Region
from patients.fields import IsoDateField, LevelsField, RecordField, WholeNumberField
from patients.models import Patient, Surgery
from patients.models.surgery import MOST_LEVELS, RESTRICTION_END_POD

CHOOSE = ("", "Choose")
FACTS = (
    "performed_on",
    "region",
    "levels",
    "approach",
    "is_complex",
    "surgeon",
    "restriction_end_pod",
    "is_revision",
    "supersedes",
)


class SurgeryForm(SeenForm):
    """One operation of one patient, to record or to correct."""

    performed_on = IsoDateField(label="Date of surgery")
    region = forms.ChoiceField(choices=[CHOOSE, *Region.choices])
    levels = LevelsField(max_length=200, help_text="Segments (L4-L5, L5-S1) or a span (L4-S1).")
    approach = forms.ChoiceField(choices=[CHOOSE, *Approach.choices])
    surgeon = RecordField(queryset=None, required=False, empty_label="Not recorded")
    restriction_end_pod = WholeNumberField(
        label="Lifting and movement limits end on day",
        lowest=0,
        highest=730,
        initial=RESTRICTION_END_POD,
    )
    is_complex = forms.BooleanField(
        label="Complex construct",
        required=False,
        help_text="Deformity, pelvic or sacral fixation, osteotomy.",
    )
    is_revision = forms.BooleanField(label="This is a revision", required=False)
    supersedes = RecordField(
        queryset=None,
        label="Replaces this operation",
        required=False,
        empty_label="None recorded here",
        help_text="Its follow-up ends and its open flags close.",
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        patient: Patient,
        surgery: Surgery | None = None,
    ) -> None:
        self.surgery = surgery
        super().__init__(data, initial=self.on_record())
        operating = Q(role="surgeon", is_active=True)
        if surgery is not None:  # who operated stays on record after leaving
            operating |= Q(pk=surgery.surgeon_id)
        surgeons = get_user_model().objects.filter(operating, clinic=patient.clinic_id)
        self.others = Surgery.objects.filter(patient=patient).order_by("-performed_on")
        if surgery is not None:
            self.others = self.others.exclude(pk=surgery.pk)
        self.fields["surgeon"].queryset = surgeons  # type: ignore[attr-defined]
        self.fields["supersedes"].queryset = self.others  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = _layout()

    def on_record(self) -> dict[str, Any]:
        return {name: getattr(self.surgery, name) for name in FACTS} if self.surgery else {}

    def clean_performed_on(self) -> date:
        on: date = self.cleaned_data["performed_on"]
        if self.others.filter(performed_on=on).exists():
            raise forms.ValidationError(
                "An operation on this date is already recorded.", code="taken"
            )
        return on

    def clean_levels(self) -> list[str]:
        """Refuse levels of the back for a neck operation, and the reverse."""
        levels: list[str] = self.cleaned_data["levels"]
        if len(levels) > MOST_LEVELS:
            raise forms.ValidationError(f"More than {MOST_LEVELS} levels.", code="many")
        region = self.cleaned_data.get("region")
        if region and Region(region).is_neck != levels[0].startswith("C"):
            raise forms.ValidationError("These levels do not fit the region.", code="region")
        return levels

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("supersedes") and not cleaned.get("is_revision"):
            self.add_error("is_revision", "Tick this if it replaces an operation.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        facts = {name: self.cleaned_data[name] for name in FACTS}
        return facts | {"n_levels": len(facts["levels"])}


def _layout() -> Layout:
    def thirds(*names: str) -> Row:
        return Row(*(Column(name, css_class="col-md-4") for name in names))

    return Layout(
        "seen",
        Fieldset(
            "The operation",
            thirds("performed_on", "region", "approach"),
            thirds("levels", "surgeon", "restriction_end_pod"),
            "is_complex",
        ),
        Fieldset("Revision", "is_revision", "supersedes"),
    )
