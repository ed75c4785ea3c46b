"""Find out what decides a check-in's questions, and put its sheet together. Reads only."""

from datetime import date

from followups.choices import CheckInKind
from followups.circumstances import Circumstances, Lately
from followups.models import CheckIn
from followups.questionnaire import Sheet
from patients.models import KnownDeficit, Surgery, SymptomReport

LOOKED_AT = ("reported_on", "pain_quality", "phq4_down")


def sheet_for(check_in: CheckIn, *, today: date) -> Sheet:
    """Return the questions of a check-in answered today, in three queries."""
    return _sheet(check_in, check_in.surgery, today)


def sheet_for_entry(surgery: Surgery, *, today: date) -> Sheet:
    """Return the full questions, for staff who type in what a patient says."""
    kind = CheckInKind.BASELINE if today < surgery.performed_on else CheckInKind.ON_DEMAND
    return _sheet(CheckIn(surgery=surgery, kind=kind), surgery, today)


def _sheet(check_in: CheckIn, surgery: Surgery, today: date) -> Sheet:
    told = surgery.patient.risk_profiles.exclude(smoking=None)
    reports = SymptomReport.objects.filter(surgery=surgery).order_by("-reported_at", "-pk")
    deficits = KnownDeficit.objects.filter(surgery=surgery, ended_on=None)
    return Sheet.of(
        Circumstances.of(
            check_in,
            pod=surgery.postoperative_day(today),
            smoking=told.order_by("-recorded_on").values_list("smoking", flat=True).first(),
            lately=Lately.of(
                list(reports.values(*LOOKED_AT)),
                surgery_on=surgery.performed_on,
                known_deficits=dict(
                    deficits.order_by("assessed_on").values_list("item", "assessed_on")
                ),
            ),
        )
    )
