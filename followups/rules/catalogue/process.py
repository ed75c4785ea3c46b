"""Silence, visits and imaging: what the clock can make true."""

from followups.choices import Rule, Severity
from followups.protocol import STANDARD
from followups.rules import contact, imaging
from followups.rules.catalogue.entry import Entry, causes

_P = STANDARD
_URGENT, _SOON, _ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE
_LOST = _P.lost_to_follow_up


def _words(findings: frozenset[str]) -> str:
    return ", ".join(sorted(findings))


PROCESS = (
    Entry(
        rule=Rule.NONRESP,
        check=contact.nonresponse,
        absent=contact.is_answering,
        severities=(_SOON, _ROUTINE),
        text=(
            f"{_P.nonresponse.missed_from} or more check-ins missed in a row "
            f"({_P.check_ins.missed_hours} hours after they were due): routine. Soon "
            f"from {_P.nonresponse.soon_missed_from} missed, or up to day "
            f"{_P.nonresponse.soon_until_pod}, or with another flag open at soon or "
            f"higher, or from {_P.nonresponse.soon_risk_from} risk points. Lost to "
            f"follow-up is said from {_LOST.days_without_contact} days without contact "
            f"with {_LOST.attempts} documented tries on {_LOST.channels} channels since."
        ),
        possible=causes("neglected follow-up", "deterioration cannot be excluded"),
        consider=("phone call", "letter", "contact person"),
        ending="closes with any completed check-in or visit.",
        source=(
            "59% lost at 12 months with web and no reminders (Spine J 2019); text "
            "messages alone 55-74%, with phone backup 91-99% (Spine 2012)."
        ),
        limits=(
            "Silence says nothing about how the patient is. Lost to follow-up changes no "
            "severity, and any contact reverses it."
        ),
        clears_itself=True,
    ),
    Entry(
        rule=Rule.VISIT,
        check=contact.overdue_visit,
        absent=contact.is_attended,
        severities=(_SOON, _ROUTINE),
        text=(
            "The window of a protocol visit closed and the visit is not completed: "
            "routine. Soon for the 2-week and 6-week visits, more than "
            f"{_P.overdue_visit.soon_after_days} days late, or with another flag open "
            "at soon or higher; routine again if booked within "
            f"{_P.overdue_visit.rebooked_within_days} days. A missed appointment is "
            f"routine, {_P.overdue_visit.soon_no_shows} in a row soon."
        ),
        possible=causes("neglected follow-up"),
        consider=("rebook",),
        ending="closes when the visit is completed.",
        source="Patient guide: attend regular follow-ups; usual trial windows.",
        limits="Knows only what is recorded here; a visit elsewhere is not seen.",
        clears_itself=True,
    ),
    Entry(
        rule=Rule.IMAGING,
        check=imaging.studies,
        absent=imaging.is_signed_off,
        severities=(_URGENT, _SOON, _ROUTINE),
        text=(
            "Planned imaging not done when its window closed: routine. A result nobody has "
            f"signed off: urgent if it says {_words(_P.studies.urgent)}; soon if it says "
            f"{_words(_P.studies.soon)}; otherwise routine after "
            f"{_P.studies.unsigned_days} days."
        ),
        possible=causes(
            "hardware",
            "pseudarthrosis",
            "adjacent segment disease",
            "scar tissue",
            "infection",
        ),
        consider=(
            "X-ray: position of hardware",
            "MRI: soft tissue, scar, nerve",
            "CT or bone scan: fusion",
        ),
        ending=(
            "the routine form closes when imaging is done and signed off; otherwise only a "
            "person closes it, and a badge shows the signature."
        ),
        source=(
            "Patient guide's imaging map; abnormal films at 22% of visits with new "
            "symptoms against 2.7% without (Spine 2011;36:1955)."
        ),
        limits=(
            "Reads the findings somebody recorded, not images. Fracture and other findings "
            "without a tier of their own wait as routine."
        ),
        clears_itself=True,
    ),
)
