"""What holds for every history, however strange."""

import random
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from followups.choices import Family, Rule, Severity, VisitKind, VisitStatus
from followups.rules import (
    Assessment,
    Baseline,
    Domain,
    Finding,
    History,
    ImagingState,
    MissedCheckIn,
    NotEvaluable,
    Report,
    Risk,
    VisitState,
    assess,
    canonical,
    history_as_data,
    history_from_data,
    may_clear,
    next_change_at,
)

SURGERY_ON = date(2026, 1, 5)
SINGLE_REPORT = (Rule.EMG_CES, Rule.MOTOR)

days = st.integers(-100, 900).map(lambda pod: SURGERY_ON + timedelta(days=pod))
moments = st.datetimes(
    datetime(2025, 9, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2028, 9, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
yes_no = st.none() | st.booleans()
changes = st.none() | st.sampled_from(["none", "same", "worse", "new", "", "perhaps"])
pain = st.integers(0, 10) | st.integers(-3, 14) | st.none()
sides = st.none() | st.sampled_from(["left", "right", "both", "up"])
words = st.none() | st.sampled_from(["none", "some", "daily", "more", "not", "severe"])
scores = st.none() | st.floats(-10, 120) | st.just(float("nan"))

BY_TYPE = {
    "bool | None": yes_no,
    "int | None": pain,
    "float | None": scores,
    "str | None": changes,
    "frozenset[str] | None": st.none() | st.frozensets(st.sampled_from(["leg", "pus"])),
}
BY_NAME = {"weak_side": sides, "numb_side": sides, "opioid": words, "swallow": words}


def _type_name(item) -> str:
    return item.type if isinstance(item.type, str) else str(item.type)


ITEMS = {
    item.name: BY_NAME.get(item.name, BY_TYPE[_type_name(item)])
    for item in fields(Report)
    if item.name not in {"id", "at", "on", "complete", "kind"}
}


@st.composite
def answers(draw):
    """Pain and weakness most of the time, and a few other items."""
    others = draw(st.lists(st.sampled_from(sorted(ITEMS)), max_size=4, unique=True))
    often = {"axial", "limb", "numb", "weak"} if draw(st.booleans()) else set()
    return {name: draw(ITEMS[name]) for name in sorted(often | set(others))}


@st.composite
def courses(draw):
    """Reports some days apart, the gaps around the edges of what confirms."""
    pod, found = draw(st.integers(-5, 60)), []
    for number in range(draw(st.integers(0, 8))):
        pod += draw(st.sampled_from([7, 14, 3, 2, 1, 0, 28, 45, 46]))
        on = SURGERY_ON + timedelta(days=pod)
        minute = timedelta(minutes=draw(st.integers(0, 1439)))
        found.append(
            Report(
                id=str(number),
                at=datetime(on.year, on.month, on.day, tzinfo=UTC) + minute,
                on=on,
                complete=draw(st.sampled_from([True, True, False])),
                kind=draw(st.sampled_from(["scheduled", "baseline", "on_demand"])),
                **draw(answers()),
            )
        )
    return tuple(found)


visits = st.builds(
    VisitState,
    kind=st.sampled_from(VisitKind),
    opens_on=days,
    closes_on=days,
    status=st.sampled_from(VisitStatus),
    booked_on=st.none() | days,
    completed_on=st.none() | days,
    no_show_at=st.lists(moments, max_size=3).map(tuple),
)
histories = st.builds(
    History,
    as_of=moments,
    surgery_on=st.just(SURGERY_ON),
    region=st.sampled_from(["cervical", "cervicothoracic", "thoracic", "lumbar", "?"]),
    reports=courses(),
    baseline=st.builds(Baseline, axial=pain, limb=pain),
    missed=st.lists(st.builds(MissedCheckIn, moments, days), max_size=4).map(tuple),
    visits=st.lists(visits, max_size=3).map(tuple),
    imaging=st.just((ImagingState("1", "ct"),)),
    risk=st.builds(Risk, points=st.none() | st.integers(-1, 30)),
    open_severities=st.dictionaries(st.sampled_from(Family), st.sampled_from(Severity)),
    last_contact_on=st.none() | days,
)


def _weekly(pains: list[tuple[int, int]]) -> History:
    """Return a history of weekly pains, low for the first weeks."""
    found = []
    for week, (axial, limb) in enumerate([(1, 2), (2, 1), *pains], start=5):
        on = SURGERY_ON + timedelta(days=7 * week)
        at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
        found.append(Report(str(week), at, on, axial=axial, limb=limb))
    return History(as_of=found[-1].at, surgery_on=SURGERY_ON, reports=tuple(found))


ratings = st.integers(0, 10)
pain_histories = st.lists(st.tuples(ratings, ratings), min_size=2, max_size=8).map(_weekly)


def decisions(assessment: Assessment) -> dict[Rule, Any]:
    """Return each rule's severity, None, or "?" where it could not be judged."""
    return {
        rule: "?" if isinstance(each, NotEvaluable) else getattr(each, "severity", None)
        for rule, each in assessment.outcomes.items()
    }


@given(histories)
def test_no_history_raises_and_every_finding_explains_itself(history):
    assessment = assess(history)
    for finding in assessment.findings:
        assert finding.explanation
        assert len(finding.explanation.split()) <= 25
        assert finding.evidence
        assert finding.since.tzinfo is not None
    may_clear([Rule.PAIN_WATCH, Rule.VISIT], Severity.ROUTINE, history)
    next_change_at(history)


@given(histories)
def test_the_same_history_gives_the_same_bytes(history):
    first = canonical(assess(history).as_data())
    assert canonical(assess(history).as_data()) == first
    revived = history_from_data(history_as_data(history))
    assert canonical(assess(revived).as_data()) == first


@given(histories, st.randoms())
def test_the_order_of_arrival_does_not_matter(history, chance: random.Random):
    def shuffled(items):
        return tuple(chance.sample(items, len(items)))

    other = replace(
        history,
        reports=shuffled(history.reports),
        missed=shuffled(history.missed),
        visits=shuffled(history.visits),
    )
    assert canonical(assess(other).as_data()) == canonical(assess(history).as_data())


@given(histories, st.booleans())
def test_an_empty_report_changes_no_decision_except_to_not_evaluable(history, complete):
    before = decisions(assess(history))
    last = max((each.on for each in history.reports), default=SURGERY_ON)
    on = max(last, SURGERY_ON) + timedelta(days=1)
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    blank = Report("blank", at, on, complete=complete)
    after = decisions(assess(replace(history, reports=(*history.reports, blank))))
    changed = {rule for rule in before if before[rule] != after[rule]}
    if complete:  # a completed check-in does end a silence
        changed.discard(Rule.NONRESP)
    assert all(after[rule] == "?" for rule in changed)


@given(histories, st.sampled_from(sorted(ITEMS)))
def test_forgetting_an_answer_of_the_latest_day_never_denies_a_red_flag(history, item):
    post = [each for each in history.reports if each.on > SURGERY_ON]
    if not post:
        return
    latest = max(each.on for each in post)
    forgotten = tuple(
        replace(each, **{item: None}) if each.on == latest else each for each in history.reports
    )
    before = assess(history).outcomes[Rule.EMG_CES]
    after = assess(replace(history, reports=forgotten)).outcomes[Rule.EMG_CES]
    if isinstance(before, Finding) and not isinstance(after, Finding):
        assert isinstance(after, NotEvaluable)
    if not isinstance(before, Finding):
        assert not isinstance(after, Finding)


WORSE = {
    **dict.fromkeys(("saddle", "bladder", "bowel", "weak_severe", "weak_rapid"), True),
    "weak_side": "both",
    "weak": "new",
}


@given(histories, st.sampled_from(sorted(WORSE)), st.integers(0, 7))
def test_a_worse_answer_never_lowers_a_red_flag(history, item, place):
    if not history.reports:
        return
    number = place % len(history.reports)
    worse = replace(history.reports[number], **{item: WORSE[item]})
    others = [each for other, each in enumerate(history.reports) if other != number]
    before = decisions(assess(history))
    after = decisions(assess(replace(history, reports=(*others, worse))))
    for rule in SINGLE_REPORT:
        if isinstance(before[rule], Severity):
            assert isinstance(after[rule], Severity)
            assert after[rule] >= before[rule]


@given(pain_histories)
def test_a_rebound_and_persisting_pain_never_share_a_place(history):
    places = {each.rule: set(each.domains) for each in assess(history).findings}
    rebound = places.get(Rule.PAIN_REBOUND, set())
    assert not rebound & places.get(Rule.PAIN_PERSIST, set())


@given(histories)
def test_the_lead_is_never_less_severe_than_another_finding(history):
    severities = [each.severity for each in assess(history).findings]
    assert severities == sorted(severities, reverse=True)


@given(pain_histories)
def test_every_confirmed_pain_of_4_after_week_8_is_a_flag_or_explained(history):
    assessment = assess(history)
    now, previous = history.reports[-1], history.reports[-2]
    for domain in Domain:
        confirmed = min(getattr(now, domain), getattr(previous, domain))
        late = (previous.on - SURGERY_ON).days >= 50
        flagged = any(domain in each.domains for each in assessment.findings)
        if late:
            assert flagged == (confirmed >= 4)
