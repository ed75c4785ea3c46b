"""When a visit is to be, and when it was."""

from datetime import date, datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.contrib.auth import get_user_model
from django.http import QueryDict

from followups.models import Visit
from patients.fields import ClockField, IsoDateField, RecordField

Data = QueryDict | None

BOOKED_AHEAD = timedelta(days=3 * 366)


class BookForm(forms.Form):
    """The day and the time of a visit on the clinic's clock, and who sees the patient."""

    on = IsoDateField(label="Day")
    at = ClockField(label="Time")
    clinician = RecordField(
        queryset=get_user_model().objects.none(),
        required=False,
        label="With",
        empty_label="Nobody named",
        error_messages={"invalid_choice": "Choose somebody who works here."},
    )

    def __init__(self, data: Data = None, *, visit: Visit, now: datetime) -> None:
        self.visit, self.now, self.today = visit, now, visit.clinic.today(now)
        initial: dict[str, Any] = {}
        if visit.booked_for is not None:
            local = visit.booked_for.astimezone(visit.clinic.zone)
            initial = {"on": local.date(), "at": f"{local:%H:%M}"}
        initial["clinician"] = visit.surgery.surgeon_id
        # beside another form on its page, so its fields carry ids of their own
        super().__init__(data, initial=initial, auto_id="book_%s")
        people = get_user_model().objects.filter(clinic=visit.clinic_id, is_active=True)
        self.fields["clinician"].queryset = people.filter(  # type: ignore[attr-defined]
            role__in=["surgeon", "nurse"]
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Row(Column("on", css_class="col-sm-7"), Column("at", css_class="col-sm-5")),
            "clinician",
        )

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self.today:
            raise forms.ValidationError("This day has passed.", code="past")
        if on > self.today + BOOKED_AHEAD:
            raise forms.ValidationError("This is more than 3 years ahead.", code="far")
        return on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "on" not in cleaned or "at" not in cleaned:
            return cleaned
        if not _is_once(self.booked_for()):
            self.add_error("at", "The clocks are changed over this time that night. Take another.")
        elif self.booked_for() <= self.now:
            self.add_error("at", "This time has passed. Take a later one.")
        return cleaned

    def booked_for(self) -> datetime:
        on, at = self.cleaned_data["on"], self.cleaned_data["at"]
        return datetime.combine(on, at, tzinfo=self.visit.clinic.zone)


class CompleteForm(forms.Form):
    """The day the patient came."""

    on = IsoDateField(label="Day")

    def __init__(self, data: Data = None, *, visit: Visit, today: date) -> None:
        self.visit, self.today = visit, today
        super().__init__(data, initial={"on": today})
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError("This day is still to come.", code="future")
        if on < self.visit.surgery.performed_on:
            raise forms.ValidationError("This is before the operation.", code="early")
        return on


def _is_once(moment: datetime) -> bool:
    """Say whether a wall clock shows this time once: one hour a year not, another twice."""
    return moment.utcoffset() == moment.replace(fold=1).utcoffset()
