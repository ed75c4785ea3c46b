"""Judging axial and limb pain separately; the higher severity counts.

Two confirming reports are needed because one pain rating has a smallest detectable
change near 4 points.
"""

from collections.abc import Callable
from dataclasses import replace

from followups.choices import Family, Rule, Severity
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

PAIN_RULES = tuple(rule for rule in Rule if rule.family is Family.PAIN)

Judge = Callable[[Course, Domain], Outcome]


def in_each_domain(course: Course, judge: Judge) -> Outcome:
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


def current(
    course: Course, domain: Domain, pods: tuple[int, int | None], least: int
) -> int | NotFired | NotEvaluable:
    """Return the last value if it is ``least`` or more within these days, or why not."""
    trend = course.trends[domain]
    if trend.now is None:
        return NotEvaluable(f"no {course.word(domain)} pain reported since surgery")
    first, last = pods
    is_outside = trend.now.pod < first or (last is not None and trend.now.pod > last)
    return NOT_FIRED if is_outside or trend.now.value < least else trend.now.value


def confirmed(
    course: Course, domain: Domain, pods: tuple[int, int | None], least: int
) -> int | NotFired | NotEvaluable:
    """Return C if it is ``least`` or more within these days, or why it is not.

    A value outside the days, or a last value below the threshold, settles the matter
    without a second report: C can never exceed the last value.
    """
    now = current(course, domain, pods, least)
    if not isinstance(now, int):
        return now
    value = course.trends[domain].confirmed
    if value is None:
        return NotEvaluable(f"{course.word(domain)} pain {now}/10 not confirmed yet")
    return value if value >= least else NOT_FIRED


def finding(
    rule: Rule,
    severity: Severity,
    explanation: str,
    course: Course,
    domain: Domain,
    *,
    facts: tuple[Evidence, ...] | None = None,
    measure: float | None = None,
) -> Finding:
    """Return what a pain rule found in one domain.

    Unless said otherwise the evidence is the last two values and the usual level before
    them, and the measure is their confirmed value.
    """
    trend = course.trends[domain]
    word = course.word(domain)
    shown = _pair(trend, word) if facts is None else facts
    before = trend.baseline
    if before is not None:
        shown = (*shown, Evidence(f"{word} pain before surgery", str(before)))
    return Finding(
        rule=rule,
        severity=severity,
        since=trend.values[-1].at,
        explanation=explanation,
        evidence=shown,
        missing=("no baseline",) if before is None else (),
        domains=(domain,),
        measure=trend.confirmed if measure is None else measure,
    )


def baseline_words(trend: Trend) -> str:
    """Return the baseline in words, also when there is none."""
    return "no baseline" if trend.baseline is None else f"baseline {trend.baseline}"


def low_twice(least: Callable[[Protocol], int]) -> Callable[[Course], bool]:
    """Return a check that the last two values of each domain are below a threshold."""

    def is_low_twice(course: Course) -> bool:
        last = [[each.value for each in trend.values[-2:]] for trend in course.trends.values()]
        is_known = any(len(values) == 2 for values in last)
        return is_known and all(
            value < least(course.protocol) for values in last for value in values
        )

    return is_low_twice


def _pair(trend: Trend, word: str) -> tuple[Evidence, ...]:
    facts = [Evidence(f"{word} pain", str(each.value), each.on) for each in trend.values[-2:]]
    if trend.reference is not None:
        facts.append(Evidence(f"{word} pain, usual before", f"{trend.reference:g}"))
    return tuple(facts)
