"""What staff write down about a case: a contact, and how it ended."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Field
from django import forms

from followups.choices import (
    ContactMethod,
    ContactOutcome,
    Disposition,
    NextStep,
    Severity,
)
from followups.forms.sheets import SheetForm, helper, note_field, options
from followups.models import Flag
from followups.models.review import NOTE_LENGTH
from patients.fields import LineField, RecordsField

SAFE_LENGTH = 120
# What an ending means for what comes next, unless the reviewer says otherwise.
NEXT_STEPS = {
    Disposition.APPOINTMENT: NextStep.VISIT,
    Disposition.IMAGING: NextStep.IMAGING,
    Disposition.MEDICATION: NextStep.MEDICATION_REVIEW,
    Disposition.REFERRAL: NextStep.REFERRAL,
    Disposition.ADMITTED: NextStep.EMERGENCY_CARE,
    Disposition.REVISION: NextStep.SURGERY,
    Disposition.UNREACHABLE: NextStep.CALL_BACK,
}


class ContactForm(forms.Form):
    """One attempt to reach the patient, successful or not."""

    numbered = "outcome"
    may_be_closed = True
    method = forms.ChoiceField(
        choices=ContactMethod,
        widget=forms.RadioSelect,
        initial=ContactMethod.PHONE,
        label="How",
        error_messages={"required": "Choose how you tried"},
    )
    outcome = forms.ChoiceField(
        choices=ContactOutcome.of_cases,
        widget=forms.RadioSelect,
        label="What happened",
        error_messages={"required": "Choose what happened"},
    )
    note = note_field(max_length=NOTE_LENGTH, label="Note for the chart (optional)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(options("method"), options("outcome"), "note")


def name_of(flag: Flag) -> str:
    return f"{flag.get_severity_display()}: {flag.get_family_display()} ({flag.rule})"


class FlagChoices(RecordsField):
    """The open flags of one case, each named by severity and family."""

    def label_from_instance(self, flag: Any) -> str:
        return name_of(flag)


class ResolveForm(SheetForm):
    """How open flags of one case ended.

    An emergency is only closed with the name of who confirmed that the patient is safe;
    that statement goes into the note.
    """

    numbered = "disposition"
    flags = FlagChoices(
        queryset=Flag.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label="Which flags",
        error_messages={
            "required": "Choose at least one flag",
            "invalid_choice": "One of the flags is no longer open",
        },
    )
    disposition = forms.ChoiceField(
        choices=Disposition.by_staff,
        widget=forms.RadioSelect,
        label="What happened",
        error_messages={"required": "Choose what happened"},
    )
    safe_confirmed_by = LineField(
        required=False,
        max_length=SAFE_LENGTH,
        label="Who confirmed that the patient is safe, and how",
    )
    next_step = forms.ChoiceField(
        choices=[("", "As follows from what happened"), *NextStep.choices],
        required=False,
        label="What comes next",
    )
    note = note_field(
        max_length=NOTE_LENGTH - SAFE_LENGTH - 40, label="Note for the chart (optional)"
    )

    def __init__(self, *args: Any, flags: Sequence[Flag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["flags"]
        choices.queryset = Flag.objects.filter(pk__in=[flag.pk for flag in flags])  # type: ignore[attr-defined]
        choices.initial = [flag.pk for flag in flags]
        shown: list[str | Field] = [
            options("disposition"),
            options("flags"),
            "safe_confirmed_by",
            "next_step",
            "note",
        ]
        if not any(map(_is_emergency, flags)):
            del self.fields["safe_confirmed_by"]
            shown.remove("safe_confirmed_by")
        self.lay_out(*shown)

    def clean(self) -> dict[str, Any]:
        known = self.cleaned_data
        flags = list(known.get("flags") or [])
        if any(map(_is_emergency, flags)) and not known.get("safe_confirmed_by"):
            self.add_error("safe_confirmed_by", "Say who confirmed that the patient is safe")
        return known

    def resolution(self) -> dict[str, Any]:
        """Return what the service takes."""
        known = self.cleaned_data
        disposition = Disposition(known["disposition"])
        implied = NEXT_STEPS.get(disposition, NextStep.ROUTINE_FOLLOW_UP)
        safe = known.get("safe_confirmed_by")
        said = [f"Patient safe, confirmed by: {safe}."] if safe else []
        return {
            "flags": list(known["flags"]),
            "disposition": disposition,
            "next_step": NextStep(known["next_step"] or implied),
            "note": " ".join([*said, known["note"]]).strip(),
            "version": known["version"],
        }


def _is_emergency(flag: Flag) -> bool:
    return flag.severity == Severity.EMERGENCY
