"""Records closed to most of the clinic, and who opened one with a reason all the same."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.models.person import Patient
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.triggers import audited

REASON_LENGTH = 200
SHORTEST_REASON = 15
OPEN_FOR = timedelta(minutes=60)
OPENINGS_A_DAY = 3


class Restriction(models.Model):
    """A record only its own team opens: staff treated here, a public person, a feud.

    Its surgeons always belong to the team. Who must get in to treat the patient breaks the
    glass (``Opening``).
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient = models.OneToOneField(Patient, models.CASCADE, related_name="restriction")
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="Member",
        related_name="+",
        blank=True,
        help_text="Besides its surgeons.",
    )
    reason = models.CharField(max_length=REASON_LENGTH)
    since = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            OwnRows(name="restriction_own_rows"),
            clinic_key("restriction_clinic_key"),
            SameClinic(field="patient", name="restriction_patient_same_clinic"),
            models.CheckConstraint(condition=~Q(reason=""), name="restriction_has_a_reason"),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"Restriction of patient {self.patient_id}"


class Member(models.Model):
    """One colleague on the team of a restricted record."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    restriction = models.ForeignKey(Restriction, models.CASCADE, related_name="team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        db_table = "patients_restriction_members"
        constraints = [
            OwnRows(name="member_own_rows"),
            SameClinic(field="restriction", name="member_restriction_same_clinic"),
            models.UniqueConstraint(fields=["restriction", "user"], name="member_once"),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return f"User {self.user_id} of restriction {self.restriction_id}"


def ends_only_earlier() -> list[pgtrigger.Protect]:
    """Refuse any change of an opening but to end it before its time."""
    return [
        pgtrigger.Protect(
            name="keeps_the_rest",
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(exclude=["until"]),
        ),
        pgtrigger.Protect(
            name="never_longer",
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(new__until__gt=pgtrigger.F("old__until")),
        ),
    ]


class Opening(models.Model):
    """One person's way into one restricted record for an hour: the glass is broken.

    It stays as it was made; all that can be done about it is to end it early.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="openings")
    reason = models.CharField(max_length=REASON_LENGTH)
    at = models.DateTimeField()
    until = models.DateTimeField()
    day = models.DateField(help_text="The clinic's date.")
    number = models.PositiveSmallIntegerField(help_text="Which of this person's that day.")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            OwnRows(name="opening_own_rows"),
            clinic_key("opening_clinic_key"),
            SameClinic(field="patient", name="opening_patient_same_clinic"),
            models.CheckConstraint(
                condition=Q(reason__regex=rf"^\s*\S.{{{SHORTEST_REASON - 2},}}\S\s*$"),
                name="opening_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("at")) & Q(until__lte=F("at") + OPEN_FOR),
                name="opening_ends_within_the_hour",
            ),
            models.UniqueConstraint(fields=["user", "day", "number"], name="opening_numbered"),
            models.CheckConstraint(
                condition=Q(number__range=(1, OPENINGS_A_DAY)), name="opening_few_a_day"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            *ends_only_earlier(),
            audited(),
        ]

    def __str__(self) -> str:
        return f"Opening {self.number} on {self.day} by user {self.user_id}"
