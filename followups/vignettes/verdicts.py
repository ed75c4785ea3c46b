"""What the rules say of a case, beside what was expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from followups.choices import Rule, Severity
from followups.rules import Assessment, assess, is_lost
from followups.vignettes.cases import Case


@dataclass(frozen=True, slots=True)
class Answer:
    """Rules with their severities, the lead and the re-check; None is not said."""

    severities: Mapping[Rule, Severity]
    lead: str | None
    recheck: bool | None

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = sorted(self.severities.items())
        return {
            "rules": [rule.value for rule, _ in found],
            "severity": {rule.value: severity.name.lower() for rule, severity in found},
            "lead": self.lead,
            "recheck": self.recheck,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case judged; ``differs`` names what is not as expected."""

    case: Case
    expected: Answer
    got: Answer
    differs: tuple[str, ...]
    assessment: Assessment
    is_lost: bool

    @property
    def is_as_expected(self) -> bool:
        """Whether nothing differs."""
        return not self.differs

    def lines(self) -> list[str]:
        """Return it as text: expected and got, part by part."""
        said = "as expected" if self.is_as_expected else f"DIFFERS in {', '.join(self.differs)}"
        title = f" {self.case.title}" if self.case.title else ""
        parts = [(name, _words(name, self.expected), _words(name, self.got)) for name in PARTS]
        return [
            f"{self.case.id}{title}: {said}",
            *(f"    {name:<9} expected {before}; got {after}" for name, before, after in parts),
            *(["    lost to follow-up"] if self.is_lost else []),
            *(f"    note: {note}" for note in self.case.notes),
        ]

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.case.id,
            "title": self.case.title,
            "as_expected": self.is_as_expected,
            "differs": list(self.differs),
            "expected": self.expected.as_data(),
            "got": {
                **self.got.as_data(),
                "lost_to_follow_up": self.is_lost,
                "explanations": {
                    each.rule.value: each.explanation for each in self.assessment.findings
                },
                "not_evaluable": {
                    rule.value: reason for rule, reason in self.assessment.not_evaluable.items()
                },
            },
            "notes": list(self.case.notes),
        }


PARTS = ("rules", "severity", "lead", "re-check")


def judge(case: Case) -> Verdict:
    """Return what the rules of today say of a case."""
    assessment = assess(case.history)
    expected = Answer(case.expected, case.lead, case.recheck)
    got = Answer(
        severities={each.rule: each.severity for each in assessment.findings},
        lead=assessment.lead.rule.value if assessment.lead else "none",
        recheck=assessment.recheck is not None,
    )
    differs = {
        "rules": expected.severities.keys() != got.severities.keys()
        or bool(got.severities.keys() & case.excluded),
        "severity": any(
            got.severities.get(rule, severity) != severity
            for rule, severity in expected.severities.items()
        ),
        "lead": expected.lead not in {None, got.lead},
        "re-check": expected.recheck not in {None, got.recheck},
    }
    return Verdict(
        case=case,
        expected=expected,
        got=got,
        differs=tuple(name for name in PARTS if differs[name]),
        assessment=assessment,
        is_lost=is_lost(case.history),
    )


def _words(part: str, answer: Answer) -> str:
    if part == "lead":
        return answer.lead or "not said"
    if part == "re-check":
        return {None: "not said", True: "yes", False: "no"}[answer.recheck]
    data = answer.as_data()
    if part == "rules":
        return ", ".join(data["rules"]) or "none"
    return ", ".join(f"{rule} {word}" for rule, word in data["severity"].items()) or "none"
