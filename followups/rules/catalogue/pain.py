"""The seven pain rules."""

from collections.abc import Callable

from followups.choices import Rule, Severity
from followups.protocol import STANDARD, Protocol
from followups.rules import domains, pain, pain_change
from followups.rules.catalogue.entry import Cause, Entry, causes
from followups.rules.course import Course

_P = STANDARD
_URGENT, _SOON, _ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE
_FAILURE = causes(
    "pseudarthrosis",
    "hardware",
    "scar tissue or nerve compression",
    "infection",
)


def _below(least: Callable[[Protocol], int]) -> Callable[[Course], bool]:
    return domains.low_twice(least)


PAIN = (
    Entry(
        rule=Rule.PAIN_EARLY,
        check=pain.early,
        absent=_below(lambda protocol: protocol.pain_early.pain_from),
        severities=(_URGENT,),
        text=(
            f"Days {_P.pain_early.pods[0]}-{_P.pain_early.pods[1]}: confirmed pain of "
            f"{_P.pain_early.pain_from} or more. Urgent."
        ),
        possible=causes(
            "inadequate analgesia", "haematoma", "infection", "hardware", "opioid tolerance"
        ),
        consider=("phone review", "analgesic plan", "wound and neurological check"),
        ending="only a person closes it; later pain rules add to the same flag.",
        source=(
            "Pain is the first reason for coming back within 90 days (29% of 729; 13% of "
            "5,444) and for readmission (17%)."
        ),
        limits=(
            "Two reports are needed; a single one of this height asks the patient again "
            "after 3 days."
        ),
    ),
    Entry(
        rule=Rule.PAIN_WATCH,
        check=pain.watch,
        absent=_below(lambda protocol: protocol.pain_watch.pain_from),
        severities=(_ROUTINE,),
        text=(
            f"Days {_P.pain_watch.pods[0]}-{_P.pain_watch.pods[1]}: confirmed pain of "
            f"{_P.pain_watch.pain_from} or more, not improved from an informative "
            "baseline; without one, "
            f"{_P.pain_watch.pain_from_without_baseline} or more. Routine."
        ),
        possible=(Cause("slow recovery"), Cause("early pseudarthrosis"), *_FAILURE[1:]),
        consider=(
            "bring the 6-week or 3-month visit forward",
            "check pain relief and rehabilitation",
        ),
        ending=("closes when pain is below 4 on two reports; joined by PAIN-PERSIST from day 57."),
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
        absent=_below(lambda protocol: protocol.pain_rebound.pain_from),
        severities=(_URGENT, _SOON),
        text=(
            f"From day {_P.pain_rebound.from_pod}: the reference shows recovery, and "
            f"confirmed pain is {_P.pain_rebound.pain_from} or more and at least "
            f"{_P.pain_rebound.rise_points} points above it. Soon; urgent from "
            f"{_P.pain_rebound.urgent_from}."
        ),
        possible=(
            Cause("hardware"),
            Cause(
                f"infection or fracture (up to day {_P.pain_rebound.early_causes_until_pod})",
                until_pod=_P.pain_rebound.early_causes_until_pod,
            ),
            Cause(
                f"pseudarthrosis (after day {_P.pain_rebound.early_causes_until_pod})",
                from_pod=_P.pain_rebound.early_causes_until_pod + 1,
            ),
            Cause(
                f"adjacent segment disease (from day {_P.pain_rebound.adjacent_segment_from_pod})",
                from_pod=_P.pain_rebound.adjacent_segment_from_pod,
            ),
        ),
        consider=(
            "X-ray first: hardware, alignment",
            "MRI: adjacent segment, soft tissue",
            "CT or bone scan: fusion",
        ),
        ending=(
            "only a person closes it. It replaces PAIN-PERSIST and PAIN-WORSE in the same place."
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
        absent=_below(lambda protocol: protocol.pain_persist.pain_from),
        severities=(_SOON, _ROUTINE),
        text=(
            f"From day {_P.pain_persist.from_pod}, with the report before it from day "
            f"{_P.pain_persist.previous_from_pod} on: confirmed pain of "
            f"{_P.pain_persist.pain_from} or more without a rebound in the same place. "
            f"Soon if {_P.pain_persist.soon_from} or more, or not improved from an "
            "informative baseline, or, without one, "
            f"{_P.pain_persist.soon_from_without_baseline} or more; otherwise routine."
        ),
        possible=_FAILURE,
        consider=(
            "X-ray with flexion-extension: hardware",
            "CT or bone scan from 6 months: fusion",
            "MRI if arm or leg symptoms",
            "CRP",
        ),
        ending=(
            f"only a person closes it; it may be snoozed, at most {_P.snooze.limit_days} "
            f"days, and wakes when pain rises by {_P.snooze.woken_by_pain_points}."
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
        rule=Rule.PAIN_WORSE,
        check=pain.worse,
        absent=_below(lambda protocol: protocol.pain_worse.pain_from),
        severities=(_SOON,),
        text=(
            f"From day {_P.pain_worse.from_pod}, without a rebound in the same place: "
            f"confirmed pain of {_P.pain_worse.pain_from} or more that is at least "
            f"{_P.pain_worse.rise_points} points above a reference that never showed "
            "recovery, or, with the report before it from day "
            f"{_P.pain_worse.previous_from_pod} on, at least "
            f"{_P.pain_worse.over_baseline_points} points above the baseline. Soon."
        ),
        possible=_FAILURE,
        consider=(
            "as PAIN-PERSIST, but sooner",
            "screen for infection",
        ),
        ending="only a person closes it. It leads over PAIN-PERSIST.",
        source=(
            "Patient guide: pain that worsens beyond this period; important change 2.7 "
            "back and 3.2 leg, detectable change 3.6 and 3.7 (Parai 2020), hence two "
            "reports."
        ),
        limits="Any baseline counts here, also one too low to be informative.",
        needs=(Rule.PAIN_REBOUND,),
    ),
    Entry(
        rule=Rule.PAIN_SPIKE,
        check=pain_change.spike,
        absent=_below(lambda protocol: protocol.pain_spike.pain_from),
        severities=(_URGENT,),
        text=(
            f"From day {_P.pain_spike.from_pod}: one report of "
            f"{_P.pain_spike.pain_from} or more that is at least "
            f"{_P.pain_spike.rise_points} points above usual. Urgent."
        ),
        possible=causes("hardware breakage or displacement", "fracture", "infection", "haematoma"),
        consider=("call the same day", "X-ray", "MRI or CT as indicated"),
        ending=(
            "only a person closes it, also when the next report is back within a point of usual."
        ),
        source="A jump of 4 exceeds the detectable change of 3.6 and 3.7 (Parai 2020).",
        limits="Needs two earlier reports from day 7 on to know what is usual.",
    ),
    Entry(
        rule=Rule.PAIN_GRADUAL,
        check=pain_change.gradual,
        absent=_below(lambda protocol: protocol.pain_gradual.mean_from),
        severities=(_SOON,),
        text=(
            f"From day {_P.pain_gradual.from_pod}, with {_P.pain_gradual.values_at_least} "
            f"or more reports from day {_P.pain_gradual.values_from_pod} on: the last "
            f"{_P.pain_gradual.window} average {_P.pain_gradual.mean_from} or more, at "
            f"least {_P.pain_gradual.rise_points} points above the lowest average of any "
            f"{_P.pain_gradual.window} reports in a row before them. Soon."
        ),
        possible=causes(
            "hardware loosening or shift", "pseudarthrosis", "adjacent segment disease"
        ),
        consider=("X-ray with flexion-extension", "CT for loosening and fusion"),
        ending="only a person closes it. PAIN-REBOUND leads over it.",
        source=(
            "Patient guide: hardware, gradual onset; mean time to screw loosening 6.3-7.3 "
            "months (Cho); loosening in 29% of patients, 5% revised (ASJ 2025)."
        ),
        limits="Counts reports, not days: where check-ins are rare it looks far back.",
    ),
)
