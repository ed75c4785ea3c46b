"""A made-up cohort through the real rules, small enough for every day."""

# ruff: noqa: S311

import json
from dataclasses import replace
from io import StringIO
from random import Random

import pytest
from django.core.management.base import CommandError

from followups.choices import Family, Rule, Severity
from followups.management.commands.simulate_cohort import Command
from followups.protocol import RULE_SET_VERSION
from followups.rules import Assessment, Finding
from followups.simulation import measures
from followups.simulation.answers import Traits, answer
from followups.simulation.arms import CLINIC_MIX, RED_FLAGS, Arm, Story, story
from followups.simulation.clock import at
from followups.simulation.comparison import Comparison
from followups.simulation.courses import Domain, Shape, draw
from followups.simulation.flags import Flags
from followups.simulation.lives import Life, Trace, answered_share, live

YEARS_2 = 728


def life(arm, number=0, seed=1, last_day=YEARS_2, **items):
    random = Random(f"{seed}/{arm}/{number}")
    told = story(arm, number, random, last_day=last_day)
    return live(told, random, last_day=last_day, **items)


@pytest.mark.parametrize(("day", "share"), [(0, 0.85), (182.5, 0.725), (365, 0.60), (730, 0.60)])
def test_fewer_and_fewer_check_ins_are_answered(day, share):
    assert answered_share(day) == pytest.approx(share)


@pytest.mark.parametrize(
    ("pains", "fires"),
    [
        ([(57, 6, 6)], False),
        ([(57, 7, 0)], True),
        ([(56, 7, 0)], False),
        ([(57, 0, 7)], True),
        ([(50, 2, 2), (57, 3, 3)], False),
        ([(50, 2, 2), (57, 4, 2)], True),
        ([(50, 2, 2), (57, 2, 4)], True),
        ([(50, 5, 5), (57, 4, 4), (64, 5, 5)], False),
    ],
)
def test_the_comparison_rule_takes_any_single_report(pains, fires):
    rule = Comparison()
    told = [rule.fires(day, {"axial": axial, "limb": limb}) for day, axial, limb in pains]
    assert told[-1] == fires


def finding(rule, severity=Severity.SOON, measure=None):
    return Finding(rule, severity, at(60), "", measure=measure)


def news(flags, day, *findings, **items):
    return flags.tell(Assessment("", {}, findings, None), day, **items)


def test_a_family_that_fires_again_within_four_weeks_is_no_news():
    flags = Flags()
    assert news(flags, 60, finding(Rule.PAIN_PERSIST)).pressing == {Family.PAIN}
    assert news(flags, 87, finding(Rule.PAIN_REBOUND)).pressing == set()
    assert news(flags, 88, finding(Rule.PAIN_REBOUND)).pressing == {Family.PAIN}
    assert news(flags, 88, finding(Rule.PROM)).flags == {Family.FUNCTION}


def test_a_routine_flag_is_news_but_not_pressing():
    flags = Flags()
    told = news(flags, 60, finding(Rule.PAIN_PERSIST, Severity.ROUTINE))
    assert (told.flags, told.pressing, told.awake) == ({Family.PAIN}, set(), set())
    assert news(flags, 61, finding(Rule.PAIN_PERSIST)).pressing == {Family.PAIN}


@pytest.mark.parametrize(
    ("again", "day", "awake"),
    [
        (finding(Rule.PAIN_PERSIST, measure=5), 149, False),
        (finding(Rule.PAIN_PERSIST, measure=5), 150, True),
        (finding(Rule.PAIN_PERSIST, measure=6), 100, False),
        (finding(Rule.PAIN_PERSIST, measure=7), 100, True),
        (finding(Rule.PAIN_SPIKE, Severity.URGENT, measure=5), 100, True),
    ],
)
def test_a_snoozed_family_wakes_after_90_days_or_when_it_gets_worse(again, day, awake):
    flags = Flags()
    news(flags, 60, finding(Rule.PAIN_PERSIST, measure=5))
    assert bool(news(flags, day, again).awake) == awake


def test_what_may_not_be_snoozed_is_not():
    flags = Flags()
    news(flags, 60, finding(Rule.INFECT, Severity.URGENT))
    assert not news(flags, 70, finding(Rule.INFECT, Severity.URGENT)).awake
    assert news(flags, 90, finding(Rule.INFECT, Severity.URGENT)).awake


def test_a_rule_that_waits_before_it_comes_back_is_no_news_until_then():
    flags = Flags()
    assert news(flags, 100, finding(Rule.MED_LONG)).pressing == {Family.MEDS}
    assert not news(flags, 189, finding(Rule.MED_LONG)).pressing
    assert news(flags, 190, finding(Rule.MED_LONG)).pressing == {Family.MEDS}


def test_only_one_family_may_be_told():
    flags = Flags()
    both = (finding(Rule.NONRESP), finding(Rule.PAIN_PERSIST))
    assert news(flags, 60, *both, only=Family.CONTACT).pressing == {Family.CONTACT}
    assert news(flags, 60, *both).pressing == {Family.PAIN}


@pytest.mark.parametrize("arm", Arm)
def test_the_same_seed_gives_the_same_life(arm):
    assert life(arm, 3) == life(arm, 3)
    assert life(arm, 3) != life(arm, 3, seed=2)


@pytest.mark.parametrize("number", range(len(RED_FLAGS)))
def test_every_red_flag_is_an_emergency_the_moment_it_is_told(number):
    trace = life(Arm.RED_FLAG, number, last_day=364)
    assert trace.told_on is not None
    assert trace.story.event_day is not None
    assert trace.told_on >= trace.story.event_day
    assert trace.was_emergency


def poor() -> Story:
    """Return a patient whose pain stays at 6."""
    steady = Domain(7, 6, 6)
    course = replace(draw(Shape.PERSISTING, Random(1)), axial=steady, limb=steady, flares=())
    return Story(Arm.PERSISTING, course, 57)


def test_a_persisting_pain_is_found_soon_after_week_8():
    trace = live(poor(), Random(5), last_day=200)
    assert trace.found_on in range(57, 81)
    assert trace.pain_flags >= 3
    assert trace.reports_with_news >= 3


class Steady(Random):
    """Chance without spread: every check-in is answered and every report exact."""

    def random(self):
        return 0.0

    def gauss(self, mu=0.0, sigma=1.0):
        return mu


@pytest.mark.parametrize(
    ("recheck_answered", "found_on"),
    [
        (1.0, 423),  # three days after the first report of the rebound
        (None, 423),
        (0.0, 448),  # the next check-in, four weeks after
    ],
)
def test_a_re_check_finds_what_it_was_asked_for(recheck_answered, found_on):
    course = replace(
        draw(Shape.REBOUND, Steady(), turn_day=395), axial=Domain(7, 1.5, 1.5), limb=Domain(7, 1, 1)
    )
    trace = live(
        Story(Arm.REBOUND_3_5, course, 395),
        Steady(),
        last_day=500,
        recheck_answered=recheck_answered,
    )
    assert trace.found_on == found_on
    assert trace.rechecks == 1


def test_silence_is_told_by_the_clock_alone():
    class Silent(Random):
        def random(self):
            return 1.0

    told = poor()
    traits = Traits.draw(told.course, Random(1))
    trace = Life(told, traits, Silent(), Trace(told, 30), None).run()
    assert (trace.reports, trace.pressing_flags) == (0, 1)


@pytest.mark.parametrize(
    ("day", "is_short", "asked", "not_asked"),
    [
        (7, False, {"wound", "headache_upright", "adh", "calf"}, {"instab"}),
        (42, False, {"wound", "instab"}, {"nicotine"}),
        (43, False, {"instab", "adh"}, {"wound", "headache_upright"}),
        (85, False, {"instab", "fever"}, {"adh"}),
        (98, True, {"axial", "limb", "saddle", "weak"}, {"numb", "calf", "func", "opioid"}),
        (140, False, {"phq2", "gad2"}, set()),
        (154, False, set(), {"phq2"}),
        (364, False, {"phq2"}, set()),
        (392, False, set(), {"phq2"}),
    ],
)
def test_a_form_asks_what_the_day_calls_for(day, is_short, asked, not_asked):
    traits = replace(Traits.draw(draw(Shape.NORMAL, Random(1)), Random(1)), smokes=False)
    told = answer(day, traits, Random(1), is_short=is_short).keys()
    assert asked <= told
    assert not not_asked & told


def test_the_clinic_mix_is_whole():
    assert sum(CLINIC_MIX.values()) == pytest.approx(1)


@pytest.fixture(scope="module")
def small() -> measures.Result:
    return measures.simulate(9, 12, 1)


def test_a_small_cohort_has_all_figures(small):
    assert small.rule_set_version == RULE_SET_VERSION
    assert small.emergencies.sensitivity_percent == 100
    assert small.emergencies.injected <= small.emergencies_injected == 9
    assert small.events.keys() == small.compared_events.keys()
    assert small.events.keys() == {"rebound +3.5", "rebound +2.5", "creep +3.5", "persisting"}
    assert all(each.injected == 9 for each in small.events.values())
    assert 0 <= small.false_flags_per_normal_month < 0.3
    load = small.load
    assert load.check_ins_with_new_flag_percent_if_snoozed <= load.check_ins_with_new_flag_percent
    assert small.evaluations > 9 * 6 * 10


def test_more_patients_do_not_change_the_first_ones():
    first = list(measures._lives(Arm.CREEP, 2, 1, 200, None))
    assert list(measures._lives(Arm.CREEP, 4, 1, 200, None))[:2] == first


def run(**options):
    out = StringIO()
    chosen = {"patients": 2, "months": 3, "seed": 1, "rechecks_like_others": False, "json": False}
    Command(stdout=out).handle(**{**chosen, **options})
    return out.getvalue()


def test_the_command_prints_a_page_or_data():
    page = run()
    assert page.startswith("2 patients in each group, 3 months, seed 1, rule set")
    assert "False soon-or-higher pain flags per normal patient-month" in page
    data = json.loads(run(json=True, rechecks_like_others=True))
    assert (data["patients_per_group"], data["recheck_answered"]) == (2, None)
    assert data["events"]["rebound +3.5"]["injected"] == 2
    assert data["emergencies"]["sensitivity_percent"] == 100


@pytest.mark.parametrize("options", [{"patients": 0}, {"months": 0}, {"months": 25}])
def test_the_command_refuses_what_the_plan_does_not_have(options):
    with pytest.raises(CommandError):
        run(**options)
