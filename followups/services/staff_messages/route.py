"""Whom an emergency pages: kept by the clinic's administrators."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from followups.choices import StaffMessageKind
from followups.models import OnCall
from followups.notify import MESSENGERS
from patients.choices import ChannelKind

if TYPE_CHECKING:
    from clinic.staff.models import Clinic


def set_route(clinic: "Clinic", **addresses: str) -> OnCall:
    """Replace the clinic's route; return it."""
    route, _ = OnCall.objects.update_or_create(clinic=clinic, defaults=addresses)
    return route


def addresses(route: OnCall, kind: str) -> Iterator[tuple[str, str]]:
    """Yield channel and address of whoever is paged: a phone wakes people, so it comes first.

    An escalation without an address of its own goes to whoever was paged, again.
    """
    first = {ChannelKind.SMS: route.phone, ChannelKind.EMAIL: route.email}
    second = {
        ChannelKind.SMS: route.escalation_phone,
        ChannelKind.EMAIL: route.escalation_email,
    }
    escalates = kind == StaffMessageKind.ESCALATION and any(second.values())
    for channel, address in (second if escalates else first).items():
        if address and channel in MESSENGERS:
            yield channel, address
