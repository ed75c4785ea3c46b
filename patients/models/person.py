"""Who the patient is, how to reach them, and what raises their risk."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from phonenumber_field.modelfields import PhoneNumberField

from patients.choices import (
    DEFAULT_LANGUAGE,
    ChannelKind,
    CloseReason,
    ConsentSource,
    Diabetes,
    Opioid,
    PatientStatus,
    Sex,
    Smoking,
)
from patients.identifiers import MRN_LENGTH, normalise_mrn, normalise_name
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.reach import note_seen
from patients.triggers import audited

OLDEST_BIRTH = date(1900, 1, 1)


class PatientQuerySet(ClinicQuerySet):
    def active(self) -> Self:
        return self.filter(status=PatientStatus.ACTIVE)

    def by_name(self) -> Self:
        return self.order_by(Lower("family_name"), Lower("given_name"), "pk")


class Patient(models.Model):
    """A person this clinic operated on, known by a record number unique in the clinic."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="patients")
    mrn = models.CharField("record number", max_length=MRN_LENGTH)
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120)
    date_of_birth = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex, default=Sex.UNKNOWN)
    language = models.CharField(
        max_length=3, default=DEFAULT_LANGUAGE, help_text="The code of a language, like en or es."
    )
    status = models.CharField(max_length=12, choices=PatientStatus, default=PatientStatus.ACTIVE)
    status_since = models.DateField(
        null=True, blank=True, help_text="Date of death, withdrawal or transfer."
    )
    calling_note = models.CharField(
        "for calls", max_length=120, blank=True, help_text="Best time, and what else helps."
    )
    emergency_contact = models.CharField(
        max_length=120, blank=True, help_text="Somebody else to reach: name and relation."
    )
    emergency_phone = PhoneNumberField(blank=True, help_text="Their number.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            OwnRows(name="patient_own_rows"),
            clinic_key("patient_clinic_key"),
            models.UniqueConstraint(
                fields=["clinic", "mrn"],
                name="patient_mrn_once_per_clinic",
                violation_error_message="This record number is already in use here.",
            ),
            models.CheckConstraint(
                condition=Q(mrn__regex=rf"^[A-Z0-9-]{{1,{MRN_LENGTH}}}$"),
                name="patient_mrn_is_normalised",
            ),
            models.CheckConstraint(
                condition=~Q(family_name="") & ~Q(given_name=""),
                name="patient_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(date_of_birth__gte=OLDEST_BIRTH),
                name="patient_birth_is_possible",
            ),
            models.CheckConstraint(
                condition=Q(status=PatientStatus.ACTIVE, status_since=None)
                | (~Q(status=PatientStatus.ACTIVE) & Q(status_since__isnull=False)),
                name="patient_status_since_iff_not_active",
            ),
            models.CheckConstraint(
                condition=Q(status_since=None) | Q(status_since__gte=F("date_of_birth")),
                name="patient_status_after_birth",
            ),
            models.CheckConstraint(
                condition=Q(emergency_phone="") | ~Q(emergency_contact=""),
                name="patient_emergency_phone_is_somebodys",
                violation_error_message="Say whose number this is.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PatientStatus.values)
                & Q(sex__in=Sex.values)
                & Q(language__regex="^[a-z]{2,3}$"),
                name="patient_choices_are_known",
            ),
        ]
        triggers = [audited()]
        indexes = [
            models.Index(
                "clinic",
                Lower("family_name"),
                Lower("given_name"),
                "id",
                name="patient_by_name",
            ),
            models.Index(fields=["clinic", "date_of_birth"], name="patient_by_birth"),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name} ({self.mrn})"

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Whoever loads a patient has seen them: no page can forget to say so."""
        found: Self = super().from_db(*args, **kwargs)
        note_seen(found.pk)
        return found

    def clean_fields(self, exclude: object = None) -> None:
        """Normalise before validating, so that one person has one spelling."""
        skip = set(exclude or ())  # type: ignore[call-overload]
        errors = {}
        for field, normalise in (
            ("mrn", normalise_mrn),
            ("family_name", normalise_name),
            ("given_name", normalise_name),
        ):
            if field not in skip:
                try:
                    setattr(self, field, normalise(getattr(self, field)))
                except ValidationError as error:
                    errors[field] = error
        if errors:
            raise ValidationError(errors)
        super().clean_fields(exclude=skip)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def is_active(self) -> bool:
        return self.status == PatientStatus.ACTIVE

    def age(self, on: date) -> int:
        """Return completed years of life on a date."""
        born = self.date_of_birth
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class ContactChannelQuerySet(ClinicQuerySet):
    def usable(self) -> Self:
        """Channels the patient agreed to, has not opted out of, and that reach them."""
        return self.filter(consented_on__isnull=False, opted_out_at=None, closed_at=None)

    def of_address(self, kind: str, address: str) -> Self:
        """Everybody who gave this address: a family may share one."""
        return self.filter(kind=kind, address__iexact=address)


class ContactChannel(models.Model):
    """One way to reach a patient, with the consent to use it."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=ChannelKind)
    address = models.CharField(
        max_length=254,
        help_text="An e-mail address, a phone number like +15550100, or lines for an envelope.",
    )
    is_preferred = models.BooleanField(
        default=False, help_text="Asked this way first; of the others the cheapest to ignore last."
    )
    consented_on = models.DateField(
        null=True, blank=True, help_text="Empty: never asked, so never used."
    )
    opted_out_at = models.DateTimeField(null=True, blank=True)
    consent_source = models.CharField(
        max_length=10,
        choices=ConsentSource,
        blank=True,
        help_text="How we know of the latest agreement or opt-out.",
    )
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when nothing reaches this address."
    )
    close_reason = models.CharField(max_length=10, choices=CloseReason, blank=True)

    objects = ContactChannelQuerySet.as_manager()

    class Meta:
        constraints = [
            OwnRows(name="channel_own_rows"),
            SameClinic(field="patient", name="channel_patient_same_clinic"),
            models.UniqueConstraint(fields=["patient", "kind"], name="channel_once_per_kind"),
            models.CheckConstraint(
                condition=Q(kind=ChannelKind.EMAIL, address__regex=r"^[^@\s]+@[^@\s]+$")
                | Q(
                    kind__in=[ChannelKind.SMS, ChannelKind.PHONE],
                    address__regex=r"^\+[1-9][0-9]{6,14}$",
                )
                | Q(kind=ChannelKind.LETTER, address__regex=r"\S"),
                name="channel_address_fits_its_kind",
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(is_preferred=True), name="channel_one_preferred"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, close_reason="")
                | (Q(closed_at__isnull=False) & ~Q(close_reason="")),
                name="channel_closed_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(consent_source__in=["", *ConsentSource.values])
                & Q(close_reason__in=["", *CloseReason.values]),
                name="channel_choices_are_known",
            ),
        ]
        triggers = [audited()]
        indexes = [
            models.Index("kind", Upper("address"), name="channel_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of patient {self.patient_id}"

    @property
    def is_usable(self) -> bool:
        """Whether the patient agreed, left it on, and is reached by it."""
        stopped = self.opted_out_at or self.closed_at
        return self.consented_on is not None and stopped is None


class RiskProfile(models.Model):
    """Risk factors as known on a date (protocol 1.4); empty means unknown, not absent.

    A new assessment is a new row, so that an old evaluation can be recomputed.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="risk_profiles")
    recorded_on = models.DateField()
    source = models.CharField(max_length=60, blank=True, help_text="Who or what said so.")
    smoking = models.CharField(max_length=10, choices=Smoking, null=True, blank=True)
    diabetes = models.CharField(max_length=10, choices=Diabetes, null=True, blank=True)
    hba1c = models.DecimalField(
        "HbA1c (%)",
        max_digits=3,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(3)), MaxValueValidator(Decimal(20))],
    )
    osteoporosis = models.BooleanField(null=True, blank=True)
    autoimmune = models.BooleanField(
        "autoimmune disease or immunosuppressants", null=True, blank=True
    )
    bmi = models.DecimalField(
        "BMI",
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(10)), MaxValueValidator(Decimal(100))],
    )
    chronic_opioids = models.BooleanField("long-term opioids before surgery", null=True, blank=True)
    preop_opioids = models.CharField(
        "opioids before surgery", max_length=5, choices=Opioid, null=True, blank=True
    )
    mental_health = models.BooleanField("depression or anxiety diagnosed", null=True, blank=True)
    vitamin_d_deficiency = models.BooleanField(null=True, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        get_latest_by = ["recorded_on", "pk"]
        constraints = [
            OwnRows(name="risk_own_rows"),
            SameClinic(field="patient", name="risk_patient_same_clinic"),
            models.UniqueConstraint(
                fields=["patient", "recorded_on"], name="risk_profile_once_per_day"
            ),
            models.CheckConstraint(
                condition=Q(hba1c=None) | Q(hba1c__range=(3, 20)),
                name="risk_hba1c_range",
            ),
            models.CheckConstraint(
                condition=Q(bmi=None) | Q(bmi__range=(10, 100)), name="risk_bmi_range"
            ),
            models.CheckConstraint(
                condition=(Q(smoking=None) | Q(smoking__in=Smoking.values))
                & (Q(diabetes=None) | Q(diabetes__in=Diabetes.values))
                & (Q(preop_opioids=None) | Q(preop_opioids__in=Opioid.values)),
                name="risk_choices_are_known",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"Risk factors of patient {self.patient_id} on {self.recorded_on}"
