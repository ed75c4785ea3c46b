"""What a messenger is given: one message to one address, already worded."""

from dataclasses import dataclass
from typing import NamedTuple


class Attachment(NamedTuple):
    """A file that goes with a message, where the channel can carry one."""

    filename: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one address; no clinical detail in any field.

    ``to`` is an e-mail address or a number like +15550100, ``subject`` is empty where the
    channel has none, ``reference`` is the public id of the row it is sent for. ``sender`` is
    the clinic's own number where it has one.
    """

    to: str
    subject: str
    body: str
    reference: str
    attachments: tuple[Attachment, ...] = ()
    language: str = "en"
    sender: str = ""
