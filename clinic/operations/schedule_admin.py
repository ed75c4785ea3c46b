"""The clinic's times in Django's admin: what its administrators keep themselves."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from clinic.staff.admin import HouseAdmin
from clinic.staff.models import Clinic, Role, User
from followups.choices import VisitKind
from followups.models import ClosedDay, SlotTemplate
from patients.fields import ClockField

SEES_PATIENTS = (Role.SURGEON, Role.NURSE)


class OfClinicAdmin(HouseAdmin):
    """Rows of one clinic that say so in a column; only superusers choose the clinic."""

    own_rows = "clinic"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if cast(User, request.user).is_superuser else ("clinic",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        left_out = self.get_exclude(request, obj)
        return [name for name in super().get_fields(request, obj) if name not in left_out]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Let the form know whose clinic it is about before anything is checked."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        user = cast(User, request.user)
        form.own_clinic = None if user.is_superuser else user.clinic
        return form


class OfClinicForm(forms.ModelForm):
    """A row of one clinic: an administrator's own, whatever was sent."""

    own_clinic: Clinic | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.own_clinic is not None:
            self.instance.clinic = self.own_clinic

    def _get_validation_exclusions(self) -> set[str]:
        """Check the clinic's own constraints although nobody typed the clinic."""
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return left_out - {"clinic"} if self.own_clinic is not None else left_out


class SlotTemplateForm(OfClinicForm):
    starts_at = ClockField(
        label="Starts at",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="On the clinic's clock.",
    )
    kinds = forms.MultipleChoiceField(
        choices=VisitKind,
        required=False,
        label="Visits",
        widget=forms.CheckboxSelectMultiple,
        help_text="Which visits it is for; none chosen means every visit.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        clinic = cleaned.get("clinic") or getattr(self.instance, "clinic", None)
        clinician = cleaned.get("clinician")
        if clinic and clinician and clinician.clinic_id != clinic.pk:
            self.add_error("clinician", "Choose somebody of this clinic.")
        return cleaned


@admin.register(SlotTemplate)
class SlotTemplateAdmin(OfClinicAdmin):
    """When somebody sees patients each week. One that has ended keeps its last day."""

    form = SlotTemplateForm
    fields = (
        *("clinic", "clinician", "weekday", "starts_at", "minutes", "in_a_row", "capacity"),
        *("kinds", "last_on"),
    )
    list_display = ("weekday", "starts_at", "minutes", "in_a_row", "clinician", "capacity")
    list_filter = ("weekday", "clinic")
    list_select_related = ("clinic", "clinician")
    search_fields = ("^clinician__last_name",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people who see patients; administrators only those of their clinic."""
        user = cast(User, request.user)
        if db_field.name == "clinician":
            people = User.objects.filter(role__in=SEES_PATIENTS, is_active=True)
            own = people if user.is_superuser else people.filter(clinic=user.clinic_id)
            kwargs["queryset"] = own
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(ClosedDay)
class ClosedDayAdmin(OfClinicAdmin):
    """Days without appointments. What was booked on one before stays: move it by hand."""

    form = OfClinicForm
    fields = ("clinic", "on", "name", "is_closed")
    list_display = ("on", "name", "is_closed", "clinic")
    list_filter = ("is_closed", "clinic")
    list_select_related = ("clinic",)
    search_fields = ("^name",)
    date_hierarchy = "on"
