"""Planned imaging that was not done, and results nobody has signed off."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from followups.choices import Rule, Severity
from followups.protocol import Protocol
from followups.rules.clinic_days import day_of, midnight
from followups.rules.course import Course
from followups.rules.history import History, ImagingState
from followups.rules.outcomes import NOT_FIRED, Evidence, Finding, Outcome

_NAMES = {"xray": "X-ray", "flex_ext": "Flexion-extension X-ray", "ct": "CT", "mri": "MRI"}
_WORDS = {"asd": "adjacent segment disease", "scar": "scar tissue"}


def studies(course: Course) -> Outcome:
    """IMAGING: planned imaging is overdue, or a result waits for its signature."""
    found = [
        finding
        for study in course.history.imaging
        for finding in (_overdue(study, course), _unsigned(study, course))
        if finding is not None
    ]
    if not found:
        return NOT_FIRED
    lead = max(found, key=lambda each: each.severity)
    return replace(
        lead,
        since=max(each.since for each in found),
        evidence=tuple(fact for each in found for fact in each.evidence),
    )


def is_signed_off(course: Course) -> bool:
    """Whether no study is overdue and every result has been signed off."""
    history = course.history
    return not any(
        _is_overdue(study, history) or _awaits_signature(study, history)
        for study in history.imaging
    )


def boundaries(history: History, protocol: Protocol) -> set[date]:
    """Return the days on which the clock alone can change this rule."""
    days = set()
    for study in history.imaging:
        if study.window_closes_on is not None and not _is_done(study, history):
            days.add(_overdue_from(study.window_closes_on))
        if study.resulted_at is not None and not _is_signed(study, history):
            days.add(_stale_from(study.resulted_at, history, protocol))
    return days


def _overdue(study: ImagingState, course: Course) -> Finding | None:
    closes_on = study.window_closes_on
    if closes_on is None or not _is_overdue(study, course.history):
        return None
    return Finding(
        rule=Rule.IMAGING,
        severity=Severity.ROUTINE,
        since=midnight(_overdue_from(closes_on), course.history),
        explanation=f"{_name(study)} overdue: window closed {closes_on}, not done.",
        evidence=(Evidence(_name(study), "window closed", closes_on),),
    )


def _unsigned(study: ImagingState, course: Course) -> Finding | None:
    history, numbers = course.history, course.protocol.studies
    if study.resulted_at is None or not _awaits_signature(study, history):
        return None
    severity, since = Severity.ROUTINE, study.resulted_at
    named = study.findings & (numbers.urgent | numbers.soon)
    if study.findings & numbers.urgent:
        severity = Severity.URGENT
    elif study.findings & numbers.soon:
        severity = Severity.SOON
    else:
        stale_from = _stale_from(study.resulted_at, history, course.protocol)
        if history.today < stale_from:
            return None
        since = midnight(stale_from, history)
    words = ", ".join(_WORDS.get(each, each) for each in sorted(named or study.findings))
    return Finding(
        rule=Rule.IMAGING,
        severity=severity,
        since=since,
        explanation=f"{_name(study)} result unsigned: {words or 'no finding recorded'}.",
        evidence=(
            Evidence(
                f"{_name(study)} result",
                ", ".join(sorted(study.findings)) or "no finding recorded",
                day_of(study.resulted_at, history),
            ),
        ),
        missing=() if study.findings else ("findings not recorded",),
    )


def _is_done(study: ImagingState, history: History) -> bool:
    return study.done_on is not None or _is_resulted(study, history)


def _is_resulted(study: ImagingState, history: History) -> bool:
    return study.resulted_at is not None and study.resulted_at <= history.as_of


def _is_signed(study: ImagingState, history: History) -> bool:
    return study.signed_off_at is not None and study.signed_off_at <= history.as_of


def _is_overdue(study: ImagingState, history: History) -> bool:
    closes_on = study.window_closes_on
    return closes_on is not None and history.today > closes_on and not _is_done(study, history)


def _awaits_signature(study: ImagingState, history: History) -> bool:
    return _is_resulted(study, history) and not _is_signed(study, history)


def _overdue_from(closes_on: date) -> date:
    return closes_on + timedelta(days=1)


def _stale_from(resulted_at: datetime, history: History, protocol: Protocol) -> date:
    """Return the first day a result has waited too long, whatever it says."""
    return day_of(resulted_at, history) + timedelta(days=protocol.studies.unsigned_days + 1)


def _name(study: ImagingState) -> str:
    return _NAMES.get(study.modality, study.modality.replace("_", " ").capitalize())
