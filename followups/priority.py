"""The order of the review queue: its sort key, its displayed parts, its risk points.

Pure: moments come in, numbers go out. Severity first, so that nothing outranks an
emergency by waiting; then how much of the response target has passed, in buckets so
that risk can matter; then risk points, which only break ties; then age.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from followups.choices import RiskFactor, Severity
from followups.protocol import STANDARD, Protocol


@dataclass(frozen=True, slots=True)
class Priority:
    """Where one flag stands in the queue, in parts that are shown beside the score.

    ``changes_at`` is when time alone will next change a part; None if it never will.
    """

    severity: Severity
    bucket: int
    risk: int
    age_days: int
    to_breach: timedelta = timedelta()
    open_families: int = 1
    changes_at: datetime | None = None

    def score(self, protocol: Protocol = STANDARD) -> int:
        """Return the displayed number; it orders exactly as its four parts do."""
        steps = protocol.queue
        return (
            steps.severity_step * self.severity
            + steps.bucket_step * self.bucket
            + steps.risk_step * self.risk
            + self.age_days
        )

    def sort_key(self, episode_id: int) -> tuple[int | timedelta, ...]:
        """Return a key that sorts the most pressing first."""
        return (
            -self.severity,
            -self.bucket,
            -self.risk,
            -self.age_days,
            self.to_breach,
            -self.open_families,
            episode_id,
        )


def of(
    *,
    severity: Severity,
    raised_at: datetime,
    clock_started_at: datetime,
    respond_by: datetime,
    now: datetime,
    contacted_at: datetime | None = None,
    risk_points: int | None = None,
    open_families: int = 1,
    protocol: Protocol = STANDARD,
) -> Priority:
    """Return where a flag stands at ``now``.

    The response clock starts when the flag is raised and again when its severity rises;
    it stands still from the first documented contact on. The flag's age does not.
    Unknown risk counts as none.
    """
    caps = protocol.queue
    end = now if contacted_at is None else min(now, contacted_at)
    elapsed = max(end - clock_started_at, timedelta())
    target = respond_by - clock_started_at
    return Priority(
        severity=severity,
        bucket=bucket(elapsed, target, protocol),
        risk=min(max(risk_points or 0, 0), caps.risk_cap),
        age_days=min(max((now - raised_at).days, 0), caps.age_cap_days),
        to_breach=target - elapsed,
        open_families=open_families,
        changes_at=next_change(
            raised_at=raised_at,
            clock_started_at=clock_started_at,
            respond_by=respond_by,
            contacted_at=contacted_at,
            now=now,
            protocol=protocol,
        ),
    )


def bucket(elapsed: timedelta, target: timedelta, protocol: Protocol = STANDARD) -> int:
    """Return how many quarters of the target have passed: 0 to 4, 4 is breached."""
    percents = protocol.queue.bucket_percents
    return sum(100 * elapsed >= percent * target for percent in percents)


def next_change(
    *,
    raised_at: datetime,
    clock_started_at: datetime,
    respond_by: datetime,
    now: datetime,
    contacted_at: datetime | None = None,
    protocol: Protocol = STANDARD,
) -> datetime | None:
    """Return the next moment at which bucket or age changes; None if never again."""
    days = range(1, protocol.queue.age_cap_days + 1)
    moments = [raised_at + timedelta(days=day) for day in days]
    if contacted_at is None:
        target = respond_by - clock_started_at
        # rounded up, so that the bucket has changed when the moment comes
        moments += [
            clock_started_at - (-target * percent // 100)
            for percent in protocol.queue.bucket_percents
        ]
    return min((moment for moment in moments if moment > now), default=None)


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is known of a patient's risk factors; None is not known.

    ``smoking`` is never, ex_gt6m, ex_lt6m or current.
    """

    smoking: str | None = None
    diabetes: bool | None = None
    osteoporosis: bool | None = None
    autoimmune: bool | None = None
    age: int | None = None
    n_levels: int | None = None
    revision: bool | None = None
    complex: bool | None = None
    obesity: bool | None = None
    chronic_opioid: bool | None = None
    mental_health: bool | None = None
    vitd_deficiency: bool | None = None


@dataclass(frozen=True, slots=True)
class RiskScore:
    """Risk points with their parts; ``unknown`` facts counted nothing."""

    points: int
    parts: tuple[tuple[RiskFactor, int], ...]
    unknown: tuple[str, ...]


def risk_points(facts: RiskFacts, protocol: Protocol = STANDARD) -> RiskScore:
    """Return the risk points of these facts; they order the queue, predict nothing."""
    present = _factors(facts, protocol)
    parts = tuple(each for each in protocol.risk.points if each[0] in present)
    return RiskScore(
        points=sum(points for _, points in parts),
        parts=parts,
        unknown=tuple(each.name for each in fields(facts) if getattr(facts, each.name) is None),
    )


def _factors(facts: RiskFacts, protocol: Protocol) -> set[RiskFactor]:
    """Return the factors that these facts show to be present."""
    numbers = protocol.risk
    named = {each for each in RiskFactor if getattr(facts, each.value, None) is True}
    smoking = {
        "current": RiskFactor.SMOKER_CURRENT,
        "ex_lt6m": RiskFactor.SMOKER_RECENT_EX,
    }
    graded = {
        smoking.get(facts.smoking or ""),
        _grade(
            facts.age,
            (numbers.older_from_years, RiskFactor.AGE_65_74),
            (numbers.oldest_from_years, RiskFactor.AGE_75_PLUS),
        ),
        _grade(
            facts.n_levels,
            (numbers.some_levels, RiskFactor.LEVELS_2),
            (numbers.many_levels, RiskFactor.LEVELS_3_PLUS),
        ),
    }
    return named | {each for each in graded if each is not None}


def _grade(value: int | None, *steps: tuple[int, RiskFactor]) -> RiskFactor | None:
    """Return the highest step a value reaches."""
    reached = [factor for least, factor in steps if value is not None and value >= least]
    return reached[-1] if reached else None
