"""Mood, worry, and thoughts of self-harm."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from followups.choices import Rule, Severity
from followups.rules.course import Course, evidence, in_range
from followups.rules.domains import PAIN_RULES
from followups.rules.history import Report
from followups.rules.outcomes import NOT_FIRED, Evidence, Finding, NotEvaluable, Outcome
from followups.rules.signs import NO_REPORT, not_answered

OFF_TRACK = (*PAIN_RULES, Rule.FUNC)

_Answer = tuple[date, datetime, float]


def low_mood(course: Course) -> Outcome:
    """PSYCH: one half of the PHQ-4 is positive."""
    if not course.latest:
        return NO_REPORT
    told = [report for report in course.latest if is_positive(report, course)]
    if told:
        return _low_mood(told[-1], course)
    denied = any(is_positive(report, course) is False for report in course.latest)
    return NOT_FIRED if denied else not_answered("PHQ-4")


def is_positive(report: Report, course: Course) -> bool | None:
    """Whether the PHQ-4 of a report is positive; None if its answers leave it open."""
    halves = [_half(report.phq2, course), _half(report.gad2, course)]
    if any(each is not None and each >= course.protocol.mood.positive_from for each in halves):
        return True
    return None if None in halves else False


def no_low_mood(course: Course) -> bool:
    """Whether the newest PHQ-4 is negative."""
    return _answers(course.complete, course)[-1:] == [False]


def no_low_mood_twice(course: Course) -> bool:
    """Whether the last two PHQ-4 are negative."""
    return _answers(course.complete, course)[-2:] == [False, False]


def self_harm(course: Course) -> Outcome:
    """SUICIDE: PHQ-9 item 9 is not zero; the answer staff entered last counts too."""
    numbers = course.protocol.self_harm
    asked = _item_9(course)
    if not asked:
        return NotEvaluable("PHQ-9 item 9 not asked")
    told = [each for each in asked if each[2] >= numbers.urgent_from]
    if not told:
        return NOT_FIRED
    worst = max(value for _, _, value in told)
    shown = any(each in _told(course) for each in told)
    return Finding(
        rule=Rule.SUICIDE,
        severity=Severity.EMERGENCY if worst >= numbers.emergency_from else Severity.URGENT,
        since=max(at for _, at, _ in told),
        explanation=(
            f"PHQ-9 item 9 = {worst:g}. Same-day direct contact and structured suicide-risk "
            f"assessment required{'; crisis text shown' if shown else ''}."
        ),
        evidence=tuple(Evidence("PHQ-9 item 9", f"{value:g}", on) for on, _, value in told),
    )


def no_self_harm_twice(course: Course) -> bool:
    """Whether the last two answers to PHQ-9 item 9 are zero."""
    last = [value for _, _, value in sorted((*_told(course), *_entered(course)))[-2:]]
    return last == [0, 0]


def _half(value: int | None, course: Course) -> int | None:
    return value if in_range(value, course.protocol.scales.two_item_max) else None


def _answers(reports: Iterable[Report], course: Course) -> list[bool]:
    """Return whether each PHQ-4 was positive, the last of each day, oldest first."""
    found = ((each.on, is_positive(each, course)) for each in reports)
    return list({on: positive for on, positive in found if positive is not None}.values())


def _low_mood(newest: Report, course: Course) -> Finding:
    numbers = course.protocol.mood
    halves = {"PHQ-2": _half(newest.phq2, course), "GAD-2": _half(newest.gad2, course)}
    known = [each for each in halves.values() if each is not None]
    total = sum(known) if len(known) == len(halves) else None
    before = newest.on - timedelta(days=numbers.repeated_after_days)
    is_repeated = _answers((each for each in course.complete if each.on <= before), course)[-1:]
    worst = course.most_severe(OFF_TRACK)
    is_off_track = worst is not None and worst.severity >= Severity.SOON
    is_severe = total is not None and total >= numbers.severe_from
    is_pressing = is_severe or is_repeated == [True] or is_off_track
    parts = ", ".join(
        f"{name} {'not answered' if value is None else value}" for name, value in halves.items()
    )
    return Finding(
        rule=Rule.PSYCH,
        severity=Severity.SOON if is_pressing else Severity.ROUTINE,
        since=newest.at,
        explanation=(
            f"PHQ-4 {'incomplete' if total is None else total} ({parts}); "
            f"{'repeated' if is_repeated == [True] else 'first'}"
            f"{', recovery off track' if is_off_track else ''}. "
            "Offer full assessment and support."
        ),
        evidence=(
            *evidence("PHQ-2", newest, "phq2"),
            *evidence("GAD-2", newest, "gad2"),
            *((Evidence(worst.rule.value, "fired"),) if is_off_track and worst else ()),
        ),
        missing=(
            *(f"{name} not answered" for name, value in halves.items() if value is None),
            *(() if is_pressing else course.unjudged(OFF_TRACK)),
        ),
    )


def _item_9(course: Course) -> list[_Answer]:
    """Return the answers that count: those of the last day that has one.

    An answer in a report counts on the latest day only, one by staff until the next.
    """
    told, entered = _told(course), _entered(course)
    newest = max((on for on, _, _ in told | entered), default=None)
    is_current = bool(course.latest) and newest == course.latest[-1].on
    if not is_current and newest not in {on for on, _, _ in entered}:
        return []
    return sorted(each for each in told | entered if each[0] == newest)


def _told(course: Course) -> set[_Answer]:
    """Return every valid answer to item 9 in a report."""
    top = course.protocol.scales.item_9_max
    return {
        (each.on, each.at, float(each.phq9_i9 or 0))
        for each in course.reports
        if in_range(each.phq9_i9, top)
    }


def _entered(course: Course) -> set[_Answer]:
    """Return every valid answer to item 9 that staff entered since surgery."""
    return {
        (each.on, each.at, each.value)
        for each in course.history.scores
        if each.instrument == "phq9_i9"
        and each.on >= course.history.surgery_on
        and each.value in range(course.protocol.scales.item_9_max + 1)
    }
