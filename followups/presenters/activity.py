"""What has happened to a case, newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from followups.choices import FlagEventKind
from followups.models import ContactAttempt, FlagEvent, FollowUp
from followups.presenters import words

# One contact stops the clock of every open flag: it is told once, as the attempt.
_TOLD_ELSEWHERE = {FlagEventKind.CONTACT}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody, or a rule, did."""

    at: datetime
    when: str
    what: str
    who: str
    note: str

    @property
    def sentence(self) -> str:
        return f"{self.who}: {self.what}" if self.who else self.what


def steps(
    events: Iterable[FlagEvent],
    contacts: Iterable[ContactAttempt],
    now: datetime,
    zone: ZoneInfo,
) -> list[Step]:
    """Return flag events and contacts as one list, newest first."""
    found = [*_of_flags(events, now, zone), *_of_contacts(contacts, now, zone)]
    return sorted(found, key=lambda step: step.at, reverse=True)


def last_change(follow_up: FollowUp, known: Iterable[Step], now: datetime) -> str:
    """Return who changed a case last and how, for somebody who came second."""
    last = next(iter(known), None)
    claimed_at = follow_up.owned_since
    if follow_up.owner and claimed_at and (last is None or claimed_at >= last.at):
        return f"{follow_up.owner} claimed this case {words.ago(claimed_at, now)}."
    if last is None:
        return "This case has changed since you opened it."
    who = f"{last.who}, " if last.who else ""
    return f"{last.what} ({who}{words.ago(last.at, now)})."


def _of_flags(events: Iterable[FlagEvent], now: datetime, zone: ZoneInfo) -> Iterator[Step]:
    for event in events:
        if event.kind in _TOLD_ELSEWHERE:
            continue
        yield Step(
            at=event.at,
            when=words.moment(event.at, now, zone),
            what=_what(event),
            who=str(event.by or ""),
            note="" if event.kind in _BY_RULES else event.text,
        )


_BY_RULES = {
    FlagEventKind.RAISED,
    FlagEventKind.EVIDENCE_ADDED,
    FlagEventKind.SEVERITY_RAISED,
}


_OF_CASES = {
    FlagEventKind.CLAIMED,
    FlagEventKind.RELEASED,
    FlagEventKind.HANDED_OVER,
    FlagEventKind.PINNED,
    FlagEventKind.UNPINNED,
    FlagEventKind.IMAGING_REQUESTED,
    FlagEventKind.IMAGING_RESULT,
    FlagEventKind.UNDONE,
}


def _what(event: FlagEvent) -> str:
    """Return “Raised, Urgent: Pain”, “Claimed” or “Resolved: Pain, advice given”."""
    flag = event.flag
    kind, about = event.get_kind_display(), flag.get_family_display()
    if event.kind in _BY_RULES:
        return f"{kind}, {event.get_severity_display()}: {about}"
    if event.kind in _OF_CASES:
        return kind
    if event.kind == FlagEventKind.RESOLVED:
        ending = f"{flag.get_disposition_display()}, next: {flag.get_next_step_display()}"
        return f"{kind}: {about}. {ending}"
    return f"{kind}: {about}"


def _of_contacts(
    contacts: Iterable[ContactAttempt], now: datetime, zone: ZoneInfo
) -> Iterator[Step]:
    for contact in contacts:
        yield Step(
            at=contact.at,
            when=words.moment(contact.at, now, zone),
            what=f"{contact.get_method_display()}: {contact.get_outcome_display()}",
            who=str(contact.by),
            note=contact.note,
        )
