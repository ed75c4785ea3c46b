"""The patient's texts in templates: ``{% say "pages.check.title" %}``.

Texts come from ``texts`` of the page, telephone numbers from ``numbers``: links in running
text, only read in headings and inside links.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from followups.sitting import Numbers
from followups.texts import Question

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: Any) -> SafeString:
    """Return a text, its telephone numbers as links."""
    found: SafeString = context["texts"].html(key, **links(context.get("numbers")) | values)
    return found


@register.simple_tag(takes_context=True)
def say_plain(context: template.Context, key: str, **values: Any) -> SafeString:
    """Return a text for a heading or a link: its numbers are only read."""
    found: SafeString = context["texts"].html(key, **_read(context.get("numbers")) | values)
    return found


@register.simple_tag(takes_context=True)
def question(context: template.Context, name: str) -> Question:
    """Return the words of a question."""
    found: Question = context["texts"].question(name)
    return found


@register.simple_tag(takes_context=True)
def option(context: template.Context, name: str, value: str) -> str:
    """Return the words of one answer to a question."""
    labels: dict[str, str] = dict(context["texts"].question(name).options)
    return labels[value]


@register.simple_tag(takes_context=True)
def say_when(context: template.Context, key: str, when: datetime, zone: ZoneInfo) -> SafeString:
    """Return a text about a moment, on the clinic's clock."""
    moment = context["texts"].moment(when, zone)
    found: SafeString = context["texts"].html(key, moment=moment)
    return found


@register.simple_tag(takes_context=True)
def say_why(context: template.Context, reason: str) -> SafeString:
    """Return why something was not taken."""
    found: SafeString = context["texts"].html(f"pages.refused.{reason}")
    return found


@register.simple_tag(takes_context=True)
def lesson_title(context: template.Context, module: str) -> str:
    title: str = context["texts"].lesson(module, **_read(context["numbers"])).title
    return title


def links(numbers: Numbers | None) -> dict[str, str]:
    """Return the numbers to call, as links."""
    if numbers is None:
        return {}
    return {
        "emergency": format_html('<a href="tel:{0}">{0}</a>', numbers.emergency),
        "urgent": format_html(
            '<a class="nb" href="tel:{}">{}</a>', numbers.urgent, numbers.urgent_as_read
        ),
        "crisis": numbers.crisis,
    }


def _read(numbers: Numbers | None) -> dict[str, str]:
    if numbers is None:
        return {}
    return {
        "emergency": numbers.emergency,
        "urgent": format_html('<span class="nb">{}</span>', numbers.urgent_as_read),
        "crisis": numbers.crisis,
    }
