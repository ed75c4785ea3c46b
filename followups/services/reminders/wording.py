"""Word a message to a patient, in the patient's language. No clinical detail stands in it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from followups import tokens
from followups.choices import ReminderPurpose
from followups.models import Reminder
from followups.notify import Attachment, Outgoing
from followups.protocol import STANDARD
from followups.services.calendars import calendar_file
from followups.texts import texts
from patients.choices import ChannelKind

KEYS = {
    ReminderPurpose.BOOKED: "visit_booked",
    ReminderPurpose.IN_3_DAYS: "visit_soon",
    ReminderPurpose.TOMORROW: "visit_soon",
    ReminderPurpose.MISSED: "visit_missed",
    ReminderPurpose.TO_BOOK: "visit_to_book",
}
WITH_A_TIME = {ReminderPurpose.BOOKED, ReminderPurpose.IN_3_DAYS, ReminderPurpose.TOMORROW}
# Django's format characters, without any that need more than the alphabet of text messages.
WHEN = {"en": "M j, g:i A", "es": "j M, H:i"}


def worded(message: Reminder, *, to: str, now: datetime) -> Outgoing:
    """Return a message as it leaves; one that asks for answers gets a link of its own."""
    check_in, patient = message.check_in, message.patient
    facts: dict[str, Any] = {"emergency": message.clinic.emergency_number}
    if check_in is not None:
        key = key_of_check_in(message)
        facts["link"] = settings.SITE_URL + reverse(
            "check_in:start", args=[tokens.new_link(check_in, now=now)]
        )
    else:
        key = KEYS[ReminderPurpose(message.purpose)]
        facts["when"] = _when(message, patient.language)
        facts["phone"] = _phone(message)
    is_text = message.channel == ChannelKind.SMS
    words = texts(patient.language)
    return Outgoing(
        to=to,
        subject="" if is_text else words.say(f"messages.{key}.subject"),
        body=words.say(f"messages.{key}.sms", **facts) if is_text else _mail(message, key, facts),
        reference=str(message.public_id),
        language=patient.language,
        sender=str(message.clinic.sms_number) if is_text else "",
        attachments=() if is_text else _files(message),
    )


def _files(message: Reminder) -> tuple[Attachment, ...]:
    """Return the appointment a message speaks of as a file for a calendar, if it still stands."""
    visit = message.visit
    if visit is None or message.visit_at is None or message.purpose not in WITH_A_TIME:
        return ()
    stands = visit.appointments.filter(ended_at=None, starts_at=message.visit_at)
    return (calendar_file(visit),) if stands.exists() else ()


def key_of_check_in(message: Reminder) -> str:
    """The first message invites; the next ones say that we have not heard from them."""
    reminded = 0 < message.step < len(STANDARD.check_ins.reminder_hours)
    return "reminder" if reminded else "invitation"


def _mail(message: Reminder, key: str, facts: dict[str, Any]) -> str:
    words, clinic = texts(message.patient.language), message.clinic
    urgent = str(clinic.urgent_phone.as_national)
    body = words.say(f"messages.{key}.body", urgent=urgent, **facts)
    if message.check_in_id and not clinic.has_on_call:
        body += "\n" + words.say("staff_hours.outside") + "\n"
    return body


def _phone(message: Reminder) -> str:
    """The number for appointments, or the one that is always answered."""
    number = message.clinic.office_phone or message.clinic.urgent_phone
    return str(number.as_national)


def _when(message: Reminder, language: str) -> str:
    if message.visit_at is None:
        return ""
    language = language if language in WHEN else "en"
    with translation.override(language):
        return date_format(message.visit_at.astimezone(message.clinic.zone), WHEN[language])
