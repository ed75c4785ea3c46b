"""The rules in one place: what each is, how it is judged and what it may mean.

The order is the order of evaluation: a rule comes after the rules it ``needs``, and
sees the outcomes of those and no others. Possible causes and what to consider are
options for a clinician, never orders. Numbers in the texts are read from the standard
protocol.
"""

from collections.abc import Callable
from dataclasses import dataclass

from followups.choices import Rule
from followups.protocol import STANDARD
from followups.rules import contact, cord, nerve, pain
from followups.rules.course import Course
from followups.rules.outcomes import Outcome

_P = STANDARD


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule.

    ``absent`` says whether its condition is gone on two consecutive reports (or the
    matter is completed); only with ``clears_itself`` may that close a routine flag.
    ``absorbs`` names rules that join this one's flag instead of raising their own.
    ``refires_after_days`` is how long a closed flag of this rule stays silent.
    """

    rule: Rule
    check: Callable[[Course], Outcome]
    absent: Callable[[Course], bool]
    text: str
    causes: tuple[str, ...]
    consider: tuple[str, ...]
    source: str
    limits: str
    needs: tuple[Rule, ...] = ()
    absorbs: tuple[Rule, ...] = ()
    clears_itself: bool = False
    refires_after_days: int | None = None


CATALOGUE = (
    Entry(
        rule=Rule.EMG_CES,
        check=cord.cauda_equina,
        absent=cord.no_cauda_equina_twice,
        text=(
            "Any report, on any day and after surgery on any region, ticks new saddle "
            "numbness, new bladder trouble or new loss of bowel control. One is "
            "enough. Emergency."
        ),
        causes=(
            "haematoma",
            "scar tissue or nerve compression",
            "hardware displacement",
            "infection",
            "adjacent segment disease (late)",
        ),
        consider=(
            "emergency examination with perianal sensation and post-void residual",
            "emergency MRI, CT myelogram if MRI is impossible",
        ),
        source=(
            "Liu 2025, Orthop Surg 17:653 (haematoma presenting as isolated "
            "retention); HSSIB cauda equina report; GIRFT 2023 pathway."
        ),
        limits=(
            "Constipation alone is not counted. A known, assessed deficit is asked as "
            '"new or worse since"; nothing else silences the question.'
        ),
        absorbs=(Rule.NEURO_PAIN, Rule.NEURO_SENS, Rule.MOTOR, Rule.MYELO),
    ),
    Entry(
        rule=Rule.MOTOR,
        check=cord.motor,
        absent=cord.no_weakness_twice,
        text=(
            "New or worse weakness: emergency if it gets worse from day to day, the "
            "foot or hand cannot be lifted, walking is not possible, or both sides are "
            "affected; otherwise urgent. From day "
            f"{_P.motor.lasting_from_pod}, weakness answered same as before that was "
            "also present in the answer before is routine."
        ),
        causes=(
            "scar tissue or nerve compression",
            "screw impingement",
            "haematoma",
            "cord compression",
            "C5 palsy (cervical)",
        ),
        consider=(
            "neurological examination: power, reflexes",
            "MRI for soft tissue",
            "CT or X-ray for screw position",
        ),
        source=(
            "C5 palsy in 4.8% of 330 ACDF (J Clin Neurosci 2024); patient guide: "
            "muscle weakness; tiers are a design decision."
        ),
        limits=(
            "Self-reported power, no examination. Unanswered features do not lower the "
            "severity below urgent; they are listed as missing."
        ),
        clears_itself=True,
    ),
    Entry(
        rule=Rule.PAIN_WATCH,
        check=pain.watch,
        absent=pain.low_twice(lambda protocol: protocol.pain_watch.pain_from),
        text=(
            f"Days {_P.pain_watch.pods[0]}-{_P.pain_watch.pods[1]}: confirmed pain of "
            f"{_P.pain_watch.pain_from} or more, not improved from an informative "
            "baseline; without one, "
            f"{_P.pain_watch.pain_from_without_baseline} or more. Routine."
        ),
        causes=(
            "slow recovery",
            "early pseudarthrosis",
            "hardware",
            "scar tissue or nerve compression",
            "infection",
        ),
        consider=(
            "bring the 6-week or 3-month visit forward",
            "check pain relief and rehabilitation",
        ),
        source=(
            "Patient guide: 6-8 week window; back pain plateaus on day 27 after "
            "minimally invasive and day 52 after open surgery (Neurospine 2025)."
        ),
        limits="Still inside the usual recovery window; many will settle.",
        clears_itself=True,
    ),
    Entry(
        rule=Rule.PAIN_REBOUND,
        check=pain.rebound,
        absent=pain.low_twice(lambda protocol: protocol.pain_rebound.pain_from),
        text=(
            f"From day {_P.pain_rebound.from_pod}: the reference shows recovery, and "
            f"confirmed pain is {_P.pain_rebound.pain_from} or more and at least "
            f"{_P.pain_rebound.rise_points} points above it. Soon; urgent from "
            f"{_P.pain_rebound.urgent_from}."
        ),
        causes=(
            "hardware",
            "infection or fracture (up to day 90)",
            "pseudarthrosis (after day 90)",
            "adjacent segment disease (from day 180)",
        ),
        consider=(
            "X-ray first: hardware, alignment",
            "MRI: adjacent segment, soft tissue",
            "CT or bone scan: fusion",
        ),
        source=(
            "Patient guide: pain after initial recovery; surgery for adjacent segment "
            "disease 2.5% a year (Sears 2011); about 13% deteriorate after 3 months "
            "(Geere 2025)."
        ),
        limits=(
            "Needs two reports, and two earlier ones for the reference, so it is later "
            "than the pain by one check-in."
        ),
    ),
    Entry(
        rule=Rule.PAIN_PERSIST,
        check=pain.persist,
        absent=pain.low_twice(lambda protocol: protocol.pain_persist.pain_from),
        text=(
            f"From day {_P.pain_persist.from_pod}, with the report before it from day "
            f"{_P.pain_persist.previous_from_pod} on: confirmed pain of "
            f"{_P.pain_persist.pain_from} or more without a rebound in the same place. "
            f"Soon if {_P.pain_persist.soon_from} or more, or not improved from an "
            "informative baseline, or, without one, "
            f"{_P.pain_persist.soon_from_without_baseline} or more; otherwise routine."
        ),
        causes=(
            "pseudarthrosis",
            "hardware",
            "scar tissue or nerve compression",
            "infection",
        ),
        consider=(
            "X-ray with flexion-extension: hardware",
            "CT or bone scan from 6 months: fusion",
            "MRI if arm or leg symptoms",
            "CRP",
        ),
        source=(
            "Patient guide: pain beyond 6-8 weeks; back pain over 2.25 or leg over "
            "4.25 at 6-12 weeks predicts no ODI improvement at 1 year (n=166); Werner "
            "2017; 30% rule: NORDSTEN 2024."
        ),
        limits=(
            "About one patient in three reaches it around weeks 9-12. It cannot tell a "
            "failed fusion from other causes of pain."
        ),
        needs=(Rule.PAIN_REBOUND,),
    ),
    Entry(
        rule=Rule.NEURO_PAIN,
        check=nerve.neuro_pain,
        absent=nerve.no_neuro_pain_twice,
        text=(
            f"Pain of {_P.neuro_pain.pain_from} or more and new or worse numbness or "
            "tingling in one report: soon, urgent up to day "
            f"{_P.neuro_pain.urgent_until_pod}. From day "
            f"{_P.neuro_pain.lasting_from_pod}, numbness answered same as before that "
            "was also present in the answer before, while PAIN-PERSIST fires: the "
            "severity of PAIN-PERSIST."
        ),
        causes=(
            "scar tissue or nerve compression",
            "hardware malposition",
            "adjacent segment disease (late)",
            "haematoma (early)",
        ),
        consider=(
            "MRI: soft tissue, scar",
            "CT for screw position",
            "reflex and sensory examination",
            "EMG if unclear",
        ),
        source=(
            "Patient guide: pain with numbness or tingling; radicular symptoms are 10% "
            "of 90-day readmissions (MSSIC)."
        ),
        limits="The short form does not ask about numbness; the last answer counts.",
        needs=(Rule.PAIN_PERSIST,),
    ),
    Entry(
        rule=Rule.NONRESP,
        check=contact.nonresponse,
        absent=contact.is_answering,
        text=(
            f"{_P.nonresponse.missed_from} or more check-ins missed in a row "
            f"({_P.check_ins.missed_hours} hours after they were due): routine. Soon "
            f"from {_P.nonresponse.soon_missed_from} missed, or up to day "
            f"{_P.nonresponse.soon_until_pod}, or with another flag open at soon or "
            f"higher, or from {_P.nonresponse.soon_risk_from} risk points."
        ),
        causes=("neglected follow-up", "deterioration cannot be excluded"),
        consider=("phone call", "letter", "contact person"),
        source=(
            "59% lost at 12 months with web and no reminders (Spine J 2019); text "
            "messages alone 55-74%, with phone backup 91-99% (Spine 2012)."
        ),
        limits="Silence says nothing about how the patient is.",
        clears_itself=True,
    ),
    Entry(
        rule=Rule.VISIT,
        check=contact.overdue_visit,
        absent=contact.is_attended,
        text=(
            "The window of a protocol visit closed and the visit is not completed: "
            "routine. Soon for the 2-week and 6-week visits, more than "
            f"{_P.overdue_visit.soon_after_days} days late, or with another flag open "
            "at soon or higher; routine again if booked within "
            f"{_P.overdue_visit.rebooked_within_days} days. A missed appointment is "
            f"routine, {_P.overdue_visit.soon_no_shows} in a row soon."
        ),
        causes=("neglected follow-up",),
        consider=("rebook",),
        source="Patient guide: attend regular follow-ups; usual trial windows.",
        limits="Knows only what is recorded here; a visit elsewhere is not seen.",
        clears_itself=True,
    ),
)

BY_RULE = {entry.rule: entry for entry in CATALOGUE}
