"""A search of the audit as a file for a spreadsheet: who, when and what, no patient data.

Patients are named by id, and what a change replaced stays on the pages, where reading it is
written down.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from clinic.audit import services as audit
from clinic.audit.models import Entry, EntryQuerySet
from clinic.audit.presenters import Line, bare_lines
from clinic.exchange.formulas import guard
from clinic.staff.models import User

EXPORTED = "audit exported"
MOST_ROWS = 20_000
AN_HOUR = timedelta(hours=1)
TIMES_AN_HOUR = 5
HEADINGS = (
    *("entry", "time", "person", "account", "kind", "about", "sentence", "patient ids"),
    *("changed row", "reason", "request", "database login"),
)


class TooMany(Exception):
    """The export is refused; the text says what to do instead."""


def export(found: EntryQuerySet, *, by: User, request: str, now: datetime) -> str:
    """Return the entries as CSV and leave an entry that says so.

    Raises:
        TooMany: rows for one file, or exports of this person within an hour.
    """
    _count_with_the_others(by, now)
    if found.values("pk")[MOST_ROWS : MOST_ROWS + 1]:
        raise TooMany(
            f"This search has more than {MOST_ROWS:,} entries. Choose fewer days, and export"
            " the parts one by one."
        )
    entries = list(found.select_related("user", "clinic"))
    written = _written(entries, by)
    audit.note(EXPORTED, user=by, request=request, rows=len(entries))
    return written


def _count_with_the_others(by: User, now: datetime) -> None:
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one export at a time
    lately = Entry.objects.for_user(by).filter(user=by, what=EXPORTED, at__gt=now - AN_HOUR)
    if lately.count() >= TIMES_AN_HOUR:
        raise TooMany(
            f"You have exported {TIMES_AN_HOUR} times within an hour. Wait, then export again."
        )


def _written(entries: Sequence[Entry], by: User) -> str:
    # The mark at the beginning makes spreadsheets read it as UTF-8.
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADINGS)
    writer.writerows(_rows(bare_lines(entries, user=by)))
    return text.getvalue()


def _rows(lines: Iterable[Line]) -> Iterator[list[str]]:
    for line in lines:
        entry = line.entry
        yield [
            guard(str(cell))
            for cell in (
                entry.pk,
                line.at.isoformat(timespec="seconds"),
                line.person,
                entry.user.username if entry.user else "",
                entry.get_kind_display(),
                entry.what,
                line.sentence,
                " ".join(map(str, entry.patients)),
                entry.row or "",
                line.reason,
                entry.request,
                entry.login,
            )
        ]
