"""The follow-up process: what we await, what we send, what needs review."""

from followups.models.messages import Heartbeat, Reminder
from followups.models.plan import CheckIn, CheckInLink, FollowUp, Visit
from followups.models.review import ContactAttempt, Evaluation, Flag, FlagEvent, Notice

__all__ = [
    "CheckIn",
    "CheckInLink",
    "ContactAttempt",
    "Evaluation",
    "Flag",
    "FlagEvent",
    "FollowUp",
    "Heartbeat",
    "Notice",
    "Reminder",
    "Visit",
]
