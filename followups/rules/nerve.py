"""Numbness and tingling."""

from followups.choices import Rule, Severity
from followups.rules.course import CHANGED, NONE, SAME, Course, evidence, in_range
from followups.rules.history import Report
from followups.rules.outcomes import (
    NOT_FIRED,
    Evidence,
    Finding,
    NotEvaluable,
    NotFired,
    Outcome,
)
from followups.rules.signs import NO_REPORT, lasting, not_answered


def neuro_pain(course: Course) -> Outcome:
    """NEURO-PAIN: pain with new numbness, or lasting numbness with persisting pain."""
    if not course.latest:
        return NO_REPORT
    outcomes = (_with_new_numbness(course), _with_lasting_numbness(course))
    found = [each for each in outcomes if isinstance(each, Finding)]
    if found:
        return max(found, key=lambda each: each.severity)
    unsure = [each for each in outcomes if isinstance(each, NotEvaluable)]
    return unsure[0] if unsure else NOT_FIRED


def no_neuro_pain_twice(course: Course) -> bool:
    """Whether each of the last two reports denies numbness or has pain below 4."""
    least = course.protocol.neuro_pain.pain_from
    last = course.daily[-2:]

    def is_quiet(report: Report) -> bool:
        pain = course.pain(report)
        is_low = pain is not None and pain < least and course.pain_is_complete(report)
        return report.numb == NONE or is_low

    return len(last) == 2 and all(is_quiet(report) for report in last)


def neuro_sens(course: Course) -> Outcome:
    """NEURO-SENS: new numbness on both sides, or on one without significant pain."""
    if not course.latest:
        return NO_REPORT
    numb = course.told("numb", CHANGED)
    both = [report for report in numb if report.numb_side == "both"]
    if both:
        return _sensory(both[-1], Severity.URGENT, course)
    quiet = [report for report in numb if _is_quiet(report, course)]
    if quiet:
        return _sensory(quiet[-1], _again(quiet[-1], course), course)
    if any(report.numb_side is None for report in numb):
        return not_answered("side of the numbness")
    return NOT_FIRED if course.is_answered("numb") else not_answered("numbness")


def no_new_numbness_twice(course: Course) -> bool:
    """Whether the last two answers on numbness are none or the same as before."""
    return course.answered_twice("numb", {NONE, SAME})


def _is_quiet(report: Report, course: Course) -> bool:
    """Whether pain beside the numbness is low or not known."""
    pain = course.pain(report)
    return pain is None or pain < course.protocol.neuro_sens.pain_under


def _again(report: Report, course: Course) -> Severity:
    """Return how pressing one-sided numbness is: more so when told twice in a row."""
    before = [answer for each, answer in course.answers("numb") if each.on < report.on]
    return Severity.SOON if before and before[-1] in CHANGED else Severity.ROUTINE


def _sensory(newest: Report, severity: Severity, course: Course) -> Finding:
    side = {"left": "Left", "right": "Right", "both": "Bilateral"}.get(newest.numb_side or "")
    told = f"{side} {newest.numb}" if side else str(newest.numb).capitalize()
    pain = course.pain(newest)
    beside = "pain not answered" if pain is None else f"with pain {pain}/10"
    if pain is not None and _is_quiet(newest, course):
        beside = f"without significant pain ({pain}/10)"
    gaps = ["side of numbness not answered"] * (newest.numb_side is None)
    gaps += ["pain not answered"] * (not course.pain_is_complete(newest))
    return Finding(
        rule=Rule.NEURO_SENS,
        severity=severity,
        since=newest.at,
        explanation=(
            f"{told} numbness or tingling, {beside}. Bilateral change is a cauda equina or "
            "cord warning sign."
        ),
        evidence=_facts(newest, course),
        missing=tuple(gaps),
    )


def _with_new_numbness(course: Course) -> Outcome:
    """Return whether one report of the latest day has pain and new numbness."""
    numbers = course.protocol.neuro_pain
    numb = course.told("numb", CHANGED)
    told = [report for report in numb if _is_painful(report, course)]
    if told:
        newest = told[-1]
        is_early = course.pod(newest) <= numbers.urgent_until_pod
        severity = Severity.URGENT if is_early else Severity.SOON
        worst = max(told, key=lambda report: course.pain(report) or 0)
        return _finding(newest, worst, severity, course)
    if any(not course.pain_is_complete(report) for report in numb):
        return NotEvaluable("pain not answered with the numbness")
    return NOT_FIRED if course.is_answered("numb") else not_answered("numbness")


def _with_lasting_numbness(course: Course) -> Outcome:
    """Return whether numbness stays while PAIN-PERSIST fires; its severity counts."""
    pair = lasting(course, "numb", "numbness", course.protocol.neuro_pain.lasting_from_pod)
    persisting = course.earlier.get(Rule.PAIN_PERSIST, NOT_FIRED)
    if isinstance(pair, NotFired) or isinstance(persisting, NotFired):
        return NOT_FIRED
    if isinstance(persisting, NotEvaluable):
        return NotEvaluable(f"PAIN-PERSIST: {persisting.reason}")
    if isinstance(pair, NotEvaluable):
        return pair
    now, before = pair
    return Finding(
        rule=Rule.NEURO_PAIN,
        severity=persisting.severity,
        since=max(now.at, persisting.since),
        explanation=(
            f"Pain {persisting.measure:g}/10 with persisting {_where(now, course)}"
            f"numbness or tingling, also reported {before.on}: "
            "pattern seen with nerve compression."
        ),
        evidence=(
            *_facts(now, course),
            *evidence("numbness before", before, "numb"),
            *persisting.evidence,
        ),
        missing=persisting.missing,
        domains=persisting.domains,
        measure=persisting.measure,
    )


def _finding(newest: Report, worst: Report, severity: Severity, course: Course) -> Finding:
    pain = course.pain(worst)
    reports = dict.fromkeys((worst, newest))
    return Finding(
        rule=Rule.NEURO_PAIN,
        severity=severity,
        since=newest.at,
        explanation=(
            f"Pain {pain}/10 with {newest.numb} {_where(newest, course)}numbness or "
            "tingling: pattern seen with nerve compression."
        ),
        evidence=tuple(fact for report in reports for fact in _facts(report, course)),
        missing=() if newest.numb_side else ("side of numbness not answered",),
        measure=pain,
    )


def _is_painful(report: Report, course: Course) -> bool:
    pain = course.pain(report)
    return pain is not None and pain >= course.protocol.neuro_pain.pain_from


def _where(report: Report, course: Course) -> str:
    """Return "left leg " and the like, as far as it is known."""
    side = {"left": "left", "right": "right", "both": "two-sided"}
    known = [side.get(report.numb_side or "", ""), *sorted(report.numb_site or ())]
    return "".join(f"{word} " for word in known if word)


def _facts(report: Report, course: Course) -> tuple[Evidence, ...]:
    top = course.protocol.trends.pain_max
    pains = tuple(
        fact
        for domain in course.trends
        if in_range(getattr(report, domain), top)
        for fact in evidence(f"{course.word(domain)} pain", report, domain)
    )
    return (
        *pains,
        *evidence("numbness or tingling", report, "numb"),
        *evidence("side", report, "numb_side"),
        *evidence("where", report, "numb_site"),
    )
