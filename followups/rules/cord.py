"""Spinal cord and cauda equina: the findings that cannot wait."""

from followups.choices import Rule, Severity
from followups.rules.course import CHANGED, NONE, PRESENT, SAME, Course, evidence
from followups.rules.history import Report
from followups.rules.outcomes import (
    NOT_FIRED,
    Evidence,
    Finding,
    NotEvaluable,
    Outcome,
)

_SPHINCTER = {
    "saddle": "saddle numbness",
    "bladder": "bladder change",
    "bowel": "bowel change",
}
_FEATURES = {"weak_rapid": "rapid", "weak_severe": "functional"}


def cauda_equina(course: Course) -> Outcome:
    """EMG-CES: any one of saddle numbness, bladder or bowel change, on any day."""
    if not course.latest:
        return NotEvaluable("no report since surgery")
    ticked = course.ticked(*_SPHINCTER)
    if not ticked:
        unanswered = course.unanswered(*_SPHINCTER)
        return _not_answered(unanswered) if unanswered else NOT_FIRED
    signs = ", ".join(dict.fromkeys(_SPHINCTER[item] for item, _ in ticked))
    return Finding(
        rule=Rule.EMG_CES,
        severity=Severity.EMERGENCY,
        since=max(report.at for _, report in ticked),
        explanation=(
            f"New {signs} on POD {course.pod(ticked[0][1])}. Treat as possible cauda "
            "equina or cord compression until examined."
        ),
        evidence=tuple(
            fact for item, report in ticked for fact in evidence(_SPHINCTER[item], report, item)
        ),
        missing=tuple(f"{item} not answered" for item in course.unanswered(*_SPHINCTER)),
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
        return NotEvaluable("no report since surgery")
    told = [report for report in course.latest if report.weak in CHANGED]
    if told:
        return _changed_weakness(told, course)
    lasting = _lasting_weakness(course)
    if not isinstance(lasting, Finding) and course.unanswered("weak"):
        return _not_answered(("weakness",))
    return lasting


def no_weakness_twice(course: Course) -> bool:
    """Whether the last two answers on weakness are "none"."""
    last = [answer for _, answer in course.answers("weak")[-2:]]
    return last == [NONE, NONE]


def _changed_weakness(told: list[Report], course: Course) -> Finding:
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
            f"{str(newest.weak).capitalize()}{side} weakness since {newest.on}; "
            f"{features}. Compare with discharge power chart."
        ),
        evidence=tuple(fact for report in told for fact in _weakness_facts(report)),
        missing=unanswered,
    )


def _lasting_weakness(course: Course) -> Outcome:
    """Return whether unchanged weakness is reported twice beyond 8 weeks."""
    answers = course.answers("weak")
    if not answers or answers[-1][0] is not course.daily[-1]:
        return NOT_FIRED
    now, answer = answers[-1]
    if answer != SAME or course.pod(now) < course.protocol.motor.lasting_from_pod:
        return NOT_FIRED
    if len(answers) < 2:
        return NotEvaluable("no earlier answer on weakness")
    before, earlier = answers[-2]
    if earlier not in PRESENT:
        return NOT_FIRED
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


def _weakness_facts(report: Report) -> tuple[Evidence, ...]:
    return (
        *evidence("weakness", report, "weak"),
        *evidence("side", report, "weak_side"),
        *evidence("cannot lift foot or hand, or walk", report, "weak_severe"),
        *evidence("worse from day to day", report, "weak_rapid"),
    )


def _not_answered(items: tuple[str, ...]) -> NotEvaluable:
    return NotEvaluable(f"{', '.join(items)} not answered")
