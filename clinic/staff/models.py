"""The clinic as a place with a clock and phone numbers, and the people who work there."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from phonenumber_field.modelfields import PhoneNumberField

from patients.triggers import audited


def validate_time_zone(name: str) -> None:
    """Refuse anything that is not a zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(
            "“%(name)s” is not a time zone. Use a name like America/New_York.",
            params={"name": name},
        )


class Clinic(models.Model):
    """One clinic: every record with patient data belongs to exactly one.

    The numbers are printed in patients' texts, so none of them has a default that
    could be wrong for the country the clinic is in.
    """

    name = models.CharField(max_length=120)
    code = models.SlugField(
        max_length=20, unique=True, help_text="Short name used on the command line."
    )
    time_zone = models.CharField(
        max_length=64,
        validators=[validate_time_zone],
        help_text="IANA name, for example America/New_York. Decides what “today” is.",
    )
    emergency_number = models.CharField(
        max_length=10, help_text="What patients dial in an emergency: 911, 999 or 112."
    )
    urgent_phone = PhoneNumberField(help_text="Answered day and night; printed on every check-in.")
    office_phone = PhoneNumberField(blank=True, help_text="For appointments, in office hours.")
    sms_number = PhoneNumberField(
        "number for texts",
        blank=True,
        help_text="Where texts to patients come from and their answers arrive; "
        "empty for the number of the whole installation.",
    )
    crisis_line = models.CharField(
        max_length=160,
        help_text="The number somebody in a crisis can call or text, for example 988.",
    )
    has_on_call = models.BooleanField(
        "somebody is on call outside office hours",
        default=False,
        help_text="Without it, patients are told that nobody may see their answers "
        "until the next working day.",
    )
    quiet_from = models.TimeField(help_text="No message leaves after this local time.")
    quiet_until = models.TimeField(help_text="… and before this one.")
    lead_nurse = models.ForeignKey(
        "staff.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Told when a response target has passed.",
    )
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="clinic_has_a_name"),
            models.CheckConstraint(
                condition=Q(emergency_number__regex=r"^[0-9]{2,6}$"),
                name="clinic_emergency_number_can_be_dialled",
                violation_error_message="Enter 2 to 6 digits, like 911.",
            ),
            models.UniqueConstraint(
                fields=["sms_number"],
                condition=~Q(sms_number=""),
                name="clinic_sms_number_is_its_own",
                violation_error_message="Another clinic gets its texts at this number.",
            ),
        ]
        triggers = [audited()]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """Return the date on the clinic's wall at ``now`` (aware)."""
        return now.astimezone(self.zone).date()


class Role(models.TextChoices):
    """What somebody does here; values are stored: add, never rename."""

    SURGEON = "surgeon", "Surgeon"
    NURSE = "nurse", "Nurse"
    ADMINISTRATOR = "administrator", "Clinic administrator"
    AUDITOR = "auditor", "Auditor"


class User(AbstractUser):
    """A member of staff. Patients have no account: they answer by link."""

    title = models.CharField(
        max_length=20, blank=True, help_text="Dr, RN … as shown to colleagues."
    )
    role = models.CharField(max_length=20, choices=Role)
    clinic = models.ForeignKey(Clinic, models.PROTECT, null=True, blank=True, related_name="staff")

    REQUIRED_FIELDS = ["email", "role"]

    class Meta:
        ordering = ["last_name", "first_name", "username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_superuser=True) | Q(clinic__isnull=False),
                name="user_works_in_a_clinic",
                violation_error_message="Choose the clinic this person works in.",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known"),
        ]
        triggers = [audited("password", "last_login")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def sees_patients(self) -> bool:
        """Whether the role has to do with patients; which pages it opens, access.py says."""
        return self.role != Role.ADMINISTRATOR

    def get_session_auth_hash(self) -> str:
        """Return what a session must match: it ends with any of these, at once and everywhere."""
        return self._rights_hash()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return (self._rights_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _rights_hash(self, secret: str | bytes | None = None) -> str:
        rights = (self.password, str(self.role), self.clinic_id, self.is_active, self.is_superuser)
        return salted_hmac("staff session", repr(rights), secret, algorithm="sha256").hexdigest()

    @property
    def display_name(self) -> str:
        """The name colleagues know: “Dr A. Reyes-Holm”, else the sign-in name."""
        if not self.last_name:
            return self.username
        initial = f"{self.first_name[:1]}." if self.first_name else ""
        return " ".join(part for part in (self.title, initial, self.last_name) if part)

    @property
    def initials(self) -> str:
        letters = f"{self.first_name[:1]}{self.last_name[:1]}" or self.username[:2]
        return letters.upper()


class Theme(models.TextChoices):
    """Light or dark; values are stored: add, never rename."""

    SYSTEM = "system", "As this device has it"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class Density(models.TextChoices):
    """How much room lists give each row; values are stored: add, never rename."""

    COMFORTABLE = "comfortable", "Comfortable"
    COMPACT = "compact", "Compact: more rows on a screen"


class Preferences(models.Model):
    """How one member of staff likes the pages to be; nothing about patients.

    Without a row everything is as here. Read with the user in one query, see ``StaffBackend``.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="preferences")
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(max_length=12, choices=Density, default=Density.COMFORTABLE)
    keys_on = models.BooleanField("single-key shortcuts", default=True)
    home = models.CharField(
        max_length=12, blank=True, help_text="A page of ``preferences.HOMES``; empty: the role's."
    )
    queue_view = models.CharField(
        max_length=20,
        blank=True,
        help_text="The list of the queue to begin with; empty: the first.",
    )

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.CheckConstraint(
                condition=Q(theme__in=Theme.values)
                & Q(density__in=Density.values)
                & Q(home__regex="^[a-z]*$")
                & Q(queue_view__regex="^[a-z-]*$"),
                name="preferences_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Preferences of user {self.user_id}"

    @property
    def is_chosen_theme(self) -> bool:
        return self.theme != Theme.SYSTEM

    @property
    def queue_query(self) -> str:
        """The end of the address that leads to the chosen list of the queue."""
        return f"?view={self.queue_view}" if self.queue_view not in ("", "open") else ""

    @property
    def color_scheme(self) -> str:
        """The theme in the words of CSS."""
        return self.theme if self.is_chosen_theme else "light dark"


class Throttle(models.Model):
    """How often somebody has tried something lately; written by ``throttle`` alone."""

    key = models.CharField(max_length=64, unique=True)  # a hash of who tried what
    tries = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.tries} since {self.since:%Y-%m-%d %H:%M}"
