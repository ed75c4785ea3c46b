"""Pain medicine: rising use, and opioids that go on for months."""

from followups.choices import Rule, Severity
from followups.rules.course import NONE, Course, evidence
from followups.rules.history import Report
from followups.rules.outcomes import (
    NOT_FIRED,
    Evidence,
    Finding,
    NotEvaluable,
    NotFired,
    Outcome,
)
from followups.rules.signs import NO_REPORT, not_answered

SOME, DAILY, MORE = "some", "daily", "more"
OPIOIDS = frozenset({NONE, SOME, DAILY})
TAKEN = frozenset({SOME, DAILY})
CHANGE = frozenset({"less", "same", MORE})

_Used = tuple[Report, ...] | NotFired | NotEvaluable  # the reports that tell it, newest first


def rising(course: Course) -> Outcome:
    """MED-ESC: more than prescribed, more and more, or daily opioids after none."""
    if not course.latest:
        return NO_REPORT
    over = course.affirmed("over_rx")
    parts = {
        "more twice": _more_twice(course),
        "daily opioids after none": _daily_after_none(course),
    }
    told = {how: used for how, used in parts.items() if isinstance(used, tuple)}
    if over or told:
        return _rising(course, over, told)
    unsure = [used.reason for used in parts.values() if isinstance(used, NotEvaluable)]
    # who takes none cannot take more than prescribed, and is not asked
    if course.unanswered("over_rx") and not course.told("opioid", {NONE}):
        unsure.insert(0, "more than prescribed not answered")
    return NotEvaluable("; ".join(unsure)) if unsure else NOT_FIRED


def is_steady_twice(course: Course) -> bool:
    """Whether the last two answers tell of no rise, no daily use and no excess."""
    over = course.replies("over_rx")[-2:]
    return (
        course.answered_twice("med_change", CHANGE - {MORE}, CHANGE)
        and course.answered_twice("opioid", OPIOIDS - {DAILY}, OPIOIDS)
        and not any(over)
    )


def long_term(course: Course) -> Outcome:
    """MED-LONG: opioids on two reports beyond 90 days."""
    if not course.latest:
        return NO_REPORT
    numbers = course.protocol.long_opioids
    if course.pod(course.latest[-1]) < numbers.from_pod:
        return NOT_FIRED
    answers = course.answers("opioid", OPIOIDS)
    if not answers or not course.is_current(answers[-1][0]):
        return not_answered("opioid use")
    now, answer = answers[-1]
    if answer not in TAKEN or course.pod(now) < numbers.from_pod:
        return NOT_FIRED
    if len(answers) < 2:
        return NotEvaluable("no earlier answer on opioids")
    before, earlier = answers[-2]
    if earlier not in TAKEN or course.pod(before) < numbers.previous_from_pod:
        return NOT_FIRED
    at_first = course.history.baseline.opioid
    return Finding(
        rule=Rule.MED_LONG,
        severity=Severity.SOON if at_first == NONE else Severity.ROUTINE,
        since=now.at,
        explanation=(
            f"Opioids still used after day {numbers.from_pod} ({answer}); pre-op use "
            f"{at_first or 'not recorded'}."
        ),
        evidence=(
            *evidence("opioids before", before, "opioid"),
            *evidence("opioids", now, "opioid"),
            *((Evidence("opioids before surgery", at_first),) if at_first else ()),
        ),
        missing=() if at_first else ("opioid use before surgery not recorded",),
    )


def no_opioids_twice(course: Course) -> bool:
    """Whether the last two answers on opioids are "none"."""
    return course.answered_twice("opioid", {NONE}, OPIOIDS)


def _more_twice(course: Course) -> _Used:
    if course.pod(course.latest[-1]) < course.protocol.medicine_rise.from_pod:
        return NOT_FIRED
    answers = course.answers("med_change", CHANGE)
    if not answers or not course.is_current(answers[-1][0]):
        return not_answered("change of pain medicine")
    now, answer = answers[-1]
    if answer != MORE or course.pod(now) < course.protocol.medicine_rise.from_pod:
        return NOT_FIRED
    if len(answers) < 2:
        return NotEvaluable("no earlier answer on change of pain medicine")
    before, earlier = answers[-2]
    return (now, before) if earlier == MORE else NOT_FIRED


def _daily_after_none(course: Course) -> _Used:
    numbers = course.protocol.medicine_rise
    if course.pod(course.latest[-1]) < numbers.from_pod:
        return NOT_FIRED
    answers = course.answers("opioid", OPIOIDS)
    if not answers or not course.is_current(answers[-1][0]):
        return not_answered("opioid use")
    now, answer = answers[-1]
    before = answers[-1 - numbers.none_before : -1]
    if (
        answer != DAILY
        or course.pod(now) < numbers.from_pod
        or any(earlier != NONE for _, earlier in before)
    ):
        return NOT_FIRED
    if len(before) < numbers.none_before:
        return NotEvaluable("too few earlier answers on opioids")
    return (now, *(report for report, _ in reversed(before)))


def _rising(
    course: Course, over: tuple[Report, ...], told: dict[str, tuple[Report, ...]]
) -> Finding:
    details = ["more than prescribed"] * bool(over) + list(told)
    facts: dict[Evidence, None] = {}
    for report in over:
        facts |= dict.fromkeys(evidence("more than prescribed", report, "over_rx"))
    for report in dict.fromkeys(each for used in told.values() for each in used):
        facts |= dict.fromkeys(evidence("pain medicine", report, "med_change"))
        facts |= dict.fromkeys(evidence("opioids", report, "opioid"))
    newest = [*over, *(used[0] for used in told.values())]
    gaps = () if over else course.unanswered("over_rx")
    return Finding(
        rule=Rule.MED_ESC,
        severity=Severity.URGENT if over else Severity.SOON,
        since=max(each.at for each in newest),
        explanation=(
            f"Pain medicine use rising ({', '.join(details)}); may signal new pathology or "
            "dependence."
        ),
        evidence=tuple(facts),
        missing=("more than prescribed not answered",) if gaps else (),
    )
