"""Airway and swallowing."""

from followups.choices import Rule, Severity
from followups.rules.course import NONE, Course, evidence
from followups.rules.history import Report
from followups.rules.outcomes import NOT_FIRED, Finding, Outcome
from followups.rules.signs import NO_REPORT, assessed, missing, not_answered

MILD, MODERATE, SEVERE = "mild", "moderate", "severe"
SWALLOWING = frozenset({NONE, MILD, MODERATE, SEVERE})
_AIRWAY = "airway symptom"


def swallow(course: Course) -> Outcome:
    """SWALLOW: an airway symptom after any surgery; swallowing trouble after neck surgery."""
    if not course.latest:
        return NO_REPORT
    choking = course.affirmed("airway")
    if choking:
        return _finding(course, choking, Severity.EMERGENCY, "airway symptom")
    unanswered = list(course.unanswered("airway"))
    if course.history.is_neck:
        severe = course.told("swallow", {SEVERE})
        if severe:
            return _finding(course, severe, Severity.URGENT, "cannot swallow liquids")
        late = [each for each in course.told("swallow", {MODERATE}) if _is_late(each, course)]
        if late:
            return _finding(course, late, Severity.SOON, "swallowing trouble past 6 weeks")
        if not course.is_answered("swallow", SWALLOWING):
            unanswered.append("swallowing")
    return not_answered(*unanswered) if unanswered else NOT_FIRED


def no_swallow_sign_twice(course: Course) -> bool:
    """Whether the airway is denied twice and swallowing not worse than mild since."""
    last = [answer for _, answer in course.answers("swallow", SWALLOWING)[-2:]]
    return course.denied_twice("airway") and all(answer in {NONE, MILD} for answer in last)


def _is_late(report: Report, course: Course) -> bool:
    return course.pod(report) >= course.protocol.swallow.moderate_from_pod


def _finding(
    course: Course, told: tuple[Report, ...] | list[Report], severity: Severity, sign: str
) -> Finding:
    newest = told[-1]
    place = "Neck" if course.history.is_neck else "Spine"
    return Finding(
        rule=Rule.SWALLOW,
        severity=severity,
        since=newest.at,
        explanation=f"{place} surgery POD {course.pod(newest)}: {sign}.",
        evidence=tuple(
            fact
            for report in told
            for fact in (
                *evidence(_AIRWAY, report, "airway"),
                *assessed(course, _AIRWAY, "airway", report),
                *evidence("swallowing trouble", report, "swallow"),
            )
        ),
        missing=missing(course, {"airway": _AIRWAY}),
    )
