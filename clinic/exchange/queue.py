"""A list of the queue as a file for a spreadsheet: who is to be looked at by when, and why.

As little of the patients as can be: the record number, no name, no birth date, no answer.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from clinic.audit import services as audit
from clinic.exchange.formulas import guard
from clinic.staff.models import User
from followups.forms.queue import Filters
from followups.models import FollowUp
from followups.views import reading

EXPORTED = "queue exported"
MOST_ROWS = 1000
HEADINGS = (
    *("record number", "severity", "reason", "rule", "raised", "contact due", "contacted"),
    *("pinned", "owner", "open flags"),
)


def export(filters: Filters, *, by: User, request: str, now: datetime) -> str:
    """Return the open cases of a list as CSV, in its order, and leave an entry that says so."""
    cases = list(reading.with_names(reading.open_cases(by, filters, now), now)[:MOST_ROWS])
    audit.note(EXPORTED, user=by, request=request, rows=len(cases))
    # The mark at the beginning makes spreadsheets read it as UTF-8.
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADINGS)
    writer.writerows(_rows(cases))
    return text.getvalue()


def _rows(cases: Iterable[FollowUp]) -> Iterator[list[str]]:
    for case in cases:
        flag = case.lead_flag
        if flag is None:
            continue
        zone = case.clinic.zone
        contacted = flag.contacted_at and flag.contacted_at.astimezone(zone)
        yield [
            guard(str(cell))
            for cell in (
                case.surgery.patient.mrn,
                flag.get_severity_display(),
                flag.get_family_display(),
                flag.rule,
                flag.raised_at.astimezone(zone).isoformat(timespec="minutes"),
                flag.respond_by.astimezone(zone).isoformat(timespec="minutes"),
                contacted.isoformat(timespec="minutes") if contacted else "",
                "yes" if case.pinned_at else "",
                case.owner or "",
                case.open_families,
            )
        ]
