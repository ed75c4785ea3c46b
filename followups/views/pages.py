"""Compose the page of the queue: rail counts, list and, if one is open, the case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.staff.access import StaffRequest
from followups.choices import Family, Severity
from followups.forms.queue import FilterForm, Filters, QueueView
from followups.models import FollowUp
from followups.presenters import case, resolved, rows, words
from followups.views import reading


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form over the foot of the case."""

    name: str  # contact, resolve
    form: Form


@dataclass(frozen=True, slots=True)
class Facet:
    """One link of the rail, with how many cases it leads to."""

    label: str
    count: str
    query: str
    is_current: bool
    severity: str = ""


def render_queue(
    request: StaffRequest,
    *,
    follow_up: FollowUp | None = None,
    facts: case.Facts | None = None,
    sheet: Sheet | None = None,
    has_changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Render the list beside the open case, whatever brought somebody here."""
    now = timezone.now()
    filters, is_known = FilterForm(request.GET).filters()
    context = {
        "section": "queue",
        "filters": filters,
        "is_unknown_filter": not is_known,
        "sheet": sheet,
        "has_changed": has_changed,
        **_listing(request, filters, now),
    }
    if follow_up is not None:
        shown = case.case(facts or reading.facts(follow_up, now), user=request.user, now=now)
        context |= {"case": shown, **_neighbours(context["rows"], follow_up)}
    return render(request, "followups/queue/page.html", context, status=status)


def _listing(request: StaffRequest, filters: Filters, now: datetime) -> dict[str, Any]:
    user = request.user
    tally = reading.tally(user, now)
    if filters.view == QueueView.RESOLVED_TODAY:
        closed = [resolved.line(flag, now) for flag in reading.resolved_today(user, now)]
        lists = _facets(filters, tally) | {"severities": [], "families": []}
        return {"resolved": closed, "rows": [], **lists}
    cases, behind = reading.one_page(user, filters)
    lines = rows.rows(cases, reading.pain(cases, now), user=user, now=now)
    return {
        "rows": [line for line in lines if isinstance(line, rows.Row)],
        "groups": list(rows.by_severity(lines, tally.by_severity(filters))),
        "total": tally.total(filters),
        "past": tally.past(filters),
        "first_page": filters.but(),
        "next_page": filters.but(after=behind) if behind else "",
        **_facets(filters, tally),
    }


def _facets(filters: Filters, tally: reading.Tally) -> dict[str, Any]:
    """Return the links of the rail and of the chips above the list on a phone."""
    whole_list = Filters(view=filters.view)
    severities = tally.by_severity(whole_list)
    families = tally.by_family(whole_list)
    return {
        "queue_count": tally.of_view(QueueView.OPEN),
        "views": [_view(view, filters, tally) for view in QueueView],
        "severities": [_severity(each, count, filters) for each, count in severities.items()],
        "families": [_family(each, count, filters) for each, count in families.items()],
    }


def _view(view: QueueView, filters: Filters, tally: reading.Tally) -> Facet:
    count = "" if view == QueueView.RESOLVED_TODAY else tally.of_view(view)
    return Facet(str(view.label), count, Filters(view=view).query or "?", view == filters.view)


def _severity(severity: Severity, count: str, filters: Filters) -> Facet:
    chosen = filters.severity == severity
    query = filters.but(severity=None if chosen else severity)
    return Facet(str(severity.label), count, query, chosen, words.severity_class(severity))


def _family(family: Family, count: str, filters: Filters) -> Facet:
    chosen = filters.family == family
    query = filters.but(family=None if chosen else family)
    return Facet(str(family.label), count, query, chosen)


def _neighbours(lines: list[rows.Row], follow_up: FollowUp) -> dict[str, Any]:
    """Return where the open case stands in the list, and who is beside it."""
    places = [line.pk for line in lines]
    if follow_up.pk not in places:
        return {"following": lines[0] if lines else None}
    here = places.index(follow_up.pk)
    return {
        "place": here + 1,
        "preceding": lines[here - 1] if here else None,
        "following": lines[here + 1] if here + 1 < len(lines) else None,
    }
