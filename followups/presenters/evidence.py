"""Why a case was flagged, and what speaks in the other direction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from followups.choices import Family, Rule
from followups.models import Evaluation, Flag
from followups.presenters import words
from followups.rules import BY_RULE

ICONS = {
    Family.CORD: "alert-octagon",
    Family.CHEST: "alert-octagon",
    Family.NECK: "alert-triangle",
    Family.WOUND: "bandage",
    Family.NERVE: "circle-plus",
    Family.PAIN: "trending-up",
    Family.CONTACT: "message-x",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired: what it saw, how it judges, where it comes from."""

    icon: str
    severity: str
    severity_word: str
    sentence: str
    rule: str
    code: str
    values: list[str]
    missing: list[str]
    when: str
    text: str
    source: str
    limits: str
    version: str


@dataclass(frozen=True, slots=True)
class WorkUp:
    """Options to think of; the clinician decides."""

    causes: list[str]
    consider: list[str]


@dataclass(frozen=True, slots=True)
class Silence:
    """What the last evaluation did not find, and what it could not judge."""

    not_fired: list[str]
    not_judged: list[str]
    on: str


def reasons(flags: Iterable[Flag], now: datetime, zone: ZoneInfo) -> list[Reason]:
    """Return the newest finding of every rule behind these flags, in their order."""
    return [
        _reason(flag, finding, times, now, zone)
        for flag in flags
        for finding, times in _newest(flag.evidence) or [(_bare(flag), 1)]
    ]


def work_up(flags: Iterable[Flag]) -> WorkUp:
    """Return possible causes and what to consider, without repeats, lead first."""
    entries = [
        BY_RULE[Rule(finding["rule"])]
        for flag in flags
        for finding, _ in _newest(flag.evidence) or [(_bare(flag), 1)]
        if finding["rule"] in BY_RULE
    ]
    return WorkUp(
        causes=list(dict.fromkeys(cause for each in entries for cause in each.causes)),
        consider=list(dict.fromkeys(step for each in entries for step in each.consider)),
    )


def silence(evaluation: Evaluation | None, now: datetime, zone: ZoneInfo) -> Silence:
    """Return the rules that did not fire, never "no problem", and those not judged."""
    if evaluation is None:
        return Silence([], [], "")
    outcomes: Sequence[dict[str, Any]] = evaluation.outcomes.get("outcomes", ())
    return Silence(
        not_fired=[
            lower_first(str(Rule(each["rule"]).label))
            for each in outcomes
            if each["outcome"] == "not_fired"
        ],
        not_judged=[
            f"{Rule(each['rule']).label} ({each['rule']}): {each['reason']}"
            for each in outcomes
            if each["outcome"] == "not_evaluable"
        ],
        on=words.moment(evaluation.at, now, zone),
    )


def _newest(findings: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """Return each rule's newest finding and how many there are, in the stored order."""
    newest: dict[str, tuple[dict[str, Any], int]] = {}
    for finding in findings:
        known, times = newest.get(finding["rule"], (finding, 0))
        newer = max(known, finding, key=lambda each: datetime.fromisoformat(each["since"]))
        newest[finding["rule"]] = (newer, times + 1)
    return list(newest.values())


def _bare(flag: Flag) -> dict[str, Any]:
    """Return what a flag says of itself, for one raised without findings."""
    return {
        "rule": flag.rule,
        "severity": flag.severity,
        "since": flag.since.isoformat(),
        "explanation": flag.explanation,
    }


def _reason(
    flag: Flag, finding: dict[str, Any], times: int, now: datetime, zone: ZoneInfo
) -> Reason:
    rule = Rule(finding["rule"])
    entry = BY_RULE.get(rule)
    severity = finding["severity"]
    since = words.moment(datetime.fromisoformat(finding["since"]), now, zone)
    return Reason(
        icon=ICONS.get(Family(flag.family), "flag"),
        severity=words.severity_class(severity),
        severity_word=severity_word(severity),
        sentence=finding["explanation"],
        rule=str(rule.label),
        code=rule.value,
        values=[_value(each, now, zone) for each in finding.get("evidence", ())],
        missing=list(finding.get("missing", ())),
        when=f"{since}, found {times} times" if times > 1 else since,
        text=entry.text if entry else "",
        source=entry.source if entry else "",
        limits=entry.limits if entry else "",
        version=flag.rule_set_version,
    )


def lower_first(text: str) -> str:
    """Return text as it reads inside a sentence."""
    return text[:1].lower() + text[1:]


def severity_word(severity: int) -> str:
    return words.severity_class(severity).capitalize()


def _value(fact: dict[str, Any], now: datetime, zone: ZoneInfo) -> str:
    """Return one input of a rule: “leg pain 7 (Nov 13)”."""
    value = f"{fact['label']}: {fact['value']}"
    if not fact.get("on"):
        return value
    today = now.astimezone(zone).date()
    return f"{value} ({words.day(date.fromisoformat(fact['on']), today)})"
