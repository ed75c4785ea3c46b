"""The only code that talks to the outside world: one module per channel.

A module with a ``KIND`` is a messenger, so adding a channel is adding a file. Its ``send``
gives one message to the provider and returns the provider's id of it, if it has any. It
raises ``Refused`` when the address will never work, ``CannotSend`` when trying later may
help, ``UnknownOutcome`` when nobody can say whether the message left.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from followups.notify.errors import CannotSend, Refused, UnknownOutcome
from followups.notify.message import Attachment, Outgoing
from patients.choices import ChannelKind


class Messenger(Protocol):
    """What each channel's module has."""

    KIND: str
    HONOURS_IDEMPOTENCY: bool  # whether sending the same reference again is harmless

    def is_ready(self) -> bool:
        """Whether this installation has what the channel needs."""

    def send(self, message: Outgoing) -> str:
        """Hand one message over; return the provider's id of it, or ""."""


class Messengers(Mapping[str, Messenger]):
    """The channels this installation can send by, in the order they are preferred."""

    def __init__(self) -> None:
        modules = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
        found = {each.KIND: cast(Messenger, each) for each in modules if hasattr(each, "KIND")}
        self._all = {kind: found[kind] for kind in ChannelKind.values if kind in found}

    def __getitem__(self, kind: str) -> Messenger:
        messenger = self._all[kind]
        if not messenger.is_ready():
            raise KeyError(kind)
        return messenger

    def __iter__(self) -> Iterator[str]:
        return (kind for kind, messenger in self._all.items() if messenger.is_ready())

    def __len__(self) -> int:
        return sum(1 for _ in self)


MESSENGERS = Messengers()

__all__ = [
    "MESSENGERS",
    "Attachment",
    "CannotSend",
    "Messenger",
    "Outgoing",
    "Refused",
    "UnknownOutcome",
]
