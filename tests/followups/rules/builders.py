"""Short ways to say a history; every test says only what it is about."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from followups.choices import Rule, Severity
from followups.rules import Finding, History, NotEvaluable, Report, assess

SURGERY_ON = date(2026, 1, 5)


def day(pod: int) -> date:
    return SURGERY_ON + timedelta(days=pod)


def at(pod: int, hour: int = 12) -> datetime:
    return datetime.combine(day(pod), time(hour), tzinfo=UTC)


def report(pod: int, *, hour: int = 12, **items: Any) -> Report:
    return Report(id=f"{pod}/{hour}", at=at(pod, hour), on=day(pod), **items)


def pains(
    values: Mapping[int, int | None], domain: str = "axial", **items: Any
) -> tuple[Report, ...]:
    """Return one report per postoperative day with that pain."""
    return tuple(report(pod, **{domain: pain, **items}) for pod, pain in values.items())


def history(*reports: Report, pod: int | None = None, **facts) -> History:
    """Return a history as of its last report, or as of noon on a day."""
    as_of = at(pod) if pod is not None else max(each.at for each in reports)
    return History(as_of=as_of, surgery_on=SURGERY_ON, reports=reports, **facts)


def outcome(rule: Rule, of: History):
    return assess(of).outcomes[rule]


def severity(rule: Rule, of: History) -> Severity | None:
    """Return the severity a rule fires with; None if it does not."""
    found = outcome(rule, of)
    return found.severity if isinstance(found, Finding) else None


def words(rule: Rule, of: History) -> str:
    """Return the explanation of a rule that fires."""
    found = outcome(rule, of)
    assert isinstance(found, Finding), found
    return found.explanation


def gaps(rule: Rule, of: History) -> tuple[str, ...]:
    """Return the missing inputs that a rule that fires names."""
    found = outcome(rule, of)
    assert isinstance(found, Finding), found
    return found.missing


def facts(rule: Rule, of: History) -> list[tuple[str, str]]:
    """Return the evidence of a rule that fires, label and value."""
    found = outcome(rule, of)
    assert isinstance(found, Finding), found
    return [(each.label, each.value) for each in found.evidence]


def reason(rule: Rule, of: History) -> str | None:
    """Return why a rule could not be judged; None if it could."""
    found = outcome(rule, of)
    return found.reason if isinstance(found, NotEvaluable) else None
