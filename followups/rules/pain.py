"""Pain: every rule judges axial and limb pain separately; the higher severity counts.

Two confirming reports are needed because one pain rating has a smallest detectable
change near 4 points.
"""

from collections.abc import Callable
from dataclasses import replace

from followups.choices import Rule, Severity
from followups.protocol import Protocol
from followups.rules.course import Course, Trend
from followups.rules.outcomes import (
    NOT_FIRED,
    Domain,
    Evidence,
    Finding,
    NotEvaluable,
    NotFired,
    Outcome,
)

Judge = Callable[[Course, Domain], Outcome]


def watch(course: Course) -> Outcome:
    """PAIN-WATCH: pain not relieved in weeks 7-8, still inside the usual window."""
    return _in_each_domain(course, _watch)


def rebound(course: Course) -> Outcome:
    """PAIN-REBOUND: pain back after recovery, on two reports."""
    return _in_each_domain(course, _rebound)


def persist(course: Course) -> Outcome:
    """PAIN-PERSIST: pain on two reports beyond 8 weeks, without a rebound."""
    return _in_each_domain(course, _persist)


def low_twice(least: Callable[[Protocol], int]) -> Callable[[Course], bool]:
    """Return a check that the last two values of each domain are below a threshold."""

    def is_low_twice(course: Course) -> bool:
        last = [[each.value for each in trend.values[-2:]] for trend in course.trends.values()]
        is_known = any(len(values) == 2 for values in last)
        return is_known and all(
            value < least(course.protocol) for values in last for value in values
        )

    return is_low_twice


def _watch(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_watch
    confirmed = _confirmed(course, domain, numbers.pods, numbers.pain_from)
    if not isinstance(confirmed, int):
        return confirmed
    trend = course.trends[domain]
    is_high = confirmed >= numbers.pain_from_without_baseline
    if trend.improved(confirmed) or not (trend.is_informative or is_high):
        return NOT_FIRED
    percent = trend.improvement_percent(confirmed)
    improvement = (
        f"improvement from baseline {percent}% (under {course.protocol.trends.improved_percent}%)"
        if trend.is_informative
        else _baseline(trend)
    )
    return _finding(
        Rule.PAIN_WATCH,
        Severity.ROUTINE,
        f"Week 7-8: {course.word(domain)} pain {confirmed}/10, {improvement}. "
        f"Judged again from POD {numbers.pods[1] + 1}.",
        course,
        domain,
    )


def _rebound(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_rebound
    confirmed = _confirmed(course, domain, (numbers.from_pod, None), numbers.pain_from)
    if not isinstance(confirmed, int):
        return confirmed
    trend = course.trends[domain]
    reference = trend.reference
    if reference is None:
        return NotEvaluable(f"too few earlier {course.word(domain)} pain reports")
    if not trend.recovered(reference) or confirmed - reference < numbers.rise_points:
        return NOT_FIRED
    is_severe = confirmed >= numbers.urgent_from
    return _finding(
        Rule.PAIN_REBOUND,
        Severity.URGENT if is_severe else Severity.SOON,
        f"{course.word(domain).capitalize()} pain rose {reference:g} to {confirmed} "
        "after initial recovery, two check-ins. Pattern seen with adjacent segment "
        "or hardware problems.",
        course,
        domain,
    )


def _persist(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_persist
    confirmed = _confirmed(course, domain, (numbers.from_pod, None), numbers.pain_from)
    if not isinstance(confirmed, int):
        return confirmed
    trend = course.trends[domain]
    previous, now = trend.values[-2:]
    is_early = previous.pod < numbers.previous_from_pod
    if is_early or course.fired_in(Rule.PAIN_REBOUND, domain):
        return NOT_FIRED
    percent = trend.improvement_percent(confirmed)
    improvement = "" if percent is None else f", improvement {percent}%"
    return _finding(
        Rule.PAIN_PERSIST,
        Severity.SOON if _is_pressing(trend, confirmed, course) else Severity.ROUTINE,
        f"{course.word(domain).capitalize()} pain {confirmed}/10 beyond 8 weeks "
        f"(POD {now.pod}); {_baseline(trend)}{improvement}. "
        "Persisting pain may signal a fusion problem.",
        course,
        domain,
    )


def _is_pressing(trend: Trend, confirmed: int, course: Course) -> bool:
    """Whether persisting pain is high, or not improved as far as that is known."""
    numbers = course.protocol.pain_persist
    if trend.is_informative:
        return confirmed >= numbers.soon_from or not trend.improved(confirmed)
    return confirmed >= numbers.soon_from_without_baseline


def _in_each_domain(course: Course, judge: Judge) -> Outcome:
    """Return the more severe finding of the two domains, knowing of both."""
    outcomes = [judge(course, domain) for domain in course.trends]
    found = [each for each in outcomes if isinstance(each, Finding)]
    if not found:
        unsure = [each.reason for each in outcomes if isinstance(each, NotEvaluable)]
        return NotEvaluable("; ".join(unsure)) if unsure else NOT_FIRED
    # the sort is stable: at equal severity and value the axial domain leads
    found.sort(key=lambda each: (-each.severity, -(each.measure or 0)))
    return replace(
        found[0],
        since=max(each.since for each in found),
        evidence=tuple(fact for each in found for fact in each.evidence),
        missing=tuple(dict.fromkeys(gap for each in found for gap in each.missing)),
        domains=tuple(domain for each in found for domain in each.domains),
    )


def _confirmed(
    course: Course, domain: Domain, pods: tuple[int, int | None], least: int
) -> int | NotFired | NotEvaluable:
    """Return C if it is ``least`` or more within these days, or why it is not.

    A value outside the days, or a last value below the threshold, settles the matter
    without a second report: C can never exceed the last value.
    """
    trend = course.trends[domain]
    word = course.word(domain)
    if trend.now is None:
        return NotEvaluable(f"no {word} pain reported since surgery")
    first, last = pods
    is_outside = trend.now.pod < first or (last is not None and trend.now.pod > last)
    if is_outside or trend.now.value < least:
        return NOT_FIRED
    if trend.confirmed is None:
        return NotEvaluable(f"{word} pain {trend.now.value}/10 not confirmed yet")
    return trend.confirmed if trend.confirmed >= least else NOT_FIRED


def _finding(
    rule: Rule, severity: Severity, explanation: str, course: Course, domain: Domain
) -> Finding:
    trend = course.trends[domain]
    word = course.word(domain)
    facts = [Evidence(f"{word} pain", str(each.value), each.on) for each in trend.values[-2:]]
    if trend.reference is not None:
        facts.append(Evidence(f"{word} pain, usual before", f"{trend.reference:g}"))
    if trend.baseline is not None:
        facts.append(Evidence(f"{word} pain before surgery", str(trend.baseline)))
    return Finding(
        rule=rule,
        severity=severity,
        since=trend.values[-1].at,
        explanation=explanation,
        evidence=tuple(facts),
        missing=("no baseline",) if trend.baseline is None else (),
        domains=(domain,),
        measure=trend.confirmed,
    )


def _baseline(trend: Trend) -> str:
    return "no baseline" if trend.baseline is None else f"baseline {trend.baseline}"
