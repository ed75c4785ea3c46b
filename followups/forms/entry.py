"""Answers a member of staff types in: told on the phone, on paper, or at a visit."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from followups.forms.check_in import Answers, Wrong, items, read
from followups.questionnaire import Kind, Question, Sheet
from followups.texts import Texts
from patients.choices import AnsweredBy, Source
from patients.fields import ClockField, IsoDateField
from patients.models import Surgery

BY_STAFF = (Source.PHONE, Source.PAPER, Source.VISIT)
CLOCKS_DIFFER = timedelta(minutes=5)


class EntryForm(forms.Form):
    """How and when the answers came; the questions themselves are read beside it."""

    source = forms.ChoiceField(
        label="How", choices=[(each.value, str(each.label)) for each in BY_STAFF]
    )
    answered_by = forms.ChoiceField(label="Who answered", choices=AnsweredBy.choices)
    on = IsoDateField(label="Day")
    at = ClockField(label="Time")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        surgery: Surgery,
        sheet: Sheet,
        texts: Texts,
        now: datetime,
    ) -> None:
        self.surgery, self.sheet, self.texts, self.now = surgery, sheet, texts, now
        local = now.astimezone(surgery.clinic.zone)
        super().__init__(data, initial={"on": local.date(), "at": f"{local:%H:%M}"})
        self.answers: Answers = {}
        self.wrong: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if {"on", "at"} <= cleaned.keys():
            self._clean_moment(cleaned)
        for question in self.sheet.questions:
            self._read(question)
        for question in self.sheet.questions:
            self._ask_for_what_it_follows(question)
        if not self.wrong and not self.answers:
            raise ValidationError("Enter at least one answer.", code="empty")
        if self.wrong:
            raise ValidationError("Correct the answers marked below.", code="answers")
        return cleaned

    def _clean_moment(self, cleaned: dict[str, Any]) -> None:
        moment = datetime.combine(cleaned["on"], cleaned["at"], tzinfo=self.surgery.clinic.zone)
        if moment > self.now + CLOCKS_DIFFER:
            self.add_error("on", "This is still to come.")
        elif self.surgery.postoperative_day(cleaned["on"]) < -30:
            self.add_error("on", "This is more than a month before the operation.")
        else:
            cleaned["answered_at"] = min(moment, self.now)

    def _read(self, question: Question) -> None:
        """Take one answer; an empty one was not asked, which is not the same as no."""
        try:
            answer = read(question, self.data)  # type: ignore[arg-type]
        except Wrong as wrong:
            self.wrong[question.name] = self.texts.say(f"errors.{wrong.error}", count=wrong.count)
            return
        if answer is not None:
            self.answers |= items(question, answer)

    def _ask_for_what_it_follows(self, question: Question) -> None:
        """Refuse an answer that an earlier one makes pointless: one of the two is wrong.

        A temperature says something also where no fever was felt.
        """
        is_answered = self.answers.get(question.name) is not None
        if question.kind is Kind.TEMPERATURE or not is_answered:
            return
        if not question.only(self.answers):
            self.wrong[question.name] = "Asked only after another answer: check the one above."
