"""What the open row of the schedule holds: numbers, results, and times to book."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.utils import dateformat

from clinic.staff.access import StaffRequest
from followups.choices import ContactMethod, ContactOutcome, VisitImaging, VisitKind
from followups.forms.schedule import RESULTS
from followups.models import ContactAttempt, Visit
from followups.presenters import diary as diaries
from followups.presenters import people, words
from followups.presenters import visits as visit_words
from followups.presenters import worklist as presenters
from followups.rules import calls
from followups.services import slots
from followups.services.slots import LOOK_AHEAD, Diary
from followups.views.worklist import Facts, Item, Week, Worklist
from patients.choices import ChannelKind
from patients.models import ContactChannel

if TYPE_CHECKING:
    from clinic.staff.models import Clinic

MORE_TIMES = 60
FARTHEST = timedelta(days=800)
ICONS = {
    ContactOutcome.BOOKED: ("calendar-check", "Reached, booked"),
    ContactOutcome.CALL_BACK: ("phone-incoming", "Reached, will call back"),
    ContactOutcome.LEFT_MESSAGE: ("microphone", "Voicemail left"),
    ContactOutcome.NO_ANSWER: ("phone-x", "No answer"),
    ContactOutcome.WRONG_NUMBER: ("phone-off", "Wrong number"),
    ContactOutcome.DECLINED_VISIT: ("ban", "Does not want visit"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The row somebody works on: whether it is a call or a booking, and what they sent."""

    visit: Visit
    is_call: bool
    form: Form | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One of the six results, with its key."""

    key: int
    value: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A number, as it is dialled and as it is read; closed where the patient said so."""

    number: str
    shown: str
    closed: str


@dataclass(frozen=True, slots=True)
class EmergencyContact:
    """Somebody else to reach, and their number if there is one."""

    name: str
    number: str
    shown: str


@dataclass(frozen=True, slots=True)
class Box:
    """Everything the open row shows."""

    title: str
    phones: Sequence[Phone]
    best: str
    emergency: EmergencyContact | None
    ask: Sequence[str]
    results: Sequence[Result]
    step: str
    planned: str
    times: Sequence[diaries.Choice]
    days: Sequence[diaries.DayChoices]
    seen: int
    note: str = ""
    promised_on: str = ""
    needs_ride: bool = False
    errors: Sequence[str] = field(default_factory=list)


def clinic_of(request: StaffRequest, visit: Visit | None = None) -> "Clinic":
    """Return the clinic whose schedule is shown: one's own, else that of the open visit."""
    clinic = request.user.clinic or (visit.clinic if visit else None)
    if clinic is None:
        raise PermissionDenied  # a superuser works in no clinic
    return clinic


def last_day(opened: Opened | None, week: Week) -> date:
    """Return how far to look for free times."""
    strip = diaries.first_day(week.today) + timedelta(days=diaries.STRIP_DAYS - 1)
    if opened is None:
        return strip
    since = max(week.today, min(opened.visit.opens_on, week.today + FARTHEST))
    return max(strip, since + timedelta(days=LOOK_AHEAD))


def box(opened: Opened, item: Item, found: Worklist, facts: Facts, book: Diary) -> Box:
    """Return the open row of a visit, with what was typed into it."""
    visit, zone, now = facts.visits[item.pk], book.clinic.zone, book.now
    kind, ladder = VisitKind(visit.kind), found.ladder(item)
    attempts = found.attempts.get(item.surgery, ())
    typed = opened.form.data if opened.form is not None else {}
    coming = calls.next_attempt(
        ContactOutcome.NO_ANSWER,
        missed=ladder.call,
        promised_on=None,
        now=now,
        zone=zone,
        closed=book.closed,
    )
    times = slots.suggested(
        book,
        kind,
        surgeon=visit.surgery.surgeon_id,
        opens_on=visit.opens_on,
        closes_on=visit.closes_on,
        today=book.clinic.today(now),
    )
    return Box(
        title=visit_words.full_name(visit),
        phones=_phones(visit, book.clinic.today(now)),
        best=" ".join(filter(None, [visit.surgery.patient.calling_note, _best(attempts, book)])),
        emergency=_emergency(visit),
        ask=_ask(visit),
        results=_results(),
        step=presenters.next_step(ladder, coming, now, zone),
        planned=presenters.planned_call(ladder, now, zone),
        times=diaries.choices(times, book),
        days=() if opened.is_call else _more(book, visit, kind),
        seen=max((each.pk for each in attempts), default=0),
        note=str(typed.get("note", ""))[:2000],
        promised_on=str(typed.get("promised_on", ""))[:10],
        needs_ride=bool(typed.get("needs_ride")),
        errors=_errors(opened),
    )


def _errors(opened: Opened) -> list[str]:
    said = [opened.problem] if opened.problem else []
    if opened.form is not None:
        said += [str(error) for errors in opened.form.errors.values() for error in errors]
    return said


def _more(book: Diary, visit: Visit, kind: VisitKind) -> Sequence[diaries.DayChoices]:
    """Return the free times from the window on, day by day."""
    today = book.clinic.today(book.now)
    since = visit.opens_on if visit.opens_on > today else today
    days = [on for on in book.days() if on >= since]
    found = []
    for slot in book.free(kind, days=days):
        found.append(slot)
        if len(found) == MORE_TIMES:
            break
    return diaries.by_day(found, book)


def _results() -> list[Result]:
    return [
        Result(key, outcome.value, ICONS[outcome][1], ICONS[outcome][0])
        for key, outcome in enumerate(RESULTS, start=1)
    ]


def _phones(visit: Visit, today: date) -> list[Phone]:
    by_voice = [ChannelKind.PHONE, ChannelKind.SMS]
    rows = ContactChannel.objects.filter(patient=visit.surgery.patient_id, kind__in=by_voice)
    found: dict[str, Phone] = {}
    for row in rows.order_by("kind"):
        closed = ""
        if row.opted_out_at is not None and row.kind == ChannelKind.PHONE:
            on = words.day(visit.clinic.today(row.opted_out_at), today)
            closed = f"Asked not to be called, {on}."
        if closed or row.address not in found:
            found[row.address] = Phone(row.address, people.telephone(row.address), closed)
    return list(found.values())


def _emergency(visit: Visit) -> EmergencyContact | None:
    """Return whom else to reach, if anybody is on record."""
    patient = visit.surgery.patient
    if not patient.emergency_contact:
        return None
    number = str(patient.emergency_phone)
    return EmergencyContact(patient.emergency_contact, number, people.telephone(number))


def _best(attempts: Sequence[ContactAttempt], book: Diary) -> str:
    """Return when the patient last picked up: the best guess at a good time."""
    calls_taken = [
        each.at
        for each in attempts
        if each.method == ContactMethod.PHONE and ContactOutcome(each.outcome).is_contact
    ]
    if not calls_taken:
        return ""
    local = max(calls_taken).astimezone(book.clinic.zone)
    return f"Last picked up {dateformat.format(local, 'D M j, g:i A')}."


def _ask(visit: Visit) -> list[str]:
    """Return what to ask on the phone, and what to tell about the visit."""
    if visit.surgery.is_neck:
        ask = ["Ask about pain, numbness, weakness, walking, swallowing and falls."]
    else:
        ask = ["Ask about pain, numbness, weakness, bladder and falls."]
    if visit.imaging != VisitImaging.NONE:
        name = VisitImaging(visit.imaging).label
        ask.append(f"Tell them the {name} is taken before the visit.")
    return ask
