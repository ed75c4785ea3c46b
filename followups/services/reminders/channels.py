"""Which ways to write to a patient there are: agreed to, not opted out of, and built in."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from followups.compiled import Compiled, Given, question
from followups.notify import MESSENGERS
from patients import consent
from patients.choices import CloseReason
from patients.models import ContactChannel

if TYPE_CHECKING:
    from patients.models.person import ContactChannelQuerySet


def of(patient: Any) -> "ContactChannelQuerySet":
    return ContactChannel.objects.usable().filter(patient=patient, kind__in=list(MESSENGERS))


def preferred(patients: set[int]) -> dict[int, list[str]]:
    """Return each patient's channels: the one they prefer, then the cheapest to ignore last."""
    order = list(MESSENGERS)
    found: dict[int, list[tuple[bool, int]]] = {patient: [] for patient in patients}
    usable = ContactChannel.objects.usable().filter(patient__in=patients, kind__in=order)
    for patient, kind, first in usable.values_list("patient", "kind", "is_preferred"):
        found[patient].append((not first, order.index(kind)))
    return {
        patient: [order[place] for _, place in sorted(kinds)] for patient, kinds in found.items()
    }


def address(patient: int, kind: str) -> str:
    """Return where a patient is reached this way; "" if not, or not any more."""
    found = _address().rows(patient=patient, kind=kind)
    return str(found[0][0]) if found else ""


@cache
def _address() -> Compiled:
    mine = ContactChannel.objects.usable().filter(patient=Given("patient"), kind=Given("kind"))
    return question(mine.order_by().values_list("address"))


def close(kind: str, address: str, *, now: datetime) -> None:
    """Use an address no more that nothing reaches, as its provider has just said."""
    consent.close(kind, address, reason=CloseReason.REFUSED, now=now)
