"""Compose the page of the queue: rail counts, list and, if one is open, the case.

A browser that asks for a part (htmx) gets that part; anybody else the whole page.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic.staff.access import StaffRequest
from followups.forms.queue import FilterForm, Filters, QueueView
from followups.models import FollowUp
from followups.presenters import case, resolved, rows, waiting
from followups.views import facets, reading

TITLES = {
    "contact": ("Document contact", "Save contact"),
    "resolve": ("Resolve this case", "Save and open next"),
    "snooze": ("Snooze until", "Snooze"),
    "imaging": ("Imaging requested", "Note the request"),
    "result": ("Imaging result", "Record the result"),
    "hand_over": ("Hand over to a colleague", "Hand over"),
    "pin": ("Hold this case at the top", "Pin"),
    "reopen": ("Open again", "Reopen"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form over the foot of the case."""

    name: str  # the step it belongs to, as its address is called
    form: Form
    told: tuple[str, ...] = ()  # what to know before filling it in

    @property
    def title(self) -> str:
        return TITLES[self.name][0]

    @property
    def save(self) -> str:
        return TITLES[self.name][1]

    @property
    def step(self) -> str:
        return f"followups:{self.name}"


@dataclass(frozen=True, slots=True)
class Toast:
    """What has just been done, and what takes it back."""

    said: str
    undo: str = ""


def render_queue(
    request: StaffRequest,
    *,
    follow_up: FollowUp | None = None,
    facts: case.Facts | None = None,
    sheet: Sheet | None = None,
    has_changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Render the list beside the open case, or the part of it that was asked for."""
    now = timezone.now()
    filters, is_known = FilterForm(request.GET).filters()
    context = _frame(filters) | {
        "is_unknown_filter": not is_known,
        "sheet": sheet,
        "has_changed": has_changed,
        "toast": take_toast(request),
    }
    part = part_of(request)
    if part == "case" and follow_up is not None:
        context |= _pane(request, filters, now)
    else:
        context |= _listing(request, filters, now)
    if follow_up is not None and part != "qlist":
        shown = case.case(facts or reading.facts(follow_up, now), user=request.user, now=now)
        context |= {"case": shown, **_neighbours(context["places"], follow_up.pk)}
    context["is_part"] = bool(part)
    context["closes_case"] = part == "qlist" and follow_up is None
    return render(request, f"followups/queue/{part or 'page'}.html", context, status=status)


def render_done(
    request: StaffRequest, *, changed: FollowUp, follow_up: FollowUp | None, toast: Toast
) -> HttpResponse:
    """Render the case that comes next, and what a step has changed around it.

    Where the list itself was asked for, all of it: a case may have come back to it.
    """
    now = timezone.now()
    filters = FilterForm(request.GET).filters()[0]
    is_list = part_of(request) == "qlist"
    context = _frame(filters) | {"toast": toast, "is_part": True, "changed": changed.pk}
    if is_list:
        context |= _listing(request, filters, now)
    else:
        tally = reading.tally(request.user, now)
        context |= counts(request, filters, tally, now) | {
            "places": reading.places(request.user, filters, now),
            "row": _row(request, changed, filters, now),
        }
    if follow_up is not None:
        shown = case.case(reading.facts(follow_up, now), user=request.user, now=now)
        context |= {"case": shown, **_neighbours(context["places"], follow_up.pk)}
    name = "undone" if is_list else "done"
    response = render(request, f"followups/queue/{name}.html", context)
    response["HX-Push-Url"] = address(follow_up, filters)
    return response


def address(follow_up: FollowUp | None, filters: Filters) -> str:
    """Return where a case, or without one the list, stands."""
    if follow_up is None:
        return f"{reverse('followups:queue')}{filters.query}"
    return f"{reverse('followups:case', args=[follow_up.pk])}{filters.query}"


def mark_of(places: Sequence[int]) -> str:
    """Return a short mark of the cases of a list and their order."""
    return hashlib.sha256(repr(list(places)).encode()).hexdigest()[:12]


def part_of(request: StaffRequest) -> str:
    """Return which part of the page htmx puts in its place; empty for all of it."""
    if "HX-Request" not in request.headers:
        return ""
    return "qlist" if request.headers.get("HX-Target") == "qlist" else "case"


def leave_toast(request: StaffRequest, toast: Toast) -> None:
    """Keep what was done for the next page of this person."""
    request.session["toast"] = [toast.said, toast.undo]


def take_toast(request: StaffRequest) -> Toast | None:
    if "toast" not in request.session:
        return None
    return Toast(*request.session.pop("toast"))


def _frame(filters: Filters) -> dict[str, Any]:
    return {"section": "queue", "filters": filters}


def _pane(request: StaffRequest, filters: Filters, now: datetime) -> dict[str, Any]:
    """Return where a case stands in a list, and of how many."""
    places = reading.places(request.user, filters, now)
    return {"places": places, "total": reading.tally(request.user, now).total(filters)}


def _listing(request: StaffRequest, filters: Filters, now: datetime) -> dict[str, Any]:
    user = request.user
    tally = reading.tally(user, now)
    numbers = counts(request, filters, tally, now)
    if not filters.view.is_of_cases:
        return numbers | {"places": [], "others": _others(request, filters, now)}
    cases, behind = reading.one_page(user, filters, now)
    lines = rows.rows(cases, reading.trends_of(cases), user=user, now=now)
    return {
        "rows": [line for line in lines if isinstance(line, rows.Row)],
        "places": (places := [line.pk for line in lines if isinstance(line, rows.Row)]),
        "mark": mark_of(places),
        "may_export": True,
        "groups": list(rows.by_severity(lines, tally.by_severity(filters))),
        "first_page": filters.but(),
        "next_page": filters.but(after=behind) if behind else "",
        **numbers,
    }


def _others(request: StaffRequest, filters: Filters, now: datetime) -> list[Any]:
    """Return the lines of a list that is not of open cases."""
    if filters.view == QueueView.WAITING:
        found = reading.waiting_for_results(request.user)[: reading.PAGE]
        return [waiting.line(study, now) for study in found]
    closed = reading.resolved_today(request.user, now)[: reading.PAGE]
    return [resolved.line(flag, now) for flag in closed]


def counts(
    request: StaffRequest, filters: Filters, tally: reading.Tally, now: datetime
) -> dict[str, Any]:
    """Return the links of the rail and of the chips above the list, each with its number."""
    others = reading.other_counts(request.user, now)
    numbers = {view: others.get(view) or tally.of_view(view) for view in QueueView}
    is_of_cases = filters.view.is_of_cases
    whole_list = Filters(view=filters.view)
    severities = tally.by_severity(whole_list) if is_of_cases else {}
    families = tally.by_family(whole_list) if is_of_cases else {}
    return {
        "queue_count": numbers[QueueView.OPEN],
        "views": facets.views(numbers, filters),
        "severities": facets.severities(severities, filters),
        "families": facets.families(families, filters),
        "group_counts": facets.groups(tally.by_severity(filters)) if is_of_cases else [],
        "total": tally.total(filters) if is_of_cases else numbers[filters.view],
        "past": tally.past(filters) if is_of_cases else 0,
    }


def _row(
    request: StaffRequest, changed: FollowUp, filters: Filters, now: datetime
) -> rows.Row | None:
    """Return the line of a case as it stands now; None if it has left the list."""
    if not filters.view.is_of_cases:
        return None
    in_list = reading.open_cases(request.user, filters, now).filter(pk=changed.pk)
    found = list(reading.with_names(in_list, now))
    lines = rows.rows(found, reading.trends_of(found), user=request.user, now=now)
    return next((line for line in lines if isinstance(line, rows.Row)), None)


def _neighbours(places: Sequence[int], pk: int) -> dict[str, Any]:
    """Return where the open case stands in the list, and who is beside it."""
    if pk not in places:
        return {"following": places[0] if places else None}
    here = places.index(pk)
    return {
        "place": here + 1,
        "preceding": places[here - 1] if here else None,
        "following": places[here + 1] if here + 1 < len(places) else None,
    }
