"""Mistakes that senders really have, planted to see that ./faults finds them."""


def plant(name: str) -> None: ...
