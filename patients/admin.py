"""The record in Django's admin, for superusers: a look inside, and corrections.

What is corrected goes through the services, so that everything that follows from it
follows. Clinics work in the product's own pages, never here.
"""

import re
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.contrib.admin.widgets import (
    AdminDateWidget,
    AdminSplitDateTime,
    AdminTextareaWidget,
)
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from patients import services as records
from patients.fields import (
    EmailAddressField,
    IsoDateField,
    LineField,
    MomentField,
    PhoneField,
    PlainDecimalField,
    PlainIntegerField,
    RecordField,
    TextField,
    is_id,
)
from patients.models import ContactChannel, Patient, RiskProfile, SymptomReport
from patients.models.tenancy import ClinicQuerySet, path_to_patient
from patients.reach import note_seen

if TYPE_CHECKING:
    from clinic.staff.models import User

SEARCH_WORDS = 5
# What the filters and the date bar of a list themselves ask for, and how they write it.
LOOKUPS = {
    "": r"[^\x00-\x1f]*",
    "exact": r"[^\x00-\x1f]*",
    "id__exact": r"[0-9]{1,18}",
    "isnull": r"True|False|0|1",
    "gte": r"[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?",
    "lt": r"[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?",
    "year": r"(19|20|21)[0-9]{2}",
    "month": r"0?[1-9]|1[0-2]",
    "day": r"0?[1-9]|[12][0-9]|3[01]",
}


class TidyAdmin(admin.ModelAdmin):
    """Stock admin that nobody can break or pry with from the address bar.

    What is typed has one spelling, as on the product's own pages: Django reads ``1_0`` as
    10, ``2/3/68`` as the year 2068, and takes a line end in a name.
    """

    formfield_overrides = {
        models.CharField: {"form_class": LineField},
        models.TextField: {"form_class": TextField, "widget": AdminTextareaWidget},
        models.SlugField: {"form_class": forms.SlugField},
        models.EmailField: {"form_class": EmailAddressField},
        PhoneNumberField: {"form_class": PhoneField},
        models.DateField: {"form_class": IsoDateField, "widget": AdminDateWidget},
        models.DateTimeField: {"form_class": MomentField, "widget": AdminSplitDateTime},
        models.PositiveSmallIntegerField: {"form_class": PlainIntegerField},
        models.DecimalField: {"form_class": PlainDecimalField},
        models.ForeignKey: {"form_class": RecordField},
        models.OneToOneField: {"form_class": RecordField},
    }
    actions = None  # deleting selected rows, among others
    list_per_page = 50
    show_full_result_count = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list; where the database refuses what the address asks for, all of it."""
        try:
            with transaction.atomic():
                response: HttpResponse = super().changelist_view(request, extra_context)
                return response.render() if isinstance(response, TemplateResponse) else response
        except (DataError, OverflowError, ValueError):
            if not request.GET or ERROR_FLAG in request.GET:
                raise
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what the page itself links to: other lookups would answer questions."""
        name, _, how = lookup.partition("__")
        is_offered = name in {self.date_hierarchy, *self.list_filter}
        return is_offered and bool(re.fullmatch(LOOKUPS.get(how, r"(?!)"), str(value), re.ASCII))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Model | None:
        """Return the row of an id in plain digits; Django takes ``1_0`` for 10."""
        found: models.Model | None = None
        if is_id(object_id):
            found = super().get_object(request, object_id, from_field)
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        if "\0" in search_term:
            return queryset.none(), False
        words = " ".join(search_term.split()[:SEARCH_WORDS])
        return super().get_search_results(request, queryset, words)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start every form empty: an address may not put values into it."""
        return {}


class RecordAdmin(TidyAdmin):
    """Patient data: superusers only, and nothing is ever deleted here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return _reachable(super().get_queryset(request), request)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        """Offer no record that is closed to this person."""
        offered = super().get_field_queryset(db, db_field, request)
        if offered is None:
            offered = db_field.remote_field.model._default_manager.all()
        return _reachable(offered, request)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Model | None:
        found = super().get_object(request, object_id, from_field)
        self._note_seen([found.pk] if found else [])
        return found

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        found = super().get_changelist_instance(request)
        self._note_seen([row.pk for row in found.result_list])
        return found

    def _note_seen(self, rows: list[int]) -> None:
        """Write down whose rows are shown, whether or not the patient is shown with them."""
        path = path_to_patient(cast(type[models.Model], self.model))
        if rows and path:
            about = self.model._base_manager.filter(pk__in=rows).order_by()
            for patient in about.values_list(path, flat=True).distinct():
                note_seen(patient)

    # What changed stands in the audit; Django's own log would keep names where no clinic is
    # kept apart and no erasure comes.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        return

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        return


def _reachable(rows: models.QuerySet, request: HttpRequest) -> models.QuerySet:
    user = cast("User", request.user)
    return rows.for_user(user) if isinstance(rows, ClinicQuerySet) else rows


class ReadOnlyAdmin(RecordAdmin):
    """Rows that only a service writes, or that nothing may change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceForm(forms.ModelForm):
    """A form whose service has the last word, at the field it is about."""

    def store(self) -> models.Model:
        """Have the service store what was typed and return the row."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        """Let the service try; what it does is undone until the whole page is valid."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.store()
                transaction.set_rollback(True)
        except ValidationError as error:
            self.add_error(None, error)
        except IntegrityError:
            self.add_error(None, "Another record already says this.")

    def typed(self, *names: str) -> dict[str, Any]:
        """Return the values of these fields that the form has."""
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class ServiceAdmin(RecordAdmin):
    """Rows that can be added and corrected, through their service."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        obj.__dict__.update(form.store().__dict__)


class PatientForm(ServiceForm):
    date_of_birth = IsoDateField()

    def store(self) -> Patient:
        now = timezone.now()
        facts = self.typed(*records.PATIENT_FACTS)
        nothing: dict[str, Any] = {"channels": {}, "consented_on": None}
        if self.instance.pk is None:
            clinic = self.cleaned_data["clinic"]
            return records.register(clinic=clinic, facts=facts, today=clinic.today(now), **nothing)
        patient = Patient.objects.select_related("clinic").get(pk=self.instance.pk)
        return records.update(patient, facts=facts, today=patient.clinic.today(now), **nothing)


@admin.register(Patient)
class PatientAdmin(ServiceAdmin):
    """Status is not changed here: the follow-up plan has to end with it."""

    form = PatientForm
    fields = (
        *("clinic", "mrn", "family_name", "given_name", "date_of_birth", "sex", "language"),
        *("calling_note", "emergency_contact", "emergency_phone"),
        *("status", "status_since", "created_at"),
    )
    list_display = ("mrn", "family_name", "given_name", "date_of_birth", "status", "clinic")
    list_filter = ("status", "clinic", "language")
    list_select_related = ("clinic",)
    search_fields = ("^mrn", "^family_name", "^given_name")
    date_hierarchy = "created_at"
    ordering = ("family_name", "given_name", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = ("status", "status_since", "created_at")
        return ("clinic", *fixed) if obj else fixed


@admin.register(ContactChannel)
class ContactChannelAdmin(ReadOnlyAdmin):
    list_display = ("patient", "kind", "address", "consented_on", "opted_out_at")
    list_filter = ("kind", "clinic")
    list_select_related = ("patient",)
    search_fields = ("^address", "^patient__mrn", "^patient__family_name")
    ordering = ("pk",)


@admin.register(RiskProfile)
class RiskProfileAdmin(ReadOnlyAdmin):
    list_display = ("patient", "recorded_on", "source", "smoking", "diabetes", "bmi")
    list_filter = ("smoking", "diabetes", "clinic")
    list_select_related = ("patient",)
    search_fields = ("^patient__mrn", "^patient__family_name")
    date_hierarchy = "recorded_on"
    ordering = ("-recorded_on", "-pk")


@admin.register(SymptomReport)
class SymptomReportAdmin(ReadOnlyAdmin):
    list_display = ("reported_at", "patient", "surgery", "source", "is_complete")
    list_filter = ("source", "answered_by", "is_complete", "clinic")
    list_select_related = ("surgery__patient",)
    search_fields = ("^surgery__patient__mrn", "^surgery__patient__family_name")
    date_hierarchy = "reported_on"
    ordering = ("-reported_at", "-pk")

    @admin.display(ordering="surgery__patient__mrn")
    def patient(self, report: SymptomReport) -> Patient:
        return report.surgery.patient
