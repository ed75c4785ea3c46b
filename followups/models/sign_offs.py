"""Which wording of the patients' texts a clinician of the clinic has approved."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from followups.texts import LANGUAGES, wording_of
from patients.models.tenancy import ClinicQuerySet, OwnRows
from patients.triggers import append_only, audited


class SignOffQuerySet(ClinicQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def unsigned(self) -> list[str]:
        """Return the names of the languages whose present edition has no sign-off among these."""
        signed = set(self.values_list("language", "edition"))
        return [name for code, name in LANGUAGES if (code, wording_of(code)) not in signed]


class SignOff(models.Model):
    """One clinician's yes to every text of one language, word for word.

    It stands for the edition it names and no other: a changed word is another edition, which
    nobody has signed yet. What was signed stays signed.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    language = models.CharField(max_length=3)
    edition = models.CharField(max_length=20, help_text="Of all texts of the language.")
    questions = models.CharField(
        max_length=20, help_text="The edition of the questions, as reports keep it."
    )
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = SignOffQuerySet.as_manager()

    class Meta:
        constraints = [
            OwnRows(name="sign_off_own_rows"),
            models.UniqueConstraint(
                fields=["clinic", "language", "edition", "by"], name="sign_off_once_each"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(role="") & ~Q(edition="") & ~Q(questions=""),
                name="sign_off_says_who_and_what",
            ),
            models.CheckConstraint(
                condition=Q(language__regex="^[a-z]{2,3}$"), name="sign_off_language_is_known"
            ),
        ]
        triggers = [append_only(), audited()]

    def __str__(self) -> str:
        return f"Sign-off of {self.language} {self.edition}"
