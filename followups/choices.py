"""Words shared by the rules, which may not import models, and the models.

Values are stored: add, never rename. Labels are what staff read.
"""

from django.db.models import IntegerChoices, TextChoices


class Severity(IntegerChoices):
    """How soon a person must look; a higher number is more pressing."""

    ROUTINE = 1, "Routine"
    SOON = 2, "Soon"
    URGENT = 3, "Urgent"
    EMERGENCY = 4, "Emergency"


class Family(TextChoices):
    """What a flag is about; a surgery has at most one open flag of each."""

    CORD = "cord", "Spinal cord or cauda equina"
    CHEST = "chest", "Chest or leg clot"
    NECK = "neck", "Airway and swallowing"
    WOUND = "wound", "Wound and infection"
    NERVE = "nerve", "Numbness or tingling"
    PAIN = "pain", "Pain"
    SPINE = "spine", "Stability, falls, combined signs"
    FUNCTION = "function", "Everyday function"
    EMOTION = "emotion", "Mood and worry"
    SAFETY = "safety", "Risk of self-harm"
    MEDS = "meds", "Pain medicine"
    HABITS = "habits", "Restrictions and nicotine"
    CONTACT = "contact", "Silence and missed visits"
    IMAGING = "imaging", "Imaging"


class Rule(TextChoices):
    """The thirty rules by their code."""

    EMG_CES = "EMG-CES", "Possible cauda equina or cord compression"
    MOTOR = "MOTOR", "New, worse or lasting weakness"
    EMG_CARDIO = "EMG-CARDIO", "Chest pain or breathlessness"
    SWALLOW = "SWALLOW", "Airway or swallowing trouble"
    INFECT = "INFECT", "Possible infection"
    CSF = "CSF", "Possible spinal fluid leak"
    DVT = "DVT", "Possible leg clot"
    NEURO_PAIN = "NEURO-PAIN", "Pain with numbness or tingling"
    NEURO_SENS = "NEURO-SENS", "New numbness or tingling"
    MYELO = "MYELO", "Clumsy hands or unsteady walking"
    PAIN_EARLY = "PAIN-EARLY", "Uncontrolled early pain"
    PAIN_WATCH = "PAIN-WATCH", "Slow pain relief in weeks 7-8"
    PAIN_PERSIST = "PAIN-PERSIST", "Pain persisting beyond 8 weeks"
    PAIN_WORSE = "PAIN-WORSE", "Pain worsening after 8 weeks"
    PAIN_REBOUND = "PAIN-REBOUND", "Pain returned after recovery"
    PAIN_SPIKE = "PAIN-SPIKE", "Sudden severe pain"
    PAIN_GRADUAL = "PAIN-GRADUAL", "Pain creeping up"
    INSTAB = "INSTAB", "Slipping or giving-way feeling"
    FUNC = "FUNC", "Everyday activity limited"
    PROM = "PROM", "Function score worse or not improved"
    PSYCH = "PSYCH", "Low mood or anxiety"
    SUICIDE = "SUICIDE", "Thoughts of self-harm"
    MED_ESC = "MED-ESC", "Pain medicine use rising"
    MED_LONG = "MED-LONG", "Long-term opioid use"
    ADHERE = "ADHERE", "Restrictions not followed or nicotine use"
    FALL = "FALL", "Fall or accident"
    NONRESP = "NONRESP", "Check-ins missed"
    VISIT = "VISIT", "Visit overdue or not attended"
    IMAGING = "IMAGING", "Imaging overdue or result unsigned"
    CLUSTER = "CLUSTER", "Several warning signs together"

    @property
    def family(self) -> Family:
        """The family of flag this rule raises."""
        return _FAMILIES[self]


_FAMILIES = {
    Rule.EMG_CES: Family.CORD,
    Rule.MOTOR: Family.CORD,
    Rule.MYELO: Family.CORD,
    Rule.EMG_CARDIO: Family.CHEST,
    Rule.DVT: Family.CHEST,
    Rule.SWALLOW: Family.NECK,
    Rule.INFECT: Family.WOUND,
    Rule.CSF: Family.WOUND,
    Rule.NEURO_PAIN: Family.NERVE,
    Rule.NEURO_SENS: Family.NERVE,
    Rule.PAIN_EARLY: Family.PAIN,
    Rule.PAIN_WATCH: Family.PAIN,
    Rule.PAIN_PERSIST: Family.PAIN,
    Rule.PAIN_WORSE: Family.PAIN,
    Rule.PAIN_REBOUND: Family.PAIN,
    Rule.PAIN_SPIKE: Family.PAIN,
    Rule.PAIN_GRADUAL: Family.PAIN,
    Rule.INSTAB: Family.SPINE,
    Rule.FALL: Family.SPINE,
    Rule.CLUSTER: Family.SPINE,
    Rule.FUNC: Family.FUNCTION,
    Rule.PROM: Family.FUNCTION,
    Rule.PSYCH: Family.EMOTION,
    Rule.SUICIDE: Family.SAFETY,
    Rule.MED_ESC: Family.MEDS,
    Rule.MED_LONG: Family.MEDS,
    Rule.ADHERE: Family.HABITS,
    Rule.NONRESP: Family.CONTACT,
    Rule.VISIT: Family.CONTACT,
    Rule.IMAGING: Family.IMAGING,
}


class RiskFactor(TextChoices):
    """What makes a poor outcome likelier; orders the queue, predicts nothing."""

    SMOKER_CURRENT = "smoker_current", "Current smoker"
    SMOKER_RECENT_EX = "smoker_recent_ex", "Stopped smoking under 6 months ago"
    DIABETES = "diabetes", "Diabetes"
    OSTEOPOROSIS = "osteoporosis", "Osteoporosis"
    AUTOIMMUNE = "autoimmune", "Autoimmune disease or immunosuppression"
    AGE_65_74 = "age_65_74", "Age 65-74"
    AGE_75_PLUS = "age_75_plus", "Age 75 or over"
    LEVELS_2 = "levels_2", "Two levels fused"
    LEVELS_3_PLUS = "levels_3_plus", "Three or more levels fused"
    REVISION = "revision", "Revision surgery"
    COMPLEX = "complex", "Complex construct"
    OBESITY = "obesity", "Obesity"
    CHRONIC_OPIOID = "chronic_opioid", "Opioids before surgery"
    MENTAL_HEALTH = "mental_health", "Depression or anxiety"
    VITD_DEFICIENCY = "vitd_deficiency", "Vitamin D deficiency"


class RiskTier(TextChoices):
    """Risk points in words."""

    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"


class Disposition(TextChoices):
    """How a flag was closed."""

    SEEN_NO_ACTION = "seen_no_action", "Reviewed, no action needed"
    ADVICE = "advice", "Advice given"
    APPOINTMENT = "appointment", "Appointment arranged"
    IMAGING = "imaging", "Imaging arranged"
    MEDICATION = "medication", "Medication changed"
    REFERRAL = "referral", "Referred"
    ADMITTED = "admitted", "Admitted or sent to emergency care"
    REVISION = "revision", "Revision surgery planned"
    FALSE_ALERT = "false_alert", "Not a real signal"
    UNREACHABLE = "unreachable", "Patient could not be reached"
    CLEARED = "cleared", "Cleared by later reports"
    SUPERSEDED = "superseded", "Superseded by a new surgery"

    @classmethod
    def by_staff(cls) -> list[tuple[str, str]]:
        """Return the choices a person may pick; the rest belong to the system."""
        system = {cls.CLEARED, cls.SUPERSEDED}
        return [(each.value, str(each.label)) for each in cls if each not in system]


class FlagEventKind(TextChoices):
    """What happened to a flag, in the order staff read it."""

    RAISED = "raised", "Raised"
    EVIDENCE_ADDED = "evidence_added", "Evidence added"
    SEVERITY_RAISED = "severity_raised", "Severity raised"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CONTACT = "contact", "Contact documented"
    RESOLVED = "resolved", "Resolved"
    AUTO_CLEARED = "auto_cleared", "Cleared by later reports"
    SUPERSEDED = "superseded", "Superseded by a new surgery"
    REOPENED = "reopened", "Reopened"
    RENOTIFIED = "renotified", "Team notified again"
    SNOOZED = "snoozed", "Snoozed"
    UNSNOOZED = "unsnoozed", "Snooze ended"
    PINNED = "pinned", "Pinned"
    UNPINNED = "unpinned", "Unpinned"
    NOTE = "note", "Note"
    CLAIMED = "claimed", "Claimed"
    RELEASED = "released", "Released"
    HANDED_OVER = "handed_over", "Handed over"
    IMAGING_REQUESTED = "imaging_requested", "Imaging requested"
    IMAGING_RESULT = "imaging_result", "Imaging result recorded"
    UNDONE = "undone", "Undone"


class VisitKind(TextChoices):
    """The protocol visits."""

    WEEKS_2 = "2wk", "2 weeks"
    WEEKS_6 = "6wk", "6 weeks"
    MONTHS_3 = "3mo", "3 months"
    MONTHS_6 = "6mo", "6 months"
    MONTHS_12 = "12mo", "12 months"
    MONTHS_24 = "24mo", "24 months"


class VisitStatus(TextChoices):
    """Where a protocol visit stands; due and overdue are derived, not stored."""

    PLANNED = "planned", "Not booked yet"
    BOOKED = "booked", "Booked"
    COMPLETED = "completed", "Completed"
    NO_SHOW = "no_show", "Did not attend"
    CANCELLED = "cancelled", "Cancelled"


class VisitImaging(TextChoices):
    """What a visit needs pictures of; the surgeon may order otherwise (protocol 3.1)."""

    NONE = "none", "No imaging"
    XRAY = "xray", "X-ray"
    CT = "ct", "CT"


class AppointmentEnd(TextChoices):
    """What became of an appointment that no longer stands."""

    CAME = "came", "Took place"
    MOVED = "moved", "Moved to another time"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "Did not attend"
    PLAN_ENDED = "plan_ended", "No longer expected"


class CancelReason(TextChoices):
    """Why an appointment was called off."""

    PATIENT = "patient", "The patient asked"
    UNWELL = "unwell", "The patient is unwell or in hospital"
    CLINIC = "clinic", "The clinic cannot hold it"
    MISTAKE = "mistake", "Booked by mistake"


class WaiveReason(TextChoices):
    """Why a surgeon no longer expects a visit."""

    UNREACHED = "unreached", "The patient could not be reached"
    DECLINED = "declined", "The patient does not want it"
    NOT_NEEDED = "not_needed", "It is not needed"


class CheckInKind(TextChoices):
    """Why a check-in exists."""

    BASELINE = "baseline", "Before surgery"
    SCHEDULED = "scheduled", "Scheduled"
    RECHECK = "recheck", "Re-check"
    ON_DEMAND = "on_demand", "Something has changed"


class ContactMethod(TextChoices):
    """How staff tried to reach a patient."""

    PHONE = "phone", "Phone"
    SMS = "sms", "Text message"
    EMAIL = "email", "Email"
    LETTER = "letter", "Letter"
    IN_PERSON = "in_person", "In person"


class ContactOutcome(TextChoices):
    """How an attempt to reach a patient ended."""

    REACHED = "reached", "Reached"
    EMERGENCY_SERVICES_ADVISED = (
        "emergency_services_advised",
        "Reached, told to call emergency services",
    )
    CAREGIVER_REACHED = "caregiver_reached", "Reached a contact person"
    LEFT_MESSAGE = "left_message", "Left a message"
    SENT = "sent", "Sent, no answer yet"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_NUMBER = "wrong_number", "Wrong number or address"
    REFUSED = "refused", "Patient declined to talk"
    BOOKED = "booked", "Reached, visit booked"
    CALL_BACK = "call_back", "Reached, will call back"
    DECLINED_VISIT = "declined_visit", "Reached, does not want the visit"

    @classmethod
    def of_cases(cls) -> list[tuple[str, str]]:
        """Return the choices about a case; the rest are about booking a visit."""
        about_visits = {cls.BOOKED, cls.CALL_BACK, cls.DECLINED_VISIT}
        return [(each.value, str(each.label)) for each in cls if each not in about_visits]

    @property
    def is_contact(self) -> bool:
        """Whether the patient themselves was reached; only that stops a clock."""
        return self in {
            ContactOutcome.REACHED,
            ContactOutcome.EMERGENCY_SERVICES_ADVISED,
            ContactOutcome.REFUSED,
            ContactOutcome.BOOKED,
            ContactOutcome.CALL_BACK,
            ContactOutcome.DECLINED_VISIT,
        }


class NextStep(TextChoices):
    """What happens after a flag is resolved."""

    NONE = "none", "Nothing further"
    ROUTINE_FOLLOW_UP = "routine_follow_up", "Continue routine follow-up"
    CALL_BACK = "call_back", "Call back"
    VISIT = "visit", "Clinic visit"
    IMAGING = "imaging", "Imaging"
    URGENT_REVIEW = "urgent_review", "Urgent review by the surgeon"
    EMERGENCY_CARE = "emergency_care", "Emergency care"
    REFERRAL = "referral", "Referral"
    MEDICATION_REVIEW = "medication_review", "Medication review"
    REHABILITATION = "rehabilitation", "Physiotherapy or rehabilitation"
    SURGERY = "surgery", "Surgery planned"


class Questionnaire(TextChoices):
    """Which questions a check-in asks (protocol 2.2)."""

    FULL = "full", "Full"
    PULSE = "pulse", "Short"


class EndReason(TextChoices):
    """Why a follow-up stopped."""

    FINISHED = "finished", "Two years completed"
    REVISION = "revision", "Revision surgery"
    WITHDRAWN = "withdrawn", "Patient withdrew"
    TRANSFERRED = "transferred", "Transferred to another clinic"
    DECEASED = "deceased", "Patient died"


class EvaluationTrigger(TextChoices):
    """What made the rules run."""

    REPORT = "report", "A report"
    CLOCK = "clock", "Time passed"
    RECORD = "record", "A changed record"


class Meaning(TextChoices):
    """What somebody wants who sends us a text."""

    TEXT = "text", "Wrote"
    STOP = "stop", "Stopped text messages"
    START = "start", "Wants text messages again"
    HELP = "help", "Asked for help with texts"
    CONFIRM = "confirm", "Will come to the visit"
    CALL = "call", "Asks to be called"
    CHANGED = "changed", "Says that something has changed"


class LetterReason(TextChoices):
    """Why a patient is written to on paper."""

    UNREACHED = "unreached", "Could not be reached"
    CHOSEN = "chosen", "Wants letters"


class ReminderPurpose(TextChoices):
    """What a message to a patient is about."""

    CHECK_IN = "check_in", "Check-in"
    BOOKED = "booked", "Visit booked"
    IN_3_DAYS = "in_3_days", "Visit in 3 days"
    TOMORROW = "tomorrow", "Visit tomorrow"
    MISSED = "missed", "Visit missed"
    TO_BOOK = "to_book", "Invitation to book"

    @classmethod
    def about_visits(cls) -> list["ReminderPurpose"]:
        return [each for each in cls if each != cls.CHECK_IN]


class ReminderState(TextChoices):
    """Where a message stands."""

    PENDING = "pending", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    SUPPRESSED = "suppressed", "Not sent: no longer wanted"
    SUPERSEDED = "superseded", "Not sent: a newer one took its place"
    EXPIRED = "expired", "Not sent: too late"
    FAILED = "failed", "Failed"
    QUARANTINED = "quarantined", "Set aside: somebody has to look"


class Delivery(TextChoices):
    """What a provider has said about a message since it took it."""

    ACCEPTED = "accepted", "Accepted by the provider"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Could not be delivered"


class StaffMessageKind(TextChoices):
    """Why a member of staff is written to."""

    PAGE = "page", "Emergency page"
    ESCALATION = "escalation", "Emergency page, escalated"
    ASSIGNED = "assigned", "Case assigned"
    TARGET = "target", "Response target running out"
    DIGEST = "digest", "Daily digest"


class NoticeLevel(TextChoices):
    """How much of the response target has passed when somebody is told."""

    OWNER = "owner", "75 % of the target used"
    LEAD = "lead", "Target passed"
    SURGEON = "surgeon", "Twice the target passed"


class PainRegion(TextChoices):
    """Where pain is scored; the values are the items of a report."""

    NECK = "pain_neck", "Neck pain"
    ARM = "pain_arm", "Arm pain"
    BACK = "pain_back", "Back pain"
    LEG = "pain_leg", "Leg pain"


class ProcedureGroup(TextChoices):
    """Operations whose recovery is published, and drawn, together."""

    LUMBAR = "lumbar", "Lumbar fusion"
    THORACIC = "thoracic", "Thoracic fusion"
    ACDF = "acdf", "ACDF"
    NECK = "neck", "Other neck fusion"

    @property
    def regions(self) -> frozenset[PainRegion]:
        """Where pain is asked after these operations (protocol 1.2)."""
        if self in (ProcedureGroup.ACDF, ProcedureGroup.NECK):
            return frozenset({PainRegion.NECK, PainRegion.ARM})
        return frozenset({PainRegion.BACK, PainRegion.LEG})
