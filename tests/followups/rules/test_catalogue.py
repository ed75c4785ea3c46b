"""The catalogue is whole, and the clinicians' page says what the rules do."""

import re
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from followups.choices import Family, Rule, Severity
from followups.protocol import LEAD_ORDER, RULE_SET_VERSION, STANDARD, check_in_days
from followups.rules import BY_RULE, CATALOGUE

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
WORDS = " ".join(PAGE.read_text(encoding="utf-8").split())
NUMBERS = {
    Rule.MOTOR: STANDARD.motor,
    Rule.SWALLOW: STANDARD.swallow,
    Rule.INFECT: STANDARD.infection,
    Rule.CSF: STANDARD.fluid_leak,
    Rule.SUICIDE: STANDARD.self_harm,
    Rule.PAIN_EARLY: STANDARD.pain_early,
    Rule.PAIN_WATCH: STANDARD.pain_watch,
    Rule.PAIN_PERSIST: STANDARD.pain_persist,
    Rule.PAIN_WORSE: STANDARD.pain_worse,
    Rule.PAIN_REBOUND: STANDARD.pain_rebound,
    Rule.PAIN_SPIKE: STANDARD.pain_spike,
    Rule.PAIN_GRADUAL: STANDARD.pain_gradual,
    Rule.NEURO_PAIN: STANDARD.neuro_pain,
    Rule.NEURO_SENS: STANDARD.neuro_sens,
    Rule.INSTAB: STANDARD.instability,
    Rule.FALL: STANDARD.falls,
    Rule.CLUSTER: STANDARD.cluster,
    Rule.FUNC: STANDARD.function,
    Rule.PROM: STANDARD.scores,
    Rule.PSYCH: STANDARD.mood,
    Rule.MED_ESC: STANDARD.medicine_rise,
    Rule.MED_LONG: STANDARD.long_opioids,
    Rule.ADHERE: STANDARD.habits,
    Rule.NONRESP: (STANDARD.nonresponse, STANDARD.lost_to_follow_up),
    Rule.VISIT: STANDARD.overdue_visit,
    Rule.IMAGING: STANDARD.studies,
}
WITHOUT_NUMBERS = {Rule.EMG_CES, Rule.MYELO, Rule.EMG_CARDIO, Rule.DVT}

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
    if isinstance(value, str):
        return set()
    return {value}


def told_in(text) -> set[float]:
    return {float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)}


def response(rule, severity) -> str:
    hours = STANDARD.response.hours(rule, severity)
    return f"{severity.name.lower()} {f'{hours // 24} days' if hours > 72 else f'{hours} h'}"


def test_every_rule_is_there_once():
    assert sorted(entry.rule for entry in CATALOGUE) == sorted(Rule)
    assert len(Rule) == 30
    assert NUMBERS.keys() | WITHOUT_NUMBERS == set(Rule)


def test_every_rule_has_its_place_among_the_leads():
    assert sorted(LEAD_ORDER) == sorted(Rule)


def test_a_rule_comes_after_the_rules_it_needs():
    place = {entry.rule: number for number, entry in enumerate(CATALOGUE)}
    for entry in CATALOGUE:
        assert all(place[rule] < place[entry.rule] for rule in entry.needs)


@each_rule
def test_the_page_says_the_rule_its_source_and_its_limits(entry):
    told = section(entry)
    for part in (
        entry.text,
        entry.source,
        entry.limits,
        f"Ending: {entry.ending}",
        f"Answer within: {', '.join(response(entry.rule, each) for each in entry.severities)}.",
        *entry.causes,
        *entry.consider,
    ):
        assert part in told


@each_rule
def test_the_page_names_every_number_of_the_rule(entry):
    assert numbers_in(NUMBERS.get(entry.rule, ())) <= told_in(section(entry))


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("Words used by every rule", STANDARD.trends),
        ("Words used by every rule", STANDARD.scales.temperature_c),
        ("The automatic re-check", STANDARD.recheck),
        ("The order of the queue", STANDARD.queue.risk_cap),
        ("When patients are asked", STANDARD.check_ins.acute_days),
        ("When patients are asked", STANDARD.check_ins.phases[0]),
        ("When patients are asked", STANDARD.check_ins.reminder_hours[1:]),
    ],
)
def test_the_page_names_every_number_of_a_definition(heading, numbers):
    told = WORDS.split(f"## {heading} ")[1].split(" ## ")[0]
    assert numbers_in(numbers) <= told_in(told)


def test_the_page_describes_the_rules_in_the_order_in_which_they_lead():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    headings = [line.split()[1].rstrip(":") for line in lines if line.startswith("### ")]
    assert headings == [rule.value for rule in LEAD_ORDER]


@each_rule
def test_severities_are_told_from_the_most_severe_down(entry):
    assert list(entry.severities) == sorted(set(entry.severities), reverse=True)
    assert entry.severities


@each_rule
def test_only_a_rule_with_a_routine_form_clears_itself(entry):
    if entry.clears_itself:
        assert Severity.ROUTINE in entry.severities
    assert entry.cleared is None or entry.clears_itself


def test_these_rules_and_no_others_clear_themselves():
    assert {entry.rule for entry in CATALOGUE if entry.clears_itself} == {
        Rule.MOTOR,
        Rule.PAIN_WATCH,
        Rule.NEURO_SENS,
        Rule.PSYCH,
        Rule.ADHERE,
        Rule.NONRESP,
        Rule.VISIT,
        Rule.IMAGING,
    }


def test_these_rules_and_no_others_share_a_flag_or_wait_before_they_come_back():
    absorbs = {entry.rule: set(entry.absorbs) for entry in CATALOGUE if entry.absorbs}
    assert absorbs == {
        Rule.EMG_CES: {Rule.MOTOR, Rule.MYELO, Rule.NEURO_PAIN, Rule.NEURO_SENS},
        Rule.EMG_CARDIO: {Rule.DVT},
    }
    assert {entry.rule: entry.joins for entry in CATALOGUE if entry.joins} == {
        Rule.MED_ESC: Family.PAIN
    }
    waits = {entry.rule: entry.refires_after_days for entry in CATALOGUE}
    assert {rule: days for rule, days in waits.items() if days} == {
        Rule.MED_LONG: 90,
        Rule.ADHERE: 28,
    }


@pytest.mark.parametrize(
    ("rule", "pod", "is_neck", "possible"),
    [
        (Rule.PAIN_REBOUND, 90, False, {"hardware", "infection or fracture (up to day 90)"}),
        (Rule.PAIN_REBOUND, 91, False, {"hardware", "pseudarthrosis (after day 90)"}),
        (
            Rule.PAIN_REBOUND,
            180,
            False,
            {
                "hardware",
                "pseudarthrosis (after day 90)",
                "adjacent segment disease (from day 180)",
            },
        ),
        (
            Rule.NEURO_PAIN,
            42,
            False,
            {"scar tissue or nerve compression", "hardware malposition", "haematoma (early)"},
        ),
        (
            Rule.NEURO_PAIN,
            57,
            False,
            {
                "scar tissue or nerve compression",
                "hardware malposition",
                "adjacent segment disease (late)",
            },
        ),
        (Rule.NEURO_PAIN, 50, False, {"scar tissue or nerve compression", "hardware malposition"}),
    ],
)
def test_what_may_have_caused_it_depends_on_the_time_since_surgery(rule, pod, is_neck, possible):
    assert set(BY_RULE[rule].causes_on(pod, is_neck=is_neck)) == possible


def test_a_c5_palsy_is_thought_of_after_neck_surgery_only():
    palsy = "C5 palsy (cervical)"
    assert palsy in BY_RULE[Rule.MOTOR].causes
    assert palsy in BY_RULE[Rule.MOTOR].causes_on(9, is_neck=True)
    assert palsy not in BY_RULE[Rule.MOTOR].causes_on(9)


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
