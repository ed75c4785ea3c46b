"""Function, mood, medicine and habits."""

from followups.choices import Family, Rule, Severity
from followups.protocol import STANDARD
from followups.rules import function, habits, medicine, mood
from followups.rules.catalogue.entry import Entry, causes
from followups.rules.domains import PAIN_RULES

_P = STANDARD
_URGENT, _SOON, _ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE

RECOVERY = (
    Entry(
        rule=Rule.FUNC,
        check=function.activity,
        absent=function.is_active_twice,
        severities=(_SOON, _ROUTINE),
        text=(
            "Everyday limitation, 0 to 4, the lower of two confirming reports: soon from "
            f"day {_P.function.decline_from_pod} if {_P.function.decline_from} or more and "
            f"at least {_P.function.decline_steps} above its reference, or from day "
            f"{_P.function.lasting_from_pod} if {_P.function.lasting_from} or more. "
            f"Routine from day {_P.function.early_pods[0]} to "
            f"{_P.function.early_pods[1]} if {_P.function.early_from}."
        ),
        possible=causes("deconditioning", "causes of pain", "hardware", "psychological"),
        consider=("physiotherapy review", "function score (ODI or NDI)", "X-ray if with pain"),
        ending=(
            "only a person closes it; a badge shows when the limitation is "
            f"{_P.function.quiet_at_most} or less on two reports."
        ),
        source=(
            "Patient guide: reduced mobility, everyday tasks; ODI and NDI plateau about "
            "day 110 and 101 (Neurospine 2025; ACDF segmented regression 2025)."
        ),
        limits="One coarse question; why tasks are hard is not asked.",
    ),
    Entry(
        rule=Rule.PROM,
        check=function.scores,
        absent=function.is_score_better,
        severities=(_SOON, _ROUTINE),
        text=(
            f"Scores from day {_P.scores.from_pod} on. ODI or NDI in percent: soon if "
            f"{_P.scores.worse_points} or more above the best of at least "
            f"{_P.scores.best_days_before} days before, or, from day "
            f"{_P.scores.over_baseline_from_pod}, {_P.scores.over_baseline_points} or more "
            f"above the baseline. Routine from day {_P.scores.poor_from_pod} if above "
            f"{_P.scores.poor_above} and above {_P.scores.poor_over_percent}% of the "
            f"baseline. PROMIS physical function: soon if {_P.scores.promis_points} or "
            "more below the best."
        ),
        possible=causes("any cause of a failed fusion"),
        consider=("compare with symptoms", "imaging by the leading symptom"),
        ending="only a person closes it; every new score is judged again.",
        source=(
            "ODI important change 12.8 (Copay 2008) and 18 (Parai 2020); 30% rule "
            "(NORDSTEN 2024); success at 22 or less (Hebert 2019); PROMIS PF 4.2 (MIS-TLIF "
            "study)."
        ),
        limits=(
            "Totals only, entered by staff or by a licensed form; without one the rule "
            "could not be judged. A score stands until the next."
        ),
    ),
    Entry(
        rule=Rule.PSYCH,
        check=mood.low_mood,
        absent=mood.no_low_mood_twice,
        cleared=mood.no_low_mood,
        severities=(_SOON, _ROUTINE),
        text=(
            f"PHQ-2 or GAD-2 of {_P.mood.positive_from} or more: routine. Soon if the PHQ-4 "
            f"is {_P.mood.severe_from} or more, if the last one at least "
            f"{_P.mood.repeated_after_days} days earlier was positive too, or if a pain "
            "rule or FUNC fires at soon or higher."
        ),
        possible=causes("anxiety", "depression", "chronic pain", "opioid effects"),
        consider=(
            "PHQ-9 and GAD-7 by staff",
            "signpost to support",
            "psychology or pain team",
        ),
        ending=(
            "the routine form closes when the next PHQ-4 is negative; otherwise only a "
            "person closes it."
        ),
        source=(
            "Cut-off 3 for each half, 9-12 severe (NINDS CDE; Kroenke 2009); depression "
            "and anxiety together mean a worse ODI (IJSS 2021); patient guide."
        ),
        limits="A screening question, not a diagnosis; asked every 4 weeks at most.",
        needs=(*PAIN_RULES, Rule.FUNC),
        clears_itself=True,
    ),
    Entry(
        rule=Rule.MED_ESC,
        check=medicine.rising,
        absent=medicine.is_steady_twice,
        severities=(_URGENT, _SOON),
        text=(
            "More taken than prescribed: urgent. Soon from day "
            f"{_P.medicine_rise.from_pod}: more pain medicine on this report and the one "
            "before, or daily opioids now after none on the "
            f"{_P.medicine_rise.none_before} reports before."
        ),
        possible=causes("uncontrolled pain, any cause", "dependence"),
        consider=(
            "medication review",
            "prescription monitoring where it exists",
            "look again at pain flags",
        ),
        ending="only a person closes it. It joins an open pain flag.",
        source=(
            "Patient guide: dependency on medication; opioids stopped about day 10 after "
            "MIS-TLIF (Shahi 2025); thresholds are a design decision."
        ),
        limits="Doses are not asked. Who takes no opioids is not asked about excess.",
        joins=Family.PAIN,
    ),
    Entry(
        rule=Rule.MED_LONG,
        check=medicine.long_term,
        absent=medicine.no_opioids_twice,
        severities=(_SOON, _ROUTINE),
        text=(
            f"From day {_P.long_opioids.from_pod}: opioids on some days or daily on this "
            "report and the one before, that one from day "
            f"{_P.long_opioids.previous_from_pod} on. Soon if none before surgery, "
            "otherwise routine."
        ),
        possible=causes("dependence", "unresolved pain"),
        consider=("taper plan", "pain clinic"),
        ending=(
            "only a person closes it; it comes back at most every "
            f"{_P.long_opioids.refires_after_days} days."
        ),
        source=(
            "12.8% of naive patients become long-term users, 77.1% of users go on (Deyo "
            "2018); over 90 days is prolonged (Canseco 2021)."
        ),
        limits="Use before surgery that nobody recorded counts as use, and is named missing.",
        refires_after_days=_P.long_opioids.refires_after_days,
    ),
    Entry(
        rule=Rule.ADHERE,
        check=habits.restrictions,
        absent=habits.is_adherent_twice,
        severities=(_SOON, _ROUTINE),
        text=(
            "Until the restrictions end (usually day 84): limits followed only some of the "
            "time or not at all, or much more done than planned: routine, soon while a "
            "pain rule fires or instability is new or worse. Nicotine up to day "
            f"{_P.habits.nicotine_until_pod} is routine."
        ),
        possible=causes(
            "non-adherence", "overexertion", "nicotine, which raises the risk of non-union"
        ),
        consider=("coaching call", "advice on brace and lifting", "help to stop smoking"),
        ending=(
            "the routine form closes after two adherent reports; otherwise only a person "
            "closes it. It comes back at most every "
            f"{_P.habits.refires_after_days} days."
        ),
        source=(
            "Patient guide: failure to adhere, overexertion, smoking; smoking RR 1.91 for "
            "non-union (Nunna 2022)."
        ),
        limits="Patients known not to smoke are not asked about nicotine.",
        needs=PAIN_RULES,
        clears_itself=True,
        refires_after_days=_P.habits.refires_after_days,
    ),
)
