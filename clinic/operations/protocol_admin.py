"""A clinic's own visits in Django's admin: entered, signed off by a clinician, then kept."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from clinic.operations.schedule_admin import OfClinicAdmin, OfClinicForm
from followups.models import ProtocolVisit, VisitProtocol
from patients.admin import TidyAdmin

SIGNATURE = ("signed_off_by", "signed_off_on")


class ProtocolForm(OfClinicForm):
    def clean_signed_off_on(self) -> Any:
        on = self.cleaned_data.get("signed_off_on")
        if on and on > timezone.localdate():
            raise ValidationError("This is still to come.")
        return on


class VisitsFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Refuse to sign off a plan without visits: nobody would be expected again."""
        super().clean()
        kept = [
            form
            for form in self.forms
            if form.cleaned_data.get("kind") and not form.cleaned_data.get("DELETE")
        ]
        if self.instance.is_signed_off and not kept:
            raise ValidationError("Enter at least one visit before it is signed off.")


class VisitInline(admin.TabularInline):
    """The visits of one version; fixed once it is signed off."""

    model = ProtocolVisit
    formset = VisitsFormSet
    formfield_overrides = TidyAdmin.formfield_overrides
    extra = 6
    max_num = 6

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may see the protocol

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _stands_open(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _stands_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _stands_open(obj)


@admin.register(VisitProtocol)
class VisitProtocolAdmin(OfClinicAdmin):
    """Follow-ups keep the version they began with, so a change is the next version."""

    form = ProtocolForm
    inlines = (VisitInline,)
    fields = ("clinic", "group", "version", *SIGNATURE)
    list_display = ("group", "version", "signed_off_by", "signed_off_on", "clinic")
    list_filter = ("group", "clinic")
    list_select_related = ("clinic",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request) and _stands_open(obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store it without its sign-off, which comes after the visits it is for."""
        by, on = obj.signed_off_by, obj.signed_off_on
        obj.signed_off_by, obj.signed_off_on = "", None
        super().save_model(request, obj, form, change)
        obj.signed_off_by, obj.signed_off_on = by, on

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        protocol = cast(VisitProtocol, form.instance)
        if protocol.is_signed_off:
            protocol.save(update_fields=SIGNATURE)


def _stands_open(obj: Any) -> bool:
    """Whether the numbers can change: as stored, not as typed just now."""
    return obj is None or not VisitProtocol.objects.signed_off().filter(pk=obj.pk).exists()
