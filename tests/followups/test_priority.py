"""The order of the queue."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups import priority
from followups.choices import RiskFactor, RiskTier, Severity
from followups.priority import Priority, RiskFacts, bucket, risk_points
from followups.protocol import STANDARD

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
EMERGENCY, URGENT, SOON, ROUTINE = 4, 3, 2, 1
HOUR = timedelta(hours=1)


def place(severity, elapsed, target, risk, age=None, **facts) -> Priority:
    started = NOW - elapsed * HOUR
    raised = started if age is None else NOW - timedelta(days=age)
    return priority.of(
        severity=Severity(severity),
        raised_at=raised,
        clock_started_at=started,
        respond_by=started + target * HOUR,
        risk_points=risk,
        now=NOW,
        **facts,
    )


# Flag, severity, elapsed and target hours, risk, age in days, score: as the protocol.
WORKED = [
    ("A", EMERGENCY, 0.33, 1, 1, 0, 4110),
    ("C", URGENT, 26, 24, 0, 1, 3401),
    ("B", URGENT, 10, 12, 2, 0, 3320),
    ("J", URGENT, 1, 8, 5, 0, 3050),
    ("I", SOON, 168, 72, 4, 7, 2447),
    ("D", SOON, 60, 72, 7, 2, 2372),
    ("E", SOON, 60, 72, 1, 2, 2312),
    ("F", SOON, 5, 72, 9, 0, 2090),
    ("H", ROUTINE, 720, 336, 3, 30, 1439),
    ("G", ROUTINE, 480, 336, 3, 20, 1439),
]


@pytest.mark.parametrize(
    ("severity", "elapsed", "target", "risk", "age", "score"),
    [case[1:] for case in WORKED],
    ids=[case[0] for case in WORKED],
)
def test_the_worked_scores(severity, elapsed, target, risk, age, score):
    found = place(severity, elapsed, target, risk)
    assert found.score() == score
    assert found.age_days == min(age, 9)


def test_the_worked_order():
    keys = {name: place(*rest[:4]).sort_key(7) for name, *rest in WORKED}
    assert sorted(keys, key=keys.__getitem__) == [name for name, *_ in WORKED]


parts = st.builds(
    Priority,
    severity=st.sampled_from(Severity),
    bucket=st.integers(0, 4),
    risk=st.integers(0, 9),
    age_days=st.integers(0, 9),
)


@given(parts, parts)
def test_the_number_orders_exactly_as_its_parts(one, other):
    def pressing(found):
        return (found.severity, found.bucket, found.risk, found.age_days)

    assert (one.score() < other.score()) == (pressing(one) < pressing(other))
    assert (one.score() == other.score()) == (pressing(one) == pressing(other))


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [
        (-5, 0),
        (0, 0),
        (5.999, 0),
        (6, 1),
        (11.999, 1),
        (12, 2),
        (17.999, 2),
        (18, 3),
        (23.999, 3),
        (24, 4),
        (1000, 4),
    ],
)
def test_quarters_of_the_target(elapsed, expected):
    assert place(URGENT, elapsed, 24, 0).bucket == expected


def test_a_target_of_nothing_is_breached():
    assert bucket(timedelta(), timedelta()) == 4


def test_contact_stops_the_clock_but_not_the_age():
    waiting = place(URGENT, 48, 24, 0)
    reached = place(URGENT, 48, 24, 0, contacted_at=NOW - 40 * HOUR)
    assert (waiting.bucket, waiting.age_days) == (4, 2)
    assert (reached.bucket, reached.age_days) == (1, 2)
    assert reached.to_breach == 16 * HOUR


def test_a_raised_severity_restarts_the_clock_but_not_the_age():
    found = place(URGENT, 1, 24, 0, age=5)
    assert (found.bucket, found.age_days) == (0, 5)


@pytest.mark.parametrize(("risk", "expected"), [(None, 0), (-1, 0), (9, 9), (14, 9)])
def test_risk_is_capped_and_unknown_counts_nothing(risk, expected):
    assert place(SOON, 1, 72, risk).risk == expected


@pytest.mark.parametrize(
    ("elapsed", "target", "facts", "hours_until"),
    [
        (0, 1, {}, 0.25),
        (0.25, 1, {}, 0.25),
        (0.75, 1, {}, 0.25),
        (1, 1, {}, 23),
        (0, 72, {}, 18),
        (20, 72, {}, 4),  # a day old before half the target
        (9 * 24 - 1, 72, {}, 1),
        (9 * 24, 72, {}, None),
        (9 * 24, 336, {}, 36),
        (0.5, 1, {"contacted_at": NOW}, 23.5),
        (9 * 24, 336, {"contacted_at": NOW}, None),
    ],
)
def test_the_next_moment_the_place_changes(elapsed, target, facts, hours_until):
    expected = None if hours_until is None else NOW + hours_until * HOUR
    assert place(ROUTINE, elapsed, target, 0, **facts).changes_at == expected


moments = st.timedeltas(timedelta(), timedelta(days=20)).map(lambda ago: NOW - ago)


@given(moments, st.timedeltas(timedelta(microseconds=1), timedelta(days=15)))
def test_the_place_changes_at_that_moment_and_not_before(started, target):
    def at(now):
        return priority.of(
            severity=Severity.SOON,
            raised_at=started,
            clock_started_at=started,
            respond_by=started + target,
            now=now,
        )

    now = at(NOW)
    if now.changes_at is None:
        assert (now.bucket, now.age_days) == (4, 9)
        return
    just_before = at(now.changes_at - timedelta(microseconds=1))
    assert just_before.score() == now.score()
    assert at(now.changes_at).score() > now.score()


NOTHING = RiskFacts(
    smoking="never",
    diabetes=False,
    osteoporosis=False,
    autoimmune=False,
    age=64,
    n_levels=1,
    revision=False,
    complex=False,
    obesity=False,
    chronic_opioid=False,
    mental_health=False,
    vitd_deficiency=False,
)


@pytest.mark.parametrize(
    ("name", "value", "points"),
    [
        ("smoking", "never", 0),
        ("smoking", "ex_gt6m", 0),
        ("smoking", "ex_lt6m", 1),
        ("smoking", "current", 3),
        ("diabetes", True, 2),
        ("osteoporosis", True, 2),
        ("autoimmune", True, 2),
        ("age", 64, 0),
        ("age", 65, 1),
        ("age", 74, 1),
        ("age", 75, 2),
        ("n_levels", 1, 0),
        ("n_levels", 2, 1),
        ("n_levels", 3, 2),
        ("n_levels", 12, 2),
        ("revision", True, 2),
        ("complex", True, 1),
        ("obesity", True, 1),
        ("chronic_opioid", True, 1),
        ("mental_health", True, 1),
        ("vitd_deficiency", True, 1),
    ],
)
def test_each_risk_factor_counts(name, value, points):
    facts = {each: getattr(NOTHING, each) for each in NOTHING.__slots__}
    score = risk_points(RiskFacts(**{**facts, name: value}))
    assert score.points == points
    assert sum(each for _, each in score.parts) == points
    assert score.unknown == ()


def test_unknown_factors_count_nothing_and_are_named():
    score = risk_points(RiskFacts(diabetes=True, age=70))
    assert score.parts == ((RiskFactor.DIABETES, 2), (RiskFactor.AGE_65_74, 1))
    assert "smoking" in score.unknown
    assert "diabetes" not in score.unknown


@pytest.mark.parametrize(
    ("points", "tier"),
    [
        (0, RiskTier.LOW),
        (2, RiskTier.LOW),
        (3, RiskTier.MODERATE),
        (5, RiskTier.MODERATE),
        (6, RiskTier.HIGH),
        (20, RiskTier.HIGH),
    ],
)
def test_risk_tiers(points, tier):
    assert STANDARD.risk.tier(points) == tier
