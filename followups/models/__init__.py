"""The follow-up process: what we await, what we send, what needs review."""

from followups.models.drafts import Draft, Lesson
from followups.models.expected import ExpectedRange, ExpectedScore
from followups.models.inbound import InboundMessage, ProviderEvent
from followups.models.messages import Heartbeat, Reminder
from followups.models.plan import CheckIn, CheckInLink, FollowUp, Visit
from followups.models.review import ContactAttempt, Evaluation, Flag, FlagEvent, Notice

__all__ = [
    "CheckIn",
    "CheckInLink",
    "ContactAttempt",
    "Draft",
    "Evaluation",
    "ExpectedRange",
    "ExpectedScore",
    "Flag",
    "FlagEvent",
    "FollowUp",
    "Heartbeat",
    "InboundMessage",
    "Lesson",
    "Notice",
    "ProviderEvent",
    "Reminder",
    "Visit",
]
