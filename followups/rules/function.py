"""Everyday activity: the patient's own rating and the scores of questionnaires."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from followups.choices import Rule, Severity
from followups.protocol import postoperative_day
from followups.rules.course import Course, Trend
from followups.rules.outcomes import NOT_FIRED, Evidence, Finding, NotEvaluable, Outcome

_LABEL = "everyday limitation, of 4"


@dataclass(frozen=True, slots=True)
class _Total:
    """One total of an instrument."""

    value: float
    on: date
    at: datetime
    pod: int


def activity(course: Course) -> Outcome:
    """FUNC: everyday tasks became harder, stay very hard, or are impossible early."""
    trend, numbers = course.function, course.protocol.function
    if trend.now is None:
        return NotEvaluable("no everyday limitation reported since surgery")
    pod, now = trend.now.pod, trend.now.value
    first, last = numbers.early_pods
    may_decline = pod >= numbers.decline_from_pod and now >= numbers.decline_from
    may_last = pod >= numbers.lasting_from_pod and now >= numbers.lasting_from
    may_be_early = first <= pod <= last and now >= numbers.early_from
    if not (may_decline or may_last or may_be_early):
        return NOT_FIRED
    value = trend.confirmed
    if value is None:
        return NotEvaluable(f"everyday limitation {now}/4 not confirmed yet")
    if may_be_early:
        is_unable = value >= numbers.early_from
        return (
            _limited(course, Severity.ROUTINE, "not possible in the first month")
            if is_unable
            else NOT_FIRED
        )
    if may_last and value >= numbers.lasting_from:
        return _limited(course, Severity.SOON, "still severely limited after 16 weeks")
    if value < numbers.decline_from:
        return NOT_FIRED
    return _declined(course, trend, value)


def is_active_twice(course: Course) -> bool:
    """Whether the last two ratings are at most a little limited."""
    last = [each.value for each in course.function.values[-2:]]
    most = course.protocol.function.quiet_at_most
    return len(last) == 2 and all(value <= most for value in last)


def scores(course: Course) -> Outcome:
    """PROM: a total is worse than the best, than the baseline, or never improved."""
    totals = {name: _totals(course, name) for name in ("odi", "ndi", "promis_pf")}
    judged = [
        _promis(course, found) if name == "promis_pf" else _percent(course, name, found)
        for name, found in totals.items()
        if found
    ]
    if not judged:
        first = course.protocol.scores.from_pod
        return NotEvaluable(f"no function score since day {first}")
    fired = [each for each in judged if isinstance(each, Finding)]
    if not fired:
        unsure = [each.reason for each in judged if isinstance(each, NotEvaluable)]
        return NotEvaluable("; ".join(unsure)) if unsure else NOT_FIRED
    lead = max(fired, key=lambda each: each.severity)
    return replace(
        lead,
        since=max(each.since for each in fired),
        evidence=tuple(fact for each in fired for fact in each.evidence),
        missing=tuple(dict.fromkeys(gap for each in fired for gap in each.missing)),
    )


def is_score_better(course: Course) -> bool:
    """Whether the newest totals were judged and none of them is worse or poor."""
    return scores(course) == NOT_FIRED


def _declined(course: Course, trend: Trend, value: int) -> Outcome:
    if trend.reference is None:
        return NotEvaluable("too few earlier reports of everyday limitation")
    if value - trend.reference < course.protocol.function.decline_steps:
        return NOT_FIRED
    return _limited(course, Severity.SOON, f"declined from usual {trend.reference:g}")


def _limited(course: Course, severity: Severity, how: str) -> Finding:
    trend = course.function
    values = trend.values[-2:]
    reference = trend.reference
    usual = () if reference is None else (Evidence(f"{_LABEL}, usual", f"{reference:g}"),)
    return Finding(
        rule=Rule.FUNC,
        severity=severity,
        since=values[-1].at,
        explanation=(
            f"Everyday activity {how}: limitation {values[-2].value} and {values[-1].value} "
            f"of 4 by POD {values[-1].pod}."
        ),
        evidence=(*(Evidence(_LABEL, str(each.value), each.on) for each in values), *usual),
    )


def _totals(course: Course, name: str) -> list[_Total]:
    """Return an instrument's valid totals late enough to count, one a day, oldest first."""
    history, numbers = course.history, course.protocol
    low, high = numbers.scales.t_score if name == "promis_pf" else numbers.scales.percent
    told = [(each.on, each.at, getattr(each, name)) for each in course.complete]
    told += [(each.on, each.at, each.value) for each in history.scores if each.instrument == name]
    days = {
        on: _Total(float(value), on, at, postoperative_day(history.surgery_on, on))
        for on, at, value in sorted(told, key=lambda each: each[:2])
        if value is not None and low <= value <= high
    }
    return [each for each in days.values() if each.pod >= numbers.scores.from_pod]


def _earlier(course: Course, totals: Sequence[_Total]) -> list[_Total]:
    """Return the totals old enough to compare the newest with."""
    span = timedelta(days=course.protocol.scores.best_days_before)
    return [each for each in totals if each.on <= totals[-1].on - span]


def _percent(course: Course, name: str, totals: Sequence[_Total]) -> Outcome:
    """Return what ODI or NDI says: higher is worse."""
    numbers, now = course.protocol.scores, totals[-1]
    earlier = _earlier(course, totals)
    best = min(earlier, key=lambda each: each.value, default=None)
    before = _baseline(course, name)
    label = name.upper()
    if best is not None and _exact(now.value - best.value) >= numbers.worse_points:
        how = f"{now.value - best.value:+g} against the best, {best.value:g}"
        return _worse(label, now, best, Severity.SOON, how, before)
    if before is None:
        if best is None:
            return NotEvaluable(f"{label}: no earlier score and no baseline")
        return NOT_FIRED
    rise = _exact(now.value - before)
    if now.pod >= numbers.over_baseline_from_pod and rise >= numbers.over_baseline_points:
        how = f"{rise:+g} against {before:g} before surgery"
        return _worse(label, now, best, Severity.SOON, how, before)
    is_poor = now.value > numbers.poor_above and (
        _exact(100 * now.value) > _exact(numbers.poor_over_percent * before)
    )
    if now.pod >= numbers.poor_from_pod and is_poor:
        least = 100 - numbers.poor_over_percent
        how = f"no {least}% improvement by 6 months from {before:g}"
        return _worse(label, now, best, Severity.ROUTINE, how, before)
    return NOT_FIRED


def _promis(course: Course, totals: Sequence[_Total]) -> Outcome:
    """Return what PROMIS physical function says: lower is worse."""
    now, earlier = totals[-1], _earlier(course, totals)
    best = max(earlier, key=lambda each: each.value, default=None)
    if best is None:
        return NotEvaluable("PROMIS PF: no earlier score")
    if _exact(best.value - now.value) < course.protocol.scores.promis_points:
        return NOT_FIRED
    how = f"{now.value - best.value:+g} against the best, {best.value:g}"
    before = _baseline(course, "promis_pf")
    return _worse("PROMIS PF", now, best, Severity.SOON, how, before)


def _worse(
    label: str,
    now: _Total,
    best: _Total | None,
    severity: Severity,
    how: str,
    before: float | None,
) -> Finding:
    facts = [Evidence(label, f"{now.value:g}", now.on)]
    if best is not None:
        facts.append(Evidence(f"{label}, best", f"{best.value:g}", best.on))
    if before is not None:
        facts.append(Evidence(f"{label} before surgery", f"{before:g}"))
    return Finding(
        rule=Rule.PROM,
        severity=severity,
        since=now.at,
        explanation=f"{label} {now.value:g} on POD {now.pod}: {how}.",
        evidence=tuple(facts),
        missing=(f"no baseline {label}",) if before is None else (),
    )


def _baseline(course: Course, name: str) -> float | None:
    value: float | None = getattr(course.history.baseline, name)
    scales = course.protocol.scales
    low, high = scales.t_score if name == "promis_pf" else scales.percent
    return value if value is not None and low <= value <= high else None


def _exact(value: float) -> float:
    """Return a number without the dust of binary fractions."""
    return round(value, 6)
