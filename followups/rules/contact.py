"""Silence and missed visits: what the clock alone can make true."""

from datetime import date, datetime, timedelta

from followups.choices import Family, Rule, Severity, VisitStatus
from followups.protocol import STANDARD, Protocol
from followups.rules.clinic_days import day_of, in_words, midnight
from followups.rules.course import Course
from followups.rules.history import (
    Attempt,
    History,
    MissedCheckIn,
    VisitState,
    is_postoperative,
)
from followups.rules.outcomes import NOT_FIRED, Evidence, Finding, Outcome


def nonresponse(course: Course) -> Outcome:
    """NONRESP: check-ins missed one after another."""
    history, numbers = course.history, course.protocol.nonresponse
    missed = _missed_in_a_row(history)
    count = len(missed)
    if count < numbers.missed_from:
        return NOT_FIRED
    points = history.risk.points
    is_pressing = (
        count >= numbers.soon_missed_from
        or history.pod <= numbers.soon_until_pod
        or _has_pressing_flag(history)
        or (points is not None and points >= numbers.soon_risk_from)
    )
    contact = history.last_contact_on
    risk = "unknown" if points is None else course.protocol.risk.tier(points).value
    lost = is_lost(history, course.protocol)
    tries = _attempts_since(history)
    last = in_words(contact) if contact else "not recorded"
    return Finding(
        rule=Rule.NONRESP,
        severity=Severity.SOON if is_pressing else Severity.ROUTINE,
        since=max(each.closed_at for each in missed),
        explanation=(
            f"{count} check-ins missed, last contact {last}, "
            f"risk {risk}.{' Lost to follow-up.' if lost else ''} Silence is not recovery; "
            "please call."
        ),
        evidence=(
            *(Evidence("check-in missed", "due", each.on) for each in missed),
            Evidence("risk points", "unknown" if points is None else str(points)),
            *(
                Evidence("tried to reach by", each.channel, day_of(each.at, history))
                for each in tries
            ),
            *((Evidence("lost to follow-up", "yes"),) if lost else ()),
        ),
        missing=("risk points unknown",) if points is None else (),
    )


def is_answering(course: Course) -> bool:
    """Whether a check-in or visit was completed since two were missed in a row."""
    missed = _missed_in_a_row(course.history)
    return len(missed) < course.protocol.nonresponse.missed_from


def is_lost(history: History, protocol: Protocol = STANDARD) -> bool:
    """Whether a patient is lost to follow-up; any contact reverses it.

    That is at least 90 days without contact, and since then at least 3 documented tries
    on at least 2 channels. Surgery counts as contact where nothing later is known.
    """
    numbers, tries = protocol.lost_to_follow_up, _attempts_since(history)
    silent = history.today - (history.last_contact_on or history.surgery_on)
    return (
        silent.days >= numbers.days_without_contact
        and len(tries) >= numbers.attempts
        and len({each.channel for each in tries}) >= numbers.channels
    )


def overdue_visit(course: Course) -> Outcome:
    """VISIT: a visit's window closed without it, or an appointment was missed."""
    found = [
        finding
        for visit in course.history.visits
        for finding in (_overdue(visit, course), _no_show(visit, course))
        if finding is not None
    ]
    if not found:
        return NOT_FIRED
    lead = max(found, key=lambda each: each.severity)
    return Finding(
        rule=Rule.VISIT,
        severity=lead.severity,
        since=max(each.since for each in found),
        explanation=lead.explanation,
        evidence=tuple(fact for each in found for fact in each.evidence),
    )


def is_attended(course: Course) -> bool:
    """Whether every visit that was overdue or missed has since been completed."""
    return not any(
        _is_past(visit, course.history) or _no_shows(visit, course.history)
        for visit in course.history.visits
        if not _is_completed(visit)
    )


def boundaries(history: History, protocol: Protocol) -> set[date]:
    """Return the days on which the clock alone can change these rules."""
    late_days = protocol.overdue_visit.soon_after_days
    rebooked_days = timedelta(days=protocol.overdue_visit.rebooked_within_days)
    lost_days = timedelta(days=protocol.lost_to_follow_up.days_without_contact)
    surgery_on = history.surgery_on
    days = {surgery_on + timedelta(days=protocol.nonresponse.soon_until_pod + 1)}
    if history.attempts:
        days.add((history.last_contact_on or surgery_on) + lost_days)
    for visit in history.visits:
        if not _is_completed(visit):
            days |= {_overdue_from(visit), _overdue_from(visit, late_days)}
            if visit.booked_on is not None:
                days |= {
                    visit.booked_on - rebooked_days,
                    visit.booked_on + timedelta(days=1),
                }
    return days


def _missed_in_a_row(history: History) -> list[MissedCheckIn]:
    """Return the missed check-ins due after the last completed check-in or visit."""
    reports = (
        each.on
        for each in history.reports
        if each.complete and is_postoperative(each, history.surgery_on)
    )
    visits = (each.completed_on for each in history.visits)
    answered = max((on for on in (*reports, *visits) if on is not None), default=None)
    return [
        each
        for each in history.missed
        if (answered is None or each.on > answered) and each.closed_at <= history.as_of
    ]


def _attempts_since(history: History) -> list[Attempt]:
    """Return the tries to reach the patient on the days after the last contact."""
    contact = history.last_contact_on
    return [
        each
        for each in history.attempts
        if each.at <= history.as_of and (contact is None or day_of(each.at, history) > contact)
    ]


def _has_pressing_flag(history: History) -> bool:
    """Whether a flag about anything but contact itself is open at SOON or higher."""
    return any(
        severity >= Severity.SOON
        for family, severity in history.open_severities.items()
        if family != Family.CONTACT
    )


def _overdue(visit: VisitState, course: Course) -> Finding | None:
    history, numbers = course.history, course.protocol.overdue_visit
    if _is_completed(visit) or not _is_past(visit, history):
        return None
    days_late = (history.today - visit.closes_on).days
    is_very_late = days_late > numbers.soon_after_days
    is_pressing = visit.kind in numbers.soon_kinds or _has_pressing_flag(history)
    is_rebooked = _is_rebooked(visit, history, numbers.rebooked_within_days)
    is_soon = (is_very_late or is_pressing) and not is_rebooked
    coming = visit.booked_on if _is_booked(visit, history) else None
    booking = f", booked {in_words(coming)}" if coming else ", no booking"
    flags = ", other flags open" if _has_pressing_flag(history) else ""
    return Finding(
        rule=Rule.VISIT,
        severity=Severity.SOON if is_soon else Severity.ROUTINE,
        since=midnight(
            _overdue_from(visit, numbers.soon_after_days if is_very_late else 0),
            history,
        ),
        explanation=(
            f"{visit.kind.label} visit overdue by {days_late} "
            f"{'day' if days_late == 1 else 'days'}{booking}{flags}."
        ),
        evidence=(Evidence(f"{visit.kind.label} visit", "window closed", visit.closes_on),),
    )


def _no_show(visit: VisitState, course: Course) -> Finding | None:
    history, numbers = course.history, course.protocol.overdue_visit
    if _is_completed(visit) or visit.status != VisitStatus.NO_SHOW:
        return None
    in_a_row = _no_shows_in_a_row(history)
    is_soon = in_a_row >= numbers.soon_no_shows
    again = f", {in_a_row} appointments missed in a row" if is_soon else ""
    at = _no_shows(visit, history)[-1]
    return Finding(
        rule=Rule.VISIT,
        severity=Severity.SOON if is_soon else Severity.ROUTINE,
        since=at,
        explanation=f"{visit.kind.label} visit not attended{again}.",
        evidence=(Evidence(f"{visit.kind.label} visit", "not attended", day_of(at, history)),),
    )


def _no_shows(visit: VisitState, history: History) -> tuple[datetime, ...]:
    """Return when appointments of a visit were missed, at least the day."""
    if visit.no_show_at or visit.status != VisitStatus.NO_SHOW:
        return tuple(sorted(visit.no_show_at))
    return (midnight(visit.booked_on or visit.opens_on, history),)


def _no_shows_in_a_row(history: History) -> int:
    """Return how many appointments were missed since the last completed visit."""
    completed = [each.completed_on for each in history.visits]
    last = max((on for on in completed if on is not None), default=None)
    return sum(
        last is None or day_of(at, history) > last
        for visit in history.visits
        for at in _no_shows(visit, history)
    )


def _is_completed(visit: VisitState) -> bool:
    return visit.status == VisitStatus.COMPLETED or visit.completed_on is not None


def _is_past(visit: VisitState, history: History) -> bool:
    return history.today > visit.closes_on


def _is_booked(visit: VisitState, history: History) -> bool:
    """Whether there is an appointment; after a missed one only a new one counts."""
    if visit.booked_on is None:
        return False
    is_next = visit.status == VisitStatus.NO_SHOW and visit.booked_on > history.today
    return visit.status == VisitStatus.BOOKED or is_next


def _is_rebooked(visit: VisitState, history: History, within_days: int) -> bool:
    """Whether an appointment is coming within these days."""
    if visit.booked_on is None or not _is_booked(visit, history):
        return False
    return 0 <= (visit.booked_on - history.today).days <= within_days


def _overdue_from(visit: VisitState, late_days: int = 0) -> date:
    """Return the first day a visit is more than ``late_days`` past its window."""
    return visit.closes_on + timedelta(days=late_days + 1)
