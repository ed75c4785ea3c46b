"""Why messages are held, released or left unsent."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.models import model_to_dict
from django.http import QueryDict

from followups.models import OnCall
from patients.fields import EmailAddressField, LineField, PhoneField

REASON_LENGTH = 200


class ReasonForm(forms.Form):
    """Why somebody stops or releases what leaves the clinic."""

    reason = LineField(
        label="Why",
        max_length=REASON_LENGTH,
        help_text="Colleagues and auditors read it; write nothing about a patient.",
    )

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.helper = FormHelper()
        self.helper.form_tag = False


class OnCallForm(forms.Form):
    """Whom an emergency pages first, and whom if nobody acknowledges it."""

    email = EmailAddressField(label="E-mail of whoever is on call", required=False)
    phone = PhoneField(label="Mobile phone of whoever is on call", required=False)
    escalation_email = EmailAddressField(label="E-mail if nobody acknowledges", required=False)
    escalation_phone = PhoneField(label="Mobile phone if nobody acknowledges", required=False)

    def __init__(self, data: QueryDict | None = None, *, known: OnCall | None) -> None:
        super().__init__(data, initial=model_to_dict(known) if known else None)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if not self.errors and not (typed.get("email") or typed.get("phone")):
            said = "Enter an e-mail address or a mobile phone of whoever is on call."
            raise forms.ValidationError(said, code="nobody")
        return typed


class StuckForm(ReasonForm):
    """Which of the messages that were set aside or failed, and why."""

    chosen = forms.MultipleChoiceField(
        label="Messages",
        error_messages={
            "required": "Choose at least one message.",
            "invalid_choice": "One of these messages is no longer waiting here. Choose again.",
        },
    )

    def __init__(self, data: QueryDict | None = None, *, stuck: list[Any]) -> None:
        super().__init__(data, auto_id="stuck_%s")
        self.fields["chosen"].choices = [  # type: ignore[attr-defined]
            (str(each.public_id), str(each)) for each in stuck
        ]
