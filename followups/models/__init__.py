"""The follow-up process: what we await, what we send, what needs review."""

from followups.models.drafts import Draft, Lesson
from followups.models.expected import ExpectedRange, ExpectedScore
from followups.models.feeds import CalendarFeed
from followups.models.inbound import InboundMessage, ProviderEvent
from followups.models.letters import Letter
from followups.models.messages import Heartbeat, Reminder
from followups.models.notes import Note
from followups.models.plan import CheckIn, CheckInLink, FollowUp, Visit
from followups.models.review import ContactAttempt, Evaluation, Flag, FlagEvent, Notice
from followups.models.schedule import Appointment, ClosedDay, SlotTemplate
from followups.models.sending import Hold, Origin, Provider
from followups.models.sign_offs import SignOff
from followups.models.staff_messages import OnCall, StaffMessage
from followups.models.visit_protocol import ProtocolVisit, VisitProtocol

__all__ = [
    "Appointment",
    "CalendarFeed",
    "CheckIn",
    "CheckInLink",
    "ClosedDay",
    "ContactAttempt",
    "Draft",
    "Evaluation",
    "ExpectedRange",
    "ExpectedScore",
    "Flag",
    "FlagEvent",
    "FollowUp",
    "Heartbeat",
    "Hold",
    "InboundMessage",
    "Lesson",
    "Letter",
    "Note",
    "Notice",
    "OnCall",
    "Origin",
    "ProtocolVisit",
    "Provider",
    "ProviderEvent",
    "Reminder",
    "SignOff",
    "SlotTemplate",
    "StaffMessage",
    "Visit",
    "VisitProtocol",
]
