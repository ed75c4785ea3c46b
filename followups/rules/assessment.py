"""Judging one history by all rules: pure, repeatable, and explained.

The same history and protocol always give the same assessment, byte for byte in its
canonical text; no clock is read and nothing is remembered between calls.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from followups.choices import Family, Rule, Severity
from followups.protocol import STANDARD, Protocol
from followups.rules import contact, imaging
from followups.rules.catalogue import BY_RULE, CATALOGUE, Entry
from followups.rules.clinic_days import midnight
from followups.rules.course import Course
from followups.rules.data import plain
from followups.rules.history import History
from followups.rules.outcomes import Finding, NotEvaluable, Outcome
from followups.rules.recheck import Recheck, recheck


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules say of one history.

    ``outcomes`` has every rule in the order of evaluation; ``findings`` those that
    fired, the lead first. ``open_families`` are those with an open flag before it.
    """

    version: str
    outcomes: Mapping[Rule, Outcome]
    findings: tuple[Finding, ...]
    recheck: Recheck | None
    open_families: frozenset[Family] = frozenset()

    @property
    def lead(self) -> Finding | None:
        """The most severe finding; the lead order decides ties."""
        return self.findings[0] if self.findings else None

    @property
    def not_evaluable(self) -> dict[Rule, str]:
        """The rules that could not be judged, and why."""
        return {
            rule: outcome.reason
            for rule, outcome in self.outcomes.items()
            if isinstance(outcome, NotEvaluable)
        }

    def by_family(self) -> dict[Family, tuple[Finding, ...]]:
        """Return the findings of each flag to raise, lead first.

        A finding absorbed by a stronger rule joins that rule's flag; one that joins
        another family does so where a flag of that family is open or raised now, unless
        its own family has an open flag.
        """
        absorbed = {
            rule: finding.family
            for finding in self.findings
            for rule in BY_RULE[finding.rule].absorbs
        }
        present = self.open_families | {finding.family for finding in self.findings}
        flags: dict[Family, tuple[Finding, ...]] = {}
        for finding in self.findings:
            host = BY_RULE[finding.rule].joins
            joins = host in present and finding.family not in self.open_families
            own = host if host is not None and joins else finding.family
            family = absorbed.get(finding.rule, own)
            flags[family] = (*flags.get(family, ()), finding)
        return flags

    def as_data(self) -> dict[str, Any]:
        """Return the assessment as plain values that JSON can hold."""
        return {
            "version": self.version,
            "lead": self.lead.rule.value if self.lead else None,
            "outcomes": [
                {"rule": rule.value, **_outcome_data(outcome)}
                for rule, outcome in self.outcomes.items()
            ],
            "recheck": plain(self.recheck),
        }


def assess(history: History, protocol: Protocol = STANDARD) -> Assessment:
    """Return what every rule says of a history."""
    course = Course.of(history, protocol)
    outcomes = _judge(course)
    return Assessment(
        version=protocol.version,
        outcomes=outcomes,
        findings=in_lead_order(
            (each for each in outcomes.values() if isinstance(each, Finding)), protocol
        ),
        recheck=recheck(course, outcomes),
        open_families=frozenset(history.open_severities),
    )


def in_lead_order(
    findings: Iterable[Finding], protocol: Protocol = STANDARD
) -> tuple[Finding, ...]:
    """Return findings with the most severe first; the lead order decides ties."""
    place = {rule: number for number, rule in enumerate(protocol.lead_order)}
    return tuple(sorted(findings, key=lambda each: (-each.severity, place[each.rule])))


def is_absent(rules: Iterable[Rule], history: History, protocol: Protocol = STANDARD) -> bool:
    """Whether the condition of every one of these rules is gone.

    Gone means: it does not fire, and is denied on two consecutive reports or completed.
    For staff this is a badge on an open flag, not an ending.
    """
    course = Course.of(history, protocol)
    outcomes = _judge(course)
    return all(
        rule in BY_RULE and not isinstance(outcomes[rule], Finding) and BY_RULE[rule].absent(course)
        for rule in rules
    )


def may_clear(
    rules: Iterable[Rule],
    severity: Severity,
    history: History,
    protocol: Protocol = STANDARD,
) -> bool:
    """Whether an open flag with these rules as evidence may close without a person.

    Only routine flags, only of rules that clear themselves, only when all are gone.
    """
    held = tuple(rules)
    if severity != Severity.ROUTINE or not held:
        return False
    course = Course.of(history, protocol)
    outcomes = _judge(course)
    return all(
        rule in BY_RULE
        and not isinstance(outcomes[rule], Finding)
        and BY_RULE[rule].is_cleared(course)
        for rule in held
    )


def may_refire(rule: Rule, raised_at: datetime | None, now: datetime) -> bool:
    """Whether a rule may raise a flag again, given when it last raised one."""
    entry = BY_RULE.get(rule)
    if raised_at is None or entry is None or entry.refires_after_days is None:
        return True
    return now - raised_at >= timedelta(days=entry.refires_after_days)


def next_change_at(history: History, protocol: Protocol = STANDARD) -> datetime | None:
    """Return the next moment at which the clock alone can change an outcome."""
    days = contact.boundaries(history, protocol) | imaging.boundaries(history, protocol)
    moments = (midnight(day, history) for day in days)
    return min((at for at in moments if at > history.as_of), default=None)


def canonical(data: Any) -> str:
    """Return plain data as the one text it can have, for storing and comparing."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _judge(course: Course) -> dict[Rule, Outcome]:
    """Return the outcome of every rule, each after the rules it needs."""
    outcomes: dict[Rule, Outcome] = {}
    for entry in CATALOGUE:
        outcomes[entry.rule] = entry.check(_informed(course, entry, outcomes))
    return outcomes


def _informed(course: Course, entry: Entry, outcomes: Mapping[Rule, Outcome]) -> Course:
    """Return the course with the earlier outcomes this rule declared it needs."""
    if not entry.needs:
        return course
    known = {rule: outcomes[rule] for rule in entry.needs if rule in outcomes}
    return replace(course, earlier=known)


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Finding):
        return {"outcome": "fired", **plain(outcome)}
    if isinstance(outcome, NotEvaluable):
        return {"outcome": "not_evaluable", "reason": outcome.reason}
    return {"outcome": "not_fired"}
