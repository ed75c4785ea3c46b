"""What of the queue somebody wants to see, read from the address."""

import re
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qsl

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.http import urlencode

from followups.choices import Family, Severity
from followups.models import FollowUp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# severity, pin, bucket, risk, age, microseconds, families, id: the columns of the rank
_PLACE = re.compile(
    r"[1-4]-[01]-[0-4]-[0-9]{1,2}-[0-9]-[0-9]{1,17}-[0-9]{1,2}-[0-9]{1,18}", re.ASCII
)


class QueueView(TextChoices):
    """The lists of the queue; the first is the one people work from.

    Acknowledged cases stay in it: only documented contact takes a case out
    (protocol 5). What sleeps stands in the list of snoozed cases and in no other.
    """

    OPEN = "open", "Awaiting contact"
    MINE = "mine", "My cases"
    UNCLAIMED = "unclaimed", "Unclaimed"
    ALL = "all", "All open"
    CONTACTED = "contacted", "Contacted, not resolved"
    SNOOZED = "snoozed", "Snoozed"
    WAITING = "waiting", "Waiting for results"
    RESOLVED_TODAY = "resolved-today", "Resolved today"

    @property
    def is_of_cases(self) -> bool:
        """Whether it lists open cases; the others list studies and closed flags."""
        return self not in {QueueView.WAITING, QueueView.RESOLVED_TODAY}


SEVERITIES = [(each.name.lower(), each.label) for each in reversed(Severity)]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue's order, so that the next page starts right behind it."""

    severity: int
    pin: int
    breach_bucket: int
    risk_points: int
    age_days: int
    breach_at: datetime
    open_families: int
    id: int

    @classmethod
    def of(cls, case: FollowUp) -> Self:
        return cls(*(getattr(case, field.name) for field in fields(cls)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place written by ``str``; ValueError for anything else."""
        if not _PLACE.fullmatch(text):
            raise ValueError(text)
        parts: list[Any] = [int(part) for part in text.split("-")]
        parts[5] = EPOCH + timedelta(microseconds=parts[5])
        return cls(*parts)

    def __str__(self) -> str:
        parts = [getattr(self, field.name) for field in fields(self)]
        parts[5] = (self.breach_at - EPOCH) // timedelta(microseconds=1)
        return "-".join(map(str, parts))


@dataclass(frozen=True, slots=True)
class Filters:
    """One choice of list, severity, reason and page."""

    view: QueueView = QueueView.OPEN
    severity: Severity | None = None
    family: Family | None = None
    after: Place | None = None

    @property
    def is_narrowed(self) -> bool:
        return self.severity is not None or self.family is not None

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return these filters as the hidden fields of a form."""
        return parse_qsl(self.query.removeprefix("?"))

    @property
    def query(self) -> str:
        """Return these filters as the end of an address: “?view=mine”, or nothing."""
        chosen = {
            "view": "" if self.view == QueueView.OPEN else self.view.value,
            "severity": self.severity.name.lower() if self.severity else "",
            "family": self.family.value if self.family else "",
            "after": str(self.after or ""),
        }
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{query}" if query else ""

    def but(self, **changes: Any) -> str:
        """Return the address of these filters with changes, from the first page on."""
        return replace(self, **{"after": None, **changes}).query or "?"


class FilterForm(forms.Form):
    """Allow-lists for the address; what is not on them is left out and said."""

    view = forms.ChoiceField(choices=QueueView, required=False)
    severity = forms.ChoiceField(choices=SEVERITIES, required=False)
    family = forms.ChoiceField(choices=Family, required=False)
    after = forms.CharField(max_length=80, required=False)

    def clean_after(self) -> Place | None:
        text = self.cleaned_data["after"]
        try:
            return Place.parse(text) if text else None
        except (ValueError, OverflowError) as error:
            raise ValidationError("Not a place in the queue.") from error

    def filters(self) -> tuple[Filters, bool]:
        """Return the filters that could be read, and whether that were all."""
        is_clean = self.is_valid()
        known = self.cleaned_data
        severity, family = known.get("severity"), known.get("family")
        filters = Filters(
            view=QueueView(known.get("view") or QueueView.OPEN),
            severity=Severity[severity.upper()] if severity else None,
            family=Family(family) if family else None,
            after=known.get("after"),
        )
        return filters, is_clean
