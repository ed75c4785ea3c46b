"""Pain on two confirming reports: early, slow, persisting, worsening, returning."""

from followups.choices import Rule, Severity
from followups.rules.course import Course, Trend
from followups.rules.domains import baseline_words, confirmed, finding, in_each_domain
from followups.rules.outcomes import NOT_FIRED, Domain, NotEvaluable, Outcome


def early(course: Course) -> Outcome:
    """PAIN-EARLY: severe pain on two reports in the first six weeks."""
    return in_each_domain(course, _early)


def watch(course: Course) -> Outcome:
    """PAIN-WATCH: pain not relieved in weeks 7-8, still inside the usual window."""
    return in_each_domain(course, _watch)


def rebound(course: Course) -> Outcome:
    """PAIN-REBOUND: pain back after recovery, on two reports."""
    return in_each_domain(course, _rebound)


def persist(course: Course) -> Outcome:
    """PAIN-PERSIST: pain on two reports beyond 8 weeks, without a rebound."""
    return in_each_domain(course, _persist)


def worse(course: Course) -> Outcome:
    """PAIN-WORSE: pain on two reports that rose beyond 8 weeks without having recovered."""
    return in_each_domain(course, _worse)


def _early(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_early
    value = confirmed(course, domain, numbers.pods, numbers.pain_from)
    if not isinstance(value, int):
        return value
    now = course.trends[domain].values[-1]
    return finding(
        Rule.PAIN_EARLY,
        Severity.URGENT,
        f"{course.word(domain).capitalize()} pain {value}/10 on two check-ins by POD "
        f"{now.pod}: uncontrolled early pain, a leading cause of emergency visits.",
        course,
        domain,
    )


def _watch(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_watch
    value = confirmed(course, domain, numbers.pods, numbers.pain_from)
    if not isinstance(value, int):
        return value
    trend = course.trends[domain]
    is_high = value >= numbers.pain_from_without_baseline
    if trend.improved(value) or not (trend.is_informative or is_high):
        return NOT_FIRED
    percent = trend.improvement_percent(value)
    improvement = (
        f"improvement from baseline {percent}% (under {course.protocol.trends.improved_percent}%)"
        if trend.is_informative
        else baseline_words(trend)
    )
    return finding(
        Rule.PAIN_WATCH,
        Severity.ROUTINE,
        f"Week 7-8: {course.word(domain)} pain {value}/10, {improvement}. "
        f"Judged again from POD {numbers.pods[1] + 1}.",
        course,
        domain,
    )


def _rebound(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_rebound
    value = confirmed(course, domain, (numbers.from_pod, None), numbers.pain_from)
    if not isinstance(value, int):
        return value
    trend = course.trends[domain]
    reference = trend.reference
    if reference is None:
        return NotEvaluable(f"too few earlier {course.word(domain)} pain reports")
    if not trend.recovered(reference) or value - reference < numbers.rise_points:
        return NOT_FIRED
    is_severe = value >= numbers.urgent_from
    return finding(
        Rule.PAIN_REBOUND,
        Severity.URGENT if is_severe else Severity.SOON,
        f"{course.word(domain).capitalize()} pain rose {reference:g} to {value} "
        "after initial recovery, two check-ins. Pattern seen with adjacent segment "
        "or hardware problems.",
        course,
        domain,
    )


def _persist(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_persist
    value = confirmed(course, domain, (numbers.from_pod, None), numbers.pain_from)
    if not isinstance(value, int):
        return value
    trend = course.trends[domain]
    previous, now = trend.values[-2:]
    is_early = previous.pod < numbers.previous_from_pod
    if is_early or course.fired_in(Rule.PAIN_REBOUND, domain):
        return NOT_FIRED
    percent = trend.improvement_percent(value)
    improvement = "" if percent is None else f", improvement {percent}%"
    return finding(
        Rule.PAIN_PERSIST,
        Severity.SOON if _is_pressing(trend, value, course) else Severity.ROUTINE,
        f"{course.word(domain).capitalize()} pain {value}/10 beyond 8 weeks "
        f"(POD {now.pod}); {baseline_words(trend)}{improvement}. "
        "Persisting pain may signal a fusion problem.",
        course,
        domain,
    )


def _is_pressing(trend: Trend, value: int, course: Course) -> bool:
    """Whether persisting pain is high, or not improved as far as that is known."""
    numbers = course.protocol.pain_persist
    if trend.is_informative:
        return value >= numbers.soon_from or not trend.improved(value)
    return value >= numbers.soon_from_without_baseline


def _worse(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_worse
    value = confirmed(course, domain, (numbers.from_pod, None), numbers.pain_from)
    if not isinstance(value, int):
        return value
    if course.fired_in(Rule.PAIN_REBOUND, domain):
        return NOT_FIRED
    trend, word = course.trends[domain], course.word(domain)
    reference = trend.reference
    has_risen = (
        reference is not None
        and value - reference >= numbers.rise_points
        and not trend.recovered(reference)
    )
    if not has_risen and not _is_over_baseline(course, trend, value):
        if reference is None and trend.baseline is None:
            return NotEvaluable(f"too few earlier {word} pain reports, no baseline")
        return NOT_FIRED
    before = "" if trend.baseline is None else f" (pre-op {trend.baseline})"
    rise = f"{reference:g} to {value}" if reference is not None else f"now {value}/10"
    return finding(
        Rule.PAIN_WORSE,
        Severity.SOON,
        f"{word.capitalize()} pain worsening after week 8: {rise}{before}. "
        f"{'Never reached recovery.' if has_risen else 'Worse than before surgery.'}",
        course,
        domain,
    )


def _is_over_baseline(course: Course, trend: Trend, value: int) -> bool:
    """Whether confirmed pain is above the level before surgery, beyond the window."""
    numbers = course.protocol.pain_worse
    is_late = trend.values[-2].pod >= numbers.previous_from_pod
    return (
        is_late
        and trend.baseline is not None
        and value >= trend.baseline + numbers.over_baseline_points
    )
