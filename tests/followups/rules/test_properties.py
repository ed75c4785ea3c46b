"""What holds for every history, however strange."""

import random
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from followups.choices import Family, RiskFactor, Rule, Severity, VisitKind, VisitStatus
from followups.rules import (
    BY_RULE,
    Assessment,
    Attempt,
    Baseline,
    Domain,
    History,
    ImagingState,
    KnownDeficit,
    MissedCheckIn,
    NotEvaluable,
    Report,
    Risk,
    Score,
    VisitState,
    assess,
    canonical,
    history_as_data,
    history_from_data,
    is_absent,
    is_lost,
    may_clear,
    next_change_at,
)
from followups.rules.history import is_postoperative

SURGERY_ON = date(2026, 1, 5)
# These look at the latest day alone; the others compare it with the days before.
SINGLE_DAY = (
    Rule.EMG_CES,
    Rule.MOTOR,
    Rule.MYELO,
    Rule.EMG_CARDIO,
    Rule.DVT,
    Rule.SWALLOW,
    Rule.INFECT,
    Rule.CSF,
    Rule.SUICIDE,
    Rule.FALL,
    Rule.INSTAB,
    Rule.NEURO_SENS,
)
# Answered by another answer: the question about fever includes the temperature.
SETTLED = {(Rule.INFECT, "temp_c")}
# Where pain is not known, numbness counts as if there were none (protocol, NEURO-SENS).
AS_IF_NONE = {(Rule.NEURO_SENS, "axial"), (Rule.NEURO_SENS, "limb")}
# Their last day can pass between two reports.
ENDING = {Rule.CSF, Rule.ADHERE}

days = st.integers(-100, 900).map(lambda pod: SURGERY_ON + timedelta(days=pod))
moments = st.datetimes(
    datetime(2025, 9, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2028, 9, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
yes_no = st.none() | st.booleans()
pain = st.integers(0, 10) | st.integers(-3, 14) | st.none()
low = st.integers(0, 6) | st.integers(-1, 9) | st.none()
scores = st.none() | st.floats(-10, 120) | st.just(float("nan"))
temperatures = st.none() | st.sampled_from([33.9, 36.6, 37.9, 38.0, 39.4, 43.1, float("nan")])


def words(*known: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from([*known, "", "perhaps"])


def sets(*known: str) -> st.SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from([*known, "perhaps"]))


changes = words("none", "same", "worse", "new")
sides = words("left", "right", "both")
BY_TYPE: dict[str, Any] = {"bool | None": yes_no, "int | None": pain, "float | None": scores}
BY_NAME: dict[str, Any] = {
    **dict.fromkeys(("weak", "numb", "instab"), changes),
    **dict.fromkeys(("weak_side", "numb_side"), sides),
    **dict.fromkeys(("func", "phq2", "gad2", "phq9_i9"), low),
    "opioid": words("none", "some", "daily"),
    "med_change": words("less", "same", "more"),
    "adh": words("all", "mostly", "some", "not"),
    "swallow": words("none", "mild", "moderate", "severe"),
    "temp_c": temperatures,
    "wound": sets("clear", "blood", "pus", "open", "redness"),
    "numb_site": sets("leg", "saddle"),
}


def _type_name(item) -> str:
    return item.type if isinstance(item.type, str) else str(item.type)


ITEMS = {
    item.name: BY_NAME[item.name] if item.name in BY_NAME else BY_TYPE[_type_name(item)]
    for item in fields(Report)
    if item.name not in {"id", "at", "on", "complete", "kind"}
}
FORM = {name: items for name, items in ITEMS.items() if name not in {"ndi", "promis_pf"}}


@st.composite
def answers(draw):
    """A few items, or those asked most often, or the whole form."""
    kind = draw(st.sampled_from(["few", "often", "form"]))
    if kind == "form":
        return draw(st.fixed_dictionaries(FORM))
    others = draw(st.lists(st.sampled_from(sorted(ITEMS)), max_size=4, unique=True))
    often = {"axial", "limb", "numb", "weak"} if kind == "often" else set()
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
studies = st.lists(
    st.builds(
        ImagingState,
        id=st.uuids().map(str),
        modality=st.sampled_from(["xray", "ct", "bone_scan", "?"]),
        window_closes_on=st.none() | days,
        done_on=st.none() | days,
        resulted_at=st.none() | moments,
        findings=st.frozensets(st.sampled_from(["breakage", "scar", "fused", "fracture"])),
        signed_off_at=st.none() | moments,
    ),
    max_size=2,
    unique_by=lambda study: study.id,
).map(tuple)
entered = st.builds(
    Score,
    instrument=st.sampled_from(["odi", "ndi", "promis_pf", "phq9_i9", "?"]),
    value=st.floats(-1, 101) | st.integers(0, 3).map(float) | st.just(float("nan")),
    at=moments,
    on=days,
)
risks = st.builds(
    Risk,
    factors=st.frozensets(st.sampled_from([each.value for each in RiskFactor])),
    points=st.none() | st.integers(-1, 30),
    unknown=st.frozensets(st.sampled_from(["smoking", "osteoporosis"])),
)
histories = st.builds(
    History,
    as_of=moments,
    surgery_on=st.just(SURGERY_ON),
    region=st.sampled_from(["cervical", "cervicothoracic", "thoracic", "lumbar", "?"]),
    reports=courses(),
    baseline=st.builds(
        Baseline,
        axial=pain,
        limb=pain,
        func=low,
        opioid=words("none", "some", "daily"),
        odi=scores,
        promis_pf=scores,
        mjoa=pain,
    ),
    missed=st.lists(st.builds(MissedCheckIn, moments, days), max_size=4).map(tuple),
    visits=st.lists(visits, max_size=3).map(tuple),
    imaging=studies,
    risk=risks,
    open_severities=st.dictionaries(st.sampled_from(Family), st.sampled_from(Severity)),
    last_contact_on=st.none() | days,
    restriction_end_pod=st.sampled_from([0, 42, 84, 120]),
    known_deficits=st.lists(
        st.builds(KnownDeficit, st.sampled_from(["saddle", "weak", "gait_hand"]), days), max_size=2
    ).map(tuple),
    scores=st.lists(entered, max_size=3).map(tuple),
    attempts=st.lists(
        st.builds(Attempt, moments, st.sampled_from(["phone", "letter"])), max_size=4
    ).map(tuple),
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


def latest(history: History) -> list[Report]:
    """Return the reports of the last day after surgery that has one."""
    since = [each for each in history.reports if is_postoperative(each, history.surgery_on)]
    return [each for each in since if each.on == since[-1].on]


def changed(history: History, other: History) -> dict[Rule, Any]:
    """Return the decisions that differ, and what they became."""
    before, after = decisions(assess(history)), decisions(assess(other))
    return {rule: after[rule] for rule in before if before[rule] != after[rule]}


@given(histories)
def test_no_history_raises_and_every_finding_explains_itself(history):
    assessment = assess(history)
    for finding in assessment.findings:
        assert finding.explanation
        assert len(finding.explanation.split()) <= 25, finding.explanation
        assert finding.evidence
        assert finding.since.tzinfo is not None
        assert finding.severity in BY_RULE[finding.rule].severities
    for rule in Rule:
        may_clear([rule], Severity.ROUTINE, history)
        is_absent([rule], history)
    assert len([each for flag in assessment.by_family().values() for each in flag]) == len(
        assessment.findings
    )
    next_change_at(history)
    is_lost(history)


@given(histories)
def test_the_same_history_gives_the_same_bytes(history):
    first = canonical(assess(history).as_data())
    assert canonical(assess(history).as_data()) == first
    revived = history_from_data(history_as_data(history))
    assert canonical(history_as_data(revived)) == canonical(history_as_data(history))
    assert canonical(assess(revived).as_data()) == first


@given(histories, st.randoms())
def test_the_order_of_arrival_does_not_matter(history, chance: random.Random):
    def shuffled(items):
        return tuple(chance.sample(items, len(items)))

    sequences = ("reports", "missed", "visits", "imaging", "known_deficits", "scores", "attempts")
    other = replace(history, **{name: shuffled(getattr(history, name)) for name in sequences})
    assert canonical(assess(other).as_data()) == canonical(assess(history).as_data())


@given(histories, st.booleans(), st.sampled_from([0, 23]))
def test_an_empty_report_of_the_same_day_changes_nothing_but_to_not_evaluable(
    history, complete, hour
):
    last = latest(history)
    assume(last)
    on = last[-1].on
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    blank = Report("blank", at, on, complete=complete, kind="on_demand")
    different = changed(history, replace(history, reports=(*history.reports, blank)))
    if complete:  # a completed check-in does end a silence
        different.pop(Rule.NONRESP, None)
    if complete and not any(each.complete for each in last):
        # the day was only begun: now its answers count as the newest, and may settle a question
        before = decisions(assess(history))
        settled = {rule for rule, now in different.items() if (before[rule], now) == ("?", None)}
        different = {rule: now for rule, now in different.items() if rule not in settled}
    assert set(different.values()) <= {"?"}


@given(histories, st.booleans(), st.integers(1, 50))
def test_an_empty_report_of_a_later_day_changes_nothing_but_to_not_evaluable(
    history, complete, later
):
    last = latest(history)
    # what was only begun counts on its own day; trends go on from the last complete report
    assume(last and last[-1].complete)
    on = last[-1].on + timedelta(days=later)
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    blank = Report("blank", at, on, complete=complete)
    different = changed(history, replace(history, reports=(*history.reports, blank)))
    if complete:
        different.pop(Rule.NONRESP, None)
    ended = {rule for rule, decision in different.items() if decision is None}
    assert ended <= ENDING
    assert {different[rule] for rule in different.keys() - ended} <= {"?"}


@given(histories, st.sampled_from(sorted(ITEMS)))
def test_forgetting_an_answer_never_denies_what_one_day_tells(history, item):
    history = replace(history, scores=())
    last = latest(history)
    assume(last)
    forgotten = tuple(
        replace(each, **{item: None}) if each in last else each for each in history.reports
    )
    before = decisions(assess(history))
    after = decisions(assess(replace(history, reports=forgotten)))
    for rule in SINGLE_DAY:
        if isinstance(before[rule], Severity) and (rule, item) not in SETTLED:
            assert after[rule] is not None, rule
        if before[rule] is None and (rule, item) not in AS_IF_NONE:
            assert not isinstance(after[rule], Severity), rule


WORDS_BY_WORSE = {
    **dict.fromkeys(("weak", "numb", "instab"), ("none", "same", "new")),
    "opioid": ("none", "some", "daily"),
    "med_change": ("less", "same", "more"),
    "adh": ("all", "mostly", "some", "not"),
    "swallow": ("none", "mild", "moderate", "severe"),
}
TOPS = {"axial": 10, "limb": 10, "func": 4, "phq2": 6, "gad2": 6, "phq9_i9": 3, "odi": 100}


def worse_answers(report: Report, item: str, chance: random.Random) -> Any:
    """Return an answer at least as bad as the one given; the same if none is known."""
    given = getattr(report, item)
    if item in TOPS:
        is_known = given is not None and 0 <= given <= TOPS[item]
        return (
            chance.randint(int(given) + 1, TOPS[item]) if is_known and given < TOPS[item] else given
        )
    if item in WORDS_BY_WORSE:
        order = WORDS_BY_WORSE[item]
        return chance.choice(order[order.index(given) :]) if given in order else given
    if item == "wound":
        return None if given is None else given | {chance.choice(["clear", "pus"])}
    if item == "temp_c":
        return given if given is None or not 34 <= given <= 43 else max(given, 39.0)
    return True if given is False else given


ITEMS_BY_WORSE = sorted(
    {*TOPS, *WORDS_BY_WORSE, "wound", "temp_c"}
    | {item.name for item in fields(Report) if _type_name(item) == "bool | None"}
)


@given(histories, st.sampled_from(ITEMS_BY_WORSE), st.randoms(use_true_random=False))
def test_a_worse_answer_never_lowers_the_lead(history, item, chance):
    last = latest(history)
    assume(last)
    told = chance.choice(last)
    worse = replace(told, **{item: worse_answers(told, item, chance)})
    others = tuple(each for each in history.reports if each is not told)
    before = assess(history)
    after = assess(replace(history, reports=(*others, worse)))
    if before.lead is not None:
        assert after.lead is not None
        assert after.lead.severity >= before.lead.severity
    for rule in set(SINGLE_DAY) - {Rule.NEURO_SENS}:
        was, is_now = decisions(before)[rule], decisions(after)[rule]
        if isinstance(was, Severity):
            assert isinstance(is_now, Severity)
            assert is_now >= was


@given(histories, st.sampled_from(sorted(ITEMS)), st.integers(-30, 30))
def test_a_known_deficit_silences_nothing(history, item, days_apart):
    last = latest(history)
    assume(last)
    on = last[-1].on + timedelta(days=days_apart)
    known = replace(history, known_deficits=(KnownDeficit(item, on),))
    assert decisions(assess(known)) == decisions(assess(history))


@given(pain_histories)
def test_a_rebound_and_persisting_pain_never_share_a_place(history):
    places = {each.rule: set(each.domains) for each in assess(history).findings}
    rebound = places.get(Rule.PAIN_REBOUND, set())
    assert not rebound & places.get(Rule.PAIN_PERSIST, set())
    assert not rebound & places.get(Rule.PAIN_WORSE, set())


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
        found = {each.rule for each in assessment.findings if domain in each.domains}
        if late and confirmed >= 4:
            assert found
        if late and confirmed < 4:  # one report, or the average of four, may still tell
            assert found <= {Rule.PAIN_SPIKE, Rule.PAIN_GRADUAL}
