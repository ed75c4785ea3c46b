"""The messages to staff as the sender sees them."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q

from followups.choices import ReminderState, StaffMessageKind
from followups.models import Flag, FollowUp, OnCall, StaffMessage
from followups.notify import Outgoing
from followups.services import sending
from followups.services.sending import Clock, Verdict
from followups.services.staff_messages import pages, route, wording


class NoAddress(LookupError):
    """Nobody can be reached this way any more."""


class StaffMessages:
    """What the sender has to know about messages to staff: they know no quiet hours."""

    model: type[Any] = StaffMessage
    loaded: tuple[str, ...] = ("clinic", "to", "flag")

    def waits(self, message: StaffMessage, now: datetime) -> None:
        return None

    def kind(self, message: StaffMessage) -> str:
        return message.kind

    def wanted(self, kind: str) -> Q:
        """Only as long as the case still waits for whoever is told."""
        active = get_user_model().objects.filter(pk=OuterRef("to"), is_active=True)
        recipient = Q(to=None) | Q(Exists(active))
        if kind == StaffMessageKind.DIGEST:
            return recipient
        flag = {"pk": OuterRef("flag")}
        if kind in pages.PAGES:
            return recipient & Q(Exists(pages.unacknowledged().filter(**flag)))
        if kind == StaffMessageKind.ASSIGNED:
            mine = FollowUp.objects.filter(owner=OuterRef("to"), surgery__flags=OuterRef("flag"))
            return recipient & Q(Exists(mine))
        return recipient & Q(Exists(Flag.objects.open().filter(contacted_at=None, **flag)))

    def given(self, message: StaffMessage, now: datetime) -> dict[str, Any]:
        return {}

    def verdict(self, message: StaffMessage, now: datetime) -> Verdict:
        return Verdict(ReminderState.SUPPRESSED, "The case no longer waits, or not for them.")

    def compose(self, message: StaffMessage, now: datetime) -> Outgoing:
        return wording.worded(message, to=self._address(message), now=now)

    def _address(self, message: StaffMessage) -> str:
        if message.to is not None and message.to.email:
            return message.to.email
        known = OnCall.objects.filter(clinic=message.clinic_id).first()
        found = dict(route.addresses(known, message.kind)) if known else {}
        if message.channel not in found:
            raise NoAddress(message.pk)
        return found[message.channel]

    def close_channel(self, message: StaffMessage, address: str, now: datetime) -> None:
        """Nothing to close: the failure is shown, and an administrator corrects the address."""


def send_due(*, clock: Clock, limit: int = 10_000) -> int:
    """Send what is due, one message after the other; return how many were sent."""
    return sending.send_due(StaffMessages(), clock=clock, limit=limit)
