"""Expected ranges in Django's admin: what is drawn behind a recovery, and who stands for it."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from clinic.operations import protocol_admin, schedule_admin  # noqa: F401  register theirs
from clinic.staff.admin import HouseAdmin
from clinic.staff.models import Clinic, User
from followups.models import ExpectedRange, ExpectedScore
from followups.services import expected_ranges
from followups.services.expected_ranges import FEWEST_DAYS
from patients.admin import TidyAdmin

NUMBERS = ("group", "region", "version", "source")


class RangeForm(forms.ModelForm):
    def clean_signed_off_on(self) -> Any:
        on = self.cleaned_data.get("signed_off_on")
        if on and on > timezone.localdate():
            raise ValidationError("This is still to come.")
        return on


class ScoresFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Refuse to sign off what could not be drawn."""
        super().clean()
        kept = [
            form
            for form in self.forms
            if form.cleaned_data.get("day") is not None and not form.cleaned_data.get("DELETE")
        ]
        if self.instance.is_signed_off and len(kept) < FEWEST_DAYS:
            raise ValidationError("Enter the scores of at least two days before it is signed off.")


class ScoreInline(admin.TabularInline):
    """The scores by day; fixed while a sign-off stands."""

    model = ExpectedScore
    formset = ScoresFormSet
    formfield_overrides = TidyAdmin.formfield_overrides
    extra = 1
    max_num = 40

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may see the range

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _stands_open(obj) and _may_edit(request)

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission


@admin.register(ExpectedRange)
class ExpectedRangeAdmin(HouseAdmin):
    """One list for the whole installation: where clinics share it, superusers keep it."""

    form = RangeForm
    inlines = (ScoreInline,)
    fields = (*NUMBERS, "signed_off_by", "signed_off_on")
    list_display = ("group", "region", "version", "signed_off_by", "signed_off_on")
    list_filter = ("group", "region")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and _may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return ExpectedRange.objects.all()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if _stands_open(obj) else NUMBERS

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the range without a new sign-off, which comes after the scores it is for."""
        by, on = obj.signed_off_by, obj.signed_off_on
        if not form.initial.get("signed_off_on"):
            obj.signed_off_by, obj.signed_off_on = "", None
        super().save_model(request, obj, form, change)
        obj.signed_off_by, obj.signed_off_on = by, on

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        obj = form.instance
        if obj.is_signed_off and not form.initial.get("signed_off_on"):
            expected_ranges.sign_off(obj, by=obj.signed_off_by, on=obj.signed_off_on)


def _stands_open(obj: Any) -> bool:
    """Whether the numbers can change: as stored, not as typed just now."""
    return obj is None or not ExpectedRange.objects.signed_off().filter(pk=obj.pk).exists()


def _may_edit(request: HttpRequest) -> bool:
    """What is drawn in one clinic would change in the others, too."""
    user = cast(User, request.user)
    return user.is_superuser or not Clinic.objects.exclude(pk=user.clinic_id or 0).exists()
