"""What we await: a surgery's follow-up, its check-ins and visits."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from followups.choices import (
    CheckInKind,
    EndReason,
    Questionnaire,
    Severity,
    VisitImaging,
    VisitKind,
    VisitStatus,
    WaiveReason,
)
from patients.models import Surgery, SymptomReport
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.triggers import audited

BIRTH_DATE_TRIES = 5  # then the link locks: a mix-up check, not a password
LATE_AFTER = timedelta(hours=24)  # protocol 3.3
# What the system works out from flags and clock; the flags' own changes are audited.
DERIVED = (
    *("severity", "breach_bucket", "risk_points", "age_days", "breach_at", "open_families"),
    *("awaits_contact", "lead_flag_id", "rank_changes_at", "next_evaluation_at", "version"),
)


class FollowUpQuerySet(ClinicQuerySet):
    def active(self) -> Self:
        return self.filter(ended_at=None)

    def locked(self) -> Self:
        """Rows held until the transaction ends: reports, staff and sweeps take turns."""
        return self.select_for_update(of=("self",)).select_related(
            "surgery__clinic", "surgery__patient"
        )

    def to_evaluate(self, now: datetime) -> Self:
        """Follow-ups whose next clock boundary has passed."""
        return self.active().filter(next_evaluation_at__lte=now)

    def to_rerank(self, now: datetime) -> Self:
        """Rows whose place in the queue is due to move by time alone."""
        return self.filter(rank_changes_at__lte=now)

    def queue(self) -> Self:
        """Everyone who needs a look, in the order of protocol 5."""
        return self.filter(severity__isnull=False).order_by(*FollowUp.QUEUE_ORDER)

    def awaiting_contact(self) -> Self:
        return self.filter(awaits_contact=True)


class FollowUp(models.Model):
    """The follow-up of one surgery: its plan, its next evaluation, its queue place.

    The queue columns are a stored rank: they are derived from the open flags and the
    clock by ``services.ranks``, so that the queue page is one index scan.
    """

    QUEUE_ORDER = (
        F("severity").desc(),
        F("pin").desc(),
        F("breach_bucket").desc(),
        F("risk_points").desc(),
        F("age_days").desc(),
        F("breach_at").asc(),
        F("open_families").desc(),
        F("id").asc(),
    )

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.OneToOneField(Surgery, models.CASCADE, related_name="follow_up")
    planned_from = models.DateField(
        help_text="The surgery date the plan was made for; differs after a correction."
    )
    visit_protocol = models.ForeignKey(
        "VisitProtocol",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The clinic's own visits it was planned with; empty for the standard.",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)
    lost_since = models.DateField(
        "lost to follow-up since",
        null=True,
        blank=True,
        help_text="Long silence and documented tries; any contact ends it.",
    )
    next_evaluation_at = models.DateTimeField(
        null=True, blank=True, help_text="When the clock alone may change a decision."
    )

    severity = models.PositiveSmallIntegerField(choices=Severity, null=True, blank=True)
    breach_bucket = models.PositiveSmallIntegerField(default=0)
    risk_points = models.PositiveSmallIntegerField(default=0)
    age_days = models.PositiveSmallIntegerField(default=0)
    breach_at = models.DateTimeField(null=True, blank=True)
    open_families = models.PositiveSmallIntegerField(default=0)
    awaits_contact = models.BooleanField(default=False)
    lead_flag = models.ForeignKey("Flag", models.SET_NULL, null=True, blank=True, related_name="+")
    rank_changes_at = models.DateTimeField(null=True, blank=True)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cases",
    )
    owned_since = models.DateTimeField(null=True, blank=True)
    pin = models.PositiveSmallIntegerField(
        default=0, help_text="1: held above the others of its severity."
    )
    pinned_at = models.DateTimeField(null=True, blank=True)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    pin_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(
        default=0, help_text="Grows with every change a colleague should see first."
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "follow-up"
        constraints = [
            OwnRows(name="follow_up_own_rows"),
            clinic_key("follow_up_clinic_key"),
            SameClinic(field="surgery", name="follow_up_surgery_same_clinic"),
            SameClinic(field="visit_protocol", name="follow_up_protocol_same_clinic"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="follow_up_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(severity=None, open_families=0, breach_at=None, awaits_contact=False)
                # NULL would make the whole condition unknown, which passes.
                | Q(
                    severity__isnull=False,
                    severity__in=Severity.values,
                    open_families__gte=1,
                    breach_at__isnull=False,
                ),
                name="follow_up_in_queue_iff_flags_open",
            ),
            models.CheckConstraint(
                condition=Q(pin=0, pinned_at=None, pin_reason="")
                | (Q(pin=1, pinned_at__isnull=False) & ~Q(pin_reason="")),
                name="follow_up_pin_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(breach_bucket__lte=4) & Q(risk_points__lte=9) & Q(age_days__lte=9),
                name="follow_up_rank_parts_in_range",
            ),
            models.CheckConstraint(
                condition=Q(owner=None, owned_since=None)
                | Q(owner__isnull=False, owned_since__isnull=False),
                name="follow_up_owner_since",
            ),
        ]
        triggers = [audited(*DERIVED)]
        indexes = [
            models.Index(
                "clinic",
                F("severity").desc(),
                F("pin").desc(),
                F("breach_bucket").desc(),
                F("risk_points").desc(),
                F("age_days").desc(),
                F("breach_at").asc(),
                F("open_families").desc(),
                "id",
                condition=Q(severity__isnull=False),
                name="follow_up_queue",
            ),
            models.Index(
                fields=["next_evaluation_at"],
                condition=Q(ended_at=None),
                name="follow_up_to_evaluate",
            ),
            models.Index(
                fields=["rank_changes_at"],
                condition=Q(severity__isnull=False),
                name="follow_up_to_rerank",
            ),
        ]

    def __str__(self) -> str:
        return f"Follow-up of surgery {self.surgery_id}"

    @property
    def is_active(self) -> bool:
        return self.ended_at is None


class CheckInQuerySet(ClinicQuerySet):
    def awaited(self) -> Self:
        """Check-ins nobody has answered or cancelled."""
        return self.filter(report=None, cancelled_at=None)

    def open_at(self, now: datetime) -> Self:
        """Awaited check-ins a patient can answer at ``now``."""
        return self.awaited().filter(due_at__lte=now, closes_at__gt=now)

    def missed(self, now: datetime) -> Self:
        """Awaited check-ins that closed unanswered (protocol 3.3: due + 72 h)."""
        return self.awaited().filter(closes_at__lte=now)


class CheckIn(models.Model):
    """A request for one symptom report.

    Late and missed are questions about the clock, so they are asked, never stored.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="check_ins")
    kind = models.CharField(max_length=10, choices=CheckInKind)
    questionnaire = models.CharField(
        max_length=10, choices=Questionnaire, default=Questionnaire.FULL
    )
    plan_day = models.SmallIntegerField(
        null=True,
        blank=True,
        help_text="Postoperative day of the protocol; empty for one made on demand.",
    )
    due_on = models.DateField()
    due_at = models.DateTimeField(help_text="That morning on the clinic's clock.")
    closes_at = models.DateTimeField(help_text="Unanswered by then, it was missed.")
    report = models.OneToOneField(
        SymptomReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="check_in",
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    birth_date_tries = models.PositiveSmallIntegerField(default=0)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = "check-in"
        ordering = ["due_at", "pk"]
        constraints = [
            OwnRows(name="check_in_own_rows"),
            clinic_key("check_in_clinic_key"),
            SameClinic(field="surgery", name="check_in_surgery_same_clinic"),
            SameClinic(field="report", name="check_in_report_same_clinic"),
            models.UniqueConstraint(
                fields=["surgery", "plan_day"],
                condition=Q(cancelled_at=None),
                name="check_in_once_per_plan_day",
            ),
            models.UniqueConstraint(
                fields=["surgery", "kind", "due_on"],
                condition=Q(report=None, cancelled_at=None),
                name="check_in_one_awaited_per_kind_and_day",
            ),
            models.CheckConstraint(
                condition=Q(report=None) | Q(cancelled_at=None),
                name="check_in_not_both_reported_and_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("due_at")),
                name="check_in_closes_after_due",
            ),
            models.CheckConstraint(
                condition=Q(birth_date_tries__lte=BIRTH_DATE_TRIES),
                name="check_in_birth_date_tries_limited",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CheckInKind.values)
                & Q(questionnaire__in=Questionnaire.values),
                name="check_in_choices_are_known",
            ),
        ]
        triggers = [audited()]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(report=None, cancelled_at=None),
                name="check_in_awaited",
            )
        ]

    def __str__(self) -> str:
        return f"Check-in due {self.due_on:%d %b %Y}"

    def is_missed(self, now: datetime) -> bool:
        return self.report_id is None and not self.cancelled_at and self.closes_at <= now

    def is_late(self, now: datetime) -> bool:
        """Due for a day and still open (protocol 3.3)."""
        late_from = self.due_at + LATE_AFTER
        return (
            self.report_id is None
            and self.cancelled_at is None
            and late_from <= now < self.closes_at
        )

    @property
    def is_locked(self) -> bool:
        """Five wrong birth dates: a nurse has to make sure who holds the link."""
        return self.birth_date_tries >= BIRTH_DATE_TRIES


class CheckInLink(models.Model):
    """One link that was sent for a check-in; only the hash of its token is kept."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    check_in = models.ForeignKey(CheckIn, models.CASCADE, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    made_at = models.DateTimeField()

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = "check-in link"
        constraints = [
            SameClinic(field="check_in", name="link_check_in_same_clinic"),
        ]

    def __str__(self) -> str:
        return f"Link {self.pk} of check-in {self.check_in_id}"


class VisitQuerySet(ClinicQuerySet):
    def planned(self) -> Self:
        """Visits still expected: not completed, not cancelled."""
        return self.exclude(status__in=[VisitStatus.COMPLETED, VisitStatus.CANCELLED])

    def overdue(self, today: date) -> Self:
        """Expected visits whose window has closed (protocol 3.3)."""
        return self.planned().filter(closes_on__lt=today)


class Visit(models.Model):
    """One appointment of the follow-up plan, with the window it belongs in."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.CASCADE, related_name="visits")
    kind = models.CharField(max_length=5, choices=VisitKind)
    target_on = models.DateField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    imaging = models.CharField(
        max_length=5,
        choices=VisitImaging,
        default=VisitImaging.NONE,
        help_text="What is to be taken before or at the visit.",
    )
    status = models.CharField(max_length=10, choices=VisitStatus, default=VisitStatus.PLANNED)
    booked_for = models.DateTimeField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True)
    no_show_at = ArrayField(
        models.DateTimeField(),
        default=list,
        blank=True,
        help_text="When each missed appointment was noted.",
    )
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    waive_reason = models.CharField(max_length=10, choices=WaiveReason, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["target_on", "pk"]
        constraints = [
            OwnRows(name="visit_own_rows"),
            clinic_key("visit_clinic_key"),
            SameClinic(field="surgery", name="visit_surgery_same_clinic"),
            models.UniqueConstraint(
                fields=["surgery", "kind"],
                condition=~Q(status=VisitStatus.CANCELLED),
                name="visit_once_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("target_on"), closes_on__gte=F("target_on")),
                name="visit_target_inside_window",
            ),
            models.CheckConstraint(
                condition=Q(status=VisitStatus.COMPLETED, completed_on__isnull=False)
                | (~Q(status=VisitStatus.COMPLETED) & Q(completed_on=None)),
                name="visit_completed_on_iff_completed",
            ),
            models.CheckConstraint(
                condition=~Q(status=VisitStatus.BOOKED) | Q(booked_for__isnull=False),
                name="visit_booked_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=VisitKind.values)
                & Q(status__in=VisitStatus.values)
                & Q(imaging__in=VisitImaging.values)
                & Q(waive_reason__in=["", *WaiveReason.values]),
                name="visit_choices_are_known",
            ),
            models.CheckConstraint(
                condition=Q(waived_at=None, waived_by=None, waive_reason="")
                | (
                    Q(
                        status=VisitStatus.CANCELLED,
                        waived_at__isnull=False,
                        waived_by__isnull=False,
                    )
                    & ~Q(waive_reason="")
                ),
                name="visit_waived_by_somebody_for_a_reason",
            ),
        ]
        triggers = [audited()]
        indexes = [
            models.Index(
                fields=["closes_on"],
                condition=~Q(status__in=["completed", "cancelled"]),
                name="visit_expected",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} visit"

    def is_overdue(self, today: date) -> bool:
        expected = self.status not in (VisitStatus.COMPLETED, VisitStatus.CANCELLED)
        return expected and self.closes_on < today
