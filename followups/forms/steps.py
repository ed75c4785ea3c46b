"""What staff say when they snooze, hand over, pin or reopen a case, or ask for imaging."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms

from followups.clock import morning
from followups.forms.review import FlagChoices, name_of
from followups.forms.sheets import SheetForm, note_field, options
from followups.models import Flag, FollowUp
from followups.models.review import LONGEST_SNOOZE, NOTE_LENGTH
from patients.choices import ImagingFinding, ImagingQuestion, Modality
from patients.fields import IsoDateField, LineField, RecordField
from patients.models import ImagingStudy

if TYPE_CHECKING:
    from clinic.staff.models import User

REASON_LENGTH = 200
# Protocol 1.5: the question decides what kind of study can answer it.
STUDIES = [
    (Modality.XRAY, ImagingQuestion.HARDWARE),
    (Modality.MRI, ImagingQuestion.NERVE),
    (Modality.MRI, ImagingQuestion.SCAR),
    (Modality.CT, ImagingQuestion.FUSION),
    (Modality.BONE_SCAN, ImagingQuestion.FUSION),
]
SPANS = [("1", "Tomorrow"), ("3", "3 days"), ("7", "1 week"), ("14", "2 weeks"), ("28", "4 weeks")]
OTHER_DAY = "other"


class SnoozeForm(SheetForm):
    """When flags come back, and why they may sleep until then."""

    numbered = "days"
    days = forms.ChoiceField(
        choices=[*SPANS, (OTHER_DAY, "Another day")],
        widget=forms.RadioSelect,
        label="Come back in",
        error_messages={"required": "Choose when this comes back"},
    )
    until = IsoDateField(required=False, label="Another day")
    reason = LineField(
        max_length=REASON_LENGTH,
        label="Why it can wait",
        help_text="Colleagues read this. Worse answers wake it at once.",
        error_messages={"required": "Say why it can wait"},
    )
    flags = FlagChoices(
        queryset=Flag.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label="Which flags",
        error_messages={
            "required": "Choose at least one flag",
            "invalid_choice": "One of the flags cannot be snoozed, or is no longer open",
        },
    )

    def __init__(
        self, *args: Any, flags: Sequence[Flag], case: FollowUp, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.today = case.clinic.zone, case.clinic.today(now)
        choices = self.fields["flags"]
        choices.queryset = Flag.objects.filter(pk__in=[flag.pk for flag in flags])  # type: ignore[attr-defined]
        choices.initial = [flag.pk for flag in flags]
        self.lay_out(options("days"), "until", "reason", options("flags"))

    def clean(self) -> dict[str, Any]:
        known = self.cleaned_data
        if "days" in known and "until" in known:
            self._look_at(self._day())
        return known

    def _look_at(self, day: date | None) -> None:
        if day is None:
            self.add_error("until", "Choose the day this comes back")
        elif not self.today < day < self.today + LONGEST_SNOOZE:
            most = LONGEST_SNOOZE.days - 1
            self.add_error("until", f"Choose a day from tomorrow to {most} days ahead")

    def _day(self) -> date | None:
        known = self.cleaned_data
        if known["days"] == OTHER_DAY:
            day: date | None = known["until"]
            return day
        return self.today + timedelta(days=int(known["days"]))

    def step(self) -> dict[str, Any]:
        """Return what the service takes."""
        day = cast(date, self._day())  # the form is valid
        known = self.cleaned_data
        return {
            "flags": list(known["flags"]),
            "until": morning(self.zone, day),
            "reason": known["reason"],
            "version": known["version"],
        }


class ImagingForm(SheetForm):
    """Which study was requested for which question."""

    numbered = "study"
    may_be_closed = True
    study = forms.ChoiceField(
        choices=[
            (f"{modality}-{question}", f"{modality.label}: {question.label.lower()}")
            for modality, question in STUDIES
        ],
        widget=forms.RadioSelect,
        label="What was requested, and for which question",
        error_messages={"required": "Choose the study and its question"},
    )
    note = note_field(max_length=NOTE_LENGTH - 100, label="Note for the chart (optional)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lay_out(options("study"), "note")

    def step(self) -> dict[str, Any]:
        known = self.cleaned_data
        modality, question = known["study"].split("-")
        return {
            "modality": Modality(modality),
            "question": ImagingQuestion(question),
            "note": known["note"],
            "version": known["version"],
        }


class ResultForm(SheetForm):
    """What a requested study showed."""

    numbered = "study"
    may_be_closed = True
    study = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Which study",
        error_messages={
            "required": "Choose the study",
            "invalid_choice": "This study is no longer waiting for its result",
        },
    )
    done_on = IsoDateField(label="Done on")
    findings = forms.MultipleChoiceField(
        choices=ImagingFinding,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Findings",
    )
    is_signed = forms.BooleanField(required=False, label="I have read it and sign it off")

    def __init__(
        self, *args: Any, studies: Sequence[ImagingStudy], case: FollowUp, now: datetime, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.today, self.operated = case.clinic.today(now), case.surgery.performed_on
        self.waiting = {str(study.pk): study for study in studies}
        named = [
            (pk, f"{study.get_modality_display()}: {study.get_question_display().lower()}")
            for pk, study in self.waiting.items()
        ]
        self.fields["study"].choices = named  # type: ignore[attr-defined]
        self.initial |= {"done_on": self.today}  # type: ignore[operator]
        if len(named) == 1:
            self.initial["study"] = named[0][0]
        self.lay_out(options("study"), options("findings"), "done_on", "is_signed")

    def clean_done_on(self) -> date:
        on: date = self.cleaned_data["done_on"]
        if on > self.today:
            raise forms.ValidationError("This day is still to come.")
        if on < self.operated:
            raise forms.ValidationError("This is before the operation.")
        return on

    def step(self) -> dict[str, Any]:
        known = self.cleaned_data
        return {
            "study": self.waiting[known["study"]],
            "done_on": known["done_on"],
            "findings": known["findings"],
            "is_signed": known["is_signed"],
        }


class HandOverForm(SheetForm):
    """Who takes the case."""

    to = RecordField(
        queryset=None,
        label="Colleague",
        empty_label="Choose a colleague",
        error_messages={
            "required": "Choose who takes the case",
            "invalid_choice": "This person cannot take the case",
        },
    )
    note = note_field(max_length=NOTE_LENGTH - 200, label="What they should know (optional)")

    def __init__(
        self,
        *args: Any,
        colleagues: Any,
        may_see: Callable[["User"], bool],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.may_see = may_see
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]
        self.lay_out("to", "note")

    def clean_to(self) -> "User":
        to: User = self.cleaned_data["to"]
        if not self.may_see(to):
            raise forms.ValidationError("This record is restricted, and they are not of its team.")
        return to

    def step(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PinForm(SheetForm):
    """Why a case stands above the others of its severity."""

    reason = LineField(
        max_length=REASON_LENGTH,
        label="Why it comes first",
        help_text="Colleagues read this. The case stands above others of its severity.",
        error_messages={"required": "Say why it comes first"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lay_out("reason")

    def step(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class ReopenForm(SheetForm):
    """Which closed flag is opened again, and why."""

    numbered = "flag"
    may_be_closed = True
    flag = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Which flag",
        error_messages={
            "required": "Choose the flag",
            "invalid_choice": "This flag is open, or another one of its kind is",
        },
    )
    reason = LineField(
        max_length=REASON_LENGTH,
        label="Why it is opened again",
        error_messages={"required": "Say why it is opened again"},
    )

    def __init__(self, *args: Any, flags: Sequence[Flag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closed = {str(flag.pk): flag for flag in flags}
        named = [(pk, name_of(flag)) for pk, flag in self.closed.items()]
        self.fields["flag"].choices = named  # type: ignore[attr-defined]
        if len(self.closed) == 1:
            self.initial["flag"] = next(iter(self.closed))
        self.lay_out(options("flag"), "reason")

    def step(self) -> dict[str, Any]:
        known = self.cleaned_data
        return {
            "flag": self.closed[known["flag"]],
            "reason": known["reason"],
            "version": known["version"],
        }
