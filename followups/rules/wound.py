"""Wound, fever and spinal fluid.

Fever, wound signs and feeling unwell may come from different reports of one day: the
safety questions are saved before the rest.
"""

from followups.choices import RiskFactor, Rule, Severity
from followups.rules.course import Course, evidence
from followups.rules.history import Report
from followups.rules.outcomes import NOT_FIRED, Evidence, Finding, Outcome
from followups.rules.signs import NO_REPORT, not_answered

_RISKS = {
    RiskFactor.DIABETES: "diabetes",
    RiskFactor.OBESITY: "obesity",
    RiskFactor.AUTOIMMUNE: "autoimmune",
    RiskFactor.SMOKER_CURRENT: "smoking",
}


def infection(course: Course) -> Outcome:
    """INFECT: a wound sign, or fever; feeling seriously unwell is an emergency with or without."""
    if not course.latest:
        return NO_REPORT
    if course.ticked("unwell"):
        return _infection(course, Severity.EMERGENCY)
    is_feverish = any(_is_feverish(each, course) for each in course.latest)
    if _wound_signs(course) or (is_feverish and _fever_counts(course)):
        return _infection(course, Severity.URGENT)
    unanswered = _undecided(course, is_feverish=is_feverish)
    return not_answered(*unanswered) if unanswered else NOT_FIRED


def no_infection_twice(course: Course) -> bool:
    """Whether the last two answers deny fever and illness, and those about the wound any sign."""
    wounds = {each.on: each.wound for each in course.complete if each.wound is not None}
    temperatures = [_is_hot(each, course) for each in course.daily[-2:]]
    return (
        course.denied_twice("fever")
        and course.denied_twice("unwell")
        and not any(temperatures)
        and not any(list(wounds.values())[-2:])
    )


def fluid_leak(course: Course) -> Outcome:
    """CSF: clear drainage or a headache when upright, in the first weeks."""
    if not course.latest:
        return NO_REPORT
    day = course.pod(course.latest[-1])
    if day > course.protocol.fluid_leak.until_pod:
        return NOT_FIRED
    leaking = [each for each in course.latest if "clear" in (each.wound or ())]
    aching = list(course.affirmed("headache_upright"))
    if not leaking and not aching:
        unanswered = course.unanswered("wound", "headache_upright")
        return not_answered(*unanswered) if unanswered else NOT_FIRED
    signs = ["clear drainage"] * bool(leaking) + ["upright headache"] * bool(aching)
    return Finding(
        rule=Rule.CSF,
        severity=Severity.URGENT,
        since=max(each.at for each in (*leaking, *aching)),
        explanation=(
            f"{' and '.join(signs).capitalize()} on POD {day}; possible CSF leak. "
            "Check operative note for durotomy."
        ),
        evidence=tuple(
            fact
            for each in dict.fromkeys((*leaking, *aching))
            for fact in (
                *evidence("wound", each, "wound"),
                *evidence("headache when upright", each, "headache_upright"),
            )
        ),
        missing=tuple(
            f"{name} not answered" for name in course.unanswered("wound", "headache_upright")
        ),
    )


def no_fluid_leak_twice(course: Course) -> bool:
    """Whether the last two answers deny clear drainage, and the headache."""
    wounds = {each.on: each.wound for each in course.complete if each.wound is not None}
    last = list(wounds.values())[-2:]
    return (
        course.denied_twice("headache_upright")
        and len(last) == 2
        and not any("clear" in signs for signs in last)
    )


def _is_hot(report: Report, course: Course) -> bool:
    """Whether a believable temperature was measured that is fever."""
    least, most = course.protocol.infection.fever_from_c, course.protocol.scales.temperature_c[1]
    return report.temp_c is not None and least <= report.temp_c <= most


def _is_feverish(report: Report, course: Course) -> bool:
    return report.fever is True or _is_hot(report, course)


def _fever_counts(course: Course) -> bool:
    """Whether fever alone is enough: for 90 days, later only together with pain."""
    numbers, pain = course.protocol.infection, course.worst_pain()
    is_early = course.pod(course.latest[-1]) <= numbers.fever_until_pod
    return is_early or (pain is not None and pain >= numbers.late_pain_from)


def _wound_signs(course: Course) -> tuple[str, ...]:
    """Return the wound signs of the latest day that count on that day."""
    numbers = course.protocol.infection
    told = frozenset().union(*(each.wound or () for each in course.latest))
    is_late = course.pod(course.latest[-1]) >= numbers.drainage_from_pod
    return tuple(sorted(told & (numbers.signs | (numbers.drainage if is_late else frozenset()))))


def _undecided(course: Course, *, is_feverish: bool) -> list[str]:
    """Return the missing answers that could still make this an infection.

    The question about fever includes the temperature, so a denial needs no number.
    """
    unanswered = list(course.unanswered("wound", "unwell"))
    if is_feverish:  # late fever without known pain
        if not any(course.pain_is_complete(each) for each in course.latest):
            unanswered.append("pain")
    elif course.unanswered("fever"):
        unanswered.append("fever")
    return unanswered


def _infection(course: Course, severity: Severity) -> Finding:
    told = [each for each in course.latest if _tells(each, course)]
    signs = _wound_signs(course)
    words = [f"wound {'/'.join(signs)}"] if signs else []
    hot = [each.temp_c for each in told if each.temp_c is not None and _is_hot(each, course)]
    if hot:
        words.append(f"{max(hot):.1f}°C")
    elif any(each.fever for each in told):
        words.append("fever")
    is_unwell = severity == Severity.EMERGENCY
    words += ["unwell" if words else "seriously unwell"] * is_unwell
    risks = [word for risk, word in _RISKS.items() if risk in course.history.risk.factors]
    text = ", ".join(words)
    return Finding(
        rule=Rule.INFECT,
        severity=severity,
        since=max(each.at for each in told),
        explanation=(
            f"{text[0].upper()}{text[1:]} on POD {course.pod(told[-1])}; risk factors "
            f"{', '.join(risks) or 'none recorded'}. {_meaning(has_signs=len(words) > is_unwell)}"
        ),
        evidence=tuple(fact for each in told for fact in _facts(each)),
        missing=_gaps(course),
    )


def _meaning(*, has_signs: bool) -> str:
    if has_signs:
        return (
            "Possible surgical-site or implant infection; low threshold for same-day wound review."
        )
    return "No fever told; possible sepsis or bleeding. Patient told to call emergency services."


def _tells(report: Report, course: Course) -> bool:
    signs = _wound_signs(course)
    has_sign = any(sign in signs for sign in report.wound or ())
    return has_sign or _is_feverish(report, course) or report.unwell is True


def _facts(report: Report) -> tuple[Evidence, ...]:
    return (
        *evidence("wound", report, "wound"),
        *evidence("fever", report, "fever"),
        *evidence("temperature, °C", report, "temp_c"),
        *evidence("seriously unwell", report, "unwell"),
    )


def _gaps(course: Course) -> tuple[str, ...]:
    gaps = [f"{item} not answered" for item in course.unanswered("wound", "fever", "unwell")]
    if course.history.risk.points is None:
        gaps.append("risk factors unknown")
    return tuple(gaps)
