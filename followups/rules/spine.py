"""Stability, falls, and several warning signs together."""

from datetime import datetime, timedelta

from followups.choices import RiskFactor, Rule, Severity
from followups.rules.course import CHANGED, NONE, PRESENT, Course, evidence, in_range
from followups.rules.domains import PAIN_RULES
from followups.rules.history import Report
from followups.rules.mood import is_positive
from followups.rules.outcomes import NOT_FIRED, Evidence, Finding, NotEvaluable, Outcome
from followups.rules.signs import NO_REPORT, lasting, missing, not_answered, unless_silent

_FELT = "slipping or giving-way feeling"
_CHANGED = {"numb": "numbness", "weak": "weakness", "instab": "instability"}


def instability(course: Course) -> Outcome:
    """INSTAB: the spine newly feels as if it slips or gives way, or goes on doing so."""
    if not course.latest:
        return NO_REPORT
    told = course.told("instab", CHANGED)
    if told:
        return _changed(told, course)
    return unless_silent(course, "instab", "instability", _lasting(course))


def no_instability_twice(course: Course) -> bool:
    """Whether the last two answers on instability are "none"."""
    return course.answered_twice("instab", {NONE})


def fall(course: Course) -> Outcome:
    """FALL: a fall or accident; urgent with symptoms or fragile bone."""
    if not course.latest:
        return NO_REPORT
    told = course.affirmed("fall")
    if not told:
        return not_answered("fall") if course.unanswered("fall") else NOT_FIRED
    worst = course.worst_pain()
    signs = [f"pain {worst}/10"] * (
        worst is not None and worst >= course.protocol.falls.urgent_pain_from
    )
    signs += [f"changed {name}" for item, name in _CHANGED.items() if course.told(item, CHANGED)]
    signs += ["osteoporosis"] * (RiskFactor.OSTEOPOROSIS in course.history.risk.factors)
    day = course.latest[-1]
    return Finding(
        rule=Rule.FALL,
        severity=Severity.URGENT if signs else Severity.SOON,
        since=max(each.at for each in told),
        explanation=(
            f"Fall or accident since last check-in; "
            f"{', '.join(signs) or 'no new symptoms reported'}. Check hardware and fracture."
        ),
        evidence=(
            *evidence("fall", told[-1], "fall"),
            *(Evidence("with", sign, day.on) for sign in signs),
        ),
        missing=() if signs else _unknown_after_a_fall(course),
    )


def no_fall_twice(course: Course) -> bool:
    """Whether the last two answers deny a fall."""
    return course.denied_twice("fall")


def cluster(course: Course) -> Outcome:
    """CLUSTER: several of six hallmarks of a failed fusion at the same time."""
    if not course.latest:
        return NO_REPORT
    numbers, pod = course.protocol.cluster, course.pod(course.latest[-1])
    if pod < numbers.from_pod:
        return NOT_FIRED
    hallmarks = _hallmarks(course)
    found = {name: at for name, at in hallmarks.items() if isinstance(at, datetime)}
    unknown = [name for name, at in hallmarks.items() if at is None]
    if len(found) + len(unknown) < numbers.hallmarks_at_least:
        return NOT_FIRED
    if len(found) < numbers.hallmarks_at_least:
        return NotEvaluable(f"{', '.join(unknown)} not known")
    return Finding(
        rule=Rule.CLUSTER,
        severity=Severity.SOON,
        since=max(found.values()),
        explanation=(
            f"{len(found)} of {len(hallmarks)} fusion-failure hallmarks together on POD {pod}: "
            f"{', '.join(found)}. Consider structured failure work-up."
        ),
        evidence=tuple(
            Evidence(name, "present", at.astimezone(course.history.zone).date())
            for name, at in found.items()
        ),
        missing=tuple(f"{name} not known" for name in unknown),
    )


def few_hallmarks_twice(course: Course) -> bool:
    """Whether too few hallmarks were told twice, with what was not answered as told."""
    numbers = course.protocol

    def count(report: Report) -> int:
        pain = course.pain(report) if course.pain_is_complete(report) else None
        is_limited = not in_range(report.func, numbers.trends.function_max) or (
            (report.func or 0) >= numbers.cluster.function_from
        )
        return sum(
            (
                pain is None or pain >= numbers.pain_persist.pain_from,
                *(getattr(report, item) != NONE for item in _CHANGED),
                is_limited,
                is_positive(report, course) is True,
            )
        )

    last = course.daily[-2:]
    return len(last) == 2 and all(
        count(report) < numbers.cluster.hallmarks_at_least for report in last
    )


def _changed(told: tuple[Report, ...], course: Course) -> Finding:
    newest = told[-1]
    fallen = course.affirmed("fall")
    spike = course.fired(Rule.PAIN_SPIKE)
    with_ = ["after a fall"] * bool(fallen) + ["with sudden pain"] * (spike is not None)
    return Finding(
        rule=Rule.INSTAB,
        severity=Severity.URGENT if with_ else Severity.SOON,
        since=newest.at,
        explanation=(
            f"{str(newest.instab).capitalize()} {_FELT} on POD {course.pod(newest)}"
            f"{''.join(f', {each}' for each in with_)}: possible unfused segment or loose "
            "hardware."
        ),
        evidence=(
            *(fact for each in told for fact in evidence(_FELT, each, "instab")),
            *(fact for each in fallen for fact in evidence("fall", each, "fall")),
            *(spike.evidence if spike else ()),
        ),
        missing=()
        if with_
        else (*missing(course, {"fall": "fall"}), *course.unjudged((Rule.PAIN_SPIKE,))),
    )


def _lasting(course: Course) -> Outcome:
    pair = lasting(course, "instab", "instability", course.protocol.instability.lasting_from_pod)
    if not isinstance(pair, tuple):
        return pair
    now, before = pair
    return Finding(
        rule=Rule.INSTAB,
        severity=Severity.ROUTINE,
        since=now.at,
        explanation=(
            f"Unchanged {_FELT} on POD {course.pod(now)}, also reported {before.on}: "
            "possible unfused segment or loose hardware."
        ),
        evidence=(*evidence(_FELT, now, "instab"), *evidence("before", before, "instab")),
    )


def _unknown_after_a_fall(course: Course) -> tuple[str, ...]:
    risk = course.history.risk
    is_bone_unknown = risk.points is None or RiskFactor.OSTEOPOROSIS in risk.unknown
    has_pain = any(course.pain_is_complete(each) for each in course.latest)
    unasked = [name for item, name in _CHANGED.items() if not course.is_answered(item)]
    return (
        *(() if has_pain else ("pain not answered",)),
        *(f"{name} not answered" for name in unasked),
        *(("osteoporosis not known",) if is_bone_unknown else ()),
    )


def _hallmarks(course: Course) -> dict[str, datetime | bool | None]:
    """Return each hallmark's newest moment, False where denied, None where not known."""
    pains = [course.earlier.get(rule) for rule in PAIN_RULES]
    moments = [each.since for each in pains if isinstance(each, Finding)]
    unsure = any(isinstance(each, NotEvaluable) for each in pains)
    pain: datetime | bool | None = max(moments) if moments else (None if unsure else False)
    return {
        "pain": pain,
        **{name: _told(course, item) for item, name in _CHANGED.items()},
        "function": _limited(course),
        "mood": _mood(course),
    }


def _told(course: Course, item: str) -> datetime | bool | None:
    told = course.told(item, PRESENT)
    if told:
        return told[-1].at
    return False if course.is_answered(item) else None


def _limited(course: Course) -> datetime | bool | None:
    top = course.protocol.trends.function_max
    known = [each for each in course.latest if in_range(each.func, top)]
    least = course.protocol.cluster.function_from
    limited = [each.at for each in known if (each.func or 0) >= least]
    return limited[-1] if limited else (False if known else None)


def _mood(course: Course) -> datetime | bool | None:
    """Return the newest positive PHQ-4 of the last four weeks."""
    span = timedelta(days=course.protocol.cluster.mood_within_days)
    first = course.latest[-1].on - span
    recent = [each for each in course.reports if each.on >= first]
    found = [(each.at, is_positive(each, course)) for each in recent]
    positive = [at for at, answer in found if answer]
    if positive:
        return max(positive)
    return False if any(answer is False for _, answer in found) else None
