"""The definitions every rule shares, computed once from a history.

Red flags and other single-report rules look at **all** reports of the latest day that
has one, partial ones included: a red flag saved half-way is not lost when the complete
form follows an hour later. Trends look at **complete** reports, the last valid value of
each day. Reports before surgery are baseline only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Self

from followups.choices import Rule
from followups.protocol import Protocol, Trends, postoperative_day
from followups.rules.history import History, Report, is_postoperative
from followups.rules.outcomes import Domain, Evidence, Finding, NotEvaluable, Outcome

# The answers of a "none / same as before / worse / new" question.
NONE, SAME, WORSE, NEW = "none", "same", "worse", "new"
CHANGED = frozenset({WORSE, NEW})
PRESENT = frozenset({SAME, WORSE, NEW})
KNOWN = frozenset({NONE, *PRESENT})

Moment = tuple[Report, str]  # a report and the word it answers


@dataclass(frozen=True, slots=True)
class Value:
    """One valid value of a domain."""

    value: int
    on: date
    at: datetime
    pod: int
    report_id: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The course of one 0-10 (or 0-4) item; ``baseline`` is its value before surgery.

    ``confirmed`` (C) is the lower of the last two values if they are 2-45 days apart.
    ``reference`` is the median of up to six values before that pair, ``usual`` the same
    before the last value alone; both from day 7 on and of at least two values.
    """

    values: tuple[Value, ...]
    confirmed: int | None
    reference: float | None
    usual: float | None
    baseline: int | None
    numbers: Trends

    @classmethod
    def of(cls, values: Sequence[Value], baseline: int | None, numbers: Trends) -> Self:
        """Return the trend of valid values, oldest first."""
        settled = [each.value for each in values if _settled(each, numbers)]
        late = [_settled(each, numbers) for each in values[-2:]]
        before_pair = settled[: len(settled) - sum(late)]
        before_now = settled[: len(settled) - sum(late[-1:])]
        return cls(
            values=tuple(values),
            confirmed=_confirmed(values, numbers),
            reference=_reference(before_pair, numbers),
            usual=_reference(before_now, numbers),
            baseline=baseline,
            numbers=numbers,
        )

    @property
    def now(self) -> Value | None:
        """The last valid value."""
        return self.values[-1] if self.values else None

    @property
    def previous(self) -> Value | None:
        """The valid value before the last."""
        return self.values[-2] if len(self.values) > 1 else None

    @property
    def is_informative(self) -> bool:
        """Whether the baseline was high enough for improvement to mean anything."""
        floor = self.numbers.informative_baseline
        return self.baseline is not None and self.baseline >= floor

    def improved(self, value: float) -> bool:
        """Whether this is 2 points and 30 % below an informative baseline."""
        if self.baseline is None or not self.is_informative:
            return False
        numbers = self.numbers
        # whole-number arithmetic: 0.7 x baseline would round
        low_enough = 100 * value <= (100 - numbers.improved_percent) * self.baseline
        return low_enough and self.baseline - value >= numbers.improved_points

    def recovered(self, value: float) -> bool:
        """Whether this is 3 or less, or improved."""
        return value <= self.numbers.recovered_at_most or self.improved(value)

    def improvement_percent(self, value: float) -> int | None:
        """Return the fall from baseline in percent; None without a baseline over 0."""
        if not self.baseline:
            return None
        return round(100 * (self.baseline - value) / self.baseline)


@dataclass(frozen=True, slots=True)
class Course:
    """A history as the rules see it.

    ``reports`` are all since surgery, ``latest`` those of the latest day, ``complete``
    the complete ones of all days and ``daily`` the last of these each day. ``earlier``
    are the outcomes of the rules this one declared it needs.
    """

    history: History
    protocol: Protocol
    reports: tuple[Report, ...]
    latest: tuple[Report, ...]
    complete: tuple[Report, ...]
    daily: tuple[Report, ...]
    trends: Mapping[Domain, Trend]
    function: Trend
    earlier: Mapping[Rule, Outcome] = field(default_factory=dict)

    @classmethod
    def of(cls, history: History, protocol: Protocol) -> Self:
        """Return the course of a history."""
        surgery_on = history.surgery_on
        since = [each for each in history.reports if is_postoperative(each, surgery_on)]
        last_on = since[-1].on if since else None
        complete = tuple(each for each in since if each.complete)

        def trend(item: str, top: int) -> Trend:
            before = getattr(history.baseline, item)
            baseline = before if in_range(before, top) else None
            values = _values(complete, item, top, surgery_on)
            return Trend.of(values, baseline, protocol.trends)

        return cls(
            history=history,
            protocol=protocol,
            reports=tuple(since),
            latest=tuple(each for each in since if each.on == last_on),
            complete=complete,
            daily=tuple({each.on: each for each in complete}.values()),
            trends={each: trend(each.value, protocol.trends.pain_max) for each in Domain},
            function=trend("func", protocol.trends.function_max),
        )

    def pod(self, report: Report) -> int:
        """Return the postoperative day of a report."""
        return postoperative_day(self.history.surgery_on, report.on)

    def pain(self, report: Report) -> int | None:
        """Return P, the higher valid pain of one report; None if neither is known."""
        top = self.protocol.trends.pain_max
        known = [each for each in (report.axial, report.limb) if in_range(each, top)]
        return max((each for each in known if each is not None), default=None)

    def worst_pain(self) -> int | None:
        """Return the highest valid pain of the latest day, whichever report told it."""
        known = [self.pain(each) for each in self.latest]
        return max((each for each in known if each is not None), default=None)

    def pain_is_complete(self, report: Report) -> bool:
        """Whether both pains of one report are valid."""
        top = self.protocol.trends.pain_max
        return in_range(report.axial, top) and in_range(report.limb, top)

    def ticked(self, *items: str) -> tuple[tuple[str, Report], ...]:
        """Return each of these yes/no items answered yes on the latest day."""
        return tuple(
            (item, report)
            for item in items
            for report in self.latest
            if getattr(report, item) is True
        )

    def unanswered(self, *items: str) -> tuple[str, ...]:
        """Return those of these items that no report of the latest day answers."""
        return tuple(
            item for item in items if all(getattr(report, item) is None for report in self.latest)
        )

    def told(self, item: str, words: Collection[str]) -> tuple[Report, ...]:
        """Return the reports of the latest day that answer with one of these words."""
        return tuple(each for each in self.latest if getattr(each, item) in words)

    def affirmed(self, item: str) -> tuple[Report, ...]:
        """Return the reports of the latest day that answer yes."""
        return tuple(each for each in self.latest if getattr(each, item) is True)

    def is_answered(self, item: str, words: Collection[str] = KNOWN) -> bool:
        """Whether a report of the latest day answers with a word there is."""
        return bool(self.told(item, words))

    def answers(self, item: str, words: Collection[str] = KNOWN) -> tuple[Moment, ...]:
        """Return the last answer to a question on each day that has one, oldest first."""
        found = ((each, getattr(each, item)) for each in self.complete)
        return tuple(
            {each.on: (each, answer) for each, answer in found if answer in words}.values()
        )

    def is_current(self, report: Report) -> bool:
        """Whether a report is of the last day with a complete one."""
        return bool(self.complete) and report.on == self.complete[-1].on

    def replies(self, item: str) -> tuple[bool, ...]:
        """Return the last yes or no to a question on each day that has one, oldest first."""
        found = ((each.on, getattr(each, item)) for each in self.complete)
        return tuple({on: answer for on, answer in found if answer is not None}.values())

    def denied_twice(self, *items: str) -> bool:
        """Whether the last two answers to each of these yes/no questions are no."""
        return all(self.replies(item)[-2:] == (False, False) for item in items)

    def answered_twice(
        self, item: str, words: Collection[str], known: Collection[str] = KNOWN
    ) -> bool:
        """Whether the last two answers to a question are among these words."""
        last = [answer for _, answer in self.answers(item, known)[-2:]]
        return len(last) == 2 and all(answer in words for answer in last)

    def known_since(self, item: str, report: Report) -> date | None:
        """Return when a sign was last assessed before this report, if it ever was.

        The form then asked "new or worse since" that day. It changes the words of a
        finding and never whether there is one.
        """
        days = [each.assessed_on for each in self.history.known_deficits if each.item == item]
        return max((on for on in days if on < report.on), default=None)

    def fired(self, rule: Rule) -> Finding | None:
        """Return the finding of an earlier rule, if it fired."""
        outcome = self.earlier.get(rule)
        return outcome if isinstance(outcome, Finding) else None

    def fired_in(self, rule: Rule, domain: Domain) -> bool:
        """Whether an earlier rule fired in this domain."""
        finding = self.fired(rule)
        return finding is not None and domain in finding.domains

    def most_severe(self, rules: Collection[Rule]) -> Finding | None:
        """Return the most severe of the findings of these earlier rules."""
        found = [each for each in map(self.fired, rules) if each is not None]
        return max(found, key=lambda each: each.severity, default=None)

    def unjudged(self, rules: Collection[Rule]) -> tuple[str, ...]:
        """Return which of these earlier rules could not be judged, as one missing input."""
        names = [rule.value for rule in rules if isinstance(self.earlier.get(rule), NotEvaluable)]
        return (f"{', '.join(names)} could not be judged",) if names else ()

    def word(self, domain: Domain) -> str:
        """Return the patient's word for a domain: back, neck, leg or arm."""
        axial, limb = ("neck", "arm") if self.history.is_neck else ("back", "leg")
        return axial if domain is Domain.AXIAL else limb


def evidence(label: str, report: Report, item: str) -> tuple[Evidence, ...]:
    """Return one answer as evidence; nothing if it was not answered."""
    answer = getattr(report, item)
    if answer is None:
        return ()
    if isinstance(answer, bool):
        answer = "yes" if answer else "no"
    elif isinstance(answer, frozenset):
        answer = ", ".join(sorted(answer)) or "none"
    return (Evidence(label, str(answer), report.on),)


def in_range(value: object, top: int) -> bool:
    """Whether a value is a whole number from 0 to ``top``."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= top


def _values(reports: Sequence[Report], item: str, top: int, surgery_on: date) -> list[Value]:
    """Return the last valid value of one item on each day that has one, oldest first."""
    return list(
        {
            each.on: Value(value, each.on, each.at, postoperative_day(surgery_on, each.on), each.id)
            for each in reports
            if in_range(value := getattr(each, item), top)
        }.values()
    )


def _settled(value: Value, numbers: Trends) -> bool:
    return value.pod >= numbers.reference_from_pod


def _confirmed(values: Sequence[Value], numbers: Trends) -> int | None:
    """Return C: the lower of the last two values if their gap confirms them."""
    if len(values) < 2:
        return None
    previous, now = values[-2:]
    least, most = numbers.confirming_gap_days
    if not least <= (now.on - previous.on).days <= most:
        return None
    return min(now.value, previous.value)


def _reference(earlier: Sequence[int], numbers: Trends) -> float | None:
    """Return the median of the last few earlier values, if there are enough."""
    if len(earlier) < numbers.reference_at_least:
        return None
    return median(earlier[-numbers.reference_values :])
