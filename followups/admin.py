"""Surgeries and the follow-up process in Django's admin, for superusers.

A surgery is corrected here rather than beside the patient, because its plan moves with
it. Everything else is history or belongs to the services, so it can only be looked at.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from followups.models import (
    Appointment,
    CheckIn,
    CheckInLink,
    ContactAttempt,
    Evaluation,
    Flag,
    FlagEvent,
    FollowUp,
    Heartbeat,
    Hold,
    Notice,
    OnCall,
    Origin,
    Provider,
    Reminder,
    StaffMessage,
    Visit,
)
from followups.services import facts, plans
from patients.admin import ReadOnlyAdmin, ServiceAdmin, ServiceForm
from patients.fields import IsoDateField, LevelsField
from patients.models import ImagingStudy, InstrumentScore, KnownDeficit, Patient, Surgery

CLOCKS_DIFFER = timedelta(minutes=5)
BEFORE_SURGERY = timedelta(days=30)
PLANNED = {"window_closes_on"}  # the one date of a fact that may be ahead
BY_PATIENT = ("^surgery__patient__mrn", "^surgery__patient__family_name")


class SurgeryForm(ServiceForm):
    performed_on = IsoDateField(label="Date of surgery")
    levels = LevelsField(required=False, help_text="L4-L5, L5-S1, or a span like L4-S1.")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        patient = self.cleaned_data.get("patient") or getattr(self.instance, "patient", None)
        surgeon = self.cleaned_data.get("surgeon")
        if patient and surgeon and surgeon.clinic_id != patient.clinic_id:
            self.add_error("surgeon", "Choose a surgeon of the patient's clinic.")
        return cleaned

    def store(self) -> Surgery:
        now = timezone.now()
        typed = self.typed(*(name for name in self.fields if name != "patient"))
        if self.instance.pk is None:
            return plans.record_surgery(self.cleaned_data["patient"], facts=typed, now=now)
        stored = Surgery.objects.select_related("clinic", "patient", "supersedes")
        return plans.correct_surgery(stored.get(pk=self.instance.pk), facts=typed, now=now)


@admin.register(Surgery)
class SurgeryAdmin(ServiceAdmin):
    form = SurgeryForm
    fields = (
        *("patient", "performed_on", "region", "levels", "n_levels", "approach", "is_complex"),
        *("surgeon", "restriction_end_pod", "is_revision", "supersedes", "created_at"),
    )
    autocomplete_fields = ("patient", "surgeon", "supersedes")
    list_display = ("performed_on", "patient", "label", "region", "surgeon", "is_revision")
    list_filter = ("region", "approach", "is_complex", "is_revision", "clinic")
    list_select_related = ("patient", "surgeon")
    search_fields = ("^patient__mrn", "^patient__family_name")
    date_hierarchy = "performed_on"
    ordering = ("-performed_on", "-pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("patient", "created_at") if obj else ("created_at",)


class OfSurgeryAdmin(ReadOnlyAdmin):
    """Rows that belong to a surgery, shown with its patient."""

    search_fields = BY_PATIENT

    @admin.display(ordering="surgery__patient__mrn")
    def patient(self, row: Any) -> Patient:
        patient: Patient = row.surgery.patient
        return patient


@admin.register(FollowUp)
class FollowUpAdmin(OfSurgeryAdmin):
    list_display = ("patient", "surgery", "severity", "owner", "planned_from", "end_reason")
    list_filter = ("severity", "awaits_contact", "end_reason", "clinic")
    list_select_related = ("surgery__patient", "owner")
    date_hierarchy = "planned_from"
    ordering = FollowUp.QUEUE_ORDER


@admin.register(CheckIn)
class CheckInAdmin(OfSurgeryAdmin):
    list_display = ("due_on", "patient", "kind", "questionnaire", "plan_day", "answered")
    list_filter = ("kind", "questionnaire", "clinic")
    list_select_related = ("surgery__patient",)
    date_hierarchy = "due_on"
    ordering = ("-due_at", "-pk")

    @admin.display(boolean=True)
    def answered(self, check_in: CheckIn) -> bool:
        return check_in.report_id is not None


@admin.register(CheckInLink)
class CheckInLinkAdmin(ReadOnlyAdmin):
    list_display = ("made_at", "check_in", "clinic")
    list_filter = ("clinic",)
    list_select_related = ("check_in", "clinic")
    search_fields = ("^check_in__surgery__patient__mrn",)
    date_hierarchy = "made_at"
    ordering = ("-made_at", "-pk")


@admin.register(Visit)
class VisitAdmin(OfSurgeryAdmin):
    list_display = ("target_on", "patient", "kind", "status", "booked_for", "completed_on")
    list_filter = ("status", "kind", "clinic")
    list_select_related = ("surgery__patient",)
    date_hierarchy = "target_on"
    ordering = ("-target_on", "-pk")


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    list_display = ("starts_at", "visit", "clinician", "place", "end", "booked_at")
    list_filter = ("end", "clinic")
    list_select_related = ("visit", "clinician")
    search_fields = ("^visit__surgery__patient__mrn", "^visit__surgery__patient__family_name")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "-pk")


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ("not_before", "patient", "purpose", "channel", "state", "attempts", "sent_at")
    list_filter = ("state", "purpose", "channel", "delivery", "clinic")
    list_select_related = ("patient",)
    search_fields = ("=public_id", "=provider_id", "^patient__mrn")
    date_hierarchy = "not_before"
    ordering = ("-not_before", "-pk")


@admin.register(StaffMessage)
class StaffMessageAdmin(ReadOnlyAdmin):
    list_display = ("not_before", "kind", "to", "channel", "state", "attempts", "acknowledged_at")
    list_filter = ("state", "kind", "channel", "clinic")
    list_select_related = ("to",)
    search_fields = ("=public_id", "=provider_id")
    date_hierarchy = "not_before"
    ordering = ("-not_before", "-pk")


@admin.register(OnCall)
class OnCallAdmin(ReadOnlyAdmin):
    list_display = ("clinic", "email", "phone", "escalation_email", "escalation_phone")
    list_select_related = ("clinic",)


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ("at", "clinic", "by", "reason", "released_at", "released_by")
    list_filter = ("clinic",)
    list_select_related = ("clinic", "by", "released_by")
    date_hierarchy = "at"


@admin.register(Provider)
class ProviderAdmin(ReadOnlyAdmin):
    list_display = ("channel", "failures", "open_until", "failed_at", "reason")


@admin.register(Origin)
class OriginAdmin(ReadOnlyAdmin):
    list_display = ("place", "seen_at")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "at", "detail")


@admin.register(Evaluation)
class EvaluationAdmin(OfSurgeryAdmin):
    list_display = ("at", "patient", "trigger", "rule_set_version")
    list_filter = ("trigger", "rule_set_version", "clinic")
    list_select_related = ("surgery__patient",)
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


class FlagEventInline(admin.TabularInline):
    """A flag's life so far."""

    model = FlagEvent
    fields = readonly_fields = ("at", "kind", "severity", "by", "text")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("by")


@admin.register(Flag)
class FlagAdmin(OfSurgeryAdmin):
    list_display = ("raised_at", "patient", "severity", "rule", "closed_at", "disposition")
    list_filter = ("severity", "family", "rule", "disposition", "clinic")
    list_select_related = ("surgery__patient",)
    date_hierarchy = "raised_at"
    ordering = ("-raised_at", "-pk")
    inlines = (FlagEventInline,)


@admin.register(FlagEvent)
class FlagEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "flag", "kind", "severity", "by")
    list_filter = ("kind", "severity", "clinic")
    list_select_related = ("flag", "by")
    search_fields = ("^flag__surgery__patient__mrn",)
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


@admin.register(ContactAttempt)
class ContactAttemptAdmin(OfSurgeryAdmin):
    list_display = ("at", "patient", "by", "method", "outcome")
    list_filter = ("method", "outcome", "clinic")
    list_select_related = ("surgery__patient", "by")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("made_at", "flag", "level", "to", "seen_at")
    list_filter = ("level", "clinic")
    list_select_related = ("flag", "to")
    search_fields = ("^flag__surgery__patient__mrn",)
    date_hierarchy = "made_at"
    ordering = ("-made_at", "-pk")


class FactForm(ServiceForm):
    """What was found between check-ins; storing it runs the rules."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        surgery = self.cleaned_data.get("surgery")
        for name, value in list(self.cleaned_data.items()):
            if surgery and isinstance(value, date):
                self._look_at_time(name, value, surgery)
        return cleaned

    def _look_at_time(self, name: str, value: date, surgery: Surgery) -> None:
        """Refuse what cannot have happened yet, and a moment long before the operation."""
        now = timezone.now()
        is_moment = isinstance(value, datetime)
        earliest = surgery.performed_on - BEFORE_SURGERY
        latest = now + CLOCKS_DIFFER if is_moment else timezone.localdate(now)
        if isinstance(value, datetime) and value.date() < earliest:
            self.add_error(name, "This is more than 30 days before the operation.")
        elif name not in PLANNED and value > latest:
            self.add_error(name, "This is still to come.")

    def store(self) -> ImagingStudy | InstrumentScore | KnownDeficit:
        fact = self._meta.model(pk=self.instance.pk)
        if fact.pk is not None:
            fact = self._meta.model.objects.get(pk=fact.pk)
        for name, value in self.cleaned_data.items():
            setattr(fact, name, value)
        stored: ImagingStudy | InstrumentScore | KnownDeficit = facts.save(fact, now=timezone.now())
        return stored


class FactAdmin(ServiceAdmin):
    form = FactForm
    search_fields = BY_PATIENT
    list_filter = ("clinic",)
    list_select_related = ("surgery__patient", "clinic")

    @admin.display(ordering="surgery__patient__mrn")
    def patient(self, row: Any) -> Patient:
        patient: Patient = row.surgery.patient
        return patient


@admin.register(ImagingStudy)
class ImagingStudyAdmin(FactAdmin):
    fields = (
        *("surgery", "modality", "question", "window_closes_on", "done_on"),
        *("resulted_at", "findings", "signed_off_at", "signed_off_by"),
    )
    autocomplete_fields = ("surgery", "signed_off_by")
    list_display = ("patient", "modality", "question", "window_closes_on", "resulted_at")
    ordering = ("-pk",)


@admin.register(InstrumentScore)
class InstrumentScoreAdmin(FactAdmin):
    fields = ("surgery", "instrument", "score", "item_9", "recorded_at", "entered_by")
    autocomplete_fields = ("surgery", "entered_by")
    list_display = ("recorded_at", "patient", "instrument", "entered_by")
    list_select_related = ("surgery__patient", "entered_by")
    ordering = ("-recorded_at", "-pk")


@admin.register(KnownDeficit)
class KnownDeficitAdmin(FactAdmin):
    fields = ("surgery", "item", "assessed_on", "assessor", "ended_on")
    autocomplete_fields = ("surgery", "assessor")
    list_display = ("assessed_on", "patient", "item", "assessor", "ended_on")
    list_select_related = ("surgery__patient", "assessor")
    ordering = ("-assessed_on", "-pk")
