"""The sender: one for every outbox, and the only writer of what becomes of a message.

At least once, one message at a time: claim under a lease, begin only if the message is still
wanted, send with no transaction open, then record; one commit each. A sender that dies in
between is replaced when its lease runs out; the claim token keeps it from writing over its
successor. What an outbox wants to be known of its messages stands in ``Outbox``.
"""

from followups.services.sending.outbox import Clock, Outbox, Unwanted, Verdict
from followups.services.sending.rounds import send_due

__all__ = ["Clock", "Outbox", "Unwanted", "Verdict", "send_due"]
