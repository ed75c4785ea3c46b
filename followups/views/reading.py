"""Fetch what the queue's pages show, in a fixed number of queries. Reads only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q

from followups.charts import Series
from followups.choices import CheckInKind, Family, Severity
from followups.clock import midnight
from followups.forms.queue import Filters, Place, QueueView
from followups.models import (
    CheckIn,
    ContactAttempt,
    Evaluation,
    Flag,
    FlagEvent,
    FollowUp,
)
from followups.models.plan import FollowUpQuerySet
from followups.models.review import FlagQuerySet
from followups.presenters import rows, trends
from followups.presenters.case import Facts
from patients.choices import ChannelKind
from patients.models import ContactChannel, RiskProfile, SymptomReport
from patients.reach import veiled_from

if TYPE_CHECKING:
    from clinic.staff.models import User

PAGE = 50
COUNTED = 1000  # counts stop here: a longer queue needs people, not numbers
SPARK_DAYS = 182
STEPS = 60


def views(user: "User") -> dict[QueueView, Q]:
    """Return what belongs into each list of open cases."""
    return {
        QueueView.OPEN: Q(awaits_contact=True),
        QueueView.MINE: Q(owner=user),
        QueueView.UNCLAIMED: Q(owner=None),
        QueueView.CONTACTED: Q(awaits_contact=False),
    }


def open_cases(user: "User", filters: Filters) -> FollowUpQuerySet:
    """Return the open cases of a list in queue order, from the page's place on."""
    return _asked_for(FollowUp.objects.for_user(user), user, filters)


def _asked_for(cases: FollowUpQuerySet, user: "User", filters: Filters) -> FollowUpQuerySet:
    cases = cases.queue().filter(views(user)[filters.view])
    if filters.severity is not None:
        cases = cases.filter(severity=filters.severity)
    if filters.family is not None:
        cases = cases.filter(Exists(_open_flags(Flag.objects.all()).filter(family=filters.family)))
    return cases.filter(_behind(filters.after)) if filters.after else cases


def one_page(user: "User", filters: Filters) -> tuple[list[FollowUp], Place | None]:
    """Return up to fifty cases, and the place behind them if there are more."""
    cases = open_cases(user, filters).select_related(
        "clinic", "surgery__patient", "surgery__surgeon", "lead_flag", "owner"
    )
    found = list(cases.defer("lead_flag__evidence")[: PAGE + 1])
    shown = found[:PAGE]
    behind = Place.of(shown[-1]) if len(found) > PAGE else None
    return sorted([*shown, *_closed_cases(user, filters, behind)], key=_rank), behind


def _closed_cases(user: "User", filters: Filters, until: Place | None) -> list[FollowUp]:
    """Return the page's cases of restricted records closed to this person, nobody's data with them.

    They must be seen to exist. A list of one reason would tell the reason, so it has none.
    """
    if not veiled_from(user.pk) or filters.family is not None:
        return []
    cases = (
        _asked_for(FollowUp.objects.veiled_for(user), user, filters)
        .select_related("clinic", "lead_flag")
        .annotate(closed_patient=F("surgery__patient"))
        .defer("lead_flag__evidence", "lead_flag__explanation", "lead_flag__note")
    )
    found = cases[:COUNTED]
    return [case for case in found if until is None or _rank(case) <= _rank(until)]


def next_case(user: "User", filters: Filters, done: FollowUp) -> FollowUp | None:
    """Return the case of a list behind one that has just left it, else its first."""
    if filters.view not in views(user):
        return None
    if done.severity is not None:
        behind: FollowUp | None = open_cases(user, replace(filters, after=Place.of(done))).first()
        if behind is not None:
            return behind
    others = open_cases(user, replace(filters, after=None)).exclude(pk=done.pk)
    first: FollowUp | None = others.first()
    return first


def pain(cases: Iterable[FollowUp], now: datetime) -> dict[int, Series]:
    """Return the worst pain of the last half year of each case, in one query."""
    items = ("surgery_id", "surgery__performed_on", *trends.PainRow._fields[2:])
    reports = SymptomReport.objects.filter(
        surgery__in=[case.surgery_id for case in cases if not rows.is_closed(case)],
        reported_at__gte=now - timedelta(days=SPARK_DAYS),
    ).order_by("surgery_id", "reported_at", "pk")
    return trends.worst_of_each(trends.PainRow(*values) for values in reports.values_list(*items))


class Counted(NamedTuple):
    """What the counts need of one open case."""

    severity: int
    is_past: bool
    families: list[str]
    lists: frozenset[QueueView]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many open cases there are, by list, severity and reason."""

    cases: Sequence[Counted]
    is_capped: bool = False

    def of_view(self, view: QueueView) -> str:
        return self._said(sum(view in case.lists for case in self.cases))

    def matching(self, filters: Filters) -> list[Counted]:
        return [
            case
            for case in self.cases
            if filters.view in case.lists
            and filters.severity in (None, case.severity)
            and (filters.family is None or filters.family in case.families)
        ]

    def total(self, filters: Filters) -> str:
        return self._said(len(self.matching(filters)))

    def past(self, filters: Filters) -> int:
        return sum(case.is_past for case in self.matching(filters))

    def by_severity(self, filters: Filters) -> dict[Severity, str]:
        found = Counter(case.severity for case in self.matching(filters))
        return {each: self._said(found[each]) for each in reversed(Severity)}

    def by_family(self, filters: Filters) -> dict[Family, str]:
        found = Counter(family for case in self.matching(filters) for family in case.families)
        return {each: self._said(found[each]) for each in Family if found[each]}

    def _said(self, number: int) -> str:
        return f"{number}+" if self.is_capped else str(number)


def tally(user: "User", now: datetime) -> Tally:
    """Return the counts of the open cases; one query, however long the queue."""
    lists = views(user)
    # why a restricted record is in the queue is not counted: it would tell
    told = _open_flags(Flag.objects.for_user(user))
    families = ArraySubquery(told.values("family"))
    membership = {
        f"in_{view.name}": ExpressionWrapper(condition, output_field=BooleanField())
        for view, condition in lists.items()
    }
    found = (
        FollowUp.objects.in_clinic(user)
        .queue()
        .annotate(families=families, **membership)
        .values_list("severity", "awaits_contact", "breach_at", "families", *membership)
    )[: COUNTED + 1]
    cases = [
        Counted(
            severity,
            awaits_contact and breach_at <= now,
            named,
            frozenset(view for view, holds in zip(lists, inside, strict=True) if holds),
        )
        for severity, awaits_contact, breach_at, named, *inside in found
    ]
    return Tally(cases[:COUNTED], is_capped=len(cases) > COUNTED)


def resolved_today(user: "User", now: datetime) -> list[Flag]:
    """Return the flags people closed since the clinic's midnight, newest first."""
    flags = Flag.objects.for_user(user).filter(closed_by__isnull=False)
    if user.clinic is not None:
        today = midnight(user.clinic.zone, user.clinic.today(now))
        flags = flags.filter(closed_at__gte=today)
    related = ("clinic", "closed_by", "surgery__patient", "surgery__surgeon")
    return list(
        flags.select_related(*related, "surgery__follow_up").order_by("-closed_at", "-pk")[:PAGE]
    )


def facts(follow_up: FollowUp, now: datetime) -> Facts:
    """Return everything one case is shown with."""
    surgery = follow_up.surgery
    of_surgery = {"surgery": surgery}
    events = FlagEvent.objects.filter(flag__surgery=surgery).select_related("flag", "by")
    contacts = ContactAttempt.objects.filter(**of_surgery).select_related("by")
    missed = CheckIn.objects.missed(now).filter(**of_surgery, kind=CheckInKind.SCHEDULED)
    by_voice = [ChannelKind.PHONE, ChannelKind.SMS]
    phones = ContactChannel.objects.filter(patient=surgery.patient, kind__in=by_voice)
    profiles = RiskProfile.objects.filter(patient=surgery.patient)
    return Facts(
        follow_up=follow_up,
        flags=list(Flag.objects.filter(**of_surgery).order_by("-raised_at", "-pk")),
        events=list(events.order_by("-at", "-pk")[:STEPS]),
        contacts=list(contacts.order_by("-at", "-pk")[:STEPS]),
        reports=list(SymptomReport.objects.filter(**of_surgery).order_by("reported_at", "pk")),
        missed_on=list(missed.values_list("due_on", flat=True)),
        profile=profiles.order_by("recorded_on", "pk").last(),
        evaluation=Evaluation.objects.filter(**of_surgery).order_by("at", "pk").last(),
        phones=list(phones.values_list("address", flat=True).distinct()),
    )


def _open_flags(flags: FlagQuerySet) -> FlagQuerySet:
    return flags.open().filter(surgery=OuterRef("surgery"))


# Which way each column of the queue's order runs.
_DIRECTIONS = {
    "severity": "lt",
    "pin": "lt",
    "breach_bucket": "lt",
    "risk_points": "lt",
    "age_days": "lt",
    "breach_at": "gt",
    "open_families": "lt",
    "id": "gt",
}


def _rank(case: FollowUp | Place) -> tuple:
    """Return what sorts cases as the queue does."""
    return tuple(
        getattr(case, name) if way == "gt" else -getattr(case, name)
        for name, way in _DIRECTIONS.items()
    )


def _behind(place: Place) -> Q:
    """Return the cases that come after a place in the queue's order."""
    behind, same = Q(), Q()
    for field in fields(place):
        value = getattr(place, field.name)
        behind |= same & Q(**{f"{field.name}__{_DIRECTIONS[field.name]}": value})
        same &= Q(**{field.name: value})
    return behind
