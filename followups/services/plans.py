"""Make, correct and end the plan of a surgery: the only writer of planned check-ins and visits.

Every function may be repeated: the unique constraints on plan day and visit kind decide
who planned first.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from followups.choices import (
    AppointmentEnd,
    CheckInKind,
    EndReason,
    Questionnaire,
    VisitStatus,
)
from followups.clock import midnight, morning
from followups.models import Appointment, CheckIn, FollowUp, Visit, VisitProtocol
from followups.models.expected import group_of
from followups.protocol import STANDARD, VisitWindow, check_in_days
from followups.services import flags
from patients import services as records
from patients.choices import PatientStatus
from patients.models import Patient, Surgery

BASELINE_DAY = -30  # ideally a month before surgery (protocol 2.3)
LEAD_TIME = timedelta(days=30)
ANSWER_WINDOW = timedelta(hours=STANDARD.check_ins.missed_hours)
LAST_PLANNED_DAY = STANDARD.visits[-1].closes_pod

_REASONS = {
    PatientStatus.DECEASED: EndReason.DECEASED,
    PatientStatus.WITHDRAWN: EndReason.WITHDRAWN,
    PatientStatus.TRANSFERRED: EndReason.TRANSFERRED,
}


@transaction.atomic
def record_surgery(patient: Patient, *, facts: Mapping[str, Any], now: datetime) -> Surgery:
    """Store an operation, plan its follow-up and end that of the one it replaces.

    Raises:
        ValidationError: by field (see ``patients.services.save_surgery``).
    """
    surgery = Surgery(clinic=patient.clinic, patient=patient)
    records.save_surgery(surgery, facts=facts, today=patient.clinic.today(now))
    start(surgery, now=now)
    return surgery


@transaction.atomic
def correct_surgery(surgery: Surgery, *, facts: Mapping[str, Any], now: datetime) -> Surgery:
    """Correct an operation and plan again what has not happened yet.

    Raises:
        ValidationError: by field.
    """
    records.save_surgery(surgery, facts=facts, today=surgery.clinic.today(now))
    start(surgery, now=now)
    return surgery


@transaction.atomic
def change_status(patient: Patient, *, status: str, since: date | None, now: datetime) -> None:
    """Say that a patient died, left, or is followed again; plans follow.

    Raises:
        ValidationError: by field.
    """
    records.set_status(patient, status=status, since=since)
    for surgery in Surgery.objects.filter(patient=patient).order_by("performed_on"):
        start(surgery, now=now)


@transaction.atomic
def start(surgery: Surgery, *, now: datetime) -> FollowUp:
    """Bring a surgery's follow-up in line with the record, whatever it was before.

    A new surgery gets its plan, a corrected date moves it, a revision or a patient
    who left ends it, and one who came back resumes it.
    """
    FollowUp.objects.bulk_create(
        [
            FollowUp(
                clinic_id=surgery.clinic_id,
                surgery=surgery,
                planned_from=surgery.performed_on,
                visit_protocol=newest_protocol(surgery),
            )
        ],
        ignore_conflicts=True,
    )
    follow_up = FollowUp.objects.locked().get(surgery=surgery)
    reason = _end_reason(surgery)
    if reason:
        _end(follow_up, reason, now)
        return follow_up
    if surgery.supersedes is not None:
        start(surgery.supersedes, now=now)
    follow_up.ended_at, follow_up.end_reason = None, ""
    follow_up.planned_from = surgery.performed_on
    follow_up.save(update_fields=["ended_at", "end_reason", "planned_from"])
    _plan_check_ins(surgery, now)
    _plan_visits(follow_up, surgery, now)
    flags.schedule_evaluation(follow_up, now=now)
    return follow_up


def catch_up(*, now: datetime) -> int:
    """Bring in line every follow-up that the record has moved away from; return how many.

    The services plan at once; this finds what came in any other way.
    """
    strays = stray_surgeries()[:1000]
    for surgery in strays:
        start(surgery, now=now)
    return len(strays)


def stray_surgeries() -> QuerySet[Surgery]:
    """Surgeries whose follow-up is missing or disagrees with the record."""
    followed = Q(superseded_by=None, patient__status=PatientStatus.ACTIVE)
    finished = Q(follow_up__end_reason=EndReason.FINISHED)
    return (
        Surgery.objects.filter(
            Q(follow_up=None)
            | (Q(follow_up__ended_at=None) & ~followed)
            | (Q(follow_up__ended_at__isnull=False) & followed & ~finished)
            | (Q(follow_up__ended_at=None) & ~Q(follow_up__planned_from=F("performed_on")))
        )
        .select_related("clinic", "patient", "supersedes")
        .order_by("performed_on", "pk")
    )


def _end_reason(surgery: Surgery) -> EndReason | None:
    if surgery.patient.status != PatientStatus.ACTIVE:
        return _REASONS[PatientStatus(surgery.patient.status)]
    if Surgery.objects.filter(supersedes=surgery).exists():
        return EndReason.REVISION
    return None


def _end(follow_up: FollowUp, reason: EndReason, now: datetime) -> None:
    """Stop asking and expecting; what has happened stays."""
    if follow_up.ended_at is None or follow_up.end_reason != reason:
        follow_up.ended_at, follow_up.end_reason = now, reason
        follow_up.next_evaluation_at = None
        follow_up.save(update_fields=["ended_at", "end_reason", "next_evaluation_at"])
    CheckIn.objects.awaited().filter(surgery_id=follow_up.surgery_id, closes_at__gt=now).update(
        cancelled_at=now
    )
    Visit.objects.planned().filter(surgery_id=follow_up.surgery_id).update(
        status=VisitStatus.CANCELLED
    )
    Appointment.objects.standing().filter(visit__surgery=follow_up.surgery_id).update(
        ended_at=now, end=AppointmentEnd.PLAN_ENDED
    )
    if reason == EndReason.REVISION:
        flags.supersede(follow_up, now=now)


def _plan_check_ins(surgery: Surgery, now: datetime) -> None:
    """Plan the protocol's check-ins that can still be answered.

    What was answered or missed stays; what is still ahead moves with the date.
    """
    wanted = {c.plan_day: c for c in _protocol_check_ins(surgery, now)}
    ahead = CheckIn.objects.awaited().filter(
        surgery=surgery,
        kind__in=[CheckInKind.BASELINE, CheckInKind.SCHEDULED],
        closes_at__gt=now,
    )
    moved = [
        check_in.pk
        for check_in in ahead
        if check_in.plan_day not in wanted or wanted[check_in.plan_day].due_on != check_in.due_on
    ]
    ahead.filter(pk__in=moved).update(cancelled_at=now)
    CheckIn.objects.bulk_create(wanted.values(), ignore_conflicts=True)


def _protocol_check_ins(surgery: Surgery, now: datetime) -> Iterable[CheckIn]:
    zone, today = surgery.clinic.zone, surgery.clinic.today(now)
    operated = surgery.performed_on
    if today < operated:
        due_on = max(today, operated - LEAD_TIME)
        yield CheckIn(
            clinic_id=surgery.clinic_id,
            surgery=surgery,
            kind=CheckInKind.BASELINE,
            plan_day=BASELINE_DAY,
            due_on=due_on,
            due_at=morning(zone, due_on),
            closes_at=midnight(zone, operated) + timedelta(days=1),
        )
    for index, day in enumerate(check_in_days()):
        due_on = operated + timedelta(days=day)
        due_at = morning(zone, due_on)
        if due_at + ANSWER_WINDOW <= now:
            continue
        short = day > STANDARD.check_ins.pulse_after_pod and index % 2
        yield CheckIn(
            clinic_id=surgery.clinic_id,
            surgery=surgery,
            kind=CheckInKind.SCHEDULED,
            questionnaire=Questionnaire.PULSE if short else Questionnaire.FULL,
            plan_day=day,
            due_on=due_on,
            due_at=due_at,
            closes_at=due_at + ANSWER_WINDOW,
        )


def newest_protocol(surgery: Surgery) -> VisitProtocol | None:
    """Return what the clinic has signed off for such operations; None for the standard."""
    own = VisitProtocol.objects.signed_off().filter(clinic=surgery.clinic_id)
    return own.filter(group=group_of(surgery)).order_by("version").last()


def _plan_visits(follow_up: FollowUp, surgery: Surgery, now: datetime) -> None:
    """Plan the visits whose window has not passed; move those not happened yet.

    The plan keeps the protocol it was made with; what a surgeon has waived stays waived.
    """
    today = surgery.clinic.today(now)
    pinned = follow_up.visit_protocol
    own = Visit.objects.filter(surgery=surgery)
    waived = set(own.filter(waived_at__isnull=False).values_list("kind", flat=True))
    planned = {each.kind: each for each in own.planned().select_for_update().order_by("pk")}
    moved, added = [], []
    for window in pinned.windows() if pinned else STANDARD.visits:
        if window.kind in waived:
            continue
        visit = planned.get(window.kind)
        if visit is not None:
            moved.append(_dated(visit, surgery, window))
        elif surgery.performed_on + timedelta(days=window.closes_pod) >= today:
            visit = Visit(clinic_id=surgery.clinic_id, surgery=surgery, kind=window.kind)
            added.append(_dated(visit, surgery, window))
    Visit.objects.bulk_update(moved, ["target_on", "opens_on", "closes_on", "imaging"])
    Visit.objects.bulk_create(added, ignore_conflicts=True)


def _dated(visit: Visit, surgery: Surgery, window: VisitWindow) -> Visit:
    """Say when a visit is expected, and what is taken for it."""
    operated = surgery.performed_on
    visit.target_on = operated + timedelta(days=window.target_pod)
    visit.opens_on = operated + timedelta(days=window.opens_pod)
    visit.closes_on = operated + timedelta(days=window.closes_pod)
    visit.imaging = window.imaging
    return visit
