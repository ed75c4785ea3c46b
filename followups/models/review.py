"""What was decided and by whom: evaluations, flags, and what staff did about them."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from followups.choices import (
    ContactMethod,
    ContactOutcome,
    Disposition,
    EvaluationTrigger,
    Family,
    FlagEventKind,
    NextStep,
    NoticeLevel,
    Rule,
    Severity,
)
from followups.models.plan import Visit
from followups.protocol import STANDARD
from followups.rules.calls import Try
from patients.models import Surgery, SymptomReport
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.triggers import append_only, audited

NOTE_LENGTH = 2000
LONGEST_SNOOZE = timedelta(days=STANDARD.snooze.limit_days)
# Dispositions the system gives by itself, without a person (protocol 4.1.12).
AUTOMATIC = (Disposition.CLEARED, Disposition.SUPERSEDED)


class Evaluation(models.Model):
    """One run of all rules over one history: what went in, what came out.

    ``facts`` holds the inputs that may change later; reports are append-only, so
    their ids suffice. Together they recompute ``outcomes``.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="evaluations")
    trigger = models.CharField(max_length=10, choices=EvaluationTrigger)
    report = models.OneToOneField(
        SymptomReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evaluation",
        help_text="The report that caused it; empty when the clock did.",
    )
    at = models.DateTimeField(help_text="The moment the history was looked at.")
    made_at = models.DateTimeField(
        help_text="When the rules ran; later than that for a report entered late."
    )
    rule_set_version = models.CharField(max_length=20)
    facts = models.JSONField()
    outcomes = models.JSONField()

    objects = ClinicQuerySet.as_manager()

    class Meta:
        get_latest_by = ["made_at", "pk"]
        constraints = [
            OwnRows(name="evaluation_own_rows"),
            clinic_key("evaluation_clinic_key"),
            SameClinic(field="surgery", name="evaluation_surgery_same_clinic"),
            SameClinic(field="report", name="evaluation_report_same_clinic"),
            models.CheckConstraint(
                condition=Q(trigger=EvaluationTrigger.REPORT, report__isnull=False)
                | (~Q(trigger=EvaluationTrigger.REPORT) & Q(report=None)),
                name="evaluation_report_iff_triggered_by_it",
            ),
        ]
        indexes = [models.Index(fields=["surgery", "-at"], name="evaluation_latest")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"Evaluation {self.pk} at {self.at:%Y-%m-%d %H:%M}"


class FlagQuerySet(ClinicQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class Flag(models.Model):
    """A reason for staff to look at a patient, open until somebody closes it.

    One open flag per (surgery, family): later findings of the family add evidence
    and may raise, never lower, the severity (protocol 4.1.11).
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="flags")
    family = models.CharField(max_length=10, choices=Family)
    rule = models.CharField("lead rule", max_length=15, choices=Rule)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    explanation = models.CharField(max_length=300)
    evidence = models.JSONField(
        help_text="Every finding so far: rule, values with dates, what was missing."
    )
    since = models.DateTimeField(help_text="When the newest fact behind it came true.")
    rule_set_version = models.CharField(max_length=20)
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, related_name="flags", help_text="The latest."
    )

    raised_at = models.DateTimeField()
    clock_started_at = models.DateTimeField(help_text="Restarts when the severity is raised.")
    respond_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(
        null=True, blank=True, help_text="First documented contact: stops the clock."
    )
    data_cleared = models.BooleanField(
        default=False, help_text="Condition absent on the last two reports: a badge."
    )

    snoozed_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    snooze_reason = models.CharField(max_length=200, blank=True)
    snooze_measure = models.FloatField(
        null=True, blank=True, help_text="Pain when it was snoozed: two points more wake it."
    )

    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    disposition = models.CharField(max_length=15, choices=Disposition, blank=True)
    next_step = models.CharField(max_length=20, choices=NextStep, blank=True)
    note = models.TextField(max_length=NOTE_LENGTH, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        get_latest_by = ["raised_at", "pk"]
        constraints = [
            OwnRows(name="flag_own_rows"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("note"), NOTE_LENGTH), name="flag_note_length"
            ),
            clinic_key("flag_clinic_key"),
            SameClinic(field="surgery", name="flag_surgery_same_clinic"),
            SameClinic(field="evaluation", name="flag_evaluation_same_clinic"),
            models.UniqueConstraint(
                fields=["surgery", "family"],
                condition=Q(closed_at=None),
                name="flag_one_open_per_family",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, disposition="", next_step="")
                | (Q(closed_at__isnull=False) & ~Q(disposition="")),
                name="flag_disposition_iff_closed",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(disposition__in=AUTOMATIC, closed_by=None)
                | (
                    ~Q(disposition__in=["", *AUTOMATIC])
                    & Q(closed_by__isnull=False)
                    & ~Q(next_step="")
                ),
                name="flag_closed_by_a_person_with_next_step",
            ),
            models.CheckConstraint(
                condition=~Q(disposition=Disposition.CLEARED) | Q(severity=Severity.ROUTINE),
                name="flag_only_routine_clears_itself",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_at=None, snoozed_until=None, snoozed_by=None, snooze_reason="")
                | (
                    Q(
                        snoozed_at__isnull=False,
                        snoozed_until__isnull=False,
                        snoozed_by__isnull=False,
                        snoozed_until__gt=F("snoozed_at"),
                        snoozed_until__lte=F("snoozed_at") + LONGEST_SNOOZE,
                    )
                    & ~Q(snooze_reason="")
                ),
                name="flag_snooze_has_an_end_and_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until=None)
                | (
                    Q(severity__lt=STANDARD.snooze.never_severity)
                    & ~Q(rule__in=sorted(STANDARD.snooze.never_rules))
                ),
                name="flag_what_is_never_snoozed",
            ),
            models.CheckConstraint(
                condition=Q(respond_by__gt=F("clock_started_at")),
                name="flag_target_after_start",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values)
                & Q(family__in=Family.values)
                & Q(rule__in=Rule.values),
                name="flag_choices_are_known",
            ),
        ]
        triggers = [audited()]
        indexes = [models.Index(fields=["surgery", "-raised_at"], name="flag_of_surgery")]

    def __str__(self) -> str:
        return f"{self.get_severity_display()}: {self.get_rule_display()}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_snoozed(self, now: datetime) -> bool:
        return self.snoozed_until is not None and now < self.snoozed_until


class FlagEvent(models.Model):
    """One step in a flag's life: what, who, when, why. Append-only."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    flag = models.ForeignKey(Flag, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=FlagEventKind)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the rules.",
    )
    severity = models.PositiveSmallIntegerField(choices=Severity)
    text = models.TextField(max_length=NOTE_LENGTH, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            OwnRows(name="flag_event_own_rows"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), NOTE_LENGTH),
                name="flag_event_text_length",
            ),
            SameClinic(field="flag", name="flag_event_flag_same_clinic"),
            models.CheckConstraint(
                condition=Q(kind__in=FlagEventKind.values),
                name="flag_event_kind_is_known",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"


class ContactAttempt(models.Model):
    """A call, text, letter or talk with the patient, reached or not. Append-only."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="contact_attempts")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    method = models.CharField(max_length=10, choices=ContactMethod)
    outcome = models.CharField(max_length=30, choices=ContactOutcome)
    note = models.TextField(max_length=NOTE_LENGTH, blank=True)
    visit = models.ForeignKey(
        Visit,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The visit it was about; empty for anything else.",
    )
    next_attempt_at = models.DateTimeField(
        null=True, blank=True, help_text="When to try again; empty if nobody has to."
    )
    promised_on = models.DateField(
        null=True, blank=True, help_text="The day by which the patient wants to call back."
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        get_latest_by = ["at", "pk"]
        ordering = ["at", "pk"]
        constraints = [
            OwnRows(name="contact_own_rows"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("note"), NOTE_LENGTH), name="contact_note_length"
            ),
            SameClinic(field="surgery", name="contact_surgery_same_clinic"),
            models.CheckConstraint(
                condition=Q(method__in=ContactMethod.values) & Q(outcome__in=ContactOutcome.values),
                name="contact_choices_are_known",
            ),
            SameClinic(field="visit", name="contact_visit_same_clinic"),
            models.CheckConstraint(
                condition=Q(promised_on=None) | Q(outcome=ContactOutcome.CALL_BACK),
                name="contact_promise_is_to_call_back",
            ),
            models.CheckConstraint(
                condition=Q(next_attempt_at=None) | Q(next_attempt_at__gt=F("at")),
                name="contact_next_attempt_is_later",
            ),
        ]
        indexes = [models.Index(fields=["surgery", "-at"], name="contact_of_surgery")]
        triggers = [append_only(), audited()]

    def __str__(self) -> str:
        return f"{self.get_method_display()}: {self.get_outcome_display()}"

    @property
    def as_try(self) -> Try:
        """Return what the rules about calls look at."""
        return Try(self.at, self.method, self.outcome, self.promised_on, self.next_attempt_at)


class Notice(models.Model):
    """Somebody is told that a flag has used up part of its response target.

    One per flag, level and run of the clock: a raised severity starts a new run.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    flag = models.ForeignKey(Flag, models.CASCADE, related_name="notices")
    level = models.CharField(max_length=10, choices=NoticeLevel)
    clock_started_at = models.DateTimeField()
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        help_text="Empty: everybody who reviews cases here.",
    )
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            OwnRows(name="notice_own_rows"),
            SameClinic(field="flag", name="notice_flag_same_clinic"),
            models.UniqueConstraint(
                fields=["flag", "level", "clock_started_at"], name="notice_once_per_level"
            ),
            models.CheckConstraint(
                condition=Q(level__in=NoticeLevel.values), name="notice_level_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} of flag {self.flag_id}"
