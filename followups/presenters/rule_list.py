"""The clinical rules as staff read them: straight from the catalogue, so never out of date."""

from collections.abc import Iterator
from dataclasses import dataclass

from followups.choices import Severity
from followups.presenters import words
from followups.protocol import STANDARD, Protocol
from followups.rules import CATALOGUE, Entry


@dataclass(frozen=True, slots=True)
class Target:
    """One severity a rule can have, and how soon somebody must have called."""

    severity: str
    word: str
    within: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule of the overview."""

    number: int
    code: str
    name: str
    family: str
    targets: tuple[Target, ...]
    text: str
    ending: str
    limits: str
    source: str


def rules(protocol: Protocol = STANDARD) -> Iterator[RuleText]:
    """Yield every rule in the order of evaluation."""
    for number, entry in enumerate(CATALOGUE, start=1):
        yield RuleText(
            number=number,
            code=entry.rule.value,
            name=str(entry.rule.label),
            family=str(entry.rule.family.label),
            targets=tuple(_target(entry, severity, protocol) for severity in entry.severities),
            text=entry.text,
            ending=entry.ending[:1].upper() + entry.ending[1:],
            limits=entry.limits,
            source=entry.source,
        )


def _target(entry: Entry, severity: Severity, protocol: Protocol) -> Target:
    hours = protocol.response.hours(entry.rule, severity)
    within = f"{hours // 24} days" if hours >= 48 else f"{hours} h"
    return Target(words.severity_class(severity), str(severity.label), f"within {within}")
