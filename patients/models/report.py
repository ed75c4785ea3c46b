"""What a patient reported at one moment (protocol 2.2). Stored once, never changed."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from patients import choices
from patients.models.surgery import Surgery
from patients.models.tenancy import ClinicQuerySet, OwnRows, SameClinic, clinic_key
from patients.triggers import append_only, audited

MESSAGE_LENGTH = 2000
LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = Decimal(34), Decimal(43)  # protocol 1.2


def _score() -> models.PositiveSmallIntegerField:
    """A number the patient chose, or NULL: not asked is never zero."""
    return models.PositiveSmallIntegerField(null=True, blank=True)


def _yes_no() -> models.BooleanField:
    return models.BooleanField(null=True, blank=True)


def _one_of(words: type[models.TextChoices]) -> models.CharField:
    # NULL rather than "": not asked reads the same for every item.
    return models.CharField(max_length=12, choices=words, null=True, blank=True)


def _any_of(words: type[models.TextChoices]) -> ArrayField:
    """Several words; NULL is not asked, an empty list is "none of these"."""
    return ArrayField(models.CharField(max_length=12, choices=words), null=True, blank=True)


RANGES: dict[str, tuple[int | Decimal, int | Decimal]] = {
    "pain_back": (0, 10),
    "pain_neck": (0, 10),
    "pain_leg": (0, 10),
    "pain_arm": (0, 10),
    "func": (0, 4),
    "temp_c": (LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE),
    "phq4_nervous": (0, 3),
    "phq4_worry": (0, 3),
    "phq4_down": (0, 3),
    "phq4_interest": (0, 3),
}
WORDS: dict[str, type[models.TextChoices]] = {
    "weak": choices.Change,
    "weak_side": choices.Side,
    "numb": choices.Change,
    "numb_side": choices.Side,
    "instab": choices.Change,
    "limb_side": choices.Side,
    "walk_minutes": choices.Walking,
    "opioid": choices.Opioid,
    "med_change": choices.MedChange,
    "adh": choices.Adherence,
    "swallow": choices.Swallow,
    "gic": choices.ImpressionOfChange,
    "source": choices.Source,
    "answered_by": choices.AnsweredBy,
}
WORD_LISTS: dict[str, type[models.TextChoices]] = {
    "wound": choices.WoundSign,
    "pain_quality": choices.PainQuality,
    "numb_site": choices.NumbSite,
    "numb_kind": choices.NumbKind,
}


def _item_constraints() -> list[models.CheckConstraint]:
    """Every item in its range or NULL, each under its own name."""
    ranges = [
        models.CheckConstraint(
            condition=Q(**{item: None}) | Q(**{f"{item}__range": limits}),
            name=f"report_{item}_range",
        )
        for item, limits in RANGES.items()
    ]
    words = [
        models.CheckConstraint(
            condition=Q(**{item: None}) | Q(**{f"{item}__in": known.values}),
            name=f"report_{item}_known",
        )
        for item, known in WORDS.items()
    ]
    lists = [
        models.CheckConstraint(
            condition=Q(**{item: None}) | Q(**{f"{item}__contained_by": known.values}),
            name=f"report_{item}_known",
        )
        for item, known in WORD_LISTS.items()
    ]
    return ranges + words + lists


class SymptomReport(models.Model):
    """One set of answers about one operation; NULL means not asked or not answered.

    Rows are append-only, held by a trigger: a correction is a later report.
    """

    clinic = models.ForeignKey("staff.Clinic", models.PROTECT, related_name="+")
    surgery = models.ForeignKey(Surgery, models.PROTECT, related_name="reports")
    submission_id = models.UUIDField(
        unique=True, help_text="Made once per form, so that a repeat is recognised."
    )
    reported_at = models.DateTimeField()
    reported_on = models.DateField(help_text="The clinic's date at that moment.")
    questionnaire_version = models.CharField(max_length=20)
    source = models.CharField(max_length=10, choices=choices.Source)
    answered_by = models.CharField(
        max_length=10, choices=choices.AnsweredBy, default=choices.AnsweredBy.PATIENT
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who typed it in; empty when the patient did.",
    )
    is_complete = models.BooleanField(
        help_text="Off: safety answers stored at once, before the rest was asked."
    )

    # S1 and S2: emergencies
    saddle = _yes_no()
    bladder = _yes_no()
    bowel = _yes_no()
    chest = _yes_no()
    airway = _yes_no()
    unwell = _yes_no()
    # S3: strength and coordination
    weak = _one_of(choices.Change)
    weak_side = _one_of(choices.Side)
    weak_severe = _yes_no()
    weak_rapid = _yes_no()
    gait_hand = _yes_no()
    # S4: clots, fever, wound, headache
    calf = _yes_no()
    fever = _yes_no()
    temp_c = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    wound = _any_of(choices.WoundSign)
    headache_upright = _yes_no()
    # Q1, Q2: pain, 0 none to 10 worst imaginable
    pain_back = _score()
    pain_neck = _score()
    pain_leg = _score()
    pain_arm = _score()
    limb_side = _one_of(choices.Side)
    pain_quality = _any_of(choices.PainQuality)
    # Q3, Q4: nerves and stability
    numb = _one_of(choices.Change)
    numb_side = _one_of(choices.Side)
    numb_site = _any_of(choices.NumbSite)
    numb_kind = _any_of(choices.NumbKind)
    instab = _one_of(choices.Change)
    # Q5: everyday tasks, 0 not limited to 4 unable
    func = _score()
    walk_minutes = _one_of(choices.Walking)
    # Q6, Q7: medicines and limits
    opioid = _one_of(choices.Opioid)
    med_change = _one_of(choices.MedChange)
    over_rx = _yes_no()
    adh = _one_of(choices.Adherence)
    overdid = _yes_no()
    overdid_what = models.CharField(max_length=200, blank=True)
    fall = _yes_no()
    # Q8 to Q10
    swallow = _one_of(choices.Swallow)
    gic = _one_of(choices.ImpressionOfChange)
    nicotine = _yes_no()
    # Q11: PHQ-4, each item 0 to 3
    phq4_nervous = _score()
    phq4_worry = _score()
    phq4_down = _score()
    phq4_interest = _score()
    message = models.TextField(
        max_length=MESSAGE_LENGTH, blank=True, help_text="Not read by any rule."
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        get_latest_by = ["reported_at", "pk"]
        constraints = [
            OwnRows(name="report_own_rows"),
            clinic_key("report_clinic_key"),
            SameClinic(field="surgery", name="report_surgery_same_clinic"),
            models.CheckConstraint(
                condition=~Q(source__in=[choices.Source.PHONE, choices.Source.PAPER])
                | Q(entered_by__isnull=False),
                name="report_typed_in_by_somebody",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("message"), MESSAGE_LENGTH),
                name="report_message_length",
            ),
            *_item_constraints(),
        ]
        indexes = [models.Index(fields=["surgery", "reported_at"], name="report_history")]
        triggers = [append_only(), audited()]

    def __str__(self) -> str:
        return f"Report {self.pk} of {self.reported_on}"

    @property
    def phq2(self) -> int | None:
        """Depression subscale 0-6; unknown unless both items were answered."""
        return _sum(self.phq4_down, self.phq4_interest)

    @property
    def gad2(self) -> int | None:
        """Anxiety subscale 0-6; unknown unless both items were answered."""
        return _sum(self.phq4_nervous, self.phq4_worry)


def _sum(*items: int | None) -> int | None:
    answered = [item for item in items if item is not None]
    return sum(answered) if len(answered) == len(items) else None
