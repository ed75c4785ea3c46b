"""What was found between check-ins: imaging, instrument scores, deficits already assessed."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from patients.choices import (
    DeficitItem,
    ImagingFinding,
    ImagingQuestion,
    Instrument,
    Modality,
)
from patients.models.surgery import Surgery
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.triggers import audited

# Lowest and highest score of each instrument (protocol 2.3).
SCORES: dict[str, tuple[int, int]] = {
    Instrument.ODI: (0, 100),
    Instrument.NDI: (0, 100),
    Instrument.PROMIS_PF: (0, 100),
    Instrument.PHQ9: (0, 27),
}


def _score_in_range() -> Q:
    condition = Q()
    for instrument, limits in SCORES.items():
        condition |= Q(instrument=instrument, score__range=limits)
    return condition


class ImagingQuerySet(ClinicQuerySet):
    def unsigned(self) -> Self:
        """Results nobody has signed off."""
        return self.filter(resulted_at__isnull=False, signed_off_at=None)

    def standing(self) -> Self:
        """Studies that count: not requested by mistake."""
        return self.filter(withdrawn_at=None)

    def waiting(self) -> Self:
        """Requested studies whose result is not there yet."""
        return self.standing().filter(requested_at__isnull=False, resulted_at=None)


class ImagingStudy(models.Model):
    """A planned or performed study; the question decides what can answer it."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="imaging")
    modality = models.CharField(max_length=10, choices=Modality)
    question = models.CharField(max_length=20, choices=ImagingQuestion)
    requested_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody asked for it; empty for a planned one."
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="The request was taken back: it does not count."
    )
    window_closes_on = models.DateField(
        null=True, blank=True, help_text="Overdue the day after, unless done."
    )
    done_on = models.DateField(null=True, blank=True)
    resulted_at = models.DateTimeField(null=True, blank=True)
    findings = ArrayField(
        models.CharField(max_length=15, choices=ImagingFinding), default=list, blank=True
    )
    signed_off_at = models.DateTimeField(null=True, blank=True)
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ImagingQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "imaging studies"
        constraints = [
            OwnRows(name="imaging_own_rows"),
            clinic_key("imaging_clinic_key"),
            SameClinic(field="surgery", name="imaging_surgery_same_clinic"),
            models.CheckConstraint(
                # Position: X-ray; soft tissue: MRI; bone: CT or bone scan (protocol 1.5).
                condition=Q(question=ImagingQuestion.HARDWARE, modality=Modality.XRAY)
                | Q(
                    question__in=[ImagingQuestion.SCAR, ImagingQuestion.NERVE],
                    modality=Modality.MRI,
                )
                | Q(
                    question=ImagingQuestion.FUSION,
                    modality__in=[Modality.CT, Modality.BONE_SCAN],
                ),
                name="imaging_modality_answers_the_question",
                violation_error_message="This kind of study cannot answer that question.",
            ),
            models.CheckConstraint(
                condition=Q(resulted_at=None, findings=[])
                | Q(resulted_at__isnull=False, done_on__isnull=False),
                name="imaging_result_needs_a_study",
                violation_error_message="A result needs the day the study was done.",
            ),
            models.CheckConstraint(
                condition=Q(signed_off_at=None, signed_off_by=None)
                | Q(
                    signed_off_at__isnull=False,
                    signed_off_by__isnull=False,
                    resulted_at__isnull=False,
                ),
                name="imaging_signed_off_by_somebody",
                violation_error_message="A sign-off needs a result, a person and a time.",
            ),
            models.CheckConstraint(
                condition=Q(requested_at=None, requested_by=None, withdrawn_at=None)
                | Q(requested_at__isnull=False, requested_by__isnull=False),
                name="imaging_requested_by_somebody",
                violation_error_message="A request needs a person and a time.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(resulted_at=None),
                name="imaging_withdrawn_has_no_result",
                violation_error_message="A study with a result is not taken back.",
            ),
            models.UniqueConstraint(
                fields=["surgery", "modality", "question"],
                condition=Q(requested_at__isnull=False, resulted_at=None, withdrawn_at=None),
                name="imaging_requested_once",
                violation_error_message="This study is already waiting for its result.",
            ),
            models.CheckConstraint(
                condition=Q(findings__contained_by=ImagingFinding.values),
                name="imaging_findings_are_known",
            ),
        ]
        triggers = [audited()]
        indexes = [
            models.Index(
                fields=["clinic", "requested_at"],
                condition=Q(requested_at__isnull=False, resulted_at=None, withdrawn_at=None),
                name="imaging_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_modality_display()} {self.pk} of surgery {self.surgery_id}"


class InstrumentScore(models.Model):
    """The total of one instrument, entered by staff; no instrument text is stored."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="scores")
    instrument = models.CharField(max_length=10, choices=Instrument)
    score = models.DecimalField(
        max_digits=4, decimal_places=1, help_text="ODI and NDI in percent, PROMIS as T score."
    )
    item_9 = models.PositiveSmallIntegerField(
        "PHQ-9 item 9", null=True, blank=True, help_text="0 to 3; only with PHQ-9."
    )
    recorded_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        get_latest_by = ["recorded_at", "pk"]
        constraints = [
            OwnRows(name="score_own_rows"),
            SameClinic(field="surgery", name="score_surgery_same_clinic"),
            models.CheckConstraint(
                condition=_score_in_range(),
                name="score_in_range",
                violation_error_message="This instrument has no such score.",
            ),
            models.CheckConstraint(
                condition=Q(item_9=None) | Q(instrument=Instrument.PHQ9, item_9__range=(0, 3)),
                name="score_item_9_only_with_phq9",
                violation_error_message="Item 9 belongs to the PHQ-9 only, from 0 to 3.",
            ),
            # Item 9 alone never exceeds the total.
            models.CheckConstraint(
                condition=Q(item_9=None) | Q(score__gte=F("item_9")),
                name="score_total_holds_item_9",
                violation_error_message="The total cannot be less than item 9.",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"{self.get_instrument_display()} {self.pk}"

    @property
    def value(self) -> Decimal:
        return Decimal(self.score)


class KnownDeficit(models.Model):
    """A symptom a clinician has assessed: later forms ask "new or worse since" (4.1.14)."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="known_deficits")
    item = models.CharField(max_length=12, choices=DeficitItem)
    assessed_on = models.DateField()
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_on = models.DateField(
        null=True, blank=True, help_text="No longer there, or no longer known."
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            OwnRows(name="deficit_own_rows"),
            SameClinic(field="surgery", name="deficit_surgery_same_clinic"),
            models.UniqueConstraint(
                fields=["surgery", "item"],
                condition=Q(ended_on=None),
                name="deficit_one_current_per_item",
            ),
            models.CheckConstraint(
                condition=Q(item__in=DeficitItem.values), name="deficit_item_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("assessed_on")),
                name="deficit_ends_after_assessment",
                violation_error_message="It cannot end before it was assessed.",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"{self.get_item_display()} of surgery {self.surgery_id}"
