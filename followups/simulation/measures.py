"""What a simulated cohort says about the rules: found, how late, and at what price."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from statistics import median, quantiles
from typing import Any

from followups.protocol import RULE_SET_VERSION, check_in_days
from followups.simulation.arms import CLINIC_MIX, RED_FLAGS, Arm, story
from followups.simulation.courses import MONTH_DAYS
from followups.simulation.lives import RECHECK_ANSWERED, Trace, live

LAST_DAY = check_in_days()[-1]
PAIN_EVENTS = (Arm.REBOUND_3_5, Arm.REBOUND_2_5, Arm.CREEP, Arm.PERSISTING)


@dataclass(frozen=True, slots=True)
class Detection:
    """How often something was found, and how many days after it began."""

    injected: int
    found: int
    sensitivity_percent: float
    median_days: float | None
    p90_days: float | None

    def __str__(self) -> str:
        days = [f"{each:4.0f}" for each in (self.median_days, self.p90_days) if each is not None]
        return " ".join([f"{self.sensitivity_percent:5.1f} %", *days])


@dataclass(frozen=True, slots=True)
class Load:
    """What staff would see in a clinic with the usual mix of courses."""

    check_ins_with_new_flag_percent: float  # soon or higher
    check_ins_with_new_flag_percent_if_snoozed: float
    flags_per_100_patients_a_day: float
    pressing_flags_per_100_patients_a_day: float
    pressing_flags_per_100_patients_a_day_if_snoozed: float
    rechecks_per_patient_month: float
    compared_flags_per_100_patients_a_day: float


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one simulated cohort.

    A red flag counts as injected into the rules once its patient tells it; some never
    answer again.
    """

    rule_set_version: str
    patients_per_group: int
    months: int
    seed: int
    recheck_answered: float | None
    emergencies: Detection
    emergencies_injected: int
    emergencies_by_kind: Mapping[str, Detection]
    events: Mapping[str, Detection]
    compared_events: Mapping[str, Detection]
    false_flags_per_normal_month: float
    compared_false_flags_per_normal_month: float
    load: Load
    evaluations: int

    def as_data(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return asdict(self)


def simulate(
    patients: int, months: int, seed: int, *, recheck_answered: float | None = RECHECK_ANSWERED
) -> Result:
    """Return the figures of a cohort of this many patients in each group.

    ``recheck_answered`` is the share of re-checks that are answered; None is the same
    share as of any other check-in of that day.
    """
    last_day = min(round(months * MONTH_DAYS), LAST_DAY)
    traces = {arm: list(_lives(arm, patients, seed, last_day, recheck_answered)) for arm in Arm}
    told = [each for each in traces[Arm.RED_FLAG] if each.told_on is not None]
    normal = traces[Arm.NORMAL]
    late_months = sum(each.late_days for each in normal) / MONTH_DAYS
    return Result(
        rule_set_version=RULE_SET_VERSION,
        patients_per_group=patients,
        months=months,
        seed=seed,
        recheck_answered=recheck_answered,
        emergencies=_emergencies(told),
        emergencies_injected=len(traces[Arm.RED_FLAG]),
        emergencies_by_kind={
            kind.name: _emergencies([each for each in told if each.story.red_flag == kind])
            for kind in RED_FLAGS
        },
        events={
            arm.value: _detection([each.found_on for each in traces[arm]], traces[arm])
            for arm in PAIN_EVENTS
        },
        compared_events={
            arm.value: _detection([each.compared_on for each in traces[arm]], traces[arm])
            for arm in PAIN_EVENTS
        },
        false_flags_per_normal_month=_ratio(sum(t.pain_flags for t in normal), late_months),
        compared_false_flags_per_normal_month=_ratio(
            sum(t.compared_flags for t in normal), late_months
        ),
        load=_load(traces),
        evaluations=sum(each.reports for group in traces.values() for each in group),
    )


def lines(result: Result) -> list[str]:
    """Return the figures as a page of text."""
    load = result.load
    return [
        f"{result.patients_per_group} patients in each group, {result.months} months, seed "
        f"{result.seed}, rule set {result.rule_set_version}",
        f"re-checks answered: {_share(result.recheck_answered)}",
        "",
        f"{'':<16}{'rules':>8} {'median':>6} {'p90':>4}   {'single report':>13}",
        *(
            f"{name:<16}{found}   {result.compared_events[name]}"
            for name, found in result.events.items()
        ),
        f"{'red flags':<16}{result.emergencies}   (told by {result.emergencies.injected} of "
        f"{result.emergencies_injected} patients)",
        "",
        "False soon-or-higher pain flags per normal patient-month beyond 8 weeks: "
        f"{result.false_flags_per_normal_month:.3f}, single report "
        f"{result.compared_false_flags_per_normal_month:.3f}",
        "In a clinic with the usual mix of courses (and if staff snooze what they have seen):",
        "  check-ins that raise a new flag, soon or higher: "
        f"{load.check_ins_with_new_flag_percent:.1f} % "
        f"({load.check_ins_with_new_flag_percent_if_snoozed:.1f} %)",
        "  new flags per 100 patients a day, soon or higher: "
        f"{load.pressing_flags_per_100_patients_a_day:.2f} "
        f"({load.pressing_flags_per_100_patients_a_day_if_snoozed:.2f}), of any severity "
        f"{load.flags_per_100_patients_a_day:.2f}, single report "
        f"{load.compared_flags_per_100_patients_a_day:.2f}",
        f"  re-checks per patient-month: {load.rechecks_per_patient_month:.2f}",
    ]


def _lives(
    arm: Arm, patients: int, seed: int, last_day: int, recheck_answered: float | None
) -> Iterator[Trace]:
    """Yield what is seen of each patient; each has a chance of its own, whatever the rest."""
    for number in range(patients):
        random = Random(f"{seed}/{arm}/{number}")  # noqa: S311 - the same every time
        yield live(
            story(arm, number, random, last_day=last_day),
            random,
            last_day=last_day,
            recheck_answered=recheck_answered,
        )


def _emergencies(told: Sequence[Trace]) -> Detection:
    """Return how many of the red flags patients told became an emergency, and how late."""
    return _detection([each.told_on if each.was_emergency else None for each in told], told)


def _share(answered: float | None) -> str:
    return "like any check-in" if answered is None else f"{100 * answered:.0f} %"


def _detection(found_on: Sequence[int | None], traces: Sequence[Trace]) -> Detection:
    delays = [
        day - (trace.story.event_day or 0)
        for day, trace in zip(found_on, traces, strict=True)
        if day is not None
    ]
    return Detection(
        injected=len(traces),
        found=len(delays),
        sensitivity_percent=100 * _ratio(len(delays), len(traces)),
        median_days=median(delays) if delays else None,
        p90_days=quantiles(delays, n=10)[-1] if len(delays) > 1 else None,
    )


def _load(traces: Mapping[Arm, Sequence[Trace]]) -> Load:
    def per_day(count: str) -> float:
        return _mixed(traces, count, "days")

    return Load(
        check_ins_with_new_flag_percent=100 * _mixed(traces, "reports_with_news", "reports"),
        check_ins_with_new_flag_percent_if_snoozed=(
            100 * _mixed(traces, "reports_with_awake_news", "reports")
        ),
        flags_per_100_patients_a_day=100 * per_day("flags"),
        pressing_flags_per_100_patients_a_day=100 * per_day("pressing_flags"),
        pressing_flags_per_100_patients_a_day_if_snoozed=100 * per_day("awake_flags"),
        rechecks_per_patient_month=MONTH_DAYS * per_day("rechecks"),
        compared_flags_per_100_patients_a_day=100 * per_day("compared_flags"),
    )


def _mixed(traces: Mapping[Arm, Sequence[Trace]], count: str, per: str) -> float:
    """Return a rate in a clinic where each group has its usual share."""

    def total(name: str) -> float:
        found = 0.0
        for arm, share in CLINIC_MIX.items():
            counts: list[int] = [getattr(each, name) for each in traces[arm]]
            found += share * _ratio(sum(counts), len(counts))
        return found

    return _ratio(total(count), total(per))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
