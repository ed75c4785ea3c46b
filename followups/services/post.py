"""Everything that leaves, in the order in which it may not wait: pages first."""

from followups.services import reminders, staff_messages
from followups.services.sending import Clock


def send_due(*, clock: Clock) -> int:
    """Page for new emergencies, then send what is due to staff and to patients; return how many."""
    staff_messages.page_due(now=clock())
    return staff_messages.send_due(clock=clock) + reminders.send_due(clock=clock)
