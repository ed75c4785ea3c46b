"""The links of the rail: lists, severities and reasons, each with how many cases it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass

from followups.choices import Family, Severity
from followups.forms.queue import Filters, QueueView
from followups.presenters import words


@dataclass(frozen=True, slots=True)
class Facet:
    """One link of the rail, with how many cases it leads to."""

    label: str
    count: str
    query: str
    is_current: bool
    severity: str = ""


def views(counts: Mapping[QueueView, str], filters: Filters) -> list[Facet]:
    return [
        Facet(str(view.label), count, Filters(view=view).query or "?", view == filters.view)
        for view, count in counts.items()
    ]


def severities(counts: Mapping[Severity, str], filters: Filters) -> list[Facet]:
    """Return a link to each severity; the one chosen leads back to all."""
    return [_severity(each, count, filters) for each, count in counts.items()]


def families(counts: Mapping[Family, str], filters: Filters) -> list[Facet]:
    """Return a link to each reason there is; the one chosen leads back to all."""
    return [_family(each, count, filters) for each, count in counts.items()]


def groups(counts: Mapping[Severity, str]) -> list[tuple[str, str]]:
    """Return the numbers beside the headings of the list."""
    return [(words.severity_class(each), count) for each, count in counts.items()]


def _severity(severity: Severity, count: str, filters: Filters) -> Facet:
    chosen = filters.severity == severity
    query = filters.but(severity=None if chosen else severity)
    return Facet(str(severity.label), count, query, chosen, words.severity_class(severity))


def _family(family: Family, count: str, filters: Filters) -> Facet:
    chosen = filters.family == family
    query = filters.but(family=None if chosen else family)
    return Facet(str(family.label), count, query, chosen)
