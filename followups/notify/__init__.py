"""The only code that talks to the outside world: one module per channel.

A messenger sends one message to one address. It raises ``Refused`` when the address
will never work, ``CannotSend`` when trying later may help. In order of preference.
"""

from collections.abc import Callable

from followups.notify import email
from followups.notify.errors import CannotSend, Refused
from patients.choices import ChannelKind

Messenger = Callable[..., None]

MESSENGERS: dict[str, Messenger] = {ChannelKind.EMAIL: email.ask_for_report}

__all__ = ["MESSENGERS", "CannotSend", "Messenger", "Refused"]
