"""The rows of the schedule, each with everything its line shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat

from followups.choices import (
    ContactMethod,
    ContactOutcome,
    Delivery,
    ReminderState,
    Severity,
    VisitStatus,
)
from followups.models import ContactAttempt, Reminder, Visit
from followups.presenters import people, risks, words
from followups.presenters import visits as visit_words
from followups.protocol import CALLS
from followups.rules.calls import Ladder, Step
from patients.choices import ChannelKind
from patients.models import RiskProfile

CELLS = 4  # tries that fit beside each other
CHIPS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One try as a small square."""

    kind: str  # its colour: text, bounced, reached, voicemail, noanswer, todo
    icon: str


@dataclass(frozen=True, slots=True)
class State:
    """A short text with its icon: where a visit or its reminder stands."""

    mark: str  # its colour: ok, warn, bad, off, booked, none, hold
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One visit in the list."""

    pk: int
    patient_pk: int
    surgery_pk: int
    severity: str
    severity_word: str
    name: str
    age_and_sex: str
    chips: Sequence[str]
    visit: str
    about: str
    is_overdue: bool
    late: str
    due: str
    cells: Sequence[Cell]
    said: str
    tried: str
    booking: State
    reminder: State
    is_booked: bool
    has_passed: bool  # booked, and nobody has said how it went
    step: Step
    is_declined: bool
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What one row is made from."""

    visit: Visit
    profile: RiskProfile | None
    attempts: Sequence[ContactAttempt]  # oldest first
    messages: Sequence[Reminder]
    ladder: Ladder
    now: datetime

    @property
    def about_visit(self) -> list[Reminder]:
        """The messages about this visit; what asks for answers is no try to book it."""
        return [each for each in self.messages if each.visit_id == self.visit.pk]

    @property
    def zone(self) -> ZoneInfo:
        zone: ZoneInfo = self.visit.clinic.zone
        return zone

    @property
    def today(self) -> date:
        today: date = self.visit.clinic.today(self.now)
        return today


def row(seen: Seen) -> Row:
    """Return the line of a visit."""
    visit, today = seen.visit, seen.today
    surgery, case = visit.surgery, visit.surgery.follow_up
    is_overdue = visit.is_overdue(today)
    is_booked = is_coming(visit, seen.now)
    surgeon = people.surname(surgery.surgeon)
    now_at = f"now {visit_words.since_surgery(surgery.performed_on, today)}"
    return Row(
        pk=visit.pk,
        patient_pk=surgery.patient_id,
        surgery_pk=surgery.pk,
        severity=words.severity_class(case.severity) if case.severity else "",
        severity_word=str(Severity(case.severity).label) if case.severity else "",
        name=surgery.patient.name,
        age_and_sex=people.age_and_sex(surgery.patient, today),
        chips=risks.risks(surgery, seen.profile, today).present[:CHIPS],
        visit=visit_words.full_name(visit),
        about=", ".join(part for part in (surgeon, now_at) if part),
        is_overdue=is_overdue,
        late=visit_words.days((today - visit.closes_on).days) if is_overdue else "",
        due=_due(visit, is_overdue, today),
        cells=_cells(seen),
        said=_said(seen),
        tried=_tried(seen),
        booking=_booking(seen, is_booked),
        reminder=_reminder(seen),
        is_booked=is_booked,
        has_passed=visit.status == VisitStatus.BOOKED and not is_booked,
        step=seen.ladder.step,
        is_declined=seen.ladder.is_declined,
        is_lost=case.lost_since is not None,
    )


def is_coming(visit: Visit, now: datetime) -> bool:
    """Whether the appointment is still to come."""
    return (
        visit.status == VisitStatus.BOOKED
        and visit.booked_for is not None
        and visit.booked_for > now
    )


def _due(visit: Visit, is_overdue: bool, today: date) -> str:
    if is_overdue:
        return f"due by {words.day(visit.closes_on, today)}"
    return dateformat.format(visit.target_on, "D M j")


# --- contact tries --------------------------------------------------------------------

_OUTCOMES = {
    ContactOutcome.LEFT_MESSAGE: Cell("voicemail", "microphone"),
    ContactOutcome.NO_ANSWER: Cell("noanswer", "phone-x"),
    ContactOutcome.WRONG_NUMBER: Cell("bounced", "phone-off"),
    ContactOutcome.SENT: Cell("text", "send"),
}
_REACHED = Cell("reached", "phone-check")
_SENT, _FAILED = Cell("text", "message"), Cell("bounced", "message-x")
_TODO = Cell("todo", "")


def _cells(seen: Seen) -> list[Cell]:
    """Return the last tries, and a dashed square for each call still to make."""
    dated = [(each.at, _cell(each)) for each in seen.attempts]
    dated += [(_moment(each), _message_cell(each)) for each in seen.about_visit if _left(each)]
    cells = [cell for _, cell in sorted(dated, key=lambda each: each[0])][-CELLS:]
    return cells + [_TODO] * (CELLS - len(cells))


def _cell(attempt: ContactAttempt) -> Cell:
    outcome = ContactOutcome(attempt.outcome)
    usual = _REACHED if outcome.is_contact else _OUTCOMES[ContactOutcome.NO_ANSWER]
    return _OUTCOMES.get(outcome, usual)


def _message_cell(message: Reminder) -> Cell:
    arrived = message.delivery != Delivery.UNDELIVERED
    return _SENT if message.state == ReminderState.SENT and arrived else _FAILED


def _left(message: Reminder) -> bool:
    return message.state in (ReminderState.SENT, ReminderState.FAILED)


def _moment(message: Reminder) -> datetime:
    moment: datetime = message.sent_at or message.not_before
    return moment


def _tried(seen: Seen) -> str:
    """Return all tries in words: “Contact so far: Text, Oct 31; No answer, Nov 13”."""
    dated = [
        (each.at, f"{_method(each)} {ContactOutcome(each.outcome).label.lower()}")
        for each in seen.attempts
    ]
    dated += [
        (_moment(each), f"{_channel(each)} {each.get_state_display().lower()}")
        for each in seen.about_visit
        if _left(each)
    ]
    if not dated:
        return "Contact so far: none"
    parts = [f"{text}, {_day(at, seen)}" for at, text in sorted(dated)[-CELLS:]]
    return f"Contact so far: {'; '.join(parts)}"


def _method(attempt: ContactAttempt) -> str:
    phone = attempt.method == ContactMethod.PHONE
    return "Call:" if phone else f"{ContactMethod(attempt.method).label}:"


def _channel(message: Reminder) -> str:
    return {ChannelKind.SMS: "Text", ChannelKind.EMAIL: "E-mail"}.get(
        ChannelKind(message.channel), "Message"
    )


def _day(at: datetime, seen: Seen) -> str:
    return words.day(at.astimezone(seen.zone).date(), seen.today)


def _said(seen: Seen) -> str:
    """Return the last try with its day and who made it; what was promised or comes next."""
    if not seen.attempts:
        return "Not called yet"
    latest = seen.attempts[-1]
    outcome = str(ContactOutcome(latest.outcome).label).removeprefix("Reached, ").capitalize()
    said = f"{outcome}, {_day(latest.at, seen)} · {latest.by.display_name}"
    if latest.promised_on is not None:
        said = f"{said}. Promised by {words.day(latest.promised_on, seen.today)}"
    return said


# --- where the visit stands -----------------------------------------------------------


def _booking(seen: Seen, is_booked: bool) -> State:
    visit, zone = seen.visit, seen.zone
    if visit.surgery.follow_up.severity == Severity.EMERGENCY and not is_booked:
        return State("hold", "player-pause", "On hold: emergency open")
    if is_booked and visit.booked_for is not None:
        on = visit.booked_for.astimezone(zone).date()
        inside = visit.opens_on <= on <= visit.closes_on
        text = visit_words.slot_time(visit.booked_for, zone)
        if inside or visit.is_overdue(seen.today):
            return State("booked", "calendar-check", text)
        return State("warn", "alert-circle", f"{text}, outside its window")
    if visit.status == VisitStatus.BOOKED and visit.booked_for is not None:
        at = words.moment(visit.booked_for, seen.now, zone)
        return State("warn", "clock", f"Was booked for {at}: did they come?")
    if visit.status == VisitStatus.NO_SHOW:
        return State("bad", "calendar-x", "Did not attend")
    return State("none", "calendar-x", "Not booked")


_MESSAGE_STATES = {
    ReminderState.SENT: ("ok", "check", "sent"),
    ReminderState.PENDING: ("ok", "clock", "goes"),
    ReminderState.SENDING: ("ok", "clock", "is being sent,"),
    ReminderState.FAILED: ("bad", "message-x", "failed"),
    ReminderState.SUPPRESSED: ("off", "ban", "not sent"),
    ReminderState.EXPIRED: ("off", "ban", "not sent"),
    ReminderState.SUPERSEDED: ("off", "ban", "replaced"),
}
_DELIVERED = {
    Delivery.DELIVERED: ("ok", "check", "delivered"),
    Delivery.UNDELIVERED: ("bad", "message-x", "did not arrive"),
}


def _reminder(seen: Seen) -> State:
    """Return how the newest message to the patient stands, or why none goes."""
    if seen.visit.surgery.follow_up.severity == Severity.EMERGENCY:
        return State("off", "player-pause", "Reminders paused")
    if not seen.visit.can_be_sent:  # type: ignore[attr-defined]
        return State("bad", "message-x", "Agreed to no message")
    if not seen.messages:
        return State("off", "minus", "Nothing sent yet")
    message = (seen.about_visit or seen.messages)[-1]
    usual = ("warn", "alert-circle", "set aside")
    mark, icon, said = _MESSAGE_STATES.get(ReminderState(message.state), usual)
    if message.state == ReminderState.SENT and message.delivery in _DELIVERED:
        mark, icon, said = _DELIVERED[Delivery(message.delivery)]
    return State(mark, icon, f"{_channel(message)} {said} {_day(_moment(message), seen)}")


# --- what comes next ------------------------------------------------------------------


def next_step(ladder: Ladder, coming: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """Say what the next call means; ``coming`` is when “No answer” would schedule another."""
    today = now.astimezone(zone).date()
    if ladder.step == Step.DECIDE:
        if ladder.is_declined:
            return "The patient does not want this visit: the surgeon decides."
        return "Could not be reached by three tries on two channels: the surgeon decides."
    if ladder.step == Step.LETTER:
        return "The calls are used up: send the letter, then the surgeon decides."
    said = f"This is call {ladder.call} of {max(CALLS.tries, ladder.call)}."
    if coming is None:
        return f"{said} “No answer” ends the calls: a letter goes out."
    local = coming.astimezone(zone)
    at = dateformat.format(local, "g:i A")
    day = visit_words.when(local.date(), today)
    return f"{said} “No answer” schedules call {ladder.call + 1} for {day}, {at}."


def planned_call(ladder: Ladder, now: datetime, zone: ZoneInfo) -> str:
    """Say when the next call is planned, where one is."""
    if ladder.due_at is None or ladder.is_unreached:
        return ""
    at = words.moment(ladder.due_at, now, zone)
    if ladder.step == Step.AWAIT:
        return f"Will call back; call again {at}."
    return f"Next call due {at}." if ladder.due_at > now else "The next call is due now."
