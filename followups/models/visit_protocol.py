"""Which visits a clinic expects after an operation, where it departs from the standard.

A version is used once somebody has signed it off, for follow-ups that begin from then on;
each follow-up keeps the version it was planned with. Signed numbers cannot change.
"""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q

from followups.choices import ProcedureGroup, VisitImaging, VisitKind
from followups.protocol import VisitWindow
from patients.models.tenancy import ClinicQuerySet, OwnRows, clinic_key
from patients.triggers import audited

LAST_POD = 1096  # three years


class VisitProtocolQuerySet(ClinicQuerySet):
    def signed_off(self) -> Self:
        return self.filter(signed_off_on__isnull=False)


class VisitProtocol(models.Model):
    """The visits of one clinic after one group of operations, in one version."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    group = models.CharField("operations", max_length=10, choices=ProcedureGroup)
    version = models.PositiveSmallIntegerField(
        default=1, help_text="New follow-ups take the latest version that is signed off."
    )
    signed_off_by = models.CharField(
        "signed off by",
        max_length=120,
        blank=True,
        help_text="Name of the clinician. Without a sign-off the standard visits are planned.",
    )
    signed_off_on = models.DateField("signed off on", null=True, blank=True)

    objects = VisitProtocolQuerySet.as_manager()

    class Meta:
        ordering = ["group", "-version"]
        constraints = [
            OwnRows(name="visit_protocol_own_rows"),
            clinic_key("visit_protocol_clinic_key"),
            models.UniqueConstraint(
                fields=["clinic", "group", "version"],
                name="visit_protocol_once_per_version",
                violation_error_message="This version is already there: use the next number.",
            ),
            models.CheckConstraint(
                condition=Q(group__in=ProcedureGroup.values),
                name="visit_protocol_group_is_known",
            ),
            models.CheckConstraint(
                condition=Q(signed_off_by="", signed_off_on=None)
                | (~Q(signed_off_by="") & Q(signed_off_on__isnull=False)),
                name="visit_protocol_signed_off_by_somebody",
                violation_error_message="A sign-off needs a name and a date.",
            ),
        ]
        triggers = [
            audited(),
            pgtrigger.Protect(
                name="kept_once_signed_off",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signed_off_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Visits after {self.get_group_display()}, version {self.version}"

    @property
    def is_signed_off(self) -> bool:
        return self.signed_off_on is not None

    def windows(self) -> tuple[VisitWindow, ...]:
        """Return the visits as the plan takes them."""
        return tuple(visit.window for visit in self.visits.order_by("target_pod"))


class ProtocolVisit(models.Model):
    """One visit of a version: when it is due, and what is taken for it."""

    protocol = models.ForeignKey(VisitProtocol, models.CASCADE, related_name="visits")
    kind = models.CharField("visit", max_length=5, choices=VisitKind)
    target_pod = models.PositiveSmallIntegerField("best day after surgery")
    opens_pod = models.PositiveSmallIntegerField("first day")
    closes_pod = models.PositiveSmallIntegerField("last day")
    imaging = models.CharField(max_length=5, choices=VisitImaging, default=VisitImaging.NONE)

    class Meta:
        ordering = ["target_pod"]
        constraints = [
            models.UniqueConstraint(
                fields=["protocol", "kind"],
                name="protocol_visit_once_per_kind",
                violation_error_message="This visit is already there.",
            ),
            models.CheckConstraint(
                condition=Q(opens_pod__gte=1)
                & Q(opens_pod__lte=F("target_pod"))
                & Q(target_pod__lte=F("closes_pod"))
                & Q(closes_pod__lte=LAST_POD),
                name="protocol_visit_best_day_inside_window",
                violation_error_message="The days go from the first to the best to the last, "
                f"between 1 and {LAST_POD}.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=VisitKind.values) & Q(imaging__in=VisitImaging.values),
                name="protocol_visit_choices_are_known",
            ),
        ]
        triggers = [
            audited(),
            pgtrigger.Trigger(
                name="kept_once_signed_off",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT FROM followups_visitprotocol
                        WHERE id IN (OLD.protocol_id, NEW.protocol_id)
                            AND signed_off_on IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'protocol_visit_kept_once_signed_off'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: days {self.opens_pod} to {self.closes_pod}"

    @property
    def window(self) -> VisitWindow:
        return VisitWindow(
            VisitKind(self.kind),
            self.target_pod,
            self.opens_pod,
            self.closes_pod,
            VisitImaging(self.imaging),
        )
