"""Compose the schedule: strip, sections, rail, and the row that is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import dateformat, timezone

from clinic.staff.access import Action, StaffRequest, may
from followups.choices import VisitKind
from followups.forms.schedule import Chosen, ChosenForm, ScheduleView
from followups.models import Visit
from followups.presenters import diary as diaries
from followups.presenters import visits as visit_words
from followups.presenters import worklist as presenters
from followups.services import slots
from followups.views import call_box, worklist
from followups.views.call_box import Opened
from followups.views.worklist import GLANCE, PAGE, Facts, Item, Worklist

SECTIONS = (ScheduleView.OVERDUE, ScheduleView.WEEK, ScheduleView.UPCOMING)


@dataclass(frozen=True, slots=True)
class Facet:
    """One link of the rail."""

    label: str
    count: str
    query: str
    is_current: bool
    is_pressing: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its rows, and where the rest of them are."""

    name: str
    label: str
    note: str
    rows: Sequence[presenters.Row]
    is_overdue: bool
    more: str = ""
    more_label: str = ""
    next: str = ""


def render_schedule(
    request: StaffRequest,
    opened: Opened | None = None,
    *,
    closed: Visit | None = None,
    just_booked: int = 0,
    status: int = 200,
) -> HttpResponse:
    """Render the page; for a swap only the row worked on, and the counts that changed."""
    now, worked_on = timezone.now(), opened.visit if opened else closed
    clinic = call_box.clinic_of(request, worked_on)
    choice, is_known = ChosenForm(request.GET).chosen()
    pk = worked_on.pk if worked_on else 0
    found = worklist.worklist(request.user, clinic, now, also=pk)
    own = found.item(pk)
    is_swap = bool(pk) and "HX-Request" in request.headers
    shown = [] if is_swap else _shown(found, choice)
    listed = [item for _, items in shown for item in items]
    loose = own is not None and own not in listed
    facts = worklist.facts(request.user, [*listed, *([own] if loose and own else [])], now)
    rows = _rows([*listed, *([own] if loose and own else [])], found, facts, now)
    first = diaries.first_day(found.week.today)
    book = slots.diary(clinic, first=first, last=call_box.last_day(opened, found.week), now=now)
    days = diaries.strip(book, found.week.today)
    context: dict[str, Any] = {
        "section": "schedule",
        "choice": choice,
        "today": found.week.today,
        "is_unknown_filter": not is_known,
        "heading": _heading(found),
        "days": days,
        "clock_notes": [day for day in days if day.note],
        "sections": [_section(found, choice, rows, *each) for each in shown],
        "unbooked": len(found.to_invite()),
        "closed_count": worklist.closed_to(request.user, found.week),
        "may_decide": may(request.user, Action.WAIVE_VISITS),
        "row": rows.get(pk),
        "just_booked": just_booked,
        "is_swap": is_swap,
        "is_loose": loose,
        "opened": opened,
        **_rail(found, choice),
    }
    if opened is not None and own is not None and pk in rows:
        context["box"] = call_box.box(opened, own, found, facts, book)
    page = "_swap" if is_swap else "page"
    return render(request, f"followups/schedule/{page}.html", context, status=status)


def _shown(found: Worklist, choice: Chosen) -> list[tuple[ScheduleView, list[Item]]]:
    """Return the visits of each section that fit on this page."""
    every = [(each, found.section(choice, each)) for each in SECTIONS]
    if choice.show == ScheduleView.ALL:
        most = {ScheduleView.UPCOMING: GLANCE}
        return [(each, items[: most.get(each, PAGE)]) for each, items in every]
    start, seen, cut = (choice.page - 1) * PAGE, 0, []
    for each, items in every:
        low, high = max(start - seen, 0), max(start + PAGE - seen, 0)
        cut.append((each, items[low:high]))
        seen += len(items)
    return [(each, items) for each, items in cut if items]


def _section(
    found: Worklist,
    choice: Chosen,
    rows: dict[int, presenters.Row],
    section: ScheduleView,
    items: list[Item],
) -> Section:
    total = len(found.section(choice, section))
    rest = choice.show == ScheduleView.ALL and total > len(items)
    is_last = bool(items) and choice.page * PAGE < len(found.chosen(choice))
    follows = choice.show != ScheduleView.ALL and is_last
    return Section(
        name=section.value,
        label=str(section.label),
        note=_note(found, section),
        rows=[rows[item.pk] for item in items if item.pk in rows],
        is_overdue=section == ScheduleView.OVERDUE,
        more=choice.but(show=section) if rest else "",
        more_label=f"Show all {total}" if rest else "",
        next=Chosen(choice.show, choice.kind, choice.page + 1).query if follows else "",
    )


def _note(found: Worklist, section: ScheduleView) -> str:
    total = found.count(section)
    if section == ScheduleView.OVERDUE:
        return "Risk first, then days late"
    if section == ScheduleView.WEEK:
        return f"{total}, {found.count(section, booked=False)} not booked"
    return f"{total} in the next 4 weeks"


def _rows(
    items: Sequence[Item], found: Worklist, facts: Facts, now: datetime
) -> dict[int, presenters.Row]:
    """Return the lines of these visits by id."""
    return {
        item.pk: presenters.row(
            presenters.Seen(
                visit=(visit := facts.visits[item.pk]),
                profile=facts.profiles.get(visit.surgery.patient_id),
                attempts=found.attempts.get(item.surgery, ()),
                messages=facts.messages.get(visit.surgery.patient_id, ()),
                ladder=found.ladder(item),
                now=now,
            )
        )
        for item in items
        if item.pk in facts.visits
    }


def _heading(found: Worklist) -> str:
    """Return “Tuesday, Nov 17. 6 overdue, 5 due this week, 3 of 5 booked.”"""
    week = found.count(ScheduleView.WEEK)
    booked = found.count(ScheduleView.WEEK, booked=True)
    day = dateformat.format(found.week.today, "l, M j")
    overdue = found.count(ScheduleView.OVERDUE)
    said = f"{day}. {overdue} overdue, {week} due this week"
    return f"{said}, {booked} of {week} booked." if week else f"{said}."


def _rail(found: Worklist, choice: Chosen) -> dict[str, list[Facet]]:
    views = [
        Facet(
            str(show.label),
            "" if show == ScheduleView.ALL else count,
            choice.but(show=show, kind=None),
            choice.show == show and choice.kind is None,
            is_pressing=show == ScheduleView.OVERDUE and count != "0",
        )
        for show, count in found.counts().items()
    ]
    kinds = [
        Facet(
            visit_words.kind_name(VisitKind(kind)),
            count,
            choice.but(kind=None if choice.kind == kind else kind),
            choice.kind == kind,
        )
        for kind, count in found.kinds(choice.show).items()
    ]
    return {"views": views, "kinds": kinds}
