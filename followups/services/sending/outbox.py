"""What the sender has to know about a kind of message, and nothing else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.db.models import Q

from followups.choices import ReminderState
from followups.notify import Outgoing

Clock = Callable[[], datetime]


class Verdict(NamedTuple):
    """What becomes of a message that is not sent now: an end, or another time."""

    state: ReminderState
    reason: str
    not_before: datetime | None = None


class Unwanted(Exception):
    """What made a message wanted has ended since the statement that began it."""


class Outbox(Protocol):
    """One table of messages: what is loaded with them, when they may leave, what they say."""

    model: type[Any]
    loaded: tuple[str, ...]

    def waits(self, message: Any, now: datetime) -> tuple[datetime, str] | None:
        """Return when the message may leave at the earliest and why, if that is later than now."""

    def kind(self, message: Any) -> str:
        """Return what the message is: those of a kind are wanted under the same conditions."""

    def wanted(self, kind: str) -> Q:
        """Return what must be true in the very statement that begins the send.

        In columns of the message and in ``Given`` values, so that it is put together only once.
        """

    def given(self, message: Any, now: datetime) -> dict[str, Any]:
        """Return the values ``wanted`` asks for, besides ``now``."""

    def verdict(self, message: Any, now: datetime) -> Verdict:
        """Return why a message is not wanted."""

    def compose(self, message: Any, now: datetime) -> Outgoing:
        """Return the message as it leaves, read in the transaction that begins the send.

        Raises:
            Unwanted: if somebody opted out, or the like, since that transaction began.
        """

    def close_channel(self, message: Any, address: str, now: datetime) -> None:
        """Note that nothing will ever reach this address."""
