"""The automatic re-check: an extra check-in for a signal not confirmed yet.

Not a flag and not a rule: it asks the patient again instead of asking staff.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from followups.choices import Rule
from followups.rules.course import Course, Trend
from followups.rules.outcomes import Domain, Finding, Outcome

# Where one of these fired, a person looks already.
SETTLED_BY = (
    Rule.PAIN_EARLY,
    Rule.PAIN_REBOUND,
    Rule.PAIN_WORSE,
    Rule.PAIN_SPIKE,
    Rule.PAIN_PERSIST,
    Rule.PAIN_GRADUAL,
)


@dataclass(frozen=True, slots=True)
class Recheck:
    """An extra check-in for ``due_on``, asked for by the report at ``since``.

    ``due_on`` may be past when the last pain report is old: then there is nothing left
    to plan.
    """

    due_on: date
    since: datetime
    report_id: str
    domains: tuple[Domain, ...]
    reason: str


def recheck(course: Course, outcomes: Mapping[Rule, Outcome]) -> Recheck | None:
    """Return the re-check this course calls for, if any."""
    wanted = [
        (domain, trend.values[-1], reason)
        for domain, trend in course.trends.items()
        if not _is_settled(domain, outcomes)
        and (reason := _unconfirmed_signal(course, trend)) is not None
    ]
    if not wanted:
        return None
    _, newest, _ = max(wanted, key=lambda each: each[1].at)
    return Recheck(
        due_on=newest.on + timedelta(days=course.protocol.recheck.after_days),
        since=newest.at,
        report_id=newest.report_id,
        domains=tuple(domain for domain, _, _ in wanted),
        reason="; ".join(
            f"{course.word(domain)} pain {value.value}/10 {reason}"
            for domain, value, reason in wanted
        ),
    )


def _is_settled(domain: Domain, outcomes: Mapping[Rule, Outcome]) -> bool:
    fired = (outcomes.get(rule) for rule in SETTLED_BY)
    return any(isinstance(each, Finding) and domain in each.domains for each in fired)


def _unconfirmed_signal(course: Course, trend: Trend) -> str | None:
    """Return what needs confirming in one domain, in words."""
    if trend.now is None:
        return None
    numbers, now, pod = course.protocol.recheck, trend.now.value, trend.now.pod
    has_risen = trend.usual is not None and now - trend.usual >= numbers.rise_points
    if has_risen and pod >= numbers.rise_from_pod and now >= numbers.rise_from:
        return f"is above the usual {trend.usual:g}"
    if pod >= numbers.late_from_pod and now >= numbers.late_from:
        previous = trend.previous
        too_early = previous and previous.pod < numbers.late_previous_from_pod
        if trend.confirmed is None or too_early:
            return "beyond 8 weeks is not confirmed"
    first, last = numbers.early_pods
    if first <= pod <= last and now >= numbers.early_from:
        return "is severe in the first weeks"
    return None
