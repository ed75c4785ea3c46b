"""Spinal cord and cauda equina: the findings that cannot wait."""

from dataclasses import replace

from followups.choices import Rule, Severity
from followups.rules.clinic_days import in_words
from followups.rules.course import CHANGED, NONE, Course, evidence
from followups.rules.history import Report
from followups.rules.outcomes import NOT_FIRED, Evidence, Finding, Outcome
from followups.rules.signs import NO_REPORT, assessed, lasting, ticked, unless_silent

_SPHINCTER = {
    "saddle": "saddle numbness",
    "bladder": "bladder change",
    "bowel": "bowel change",
}
_FEATURES = {"weak_rapid": "rapid", "weak_severe": "functional"}


def cauda_equina(course: Course) -> Outcome:
    """EMG-CES: any one of saddle numbness, bladder or bowel change, on any day."""
    return ticked(
        course,
        Rule.EMG_CES,
        Severity.EMERGENCY,
        _SPHINCTER,
        lambda signs, when: (
            f"New {signs} on {when}. Treat as possible cauda equina or cord compression "
            "until examined."
        ),
    )


def no_cauda_equina_twice(course: Course) -> bool:
    """Whether the last two complete reports deny all three signs."""
    last = course.daily[-2:]
    return len(last) == 2 and all(
        getattr(report, item) is False for report in last for item in _SPHINCTER
    )


def motor(course: Course) -> Outcome:
    """MOTOR: new or worse weakness, or weakness that lasts beyond 8 weeks."""
    if not course.latest:
        return NO_REPORT
    told = course.told("weak", CHANGED)
    if told:
        return _changed_weakness(told, course)
    return unless_silent(course, "weak", "weakness", _lasting_weakness(course))


def no_weakness_twice(course: Course) -> bool:
    """Whether the last two answers on weakness are "none"."""
    return course.answered_twice("weak", {NONE})


def myelopathy(course: Course) -> Outcome:
    """MYELO: clumsy hands or unsteady walking where the cord can be pressed."""
    if course.latest and not course.history.is_beside_the_cord:
        return NOT_FIRED
    before = course.history.baseline.mjoa
    found = ticked(
        course,
        Rule.MYELO,
        Severity.URGENT,
        {"gait_hand": "clumsy hands or unsteady gait"},
        lambda signs, when: (
            f"{signs.capitalize()} on {when}; possible cord compression. "
            + ("No baseline mJOA." if before is None else f"Compare mJOA with baseline {before}.")
        ),
    )
    if isinstance(found, Finding) and before is None:
        return replace(found, missing=(*found.missing, "no baseline mJOA"))
    return found


def no_cord_sign_twice(course: Course) -> bool:
    """Whether the last two answers deny clumsy hands and unsteady walking."""
    return course.denied_twice("gait_hand")


def _changed_weakness(told: tuple[Report, ...], course: Course) -> Finding:
    """Return the finding of new or worse weakness; the worst of the day decides."""
    present = [
        word
        for item, word in _FEATURES.items()
        if any(getattr(report, item) is True for report in told)
    ]
    if any(report.weak_side == "both" for report in told):
        present.append("bilateral")
    unanswered = tuple(
        f"{item} not answered"
        for item in (*_FEATURES, "weak_side")
        if all(getattr(report, item) is None for report in told)
    )
    newest = told[-1]
    features = (
        f"{' and '.join(present)} features present"
        if present
        else ("no rapid, functional or bilateral features reported")
    )
    side = f" {newest.weak_side}" if newest.weak_side in {"left", "right"} else ""
    return Finding(
        rule=Rule.MOTOR,
        severity=Severity.EMERGENCY if present else Severity.URGENT,
        since=newest.at,
        explanation=(
            f"{str(newest.weak).capitalize()}{side} weakness since {in_words(newest.on)}; "
            f"{features}. Compare with discharge power chart."
        ),
        evidence=tuple(fact for report in told for fact in _weakness_facts(report, course)),
        missing=unanswered,
    )


def _lasting_weakness(course: Course) -> Outcome:
    """Return whether unchanged weakness is reported twice beyond 8 weeks."""
    pair = lasting(course, "weak", "weakness", course.protocol.motor.lasting_from_pod)
    if not isinstance(pair, tuple):
        return pair
    now, before = pair
    return Finding(
        rule=Rule.MOTOR,
        severity=Severity.ROUTINE,
        since=now.at,
        explanation=(
            f"Unchanged weakness on POD {course.pod(now)}, also reported {before.on}. "
            "Compare with discharge power chart."
        ),
        evidence=(
            *evidence("weakness", now, "weak"),
            *evidence("before", before, "weak"),
        ),
    )


def _weakness_facts(report: Report, course: Course) -> tuple[Evidence, ...]:
    return (
        *evidence("weakness", report, "weak"),
        *assessed(course, "weakness", "weak", report),
        *evidence("side", report, "weak_side"),
        *evidence("cannot lift foot or hand, or walk", report, "weak_severe"),
        *evidence("worse from day to day", report, "weak_rapid"),
    )
