"""What the schedule's addresses and its call box may say."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.http import QueryDict

from followups.choices import CancelReason, ContactOutcome, VisitKind, WaiveReason
from followups.models.review import NOTE_LENGTH
from followups.protocol import CALLS
from patients.fields import IsoDateField, LineField, WholeNumberField

Data = QueryDict | None


class ScheduleView(TextChoices):
    """The lists of the rail."""

    ALL = "all", "Everything due"
    OVERDUE = "overdue", "Overdue"
    WEEK = "week", "Due this week"
    UPCOMING = "upcoming", "Upcoming"
    UNREACHED = "unreached", "Could not reach"
    UNBOOKED = "unbooked", "Not booked"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One choice of list, kind of visit and page."""

    show: ScheduleView = ScheduleView.ALL
    kind: VisitKind | None = None
    page: int = 1

    @property
    def query(self) -> str:
        """Return these as the end of an address: “?show=overdue”, or nothing."""
        chosen = {
            "show": "" if self.show == ScheduleView.ALL else self.show.value,
            "kind": self.kind.value if self.kind else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{query}" if query else ""

    def but(self, **changes: Any) -> str:
        """Return the address of these with changes, from the first page on."""
        return replace(self, **{"page": 1, **changes}).query or "?"


class ChosenForm(forms.Form):
    """Allow-lists for the address; what is not on them is left out and said."""

    show = forms.ChoiceField(choices=ScheduleView, required=False)
    kind = forms.ChoiceField(choices=VisitKind, required=False)
    page = WholeNumberField(lowest=1, highest=9999, required=False)

    def chosen(self) -> tuple[Chosen, bool]:
        """Return what could be read, and whether that were all."""
        is_clean = self.is_valid()
        known = self.cleaned_data
        return (
            Chosen(
                show=ScheduleView(known.get("show") or ScheduleView.ALL),
                kind=VisitKind(known["kind"]) if known.get("kind") else None,
                page=known.get("page") or 1,
            ),
            is_clean,
        )


RESULTS = (
    ContactOutcome.BOOKED,
    ContactOutcome.CALL_BACK,
    ContactOutcome.LEFT_MESSAGE,
    ContactOutcome.NO_ANSWER,
    ContactOutcome.WRONG_NUMBER,
    ContactOutcome.DECLINED_VISIT,
)


class CallForm(forms.Form):
    """How a call ended: a result, or a time, which means that it was booked."""

    result = forms.ChoiceField(
        choices=[(each.value, str(each.label)) for each in RESULTS],
        required=False,
        error_messages={"invalid_choice": "Choose one of the six results."},
    )
    slot = forms.CharField(max_length=40, required=False)
    note = LineField(max_length=NOTE_LENGTH, required=False)
    promised_on = IsoDateField(label="Will call back by", required=False)
    needs_ride = forms.BooleanField(required=False)
    seen = WholeNumberField(lowest=0, highest=10**15, required=False)

    def __init__(self, data: Data = None, *, today: date) -> None:
        self.today = today
        super().__init__(data)

    def clean_promised_on(self) -> date | None:
        on: date | None = self.cleaned_data["promised_on"]
        last = self.today + timedelta(days=CALLS.longest_promise_days)
        if on is not None and not self.today <= on <= last:
            raise ValidationError(
                f"Choose a day from today on, at most {CALLS.longest_promise_days} days ahead.",
                code="promise",
            )
        return on

    def clean(self) -> dict[str, Any]:
        known = self.cleaned_data
        if not self.errors and not known.get("result") and not known.get("slot"):
            raise ValidationError("Choose how the call ended, or a time.", code="nothing")
        return known

    @property
    def outcome(self) -> ContactOutcome:
        if self.cleaned_data["slot"]:
            return ContactOutcome.BOOKED
        return ContactOutcome(self.cleaned_data["result"])

    @property
    def promise(self) -> date | None:
        """The day somebody who calls back has promised, or the usual one."""
        if self.outcome != ContactOutcome.CALL_BACK:
            return None
        usual = self.today + timedelta(days=CALLS.call_back_days)
        return self.cleaned_data["promised_on"] or usual


class TakeForm(forms.Form):
    """A time somebody clicked."""

    slot = forms.CharField(max_length=40, error_messages={"required": "Choose a time."})
    needs_ride = forms.BooleanField(required=False)


class DayForm(forms.Form):
    """The day in an address; none is today."""

    on = IsoDateField(required=False)


class FindForm(forms.Form):
    """Whose visit is to be booked."""

    q = LineField(
        label="Name or record number",
        min_length=2,
        max_length=120,
        error_messages={"required": "Enter a name or a record number."},
    )

    def __init__(self, data: Data = None) -> None:
        super().__init__(data)
        self.helper = FormHelper()
        self.helper.form_tag = False


class CancelForm(forms.Form):
    """Why an appointment is called off."""

    reason = forms.ChoiceField(
        choices=[("", "Choose why"), *CancelReason.choices],
        label="Why",
        error_messages={"required": "Choose why the appointment is cancelled."},
    )

    def __init__(self, data: Data = None) -> None:
        super().__init__(data, auto_id="cancel_%s")
        self.helper = FormHelper()
        self.helper.form_tag = False


class WaiveForm(forms.Form):
    """Why a surgeon no longer expects a visit."""

    reason = forms.ChoiceField(
        choices=[("", "Choose why"), *WaiveReason.choices],
        label="Why",
        error_messages={"required": "Choose why the visit is no longer expected."},
    )
