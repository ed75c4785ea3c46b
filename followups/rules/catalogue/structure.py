"""Nerves and the stability of the spine."""

from followups.choices import Rule, Severity
from followups.protocol import STANDARD
from followups.rules import nerve, spine
from followups.rules.catalogue.entry import Cause, Entry, causes
from followups.rules.domains import PAIN_RULES

_P = STANDARD
_URGENT, _SOON, _ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE

STRUCTURE = (
    Entry(
        rule=Rule.NEURO_PAIN,
        check=nerve.neuro_pain,
        absent=nerve.no_neuro_pain_twice,
        severities=(_URGENT, _SOON, _ROUTINE),
        text=(
            f"Pain of {_P.neuro_pain.pain_from} or more and new or worse numbness or "
            "tingling in one report: soon, urgent up to day "
            f"{_P.neuro_pain.urgent_until_pod}. From day "
            f"{_P.neuro_pain.lasting_from_pod}, numbness answered same as before that "
            "was also present in the answer before, while PAIN-PERSIST fires: the "
            "severity of PAIN-PERSIST."
        ),
        possible=(
            *causes("scar tissue or nerve compression", "hardware malposition"),
            Cause("adjacent segment disease (late)", from_pod=_P.phases.late_from_pod),
            Cause("haematoma (early)", until_pod=_P.phases.early_until_pod),
        ),
        consider=(
            "MRI: soft tissue, scar",
            "CT for screw position",
            "reflex and sensory examination",
            "EMG if unclear",
        ),
        ending=(
            "only a person closes it; a badge shows when numbness is gone or pain below "
            f"{_P.neuro_pain.pain_from} on two reports."
        ),
        source=(
            "Patient guide: pain with numbness or tingling; radicular symptoms are 10% "
            "of 90-day readmissions (MSSIC)."
        ),
        limits="The short form does not ask about numbness; the last answer counts.",
        needs=(Rule.PAIN_PERSIST,),
    ),
    Entry(
        rule=Rule.NEURO_SENS,
        check=nerve.neuro_sens,
        absent=nerve.no_new_numbness_twice,
        severities=(_URGENT, _SOON, _ROUTINE),
        text=(
            "New or worse numbness or tingling on both sides: urgent. Otherwise only with "
            f"pain under {_P.neuro_sens.pain_under} or not answered: routine the first "
            "time, soon if the answer before was also new or worse."
        ),
        possible=causes("nerve or cord compression", "scar tissue", "peripheral causes"),
        consider=(
            "ask about saddle numbness and bladder",
            "examination",
            "MRI if on both sides or progressive",
        ),
        ending=(
            'the routine form closes when numbness is answered "none" or "same" twice; '
            "otherwise only a person closes it."
        ),
        source=(
            "Sensory change on both sides is a cauda equina red flag (AJEM 2019 review); "
            "tiers are a design decision."
        ),
        limits=(
            f"With pain of {_P.neuro_sens.pain_under} or more, one-sided numbness is left "
            "to NEURO-PAIN. An unanswered side is not taken as one-sided beside pain."
        ),
        clears_itself=True,
    ),
    Entry(
        rule=Rule.INSTAB,
        check=spine.instability,
        absent=spine.no_instability_twice,
        severities=(_URGENT, _SOON, _ROUTINE),
        text=(
            "A new or worse feeling that the back or neck slips, clunks or gives way: "
            "soon, urgent after a fall or while PAIN-SPIKE fires. From day "
            f"{_P.instability.lasting_from_pod}, the feeling answered same as before that "
            "was also present in the answer before is routine."
        ),
        possible=causes(
            "pseudarthrosis", "hardware loosening or breakage", "adjacent level instability"
        ),
        consider=("flexion-extension X-ray", "CT"),
        ending="only a person closes it.",
        source=(
            "Patient guide: sensation of instability; a fusion that fails leaves the spine "
            "unstable."
        ),
        limits="Asked from day 15 on, and not in the short form.",
        needs=(Rule.PAIN_SPIKE,),
    ),
    Entry(
        rule=Rule.FALL,
        check=spine.fall,
        absent=spine.no_fall_twice,
        severities=(_URGENT, _SOON),
        text=(
            "A fall or accident: urgent with pain of "
            f"{_P.falls.urgent_pain_from} or more, with new or worse numbness, weakness or "
            "instability, or with osteoporosis; otherwise soon."
        ),
        possible=causes("hardware displacement", "vertebral fracture"),
        consider=("X-ray", "CT if pain or osteoporosis"),
        ending="only a person closes it. It shares its flag with INSTAB.",
        source=(
            "Design decision; vertebral fractures in 41.5% of women from 70 on after "
            "fusion, long-term (BMC MSD 2019)."
        ),
        limits="How hard the fall was is not asked.",
    ),
    Entry(
        rule=Rule.CLUSTER,
        check=spine.cluster,
        absent=spine.few_hallmarks_twice,
        severities=(_SOON,),
        text=(
            f"From day {_P.cluster.from_pod}: at least {_P.cluster.hallmarks_at_least} of 6 "
            "hallmarks together: a pain rule fires; numbness, weakness or instability of "
            f"any kind; everyday limitation of {_P.cluster.function_from} or more; a "
            f"positive PHQ-4 within {_P.cluster.mood_within_days} days. Soon."
        ),
        possible=causes(
            "pseudarthrosis",
            "hardware",
            "scar tissue or nerve compression",
            "adjacent segment disease",
            "infection",
        ),
        consider=(
            "structured failure work-up: history, examination, X-ray, MRI, CT or bone scan",
            "appointment with the surgeon",
        ),
        ending="only a person closes it. Its severity stays soon; it lists the other flags.",
        source="Patient guide: list of hallmarks; three of six is a design decision.",
        limits=(
            "The short form asks for few of them, so it could often not be judged then. "
            "Counts numbness and weakness that never changed."
        ),
        needs=PAIN_RULES,
    ),
)
