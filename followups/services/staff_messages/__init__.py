"""Messages to staff: that something waits, and where; never about whom.

The only writer of new ``StaffMessage`` rows, of their acknowledgement, and of the on-call route.
"""

from followups.services.staff_messages.outbox import send_due
from followups.services.staff_messages.pages import acknowledge, page_due
from followups.services.staff_messages.planning import assigned, digest_due, target_due
from followups.services.staff_messages.route import set_route

__all__ = [
    "acknowledge",
    "assigned",
    "digest_due",
    "page_due",
    "send_due",
    "set_route",
    "target_due",
]
