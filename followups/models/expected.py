"""The pain other patients report after the same operation: drawn behind a course, never judged by.

The rules neither read these rows nor know of them. A range is drawn only once somebody has
signed it off, and its numbers cannot change while the sign-off stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q

from followups.choices import PainRegion, ProcedureGroup
from patients.choices import Approach, Region
from patients.models import Surgery
from patients.triggers import audited

TOP_SCORE = 10
LAST_DAY = 1096  # three years
DAYS_A_WEEK = 7
Band = tuple[tuple[float, float, float], ...]  # week, low, high; weeks ascending


def group_of(surgery: Surgery) -> ProcedureGroup:
    """Return the operations this one recovers like, as far as anything is published."""
    if surgery.is_neck:
        is_acdf = surgery.approach == Approach.ACDF
        return ProcedureGroup.ACDF if is_acdf else ProcedureGroup.NECK
    if surgery.region in (Region.THORACIC, Region.THORACOLUMBAR):
        return ProcedureGroup.THORACIC
    return ProcedureGroup.LUMBAR


class ExpectedRangeQuerySet(models.QuerySet):
    def signed_off(self) -> Self:
        return self.filter(signed_off_on__isnull=False)

    def bands(self, surgeries: Iterable[Surgery]) -> dict[int, dict[str, Band]]:
        """Return what to draw for each surgery: item of the report to band; one query for all.

        The latest signed version counts. A surgery for whose operation nothing is signed off
        has no band.
        """
        groups = {surgery.pk: group_of(surgery) for surgery in surgeries}
        if not groups:
            return {}
        found = self.signed_off().filter(group__in=set(groups.values()))
        drawn = _bands(found.order_by("version", "scores__day"))
        return {surgery: drawn[group] for surgery, group in groups.items() if group in drawn}


class ExpectedRange(models.Model):
    """The range of one kind of pain after one group of operations, in one version."""

    group = models.CharField("operations", max_length=10, choices=ProcedureGroup)
    region = models.CharField("kind of pain", max_length=10, choices=PainRegion)
    version = models.PositiveSmallIntegerField(
        default=1, help_text="The latest version that is signed off is drawn."
    )
    source = models.TextField(
        max_length=1000, help_text="Which publication, and how the numbers follow from it."
    )
    signed_off_by = models.CharField(
        "signed off by",
        max_length=120,
        blank=True,
        help_text="Name of the clinician. Without a sign-off nothing is drawn.",
    )
    signed_off_on = models.DateField("signed off on", null=True, blank=True)

    objects = ExpectedRangeQuerySet.as_manager()

    class Meta:
        ordering = ["group", "region", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "region", "version"],
                name="expected_range_once_per_version",
                violation_error_message="This version is already there: use the next number.",
            ),
            models.CheckConstraint(
                condition=Q(group__in=["acdf", "neck"], region__in=["pain_neck", "pain_arm"])
                | Q(group__in=["lumbar", "thoracic"], region__in=["pain_back", "pain_leg"]),
                name="expected_range_region_is_asked",
                violation_error_message="This pain is not asked about after these operations.",
            ),
            models.CheckConstraint(
                condition=Q(signed_off_by="", signed_off_on=None)
                | (~Q(signed_off_by="") & Q(signed_off_on__isnull=False)),
                name="expected_range_signed_off_by_somebody",
                violation_error_message="A sign-off needs a name and a date.",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="expected_range_has_a_source"),
        ]
        triggers = [
            audited(),
            pgtrigger.Protect(
                name="kept_while_signed_off",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signed_off_on__isnull=False)
                & (
                    pgtrigger.Q(old__group__df=pgtrigger.F("new__group"))
                    | pgtrigger.Q(old__region__df=pgtrigger.F("new__region"))
                    | pgtrigger.Q(old__version__df=pgtrigger.F("new__version"))
                    | pgtrigger.Q(old__source__df=pgtrigger.F("new__source"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_region_display()} after {self.get_group_display()}, version {self.version}"
        )

    @property
    def is_signed_off(self) -> bool:
        return self.signed_off_on is not None


class ExpectedScore(models.Model):
    """The lowest and the highest expected score on one day of recovery."""

    range = models.ForeignKey(ExpectedRange, models.CASCADE, related_name="scores")
    day = models.PositiveSmallIntegerField("day after surgery")
    low = models.DecimalField(max_digits=3, decimal_places=1)
    high = models.DecimalField(max_digits=3, decimal_places=1)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["range", "day"],
                name="expected_score_once_per_day",
                violation_error_message="This day is already there.",
            ),
            models.CheckConstraint(
                condition=Q(low__gte=0, high__lte=TOP_SCORE, low__lte=F("high")),
                name="expected_score_from_low_to_high",
                violation_error_message="Scores go from 0 to 10, the lower one first.",
            ),
            models.CheckConstraint(
                condition=Q(day__lte=LAST_DAY),
                name="expected_score_within_three_years",
                violation_error_message=f"Enter a day from 0 to {LAST_DAY}.",
            ),
        ]
        triggers = [
            audited(),
            pgtrigger.Trigger(
                name="kept_while_signed_off",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT FROM followups_expectedrange
                        WHERE id IN (OLD.range_id, NEW.range_id)
                            AND signed_off_on IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'expected_score_kept_while_signed_off'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Day {self.day}: {self.low} to {self.high}"


def _bands(ranges: models.QuerySet) -> Mapping[str, dict[str, Band]]:
    """Return the bands by group of operations and kind of pain; later versions replace."""
    rows = ranges.values_list(
        "group", "region", "version", "scores__day", "scores__low", "scores__high"
    )
    versions: dict[tuple[str, str], dict[int, list[tuple[float, float, float]]]] = {}
    for group, region, version, day, low, high in rows:
        if day is not None:
            points = versions.setdefault((group, region), {}).setdefault(version, [])
            points.append((day / DAYS_A_WEEK, float(low), float(high)))
    bands: dict[str, dict[str, Band]] = defaultdict(dict)
    for (group, region), found in versions.items():
        bands[group][region] = tuple(found[max(found)])
    return bands
