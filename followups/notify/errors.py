"""How a message can fail. The texts name a class of error, never an address."""


class CannotSend(Exception):
    """Not now; trying later may help."""


class Refused(Exception):
    """Never: the address or the message itself is at fault."""
