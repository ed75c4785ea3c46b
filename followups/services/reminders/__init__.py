"""Messages to patients: what is planned, when it may leave, what it says, whom it reaches.

The only writer of new ``Reminder`` rows; what becomes of them, ``services.sending`` writes.
"""

from followups.services.reminders.outbox import send_due
from followups.services.reminders.planning import plan_due, send_again
from followups.services.reminders.visits import can_invite, invite_to_book
from followups.services.sending.outcomes import MOST_UNANSWERED as MOST_ATTEMPTS

__all__ = ["MOST_ATTEMPTS", "can_invite", "invite_to_book", "plan_due", "send_again", "send_due"]
