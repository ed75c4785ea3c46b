"""The catalogue is whole, and the clinicians' page says what the rules do."""

import re
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from followups.choices import Rule, Severity
from followups.protocol import LEAD_ORDER, RULE_SET_VERSION, STANDARD, check_in_days
from followups.rules import CATALOGUE

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
WORDS = " ".join(PAGE.read_text(encoding="utf-8").split())
NUMBERS = {
    Rule.MOTOR: STANDARD.motor,
    Rule.NEURO_PAIN: STANDARD.neuro_pain,
    Rule.PAIN_WATCH: STANDARD.pain_watch,
    Rule.PAIN_PERSIST: STANDARD.pain_persist,
    Rule.PAIN_REBOUND: STANDARD.pain_rebound,
    Rule.NONRESP: STANDARD.nonresponse,
    Rule.VISIT: STANDARD.overdue_visit,
}

each_rule = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.rule.value)


def section(entry) -> str:
    heading = f"### {entry.rule.value}: {entry.rule.label} "
    assert heading in WORDS
    return WORDS.split(heading)[1].split(" ### ")[0]


def numbers_in(value) -> set[int]:
    if is_dataclass(value):
        value = tuple(getattr(value, each.name) for each in fields(value))
    if isinstance(value, tuple | frozenset):
        return set().union(*map(numbers_in, value))
    return {value} if isinstance(value, int) else set()


def test_every_rule_is_there_once():
    rules = [entry.rule for entry in CATALOGUE]
    assert len(rules) == len(set(rules))


def test_every_rule_has_its_place_among_the_leads():
    assert sorted(LEAD_ORDER) == sorted(Rule)


def test_a_rule_comes_after_the_rules_it_needs():
    place = {entry.rule: number for number, entry in enumerate(CATALOGUE)}
    for entry in CATALOGUE:
        assert all(place.get(rule, -1) < place[entry.rule] for rule in entry.needs)


@each_rule
def test_the_page_says_the_rule_its_source_and_its_limits(entry):
    told = section(entry)
    for part in (
        entry.text,
        entry.source,
        entry.limits,
        *entry.causes,
        *entry.consider,
    ):
        assert part in told


@each_rule
def test_the_page_names_every_number_of_the_rule(entry):
    told = {int(each) for each in re.findall(r"\d+", section(entry))}
    assert numbers_in(NUMBERS.get(entry.rule, ())) <= told


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("Words used by every rule", STANDARD.trends),
        ("The automatic re-check", STANDARD.recheck),
        ("The order of the queue", STANDARD.queue.risk_cap),
        ("When patients are asked", STANDARD.check_ins.acute_days),
        ("When patients are asked", STANDARD.check_ins.phases[0]),
        ("When patients are asked", STANDARD.check_ins.reminder_hours[1:]),
    ],
)
def test_the_page_names_every_number_of_a_definition(heading, numbers):
    told = WORDS.split(f"## {heading} ")[1].split(" ## ")[0]
    assert numbers_in(numbers) <= {int(each) for each in re.findall(r"\d+", told)}


def test_the_page_describes_no_other_rule():
    headings = {
        line.split()[1].rstrip(":")
        for line in PAGE.read_text().splitlines()
        if line.startswith("### ")
    }
    assert headings == {entry.rule.value for entry in CATALOGUE}


def test_the_page_names_the_rule_set():
    assert f"Rule set **{RULE_SET_VERSION}**" in WORDS


def test_there_are_47_check_ins_in_24_months():
    days = check_in_days()
    assert len(days) == 47
    assert days[:6] == (3, 7, 10, 14, 21, 28)
    steps = {after - before for before, after in pairwise(days[3:])}
    assert steps == {7, 14, 28}
    assert [day for day in days if day in {84, 98, 364, 392, 728}] == [
        84,
        98,
        364,
        392,
        728,
    ]


@pytest.mark.parametrize(
    ("rule", "severity", "hours"),
    [
        (Rule.EMG_CES, Severity.EMERGENCY, 1),
        (Rule.MOTOR, Severity.EMERGENCY, 1),
        (Rule.MOTOR, Severity.URGENT, 12),
        (Rule.MOTOR, Severity.ROUTINE, 336),
        (Rule.SUICIDE, Severity.URGENT, 4),
        (Rule.DVT, Severity.URGENT, 8),
        (Rule.NEURO_SENS, Severity.URGENT, 8),
        (Rule.NEURO_PAIN, Severity.URGENT, 24),
        (Rule.PAIN_PERSIST, Severity.SOON, 72),
        (Rule.VISIT, Severity.ROUTINE, 336),
    ],
)
def test_response_targets(rule, severity, hours):
    assert STANDARD.response.hours(rule, severity) == hours
