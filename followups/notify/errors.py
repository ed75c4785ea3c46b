"""How a message can fail. The texts name a class of error, never an address."""

from datetime import timedelta


class CannotSend(Exception):
    """Not now; trying later may help, at the earliest after ``retry_after`` if that is known."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """Never: the address or the message itself is at fault.

    ``should_close_channel`` where nothing will ever reach this address.
    """

    def __init__(self, reason: str, *, should_close_channel: bool = False) -> None:
        super().__init__(reason)
        self.should_close_channel = should_close_channel


class UnknownOutcome(Exception):
    """It may have left: the provider had it and did not say what became of it."""
