"""What rules about answers share: ticked signs, and answers that stay the same."""

from collections.abc import Callable, Mapping

from followups.choices import Rule, Severity
from followups.rules.clinic_days import in_words
from followups.rules.course import KNOWN, PRESENT, SAME, Course, evidence
from followups.rules.history import Report
from followups.rules.outcomes import (
    NOT_FIRED,
    Evidence,
    Finding,
    NotEvaluable,
    NotFired,
    Outcome,
)

NO_REPORT = NotEvaluable("no report since surgery")
# Items whose own name is not a word staff would use.
_IN_WORDS = {"gait_hand": "hands and walking", "headache_upright": "upright headache"}


def not_answered(*items: str) -> NotEvaluable:
    """Return that these answers are missing and would decide."""
    return NotEvaluable(f"{', '.join(_IN_WORDS.get(item, item) for item in items)} not answered")


def missing(course: Course, items: Mapping[str, str]) -> tuple[str, ...]:
    """Return those of these items that nothing of the latest day answers, in words."""
    return tuple(f"{items[item]} not answered" for item in course.unanswered(*items))


def ticked(
    course: Course,
    rule: Rule,
    severity: Severity,
    signs: Mapping[str, str],
    explain: Callable[[str, str], str],
) -> Outcome:
    """Return a finding if any of these signs is ticked on the latest day.

    ``explain`` is given the signs and when, as in "POD 9" or "POD 9, last assessed
    2026-05-10" if one of them is a known deficit.
    """
    if not course.latest:
        return NO_REPORT
    found = course.ticked(*signs)
    if not found:
        unanswered = course.unanswered(*signs)
        return not_answered(*unanswered) if unanswered else NOT_FIRED
    words = ", ".join(dict.fromkeys(signs[item] for item, _ in found))
    return Finding(
        rule=rule,
        severity=severity,
        since=max(report.at for _, report in found),
        explanation=explain(words, f"POD {course.pod(found[0][1])}{_assessed(course, found)}"),
        evidence=tuple(
            fact
            for item, report in found
            for fact in (
                *evidence(signs[item], report, item),
                *assessed(course, signs[item], item, report),
            )
        ),
        missing=missing(course, signs),
    )


def assessed(course: Course, label: str, item: str, report: Report) -> tuple[Evidence, ...]:
    """Return when a sign was examined before, as evidence; nothing if it never was."""
    on = course.known_since(item, report)
    return () if on is None else (Evidence(f"{label}, before", "assessed", on),)


def lasting(
    course: Course, item: str, name: str, from_pod: int
) -> tuple[Report, Report] | NotFired | NotEvaluable:
    """Return the reports that tell of something unchanged, and of it the time before."""
    answers = course.answers(item)
    if not answers or not course.is_current(answers[-1][0]):
        return NOT_FIRED
    now, answer = answers[-1]
    if answer != SAME or course.pod(now) < from_pod:
        return NOT_FIRED
    if len(answers) < 2:
        return NotEvaluable(f"no earlier answer on {name}")
    before, earlier = answers[-2]
    return (now, before) if earlier in PRESENT else NOT_FIRED


def unless_silent(course: Course, item: str, name: str, otherwise: Outcome) -> Outcome:
    """Return an outcome, unless it only says "not fired" for want of an answer."""
    if isinstance(otherwise, NotFired) and not course.is_answered(item, KNOWN):
        return not_answered(name)
    return otherwise


def _assessed(course: Course, found: tuple[tuple[str, Report], ...]) -> str:
    days = [course.known_since(item, report) for item, report in found]
    last = max((on for on in days if on is not None), default=None)
    return "" if last is None else f", last assessed {in_words(last)}"
