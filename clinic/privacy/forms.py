"""Who keeps access to a restricted record, and why somebody else opens one."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict

from clinic.staff.models import Role, User
from patients.fields import IsoDateField, LineField, RecordsField
from patients.models import Restriction
from patients.models.restriction import REASON_LENGTH, SHORTEST_REASON

EARLIEST = date(2000, 1, 10)  # so that there is a week before it

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from patients.models import Patient


class _Form(forms.Form):
    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.helper = FormHelper()
        self.helper.form_tag = False


class BreakGlassForm(_Form):
    """Why somebody who is not on the team has to see a restricted record now."""

    reason = LineField(
        label="Why you need to open it now",
        max_length=REASON_LENGTH,
        help_text=f"At least {SHORTEST_REASON} characters. Auditors read it; write no diagnosis.",
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if len(reason) < SHORTEST_REASON:
            raise forms.ValidationError(
                f"Say a little more: at least {SHORTEST_REASON} characters.", code="short"
            )
        return reason


class RestrictForm(_Form):
    """Why a record is closed, and who besides its surgeons keeps access."""

    reason = LineField(
        label="Why",
        max_length=REASON_LENGTH,
        help_text="For example: works here, asked for it. The team and auditors read it.",
    )
    members = RecordsField(
        queryset=User.objects.none(),
        label="Who keeps access",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Besides you and the surgeons of this patient’s operations, who always do.",
    )

    def __init__(
        self, data: QueryDict | None, *, patient: "Patient", by: User, known: Restriction | None
    ) -> None:
        initial = {"reason": known.reason, "members": list(known.members.all())} if known else {}
        super().__init__(data, initial=initial)
        self.fields["members"].queryset = _colleagues(patient, by)  # type: ignore[attr-defined]


def _colleagues(patient: "Patient", by: User) -> "QuerySet[User]":
    """Who could treat this patient, without the one who is choosing."""
    treat = [Role.SURGEON, Role.NURSE]
    staff = User.objects.filter(clinic=patient.clinic_id, is_active=True, role__in=treat)
    return staff.exclude(pk=by.pk)


class WeekForm(forms.Form):
    """Which week of openings somebody wants to see."""

    week = IsoDateField(required=False)

    def monday(self, today: date) -> date:
        """Return the first day of the week asked for; of this week for anything odd."""
        day = self.cleaned_data.get("week") if self.is_valid() else None
        day = max(min(day or today, today), EARLIEST)
        return day - timedelta(days=day.weekday())
