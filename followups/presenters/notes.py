"""Notes as they read: who, when, the words, and what was added later beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followups.models import Note
from followups.models.notes import threads
from followups.presenters import words

if TYPE_CHECKING:
    from clinic.staff.models import User


@dataclass(frozen=True, slots=True)
class Said:
    """One note or amendment."""

    author: str
    when: str
    corrected: str
    body: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A note with what was added to it; ``action`` is what its reader may do with it."""

    pk: int
    notes: Sequence[Said]
    is_locked: bool
    action: str


def of(notes: Iterable[Note], *, reader: "User", now: datetime, zone: ZoneInfo) -> list[Thread]:
    """Return the notes, the latest first, each with its amendments."""
    return [thread(each, reader=reader, now=now, zone=zone) for each in threads(notes)]


def thread(notes: Sequence[Note], *, reader: "User", now: datetime, zone: ZoneInfo) -> Thread:
    last = notes[-1]
    is_open = may_correct(last, reader, now)
    return Thread(
        pk=notes[0].pk,
        notes=[_said(note, now, zone) for note in notes],
        is_locked=last.is_locked(now),
        action="Correct" if is_open else "Amend",
    )


def may_correct(last: Note, reader: "User", now: datetime) -> bool:
    """Whether the latest words of a thread are the reader's own, and younger than a day."""
    return last.author_id == reader.pk and not last.is_locked(now)


def _said(note: Note, now: datetime, zone: ZoneInfo) -> Said:
    corrected = words.moment(note.corrected_at, now, zone) if note.corrected_at else ""
    return Said(
        author=note.author.display_name,
        when=words.moment(note.written_at, now, zone),
        corrected=corrected,
        body=note.body,
    )
