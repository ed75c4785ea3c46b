"""Take in what patients text us: their consent, their answers, and words for a human.

Every text is kept and shown. An opt-out stops our sending, never our reading.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from followups.choices import CheckInKind, Meaning, VisitStatus
from followups.models import CheckIn, FollowUp, InboundMessage, Visit
from followups.models.inbound import LONGEST_TEXT
from followups.services import check_ins, receipts, reminders, replies
from followups.texts import texts
from patients import consent
from patients.choices import ChannelKind, ConsentSource
from patients.models import ContactChannel, Patient

if TYPE_CHECKING:
    from clinic.staff.models import Clinic, User

REMINDED_AHEAD = timedelta(days=8)  # the visit that a reminder may have spoken of
NEW_LINK_EVERY = timedelta(hours=1)
ANSWERED_EVERY = timedelta(hours=1)
BY_VOICE_OR_TEXT = (ChannelKind.SMS, ChannelKind.PHONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One text as the provider handed it over."""

    provider_id: str
    sender: str
    body: str
    said_by_provider: str = ""

    @property
    def meaning(self) -> Meaning:
        return replies.meaning(self.body, self.said_by_provider)


@transaction.atomic
def receive(incoming: Incoming, *, clinics: Iterable["Clinic"], now: datetime) -> str:
    """Keep a text and act on it once; return what to answer, "" for nothing.

    ``clinics`` are those whose number it came to: whoever of them knows the sender has it,
    and if none does, all of them.
    """
    report = receipts.Report(
        provider=ChannelKind.SMS,
        event_id=f"text {incoming.provider_id}",
        kind="received",
        channel=ChannelKind.SMS,
    )
    if not receipts.is_first(report, now=now):
        return ""
    to = list(clinics)
    answer = _answer(incoming, to, now)
    _change_consent(incoming, now)
    known = _senders(incoming.sender, to)
    for clinic, patients in (known or {each: [] for each in to}).items():
        _keep(incoming, clinic, patients, now)
    return answer


def handle(message: InboundMessage, *, by: "User", now: datetime) -> bool:
    """Say that somebody has seen to a text; False if somebody already had."""
    waiting = InboundMessage.objects.unhandled().filter(pk=message.pk)
    return bool(waiting.update(handled_at=now, handled_by=by))


def _senders(number: str, clinics: list["Clinic"]) -> Mapping["Clinic", list[Patient]]:
    """Return the patients who gave this number, by clinic."""
    found = ContactChannel.objects.filter(
        kind__in=BY_VOICE_OR_TEXT, address=number, clinic__in=clinics
    ).select_related("clinic", "patient")
    by_clinic: dict[Clinic, dict[int, Patient]] = {}
    for channel in found:
        by_clinic.setdefault(channel.clinic, {})[channel.patient_id] = channel.patient
    return {clinic: list(patients.values()) for clinic, patients in by_clinic.items()}


def _change_consent(incoming: Incoming, now: datetime) -> None:
    said: dict[str, Any] = {"source": ConsentSource.TEXT, "now": now}
    if incoming.meaning == Meaning.STOP:
        consent.opt_out(ChannelKind.SMS, incoming.sender, **said)
    elif incoming.meaning == Meaning.START:
        consent.opt_in(ChannelKind.SMS, incoming.sender, **said)


def _keep(incoming: Incoming, clinic: "Clinic", patients: list[Patient], now: datetime) -> None:
    patient = patients[0] if len(patients) == 1 else None
    visit, is_done = _act(incoming.meaning, patient, now)
    InboundMessage.objects.create(
        clinic=clinic,
        patient=patient,
        visit=visit,
        sender=incoming.sender,
        provider_id=incoming.provider_id,
        meaning=incoming.meaning,
        body=incoming.body[:LONGEST_TEXT],
        received_at=now,
        handled_at=now if is_done else None,
    )


def _act(meaning: Meaning, patient: Patient | None, now: datetime) -> tuple[Visit | None, bool]:
    """Do what a reply asks for; return the visit it is about, and whether that is all."""
    if meaning in (Meaning.START, Meaning.HELP):
        return None, True
    if patient is None:
        return None, False
    if meaning == Meaning.CHANGED:
        return None, _ask_now(patient, now)
    if meaning in (Meaning.CONFIRM, Meaning.CALL):
        visit = _next_visit(patient, now)
        return visit, meaning == Meaning.CONFIRM and visit is not None
    return None, False


def _next_visit(patient: Patient, now: datetime) -> Visit | None:
    booked = Visit.objects.filter(
        surgery__patient=patient,
        status=VisitStatus.BOOKED,
        booked_for__gt=now,
        booked_for__lt=now + REMINDED_AHEAD,
    )
    return booked.order_by("booked_for").first()


def _ask_now(patient: Patient, now: datetime) -> bool:
    """Send the link of a check-in on demand; False if somebody has to see to it."""
    followed = FollowUp.objects.active().filter(surgery__patient=patient)
    follow_up = followed.select_related("surgery__clinic").order_by("surgery__performed_on").last()
    if follow_up is None or not patient.is_active:
        return False
    lately = CheckIn.objects.filter(
        surgery=follow_up.surgery, kind=CheckInKind.ON_DEMAND, due_at__gt=now - NEW_LINK_EVERY
    )
    if lately.exists():
        return True  # a second 3 changes nothing: the link is on its way
    return reminders.send_again(check_ins.make_on_demand(follow_up.surgery, now=now), now=now)


def _answer(incoming: Incoming, clinics: list["Clinic"], now: datetime) -> str:
    """Return where to turn in an emergency, for words of a human; once an hour is enough."""
    channels = ContactChannel.objects.of_address(ChannelKind.SMS, incoming.sender)
    stopped = channels.filter(opted_out_at__isnull=False).exists()
    lately = InboundMessage.objects.filter(
        sender=incoming.sender, meaning=Meaning.TEXT, received_at__gt=now - ANSWERED_EVERY
    )
    if incoming.meaning != Meaning.TEXT or stopped or lately.exists() or not clinics:
        return ""
    reader = channels.filter(clinic__in=clinics).select_related("patient", "clinic").first()
    clinic = reader.clinic if reader else clinics[0]
    return texts(reader.patient.language if reader else "").say(
        "messages.received.sms",
        emergency=clinic.emergency_number,
        urgent=str(clinic.urgent_phone.as_national),
    )
