"""What was done: the operation every postoperative day is counted from."""

import re
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from patients.choices import Approach, PatientStatus, Region
from patients.models.person import OLDEST_BIRTH, Patient
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.reach import note_seen
from patients.triggers import audited

MOST_LEVELS = 20
_SEGMENT = re.compile(r"(?:[CTL]\d{1,2}|S1)-(?:[CTL]\d{1,2}|S1|S2|Ilium)")
RESTRICTION_END_POD = 84  # lifting and movement limits end after 12 weeks (protocol 1.1)


def validate_segment(text: str) -> None:
    if not _SEGMENT.fullmatch(text):
        raise ValidationError(
            "“%(text)s” is not a level. Write motion segments like L4-L5.",
            params={"text": text},
        )


class SurgeryQuerySet(ClinicQuerySet):
    def current(self) -> Self:
        """Operations not replaced by a revision, of patients still followed."""
        return self.filter(superseded_by=None, patient__status=PatientStatus.ACTIVE)


class Surgery(models.Model):
    """One spinal fusion; a revision is a new row that supersedes the old one."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="surgeries")
    performed_on = models.DateField("date of surgery")
    region = models.CharField(max_length=20, choices=Region)
    levels = ArrayField(
        models.CharField(max_length=9, validators=[validate_segment]),
        blank=True,
        default=list,
        help_text="Motion segments, separated by commas: L4-L5, L5-S1.",
    )
    n_levels = models.PositiveSmallIntegerField(
        "number of levels fused",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_LEVELS)],
    )
    approach = models.CharField(max_length=20, choices=Approach)
    is_complex = models.BooleanField(
        "complex construct",
        default=False,
        help_text="Deformity, pelvic or sacral fixation, osteotomy.",
    )
    surgeon = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="surgeries",
    )
    restriction_end_pod = models.PositiveSmallIntegerField(
        "limits end on day", default=RESTRICTION_END_POD
    )
    is_revision = models.BooleanField("revision", default=False)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        help_text="The operation this revision replaces.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SurgeryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "surgeries"
        get_latest_by = "performed_on"
        constraints = [
            OwnRows(name="surgery_own_rows"),
            clinic_key("surgery_clinic_key"),
            SameClinic(field="patient", name="surgery_patient_same_clinic"),
            SameClinic(field="supersedes", name="surgery_supersedes_same_clinic"),
            models.UniqueConstraint(
                fields=["patient", "performed_on"],
                name="surgery_once_per_day",
                violation_error_message="An operation on this date is already recorded.",
            ),
            models.CheckConstraint(
                condition=Q(performed_on__gte=OLDEST_BIRTH),
                name="surgery_date_is_possible",
            ),
            models.CheckConstraint(
                condition=Q(n_levels=None) | Q(n_levels__range=(1, MOST_LEVELS)),
                name="surgery_n_levels_range",
            ),
            models.CheckConstraint(
                condition=Q(restriction_end_pod__range=(0, 730)),
                name="surgery_restriction_end_range",
                violation_error_message="Enter a day from 0 to 730.",
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None) | (Q(is_revision=True) & ~Q(supersedes=F("id"))),
                name="surgery_only_a_revision_supersedes",
                violation_error_message="Only a revision replaces an operation.",
            ),
            models.CheckConstraint(
                condition=Q(region__in=Region.values) & Q(approach__in=Approach.values),
                name="surgery_choices_are_known",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"{self.label} on {self.performed_on}"

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Whoever loads an operation has seen the patient: no page can forget to say so."""
        found: Self = super().from_db(*args, **kwargs)
        note_seen(found.patient_id)
        return found

    @property
    def label(self) -> str:
        """Approach and span as staff say it: “TLIF L4–S1”."""
        approach = "MIS-TLIF" if self.approach == Approach.MIS_TLIF else self.approach
        if self.approach in (Approach.OTHER, Approach.POSTERIOR_CERVICAL):
            approach = f"{self.get_region_display()} fusion"
        return f"{approach} {self.span}".strip()

    @property
    def span(self) -> str:
        """First to last vertebra: “L4–S1”; empty where levels were not recorded."""
        if not self.levels:
            return ""
        return f"{self.levels[0].split('-')[0]}–{self.levels[-1].split('-')[-1]}"

    @property
    def is_neck(self) -> bool:
        return Region(self.region).is_neck

    def postoperative_day(self, on: date) -> int:
        """Return whole days since the operation; the day itself is 0."""
        return (on - self.performed_on).days
