"""One simulated follow-up: check-ins asked, answered or missed, and judged by the rules."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from heapq import heappop, heappush
from random import Random

from followups.choices import CheckInKind, Family, Severity
from followups.protocol import STANDARD, check_in_days
from followups.rules import Assessment, History, MissedCheckIn, Report, Risk, assess
from followups.simulation.answers import Traits, answer
from followups.simulation.arms import BEYOND_8_WEEKS, Story
from followups.simulation.clock import SURGERY_ON, at, on
from followups.simulation.comparison import Comparison
from followups.simulation.flags import SAME_FLAG_DAYS, Flags, News

# Share of check-ins answered: falls in a line over the first year, then stays (6.7).
ANSWERED_FIRST, ANSWERED_LATE, FALLING_DAYS = 0.85, 0.60, 365
# A re-check asks somebody who answered three days ago: as likely to answer as in the
# first weeks. A design choice; protocol 6.7 does not say. It moves the delay by days.
RECHECK_ANSWERED = ANSWERED_FIRST
MISSED_DAYS = timedelta(hours=STANDARD.check_ins.missed_hours).days
SHORT_AFTER = STANDARD.check_ins.pulse_after_pod


@dataclass(slots=True)
class Trace:
    """What was seen of one patient, for counting; days are postoperative."""

    story: Story
    last_day: int
    reports: int = 0
    reports_with_news: int = 0
    reports_with_awake_news: int = 0
    rechecks: int = 0
    flags: int = 0
    pressing_flags: int = 0
    awake_flags: int = 0
    pain_flags: int = 0  # soon or higher, beyond 8 weeks
    compared_flags: int = 0
    found_on: int | None = None
    compared_on: int | None = None
    told_on: int | None = None
    was_emergency: bool | None = None

    @property
    def days(self) -> int:
        """Days of follow-up."""
        return self.last_day

    @property
    def late_days(self) -> int:
        """Days of follow-up beyond 8 weeks."""
        return max(self.last_day - BEYOND_8_WEEKS + 1, 0)


@dataclass(slots=True)
class Life:
    """One patient's way through the check-ins."""

    story: Story
    traits: Traits
    random: Random
    trace: Trace
    recheck_answered: float | None  # None is like any other check-in
    reports: list[Report] = field(default_factory=list)
    missed: list[MissedCheckIn] = field(default_factory=list)
    comparison: Comparison = field(default_factory=Comparison)
    flags: Flags = field(default_factory=Flags)
    pain_flag_on: int | None = None
    compared_flag_on: int | None = None
    due: list[tuple[int, bool]] = field(default_factory=list)  # day, and whether extra

    def run(self) -> Trace:
        """Return what was seen until the last day."""
        self.due = [(day, False) for day in check_in_days() if day <= self.trace.last_day]
        number = 0
        while self.due:
            day, is_extra = heappop(self.due)
            number += not is_extra
            if self.random.random() >= self._share(day, is_extra=is_extra):
                if not is_extra:
                    self._miss(day)
                continue
            is_short = not is_extra and day > SHORT_AFTER and number % 2 == 0
            self._answer(day, is_extra=is_extra, is_short=is_short)
        return self.trace

    def _share(self, day: int, *, is_extra: bool) -> float:
        likely = self.recheck_answered if is_extra else None
        return answered_share(day) if likely is None else likely

    def _answer(self, day: int, *, is_extra: bool, is_short: bool) -> None:
        told = answer(day, self.traits, self.random, is_short=is_short)
        if not is_extra and self.comparison.fires(day, told):
            self._compare(day)
        kind = CheckInKind.RECHECK if is_extra else CheckInKind.SCHEDULED
        report = Report(id=f"{day:03}", at=at(day), on=on(day), kind=kind, **told)
        report = self._with_red_flag(report, day, is_short=is_short)
        self.missed.clear()
        self.reports.append(report)
        self.trace.reports += 1
        assessment = self._judge(day)
        news = self._count(assessment, day)
        self.trace.reports_with_news += bool(news.pressing)
        self.trace.reports_with_awake_news += bool(news.awake)
        self._count_pain(assessment, day)
        self._plan_recheck(assessment, day)

    def _with_red_flag(self, report: Report, day: int, *, is_short: bool) -> Report:
        """Return the report with the emergency, told once, where the form asks for it.

        Its safety answers are stored and judged before the rest of the form.
        """
        flag, since = self.story.red_flag, self.story.event_day
        if flag is None or since is None or day < since or self.trace.told_on is not None:
            return report
        if is_short and not flag.is_in_short_form:
            return report
        half = Report(
            id=f"{day:03}/", at=at(day, 9), on=on(day), complete=False, **dict(flag.answers)
        )
        self.reports.append(half)
        found = assess(replace(self._history(day), as_of=half.at)).outcomes[flag.rule]
        self.trace.told_on = day
        self.trace.was_emergency = getattr(found, "severity", None) == Severity.EMERGENCY
        return replace(report, **dict(flag.answers))

    def _miss(self, day: int) -> None:
        closed = day + MISSED_DAYS
        self.missed.append(MissedCheckIn(closed_at=at(closed), on=on(day)))
        if len(self.missed) >= STANDARD.nonresponse.missed_from and closed <= self.trace.last_day:
            self._count(self._judge(closed), closed, only=Family.CONTACT)

    def _judge(self, day: int) -> Assessment:
        return assess(self._history(day))

    def _history(self, day: int) -> History:
        return History(
            as_of=at(day),
            surgery_on=SURGERY_ON,
            reports=tuple(self.reports),
            baseline=self.traits.baseline,
            missed=tuple(self.missed),
            risk=Risk(frozenset({"smoker_current"} if self.traits.smokes else ()), 2),
        )

    def _count(self, assessment: Assessment, day: int, *, only: Family | None = None) -> News:
        news = self.flags.tell(assessment, day, only=only)
        self.trace.flags += len(news.flags)
        self.trace.pressing_flags += len(news.pressing)
        self.trace.awake_flags += len(news.awake)
        return news

    def _count_pain(self, assessment: Assessment, day: int) -> None:
        """Count a pain flag at soon or higher, and note when the event was found."""
        pains = [each for each in assessment.findings if each.family is Family.PAIN]
        if not pains or pains[0].severity < Severity.SOON:
            return
        since, last = self.story.event_day, self.pain_flag_on
        if self.trace.found_on is None and since is not None and day >= since:
            self.trace.found_on = day
        if day >= BEYOND_8_WEEKS and (last is None or day - last >= SAME_FLAG_DAYS):
            self.pain_flag_on = day
            self.trace.pain_flags += 1

    def _compare(self, day: int) -> None:
        since = self.story.event_day
        if since is not None and day >= since and self.trace.compared_on is None:
            self.trace.compared_on = day
        last = self.compared_flag_on
        if last is None or day - last >= SAME_FLAG_DAYS:
            self.compared_flag_on = day
            self.trace.compared_flags += 1

    def _plan_recheck(self, assessment: Assessment, day: int) -> None:
        """Ask again, unless the patient is asked that day or an extra one is waiting."""
        wanted = assessment.recheck
        if wanted is None:
            return
        again = (wanted.due_on - SURGERY_ON).days
        is_asked = any(due == again or is_extra for due, is_extra in self.due)
        if day < again <= self.trace.last_day and not is_asked:
            self.trace.rechecks += 1
            heappush(self.due, (again, True))


def live(
    story: Story,
    random: Random,
    *,
    last_day: int,
    recheck_answered: float | None = RECHECK_ANSWERED,
) -> Trace:
    """Return what is seen of one patient until a day."""
    traits = Traits.draw(story.course, random)
    return Life(story, traits, random, Trace(story, last_day), recheck_answered).run()


def answered_share(day: int) -> float:
    """Return how likely a check-in of a day is answered."""
    fallen = min(day / FALLING_DAYS, 1.0)
    return ANSWERED_FIRST - fallen * (ANSWERED_FIRST - ANSWERED_LATE)
