"""A provider inside the process, for what no mail server can be made to do."""

from django.db import connection

from followups.notify import CannotSend, email


class Provider:
    """Takes every message unless told otherwise, and knows what it was given."""

    def __init__(self, monkeypatch):
        self.calls, self.in_transaction, self.fails = [], [], []
        self.down = False
        self._patch = monkeypatch
        monkeypatch.setattr(email, "send", self.send)

    @property
    def honours_keys(self):
        return email.HONOURS_IDEMPOTENCY

    @honours_keys.setter
    def honours_keys(self, value):
        self._patch.setattr(email, "HONOURS_IDEMPOTENCY", value)

    def send(self, message):
        self.calls.append(message)
        self.in_transaction.append(connection.in_atomic_block)
        if self.down:
            raise CannotSend("Down (421).")
        if self.fails:
            raise self.fails.pop(0)
        return f"id-{message.reference}"
