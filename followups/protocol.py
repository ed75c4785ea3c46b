"""Every clinical number of the follow-up: cadence, windows, thresholds, targets.

Plain frozen data, so that a clinical change is one reviewed diff; no logic beyond
reading the numbers out. Any change here, or to a rule, needs a new
``RULE_SET_VERSION``, because stored evaluations name the version they were made with.

Evidence: [C] abstract or excerpt of the source was read; [M] from memory, verify
before quoting; [D] design decision without direct evidence; [S] own simulation.
"Patient guide" is the public guide to fusion failure symptoms the product grew from.

POD is the postoperative day: whole days since surgery in the clinic's time zone, the
day itself 0. Pain is the 0-10 numeric rating. Windows include both their days.
"""

from dataclasses import dataclass
from datetime import date, time

from followups.choices import RiskFactor, RiskTier, Rule, Severity, VisitImaging, VisitKind

RULE_SET_VERSION = "2026.11.3"


# --- Check-ins -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Phase:
    """Check-ins from ``first_pod`` on, one every ``every_days``, to ``last_pod``."""

    name: str
    first_pod: int
    last_pod: int
    every_days: int

    def days(self) -> tuple[int, ...]:
        """Return the postoperative days of this phase's check-ins."""
        return tuple(range(self.first_pod, self.last_pod + 1, self.every_days))


@dataclass(frozen=True, slots=True)
class CheckIns:
    """When patients are asked, reminded and counted as silent.

    [S] For a sustained rebound of 3.5 points this cadence detects 98 % with a median
    delay of 33 days; monthly from month 6 needs 40 days, quarterly in year 2 finds 84 %
    in 56 days, two-weekly throughout 100 % in 26 days.
    """

    # Pre-operative baseline: once, in the 90 days before surgery, ideally 30 [D].
    baseline_opens_pod: int = -90
    baseline_closes_pod: int = 0

    # Twice weekly in the first two weeks, when early complications show [D].
    acute_days: tuple[int, ...] = (3, 7, 10, 14)
    # Every 7, 14 and 28 days, each phase one step after the last check-in before it.
    phases: tuple[Phase, ...] = (
        Phase("early", 21, 84, 7),
        Phase("consolidation", 98, 365, 14),
        Phase("late", 392, 730, 28),
    )

    # A check-in is late a day after its due moment and missed after three [D].
    late_hours: int = 24
    missed_hours: int = 72
    # Invitation when due, then two reminders, the last on a second channel [D].
    reminder_hours: tuple[int, ...] = (0, 24, 48)
    second_channel_from_hours: int = 48
    # No message leaves between these local times of the patient's clinic [D].
    quiet_from: time = time(20)
    quiet_until: time = time(8)
    # "In the past 24 hours" up to this day, "in the past 7 days" after it.
    recall_24_hours_until_pod: int = 14
    # Pulse and full forms may alternate after this day (month 3).
    pulse_after_pod: int = 91


# --- Visits --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VisitWindow:
    """A protocol visit: its target day and the first and last day it counts."""

    kind: VisitKind
    target_pod: int
    opens_pod: int
    closes_pod: int
    imaging: VisitImaging = VisitImaging.NONE


# Usual device-trial practice: 6 weeks +-2, 3 months +-2 weeks, 6 months +-1 month,
# 12 and 24 months +-2 months [M]; first visit with wound check on day 10-14 [C].
# Imaging is the usual order, which the surgeon may change: of films on a normal course
# 3 % were abnormal [C], so symptoms and not the calendar decide on more; CT where the
# fusion is in doubt, not before 6 months [C].
VISIT_WINDOWS = (
    VisitWindow(VisitKind.WEEKS_2, 14, 10, 21),
    VisitWindow(VisitKind.WEEKS_6, 42, 28, 56, VisitImaging.XRAY),
    VisitWindow(VisitKind.MONTHS_3, 91, 77, 105, VisitImaging.XRAY),
    VisitWindow(VisitKind.MONTHS_6, 182, 152, 212, VisitImaging.XRAY),
    VisitWindow(VisitKind.MONTHS_12, 365, 305, 425, VisitImaging.XRAY),
    VisitWindow(VisitKind.MONTHS_24, 730, 670, 790),
)


@dataclass(frozen=True, slots=True)
class Messages:
    """When patients hear of their appointments, and staff of what cannot wait [D]."""

    # Before an appointment; a visit that is booked or missed is written about as well.
    visit_ahead_days: tuple[int, ...] = (3, 1)
    visit_missed_within_days: int = 3
    invitation_lasts_days: int = 7
    # Usual practice of paging: 5 to 15 minutes until the next in line is called [M]; of
    # the hour that an emergency has, this leaves three quarters.
    page_escalates_minutes: int = 15
    page_lasts_hours: int = 12
    notice_lasts_hours: int = 24
    digest_at: time = time(7, 30)


MESSAGES = Messages()


@dataclass(frozen=True, slots=True)
class Calls:
    """How patients are called who have no appointment; numbers of the process, not of care.

    With phone back-up 91-99 % still answer after a year, with messages alone 55-74 % [C]
    (Macedo 2012). Three calls on different days, then a letter, then the surgeon [D].
    """

    tries: int = 3
    first_within_days: int = 2
    at: time = time(8, 30)
    # Somebody with a message has time to call back before the next call.
    after_message_days: int = 2
    call_back_days: int = 3
    longest_promise_days: int = 60
    # A call has worked when the patient answers or comes within this time [D].
    return_within_days: int = 15


CALLS = Calls()


@dataclass(frozen=True, slots=True)
class LostToFollowUp:
    """When silence becomes lost to follow-up; any contact reverses it [D]."""

    days_without_contact: int = 90
    attempts: int = 3
    channels: int = 2


# --- Responding to flags -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Response:
    """How fast a person must answer a flag, in elapsed hours, day and night [D]."""

    emergency_hours: int = 1
    urgent_hours: int = 24
    soon_hours: int = 72
    routine_hours: int = 336  # 14 days
    # Where 24 hours would be too long.
    overrides: tuple[tuple[Rule, Severity, int], ...] = (
        (Rule.SUICIDE, Severity.URGENT, 4),
        (Rule.DVT, Severity.URGENT, 8),
        (Rule.NEURO_SENS, Severity.URGENT, 8),  # both sides numb
        (Rule.MOTOR, Severity.URGENT, 12),
    )
    # Shares of the target at which owner, lead nurse and named surgeon are told [D].
    notify_owner_percent: int = 75
    notify_lead_percent: int = 100
    notify_surgeon_percent: int = 200
    # An emergency reported again this long after the last contact notifies again [D].
    renotify_after_hours: int = 12

    def hours(self, rule: Rule, severity: Severity) -> int:
        """Return the response target in hours for this rule at this severity."""
        for special, at, hours in self.overrides:
            if (special, at) == (rule, severity):
                return hours
        return {
            Severity.EMERGENCY: self.emergency_hours,
            Severity.URGENT: self.urgent_hours,
            Severity.SOON: self.soon_hours,
            Severity.ROUTINE: self.routine_hours,
        }[severity]


@dataclass(frozen=True, slots=True)
class Snooze:
    """How long a family may sleep and what wakes it [D]."""

    limit_days: int = 90
    woken_by_severity_steps: int = 1
    woken_by_pain_points: int = 2
    never_severity: Severity = Severity.EMERGENCY
    never_rules: frozenset[Rule] = frozenset({Rule.SUICIDE, Rule.INFECT, Rule.DVT, Rule.MOTOR})


# Which rule names a flag, and which flag names a patient, among equal severities [D].
LEAD_ORDER = (
    Rule.EMG_CES,
    Rule.EMG_CARDIO,
    Rule.SWALLOW,
    Rule.SUICIDE,
    Rule.MOTOR,
    Rule.INFECT,
    Rule.MYELO,
    Rule.NEURO_SENS,
    Rule.DVT,
    Rule.CSF,
    Rule.PAIN_SPIKE,
    Rule.PAIN_REBOUND,
    Rule.INSTAB,
    Rule.FALL,
    Rule.IMAGING,
    Rule.NEURO_PAIN,
    Rule.PAIN_EARLY,
    Rule.MED_ESC,
    Rule.PAIN_WORSE,
    Rule.CLUSTER,
    Rule.PAIN_PERSIST,
    Rule.PAIN_GRADUAL,
    Rule.FUNC,
    Rule.PROM,
    Rule.PSYCH,
    Rule.MED_LONG,
    Rule.NONRESP,
    Rule.VISIT,
    Rule.ADHERE,
    Rule.PAIN_WATCH,
)


# --- Ordering the queue --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RiskPoints:
    """Points that break ties in the queue; unvalidated, not a probability."""

    points: tuple[tuple[RiskFactor, int], ...] = (
        # RR 1.91 for non-union, 20 studies, n=3,009 [C] Nunna 2022; reoperation OR
        # 1.51 [C] Chen 2023.
        (RiskFactor.SMOKER_CURRENT, 3),
        (RiskFactor.SMOKER_RECENT_EX, 1),
        # Fusion failure OR 3.42 (1.59-7.36) [C] Yang 2024.
        (RiskFactor.DIABETES, 2),
        # Screw loosening pooled 22.5 % in osteoporosis [C] Rometsch 2020.
        (RiskFactor.OSTEOPOROSIS, 2),
        # Rheumatoid arthritis: sepsis OR 2.32, wound 1.41 [C] World Neurosurg 2021.
        (RiskFactor.AUTOIMMUNE, 2),
        # Pseudarthrosis OR per unit age CI 1.02-1.11 [C].
        (RiskFactor.AGE_65_74, 1),
        (RiskFactor.AGE_75_PLUS, 2),
        # OR 1.35 per level [C] Boonsirikamchai 2024.
        (RiskFactor.LEVELS_2, 1),
        (RiskFactor.LEVELS_3_PLUS, 2),
        # 90-day emergency visits 10.2 % against 6.9 %, OR 2.67 [C] 2025.
        (RiskFactor.REVISION, 2),
        # Deformity, pelvic or sacral fixation, osteotomy [D].
        (RiskFactor.COMPLEX, 1),
        # Reoperation OR 1.91; long-term use OR 15.5; worse ODI; OR 2.46 [C].
        (RiskFactor.OBESITY, 1),
        (RiskFactor.CHRONIC_OPIOID, 1),
        (RiskFactor.MENTAL_HEALTH, 1),
        (RiskFactor.VITD_DEFICIENCY, 1),
    )
    older_from_years: int = 65
    oldest_from_years: int = 75
    some_levels: int = 2
    many_levels: int = 3
    moderate_from: int = 3
    high_from: int = 6

    def tier(self, points: int) -> RiskTier:
        """Return the points in words."""
        if points >= self.high_from:
            return RiskTier.HIGH
        return RiskTier.MODERATE if points >= self.moderate_from else RiskTier.LOW


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """The displayed score: each part is smaller than one step of the part above [D]."""

    severity_step: int = 1000
    bucket_step: int = 100
    risk_step: int = 10
    risk_cap: int = 9
    age_cap_days: int = 9
    # The breach bucket is how many of these percentages of the target have passed.
    bucket_percents: tuple[int, ...] = (25, 50, 75, 100)


# --- Definitions every rule uses -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trends:
    """How values of one domain become now, previous, reference and baseline."""

    pain_max: int = 10
    function_max: int = 4
    # Two values confirm each other only this many days apart [D]. One reading has a
    # standard error of 1.3, so two of a stable patient differ by 2 in 28 % of pairs.
    confirming_gap_days: tuple[int, int] = (2, 45)
    # The reference is the median of up to 6 earlier values, at least 2, from day 7 on
    # [D].
    reference_values: int = 6
    reference_at_least: int = 2
    reference_from_pod: int = 7
    # A baseline under 3 leaves no room to improve [D].
    informative_baseline: int = 3
    # 2 points or 30 %: [M] Ostelo 2008, [C] NORDSTEN 2024. Both are required here [D].
    improved_points: int = 2
    improved_percent: int = 30
    # Recovered: this low, or improved [D].
    recovered_at_most: int = 3


@dataclass(frozen=True, slots=True)
class Scales:
    """What each instrument can say; anything else counts as not answered.

    PHQ-2 and GAD-2 0-6, PHQ-9 item 9 0-3 [C]; ODI and NDI in percent; PROMIS T scores
    have mean 50 and SD 10; temperature as entered, in degrees Celsius [D].
    """

    two_item_max: int = 6
    item_9_max: int = 3
    percent: tuple[int, int] = (0, 100)
    t_score: tuple[int, int] = (0, 100)
    temperature_c: tuple[int, int] = (34, 43)


@dataclass(frozen=True, slots=True)
class Phases:
    """When a symptom counts as early or late, for choosing what may have caused it [D]."""

    early_until_pod: int = 42
    late_from_pod: int = 57


@dataclass(frozen=True, slots=True)
class Recheck:
    """When an unconfirmed signal earns an extra check-in instead of a flag [D][S].

    Without the re-check the median delay to a confirmed rebound is 48 days, with it 33.
    """

    after_days: int = 3
    # A rise over the usual level.
    rise_from_pod: int = 15
    rise_from: int = 4
    rise_points: int = 2
    # Pain beyond 8 weeks whose earlier report is missing or too old or too early.
    late_from_pod: int = 57
    late_from: int = 4
    late_previous_from_pod: int = 43
    # Severe pain in the first six weeks.
    early_pods: tuple[int, int] = (3, 42)
    early_from: int = 8


# --- Thresholds, one class per rule --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Motor:
    """MOTOR: lasting weakness counts from here.

    [C] C5 palsy 4.8 % of 330 ACDF, 69 % of it on day 0-1, the rest day 4-15 (J Clin
    Neurosci 2024); muscle weakness: patient guide; tiers [D].
    """

    lasting_from_pod: int = 57


@dataclass(frozen=True, slots=True)
class Swallow:
    """SWALLOW: swallowing trouble that lasts beyond 6 weeks after neck surgery.

    [C] 10.2 % at 6 weeks, resolved by 3-6 months (Br J Neurosurg 2020); [M] a haematoma
    of the airway mostly shows within 24-72 h.
    """

    moderate_from_pod: int = 43


@dataclass(frozen=True, slots=True)
class Infection:
    """INFECT: wound signs and fever.

    [C] infection in 6.7 % of 898 instrumented fusions (Eur Spine J 2018) and 16 % of
    90-day readmissions (MSSIC); call for drainage beyond 5 days or 100.4 F (clinic
    leaflet); [M] CDC counts 90 days after fusion.
    """

    fever_from_c: float = 38.0  # 100.4 F
    signs: frozenset[str] = frozenset({"pus", "open", "redness"})
    drainage: frozenset[str] = frozenset({"clear", "blood"})
    drainage_from_pod: int = 6
    fever_until_pod: int = 90
    late_pain_from: int = 4


@dataclass(frozen=True, slots=True)
class FluidLeak:
    """CSF: clear drainage or an upright headache.

    [M] standard practice; dural tear about 2 % in NORspine [C] Werner 2017.
    """

    until_pod: int = 30


@dataclass(frozen=True, slots=True)
class NeuroSens:
    """NEURO-SENS: new numbness without significant pain.

    [C] bilateral sensory change is a cauda equina red flag (AJEM 2019); tiers [D].
    """

    pain_under: int = 4


@dataclass(frozen=True, slots=True)
class NeuroPain:
    """NEURO-PAIN: pain with numbness, the pattern of nerve compression.

    Patient guide; [C] radicular symptoms are 10 % of 90-day readmissions (MSSIC).
    """

    pain_from: int = 4
    urgent_until_pod: int = 14
    lasting_from_pod: int = 57


@dataclass(frozen=True, slots=True)
class PainEarly:
    """PAIN-EARLY: uncontrolled pain in the first six weeks.

    [C] pain is the first reason for a return within 90 days (29 % of 729; 13 % of
    5,444) and for readmission (17 %).
    """

    pods: tuple[int, int] = (3, 42)
    pain_from: int = 8


@dataclass(frozen=True, slots=True)
class PainWatch:
    """PAIN-WATCH: slow relief inside the 6-8 week window.

    Patient guide's window; [C] back pain plateaus on day 27 after minimally invasive
    and day 52 after open surgery (Neurospine 2025).
    """

    pods: tuple[int, int] = (43, 56)
    pain_from: int = 4
    pain_from_without_baseline: int = 6


@dataclass(frozen=True, slots=True)
class PainPersist:
    """PAIN-PERSIST: pain beyond 8 weeks, so from day 57.

    Patient guide; [C] back pain over 2.25 or leg over 4.25 at 6-12 weeks predicts a
    missed ODI improvement at 1 year (n=166); [M] failure at back > 5.5, leg > 4.5
    (Werner 2017); 30 % rule [C] NORDSTEN 2024.
    """

    from_pod: int = 57
    previous_from_pod: int = 43
    pain_from: int = 4
    soon_from: int = 6
    soon_from_without_baseline: int = 5


@dataclass(frozen=True, slots=True)
class PainWorse:
    """PAIN-WORSE: pain that rises after week 8 without ever having recovered.

    Patient guide; [C] smallest important change 2.7 back and 3.2 leg, detectable 3.6
    and 3.7 (Parai 2020), hence two reports.
    """

    from_pod: int = 57
    pain_from: int = 4
    rise_points: int = 2
    over_baseline_points: int = 2
    previous_from_pod: int = 43


@dataclass(frozen=True, slots=True)
class PainRebound:
    """PAIN-REBOUND: pain returned after recovery.

    Patient guide; [C] surgery for adjacent segment disease 2.5 % a year (Sears 2011);
    about 13 % deteriorate after 3 months (Geere 2025).
    """

    from_pod: int = 29
    pain_from: int = 4
    rise_points: int = 2
    urgent_from: int = 7
    # Infection or fracture up to here, pseudarthrosis after it, and adjacent segment
    # disease from the second day on: what may have caused it, never whether it fires.
    early_causes_until_pod: int = 90
    adjacent_segment_from_pod: int = 180


@dataclass(frozen=True, slots=True)
class PainSpike:
    """PAIN-SPIKE: one report far above the usual level.

    [C] a jump of 4 exceeds the smallest detectable change, 3.6 and 3.7 (Parai 2020).
    """

    from_pod: int = 15
    pain_from: int = 7
    rise_points: int = 4


@dataclass(frozen=True, slots=True)
class PainGradual:
    """PAIN-GRADUAL: pain that creeps up over months.

    Patient guide (hardware); [C] mean time to screw loosening 6.3-7.3 months (Cho);
    loosening in 29 % of patients, 5 % revised (ASJ 2025).
    """

    from_pod: int = 57
    values_from_pod: int = 29
    values_at_least: int = 8
    window: int = 4  # reports averaged
    mean_from: int = 4
    rise_points: int = 2


@dataclass(frozen=True, slots=True)
class Instability:
    """INSTAB: slipping or giving way. Patient guide (unfused spine stays unstable)."""

    lasting_from_pod: int = 57


@dataclass(frozen=True, slots=True)
class Falls:
    """FALL: tiers [D]; [C] vertebral fracture in 41.5 % of women from 70 (BMC MSD 2019)."""

    urgent_pain_from: int = 7


@dataclass(frozen=True, slots=True)
class Cluster:
    """CLUSTER: several hallmarks of a failed fusion. Patient guide's list; three [D]."""

    from_pod: int = 57
    hallmarks_at_least: int = 3
    function_from: int = 3
    mood_within_days: int = 28


@dataclass(frozen=True, slots=True)
class Function:
    """FUNC: everyday activity, 0 not limited to 4 unable.

    Patient guide; [C] ODI and NDI plateau about day 110 and 101 (Neurospine 2025; ACDF
    segmented regression 2025).
    """

    decline_from_pod: int = 29
    decline_from: int = 2
    decline_steps: int = 1
    lasting_from_pod: int = 113
    lasting_from: int = 3
    early_pods: tuple[int, int] = (7, 28)
    early_from: int = 4
    quiet_at_most: int = 1


@dataclass(frozen=True, slots=True)
class Scores:
    """PROM: function scores against the patient's own best and baseline.

    [M] ODI 12.8 (Copay 2008); [C] MIC = SDC = 18 (Parai 2020), 30 % rule (NORDSTEN
    2024), success at 22 or less (Hebert 2019); PROMIS PF 4.2 (MIS-TLIF MCID study).
    """

    from_pod: int = 28
    best_days_before: int = 28
    worse_points: int = 13
    over_baseline_points: int = 10
    over_baseline_from_pod: int = 77
    poor_above: int = 22
    poor_over_percent: int = 70  # of the baseline
    poor_from_pod: int = 152
    promis_points: int = 5


@dataclass(frozen=True, slots=True)
class Mood:
    """PSYCH: PHQ-4.

    [C] each half is positive from 3; 9-12 in all is severe (NINDS CDE; Kroenke 2009);
    repeated after two weeks [D].
    """

    positive_from: int = 3
    severe_from: int = 9
    repeated_after_days: int = 14


@dataclass(frozen=True, slots=True)
class SelfHarm:
    """SUICIDE: PHQ-9 item 9, where it is asked.

    [C] positive in 0.9 % of PHQs (JMIR Ment Health 2024); [M] NPSG 15; tiers [D].
    """

    urgent_from: int = 1
    emergency_from: int = 2


@dataclass(frozen=True, slots=True)
class MedicineRise:
    """MED-ESC: more pain medicine than before.

    Patient guide; [C] opioids stopped about day 10 after MIS-TLIF (Shahi 2025); [D].
    """

    from_pod: int = 29
    none_before: int = 2  # reports without opioids before daily use


@dataclass(frozen=True, slots=True)
class LongOpioids:
    """MED-LONG: opioids beyond 90 days.

    [C] 12.8 % of naive patients become long-term users, 77.1 % of users go on (Deyo
    2018); over 90 days is prolonged (Canseco 2021).
    """

    from_pod: int = 90
    previous_from_pod: int = 76
    refires_after_days: int = 90


@dataclass(frozen=True, slots=True)
class Habits:
    """ADHERE: restrictions and nicotine.

    Patient guide; [C] smoking RR 1.91 for non-union (Nunna 2022); intervals [D].
    """

    nicotine_until_pod: int = 180
    refires_after_days: int = 28


@dataclass(frozen=True, slots=True)
class Studies:
    """IMAGING: planned imaging not done, results not signed off.

    Patient guide's map; [C] abnormal films at 22 % of visits with new symptoms against
    2.7 % without (Spine 2011;36:1955); days [D].
    """

    urgent: frozenset[str] = frozenset({"displacement", "breakage", "collection"})
    soon: frozenset[str] = frozenset({"loosening", "nonunion", "asd", "stenosis", "scar"})
    unsigned_days: int = 10


@dataclass(frozen=True, slots=True)
class NonResponse:
    """NONRESP: consecutive missed check-ins.

    [C] 59 % lost at 12 months with web and no reminders (Spine J 2019); text messages
    alone 55-74 %, with phone backup 91-99 % (Spine 2012). Tiers [D].
    """

    missed_from: int = 2
    soon_missed_from: int = 3
    soon_until_pod: int = 42
    soon_risk_from: int = 6


@dataclass(frozen=True, slots=True)
class OverdueVisit:
    """VISIT: a protocol visit not completed. Patient guide; tiers [D]."""

    soon_kinds: frozenset[VisitKind] = frozenset({VisitKind.WEEKS_2, VisitKind.WEEKS_6})
    soon_after_days: int = 30
    rebooked_within_days: int = 14
    soon_no_shows: int = 2


# --- The whole -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Protocol:
    """All numbers together; rules take one of these and nothing else."""

    version: str = RULE_SET_VERSION
    check_ins: CheckIns = CheckIns()
    visits: tuple[VisitWindow, ...] = VISIT_WINDOWS
    lost_to_follow_up: LostToFollowUp = LostToFollowUp()
    response: Response = Response()
    snooze: Snooze = Snooze()
    lead_order: tuple[Rule, ...] = LEAD_ORDER
    risk: RiskPoints = RiskPoints()
    queue: QueueOrder = QueueOrder()
    trends: Trends = Trends()
    scales: Scales = Scales()
    phases: Phases = Phases()
    recheck: Recheck = Recheck()
    motor: Motor = Motor()
    swallow: Swallow = Swallow()
    infection: Infection = Infection()
    fluid_leak: FluidLeak = FluidLeak()
    neuro_sens: NeuroSens = NeuroSens()
    neuro_pain: NeuroPain = NeuroPain()
    pain_early: PainEarly = PainEarly()
    pain_watch: PainWatch = PainWatch()
    pain_persist: PainPersist = PainPersist()
    pain_worse: PainWorse = PainWorse()
    pain_rebound: PainRebound = PainRebound()
    pain_spike: PainSpike = PainSpike()
    pain_gradual: PainGradual = PainGradual()
    instability: Instability = Instability()
    falls: Falls = Falls()
    cluster: Cluster = Cluster()
    function: Function = Function()
    scores: Scores = Scores()
    mood: Mood = Mood()
    self_harm: SelfHarm = SelfHarm()
    medicine_rise: MedicineRise = MedicineRise()
    long_opioids: LongOpioids = LongOpioids()
    habits: Habits = Habits()
    studies: Studies = Studies()
    nonresponse: NonResponse = NonResponse()
    overdue_visit: OverdueVisit = OverdueVisit()


STANDARD = Protocol()


def postoperative_day(surgery_on: date, on: date) -> int:
    """Return whole days since the operation; the day itself is 0."""
    return (on - surgery_on).days


def check_in_days(protocol: Protocol = STANDARD) -> tuple[int, ...]:
    """Return the postoperative days of the scheduled check-ins, 47 in 24 months.

    4 acute (3, 7, 10, 14), then every phase goes on in its own step from the last
    check-in before it: 10 weekly (21, 28 ... 84), 20 two-weekly (98, 112 ... 364) and
    13 four-weekly (392, 420 ... 728). The pre-operative baseline is not among them.
    """
    check_ins = protocol.check_ins
    later = (day for phase in check_ins.phases for day in phase.days())
    return (*check_ins.acute_days, *later)


def baseline_window(protocol: Protocol = STANDARD) -> tuple[int, int]:
    """Return the first and last day, relative to surgery, of the baseline."""
    check_ins = protocol.check_ins
    return check_ins.baseline_opens_pod, check_ins.baseline_closes_pod
