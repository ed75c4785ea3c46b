"""Fetch what the schedule shows, in a fixed number of queries. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, Subquery

from followups.choices import VisitKind, VisitStatus
from followups.clock import midnight
from followups.forms.schedule import Chosen, ScheduleView
from followups.models import ContactAttempt, Reminder, Visit
from followups.rules.calls import Ladder, ladder, working_day
from patients.models import ContactChannel, RiskProfile, SymptomReport
from patients.reach import veiled_from

if TYPE_CHECKING:
    from clinic.staff.models import Clinic, User

COUNTED = 1000  # a longer list needs people, not numbers
PAGE = 50
GLANCE = 10  # of what is upcoming, beside everything else
AHEAD = timedelta(weeks=4)
RECENT = timedelta(days=120)  # messages older than this say nothing about a visit


class Item(NamedTuple):
    """What the order and the counts need of one visit."""

    pk: int
    surgery: int
    kind: str
    status: str
    opens_on: date
    target_on: date
    closes_on: date
    booked_for: datetime | None
    risk: int
    severity: int | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Week:
    """The days that decide where a visit is listed."""

    clinic: "Clinic"
    now: datetime
    today: date
    end: date  # the Sunday that ends the working week
    horizon: date

    @classmethod
    def of(cls, clinic: "Clinic", now: datetime) -> "Week":
        today = clinic.today(now)
        end = working_day(today)
        end += timedelta(days=6 - end.weekday())
        return cls(clinic, now, today, end, end + AHEAD)

    def on(self, moment: datetime) -> date:
        return moment.astimezone(self.clinic.zone).date()

    def is_booked(self, item: Item) -> bool:
        """Whether an appointment is still to come."""
        booked = item.status == VisitStatus.BOOKED and item.booked_for is not None
        return booked and item.booked_for > self.now  # type: ignore[operator]

    def due_on(self, item: Item) -> date:
        """Return the day a visit is listed under: its appointment, else its best day."""
        if self.is_booked(item) and item.booked_for is not None:
            return self.on(item.booked_for)
        return item.target_on

    def section(self, item: Item) -> ScheduleView:
        if item.closes_on < self.today:
            return ScheduleView.OVERDUE
        has_passed = item.status in (VisitStatus.NO_SHOW, VisitStatus.BOOKED)
        if (has_passed and not self.is_booked(item)) or self.due_on(item) <= self.end:
            return ScheduleView.WEEK
        return ScheduleView.UPCOMING


@dataclass
class Worklist:
    """Every visit that is due or coming up, sorted, with where the calls about it stand."""

    week: Week
    items: list[Item]
    attempts: Mapping[int, Sequence[ContactAttempt]]  # by surgery, oldest first
    is_capped: bool = False
    ladders: dict[int, Ladder] = field(default_factory=dict)

    def item(self, pk: int) -> Item | None:
        return next((item for item in self.items if item.pk == pk), None)

    def ladder(self, item: Item) -> Ladder:
        if item.pk not in self.ladders:
            self.ladders[item.pk] = ladder(
                [attempt.as_try for attempt in self.attempts.get(item.surgery, ())],
                answered_at=item.answered_at,
                today=self.week.today,
            )
        return self.ladders[item.pk]

    def belongs(self, item: Item, show: ScheduleView) -> bool:
        booked = self.week.is_booked(item)
        if show == ScheduleView.ALL:
            return True
        if show == ScheduleView.UNBOOKED:
            return not booked
        if show == ScheduleView.UNREACHED:
            return not booked and self.ladder(item).is_unreached
        return self.week.section(item) == show

    def chosen(self, choice: Chosen) -> list[Item]:
        return [
            item
            for item in self.items
            if self.belongs(item, choice.show) and choice.kind in (None, item.kind)
        ]

    def section(self, choice: Chosen, section: ScheduleView) -> list[Item]:
        """Return the chosen visits of one section in its order: risk, then how late."""
        found = [item for item in self.chosen(choice) if self.week.section(item) == section]
        return sorted(found, key=self._order)

    def _order(self, item: Item) -> tuple[bool, int, date, int]:
        is_overdue = self.week.section(item) == ScheduleView.OVERDUE
        when = item.closes_on if is_overdue else self.week.due_on(item)
        return is_overdue and self.week.is_booked(item), -item.risk, when, item.pk

    def counts(self) -> dict[ScheduleView, str]:
        return {
            show: self._said(sum(self.belongs(item, show) for item in self.items))
            for show in ScheduleView
        }

    def kinds(self, show: ScheduleView) -> dict[VisitKind, str]:
        found = Counter(item.kind for item in self.items if self.belongs(item, show))
        return {kind: self._said(found[kind]) for kind in VisitKind if found[kind]}

    def count(self, section: ScheduleView, *, booked: bool | None = None) -> int:
        return sum(
            self.week.section(item) == section and booked in (None, self.week.is_booked(item))
            for item in self.items
        )

    def to_invite(self) -> list[int]:
        """Return the visits due this week that nobody has booked."""
        return [
            item.pk
            for item in self.items
            if self.week.section(item) == ScheduleView.WEEK and not self.week.is_booked(item)
        ]

    def _said(self, number: int) -> str:
        return f"{number}+" if self.is_capped else str(number)


def expected(week: Week) -> Q:
    """Return what makes a visit one of the list: expected, followed, and near enough."""
    until = midnight(week.clinic.zone, week.horizon + timedelta(days=1))
    near = Q(target_on__lte=week.horizon) | Q(booked_for__lt=until)
    return near & Q(surgery__follow_up__ended_at=None)


def worklist(user: "User", clinic: "Clinic", now: datetime, also: int = 0) -> Worklist:
    """Return everything that is due or coming up; two queries, however much it is.

    ``also`` is a visit that is worked on, however far off it is.
    """
    week = Week.of(clinic, now)
    answered = (
        SymptomReport.objects.filter(surgery=OuterRef("surgery"), is_complete=True)
        .order_by()
        .values("surgery")
        .annotate(at=Max("reported_at"))
        .values("at")
    )
    rows = (
        Visit.objects.for_user(user)
        .filter(expected(week) | Q(pk=also, surgery__follow_up__ended_at=None), clinic=clinic)
        .planned()
        .annotate(answered_at=Subquery(answered))
        .order_by("closes_on", "pk")
        .values_list(
            *("pk", "surgery", "kind", "status", "opens_on", "target_on", "closes_on"),
            *("booked_for", "surgery__follow_up__risk_points"),
            *("surgery__follow_up__severity", "answered_at"),
        )
    )
    items = [Item(*row) for row in rows[: COUNTED + 1]]
    shown = items[:COUNTED]
    return Worklist(
        week, shown, _attempts({item.surgery for item in shown}), is_capped=len(items) > COUNTED
    )


def _attempts(surgeries: Iterable[int]) -> dict[int, list[ContactAttempt]]:
    found: dict[int, list[ContactAttempt]] = defaultdict(list)
    rows = ContactAttempt.objects.filter(surgery__in=list(surgeries)).select_related("by")
    for row in rows.defer("note").order_by("at", "pk"):
        found[row.surgery_id].append(row)
    return found


def closed_to(user: "User", week: Week) -> int:
    """Return how many visits of restricted records are due that this person does not see."""
    if not veiled_from(user.pk):
        return 0
    return Visit.objects.veiled_for(user).filter(expected(week)).planned().count()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rows shown need, by id."""

    visits: Mapping[int, Visit]
    profiles: Mapping[int, RiskProfile]  # by patient
    messages: Mapping[int, Sequence[Reminder]]  # by patient, oldest first


def facts(user: "User", items: Sequence[Item], now: datetime) -> Facts:
    """Return what the rows of these visits show; three queries."""
    usable = ContactChannel.objects.usable().filter(patient=OuterRef("surgery__patient"))
    visits = (
        Visit.objects.for_user(user)
        .filter(pk__in=[item.pk for item in items])
        .select_related("clinic", "surgery__patient", "surgery__surgeon", "surgery__follow_up")
        .annotate(can_be_sent=Exists(usable))
    )
    found = {visit.pk: visit for visit in visits}
    patients = {visit.surgery.patient_id for visit in found.values()}
    return Facts(found, _profiles(patients), _messages(patients, now))


def _profiles(patients: Iterable[int]) -> dict[int, RiskProfile]:
    rows = RiskProfile.objects.filter(patient__in=list(patients)).order_by("recorded_on", "pk")
    return {row.patient_id: row for row in rows}


def _messages(patients: Iterable[int], now: datetime) -> dict[int, list[Reminder]]:
    found: dict[int, list[Reminder]] = defaultdict(list)
    rows = Reminder.objects.filter(patient__in=list(patients), not_before__gte=now - RECENT)
    for row in rows.order_by("not_before", "pk"):
        found[row.patient_id].append(row)
    return found
