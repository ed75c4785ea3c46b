"""What must be remembered about forgetting."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models.tenancy import ClinicQuerySet, OwnRows
from patients.triggers import append_only, audited


class Erasure(models.Model):
    """A patient whose personal data was taken out; applied again after every restore."""

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    patient_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            OwnRows(name="erasure_own_rows"),
            models.CheckConstraint(condition=~Q(reason=""), name="erasure_has_a_reason"),
        ]
        triggers = [append_only(), audited()]

    def __str__(self) -> str:
        return f"Erasure of patient {self.patient_id}"
