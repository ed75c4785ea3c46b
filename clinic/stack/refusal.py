"""The one way this package says that something cannot be done."""


class Refusal(Exception):
    """A sentence for whoever started us: what is wrong and what to do about it."""
