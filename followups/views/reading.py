"""Fetch what the queue's pages show, in a fixed number of queries. Reads only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
)
from django.db.models.functions import JSONObject

from followups.choices import CheckInKind, Family, Severity
from followups.clock import midnight
from followups.forms.queue import Filters, Place, QueueView
from followups.models import (
    CheckIn,
    ContactAttempt,
    Evaluation,
    ExpectedRange,
    Flag,
    FlagEvent,
    FollowUp,
)
from followups.models.plan import FollowUpQuerySet
from followups.models.review import FlagQuerySet
from followups.presenters import rows, trends
from followups.presenters.case import Facts
from patients.choices import ChannelKind
from patients.models import ContactChannel, ImagingStudy, RiskProfile, SymptomReport
from patients.models.findings import ImagingQuerySet
from patients.reach import veiled_from

if TYPE_CHECKING:
    from clinic.staff.models import User

PAGE = 50
COUNTED = 1000  # counts stop here: a longer queue needs people, not numbers
SPARK_DAYS = 182
STEPS = 60


def views(user: "User", now: datetime) -> dict[QueueView, Q]:
    """Return what belongs into each list of open cases."""
    # the flag that leads a case sleeps only where all of its flags do
    asleep = Q(awaits_contact=False, lead_flag__snoozed_until__gt=now)
    return {
        QueueView.OPEN: Q(awaits_contact=True),
        QueueView.MINE: Q(owner=user) & ~asleep,
        QueueView.UNCLAIMED: Q(owner=None) & ~asleep,
        QueueView.ALL: ~asleep,
        QueueView.CONTACTED: Q(awaits_contact=False) & ~asleep,
        QueueView.SNOOZED: asleep,
    }


def open_cases(user: "User", filters: Filters, now: datetime) -> FollowUpQuerySet:
    """Return the open cases of a list in queue order, from the page's place on."""
    return _asked_for(FollowUp.objects.for_user(user), user, filters, now)


def _asked_for(
    cases: FollowUpQuerySet, user: "User", filters: Filters, now: datetime
) -> FollowUpQuerySet:
    cases = cases.queue().filter(views(user, now)[filters.view])
    if filters.severity is not None:
        cases = cases.filter(severity=filters.severity)
    if filters.family is not None:
        cases = cases.filter(Exists(_open_flags(Flag.objects.all()).filter(family=filters.family)))
    return cases.filter(_behind(filters.after)) if filters.after else cases


def one_page(user: "User", filters: Filters, now: datetime) -> tuple[list[FollowUp], Place | None]:
    """Return up to fifty cases, and the place behind them if there are more."""
    found = list(with_names(open_cases(user, filters, now), now)[: PAGE + 1])
    shown = found[:PAGE]
    behind = Place.of(shown[-1]) if len(found) > PAGE else None
    closed = _closed_cases(user, filters, behind, now)
    return sorted([*shown, *closed], key=_rank), behind


def with_names(cases: FollowUpQuerySet, now: datetime) -> FollowUpQuerySet:
    """Cases with all that a line of the list names and draws."""
    related = ("clinic", "surgery__patient", "surgery__surgeon", "lead_flag", "owner")
    reports = SymptomReport.objects.filter(
        surgery=OuterRef("surgery"), reported_at__gte=now - timedelta(days=SPARK_DAYS)
    ).order_by("reported_at", "pk")
    items = JSONObject(**{name: name for name in trends.ITEMS})
    cases = cases.annotate(pain=ArraySubquery(reports.values(row=items)))
    return cases.select_related(*related).defer("lead_flag__evidence")


def places(user: "User", filters: Filters, now: datetime) -> list[int]:
    """Return the cases of a page by id, in their order; nobody's data is read."""
    if not filters.view.is_of_cases:
        return []
    return list(open_cases(user, filters, now).values_list("pk", flat=True)[:PAGE])


def nameless(user: "User", filters: Filters, now: datetime) -> list[FollowUp]:
    """Return the cases of a page with flag and owner, without anybody's data."""
    if not filters.view.is_of_cases:
        return []
    cases = open_cases(user, filters, now).select_related("clinic", "lead_flag", "owner")
    hidden = ("lead_flag__evidence", "lead_flag__explanation", "lead_flag__note")
    return list(cases.defer(*hidden)[:PAGE])


def _closed_cases(
    user: "User", filters: Filters, until: Place | None, now: datetime
) -> list[FollowUp]:
    """Return the page's cases of restricted records closed to this person, nobody's data with them.

    They must be seen to exist. A list of one reason would tell the reason, so it has none.
    """
    if not veiled_from(user.pk) or filters.family is not None:
        return []
    cases = (
        _asked_for(FollowUp.objects.veiled_for(user), user, filters, now)
        .select_related("clinic", "lead_flag")
        .annotate(closed_patient=F("surgery__patient"))
        .defer("lead_flag__evidence", "lead_flag__explanation", "lead_flag__note")
    )
    found = cases[:COUNTED]
    return [case for case in found if until is None or _rank(case) <= _rank(until)]


def next_case(user: "User", filters: Filters, done: FollowUp, now: datetime) -> FollowUp | None:
    """Return the case of a list behind one that has just left it, else its first."""
    if not filters.view.is_of_cases:
        return None
    if done.severity is not None:
        further = open_cases(user, replace(filters, after=Place.of(done)), now)
        behind: FollowUp | None = further.first()
        if behind is not None:
            return behind
    others = open_cases(user, replace(filters, after=None), now).exclude(pk=done.pk)
    first: FollowUp | None = others.first()
    return first


def trends_of(cases: Iterable[FollowUp]) -> dict[int, trends.Trend]:
    """Return the worst pain of the last half year of each case, with what is expected there.

    One query for all of them: the answers came with the cases.
    """
    shown = [case for case in cases if not rows.is_closed(case)]
    bands = ExpectedRange.objects.bands(case.surgery for case in shown)
    answers = (trends.PainRow.read(case.surgery, row) for case in shown for row in case.pain)  # type: ignore[attr-defined]
    return {
        surgery: trends.Trend.of(series, bands.get(surgery, {}))
        for surgery, series in trends.worst_of_each(answers).items()
    }


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
    lists = views(user, now)
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


def resolved_today(user: "User", now: datetime) -> FlagQuerySet:
    """Flags people closed since the clinic's midnight, newest first."""
    flags = Flag.objects.for_user(user).filter(closed_by__isnull=False)
    if user.clinic is not None:
        today = midnight(user.clinic.zone, user.clinic.today(now))
        flags = flags.filter(closed_at__gte=today)
    related = ("clinic", "closed_by", "surgery__patient", "surgery__surgeon")
    return flags.select_related(*related, "surgery__follow_up").order_by("-closed_at", "-pk")


def waiting_for_results(user: "User") -> ImagingQuerySet:
    """Requested imaging without a result, longest waited for first."""
    studies = ImagingStudy.objects.for_user(user).waiting()
    related = ("clinic", "requested_by", "surgery__patient", "surgery__surgeon")
    return studies.select_related(*related, "surgery__follow_up").order_by("requested_at", "pk")


def other_counts(user: "User", now: datetime) -> dict[QueueView, str]:
    """Return how long the lists are that are not of open cases; one query."""
    lists = {
        QueueView.WAITING: waiting_for_results(user),
        QueueView.RESOLVED_TODAY: resolved_today(user, now),
    }
    capped = {
        view.name: Func(
            ArraySubquery(rows.order_by().values("pk")[: COUNTED + 1]),
            function="cardinality",
            output_field=IntegerField(),
        )
        for view, rows in lists.items()
    }
    of_user = get_user_model().objects.filter(pk=user.pk).annotate(**capped)
    found: dict[str, int] = of_user.values(*capped).get()
    return {
        view: f"{COUNTED}+" if found[view.name] > COUNTED else str(found[view.name])
        for view in lists
    }


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
        bands=ExpectedRange.objects.bands([surgery]).get(surgery.pk, {}),
        studies=list(ImagingStudy.objects.waiting().filter(**of_surgery).order_by("requested_at")),
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
