"""What became of the times a visit had, and of the calls about it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from followups.models import Appointment, ContactAttempt, Visit
from followups.presenters import people, words
from followups.presenters import visits as visit_words
from followups.rules.calls import returned_within
from patients.models import SymptomReport


@dataclass(frozen=True, slots=True)
class PastTime:
    """One appointment that no longer stands, in a sentence."""

    at: str
    said: str


@dataclass(frozen=True, slots=True)
class PastCall:
    """One try to reach the patient about a visit, and whether it worked."""

    at: str
    said: str
    note: str
    returned: bool


def calls_about(visit: Visit, now: datetime) -> list[PastCall]:
    """Return the tries about a visit, oldest first.

    A try has worked if the patient answered or came within fifteen days of it.
    """
    zone = visit.clinic.zone
    reports = SymptomReport.objects.filter(surgery=visit.surgery_id, is_complete=True)
    returned_on = set(reports.values_list("reported_on", flat=True))
    came = Visit.objects.filter(surgery=visit.surgery_id, completed_on__isnull=False)
    returned_on |= {on for on in came.values_list("completed_on", flat=True) if on}
    tries = ContactAttempt.objects.filter(visit=visit).select_related("by")
    return [
        PastCall(
            at=words.moment(each.at, now, zone),
            said=f"{each.get_method_display()}: {each.get_outcome_display().lower()}, "
            f"{each.by.display_name}",
            note=each.note,
            returned=returned_within(each.at, returned_on, zone),
        )
        for each in tries.order_by("at", "pk")
    ]


def of(visit: Visit) -> QuerySet[Appointment]:
    """Return the times a visit had, oldest first."""
    ended = visit.appointments.filter(ended_at__isnull=False)
    return ended.select_related("visit__clinic", "clinician", "booked_by").order_by("ended_at")


def line(appointment: Appointment, now: datetime) -> PastTime:
    """Return when it was to be, with whom, and why it does not stand."""
    zone = appointment.visit.clinic.zone
    with_whom = people.surname(appointment.clinician)
    at = visit_words.slot_time(appointment.starts_at, zone)
    why = str(appointment.get_end_display())
    if appointment.cancel_reason:
        why = f"{why}: {appointment.get_cancel_reason_display().lower()}"
    if appointment.ended_at is not None:
        why = f"{why}, {words.moment(appointment.ended_at, now, zone)}"
    return PastTime(f"{at}, {with_whom}" if with_whom else at, why)
