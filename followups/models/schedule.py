"""When the clinic sees patients, and the appointments that take its time."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateTimeRangeField,
    IntegerRangeField,
    RangeOperators,
)
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value

from followups.choices import AppointmentEnd, CancelReason, VisitKind
from followups.models.plan import Visit
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic
from patients.triggers import audited

SHORTEST, LONGEST = 5, 240  # minutes of one appointment
MOST_PLACES = 20
MOST_IN_A_ROW = 48


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class SlotTemplate(models.Model):
    """Times somebody sees patients each week, on the clinic's clock."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_at = models.TimeField(help_text="On the clinic's clock.")
    minutes = models.PositiveSmallIntegerField(
        default=20,
        validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
        help_text="How long one appointment is.",
    )
    in_a_row = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_IN_A_ROW)],
        help_text="How many follow one another without a break.",
    )
    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kinds = ArrayField(
        models.CharField(max_length=5, choices=VisitKind),
        default=list,
        blank=True,
        verbose_name="visits",
        help_text="Which visits it is for; none chosen means every visit.",
    )
    capacity = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)],
        help_text="How many patients at the same time.",
    )
    last_on = models.DateField(
        "last day",
        null=True,
        blank=True,
        help_text="Not offered after this day; empty for as long as it lasts.",
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts_at", "pk"]
        constraints = [
            OwnRows(name="slot_template_own_rows"),
            models.UniqueConstraint(
                fields=["clinic", "clinician", "weekday", "starts_at"],
                condition=Q(last_on=None),
                name="slot_template_once_per_time",
                violation_error_message="This person already has slots at this time of the week.",
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6)
                & Q(minutes__range=(SHORTEST, LONGEST))
                & Q(in_a_row__range=(1, MOST_IN_A_ROW))
                & Q(capacity__range=(1, MOST_PLACES)),
                name="slot_template_numbers_in_range",
            ),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=VisitKind.values),
                name="slot_template_kinds_are_known",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}"


class ClosedDay(models.Model):
    """A day without appointments, with the reason the schedule shows."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    on = models.DateField("day")
    name = models.CharField(max_length=40, help_text="Thanksgiving, clinic closed …")
    is_closed = models.BooleanField(
        "closed", default=True, help_text="Untick to open the day after all."
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["on"]
        constraints = [
            OwnRows(name="closed_day_own_rows"),
            models.UniqueConstraint(
                fields=["clinic", "on"],
                name="closed_day_once",
                violation_error_message="This day is closed already.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="closed_day_has_a_name"),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"{self.on:%b %d, %Y}: {self.name}"


class AppointmentQuerySet(ClinicQuerySet):
    def standing(self) -> Self:
        """Appointments that still hold their time."""
        return self.filter(ended_at=None)


def _only(field: str, function: str, output: models.Field) -> Func:
    """A range of one value: core PostgreSQL compares ranges in an index, not numbers."""
    return Func(F(field), F(field), Value("[]"), function=function, output_field=output)


class Appointment(models.Model):
    """A time given to a visit; what no longer stands is kept as the visit's history.

    Who is seen by whom twice at the same time is refused by the database: one standing
    appointment per clinician, moment and place, and no more places than the slot has.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="appointments")
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField(
        default=0, help_text="Which of the slot's places, counted from 0."
    )
    capacity = models.PositiveSmallIntegerField(
        default=1, help_text="How many places the slot had when it was booked."
    )
    needs_ride = models.BooleanField(default=False)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    booked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=AppointmentEnd, blank=True)
    cancel_reason = models.CharField(max_length=10, choices=CancelReason, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["booked_at", "pk"]
        constraints = [
            OwnRows(name="appointment_own_rows"),
            SameClinic(field="visit", name="appointment_visit_same_clinic"),
            ExclusionConstraint(
                name="appointment_no_double_booking",
                expressions=[
                    (
                        _only("clinician_id", "int8range", BigIntegerRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    (_only("place", "int4range", IntegerRangeField()), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(ended_at=None, clinician__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(ended_at=None),
                name="appointment_one_standing_per_visit",
            ),
            models.CheckConstraint(
                condition=Q(place__lt=F("capacity"), capacity__lte=MOST_PLACES),
                name="appointment_place_within_capacity",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(ends_at__lte=F("starts_at") + timedelta(minutes=LONGEST)),
                name="appointment_lasts_a_while",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="appointment_end_is_said",
            ),
            models.CheckConstraint(
                condition=(Q(end=AppointmentEnd.CANCELLED) & ~Q(cancel_reason=""))
                | (~Q(end=AppointmentEnd.CANCELLED) & Q(cancel_reason="")),
                name="appointment_cancelled_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(end__in=["", *AppointmentEnd.values])
                & Q(cancel_reason__in=["", *CancelReason.values]),
                name="appointment_choices_are_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "starts_at"],
                condition=Q(ended_at=None),
                name="appointment_standing",
            )
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"Appointment {self.pk} of visit {self.visit_id}"
