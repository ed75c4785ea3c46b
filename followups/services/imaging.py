"""Note that imaging was requested, and what it showed. Nothing is ordered from here (protocol 1.5).

A request has neither a window nor a result, so the rules have nothing new to look at.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import FlagEventKind
from followups.models import Flag, FollowUp
from followups.services import facts, flag_events
from followups.services.cases import Changed, as_seen, locked
from patients.choices import ImagingFinding, ImagingQuestion, Modality
from patients.models import ImagingStudy
from patients.storing import store

if TYPE_CHECKING:
    from clinic.staff.models import User


@transaction.atomic
def request(
    follow_up: FollowUp,
    *,
    modality: Modality,
    question: ImagingQuestion,
    note: str,
    by: "User",
    version: int,
    now: datetime,
) -> ImagingStudy:
    """Note that a study was requested for a question; its result is then waited for.

    Raises:
        Changed: if the case has changed since the reviewer's page was made.
        ValidationError: if the same study is waiting already, or cannot answer the question.
    """
    current = as_seen(follow_up, version)
    study = ImagingStudy(
        clinic_id=current.clinic_id,
        surgery=current.surgery,
        modality=modality,
        question=question,
        requested_at=now,
        requested_by=by,
    )
    store(study)
    said = f"{study.get_modality_display()}: {study.get_question_display()}. {note}".strip()
    _note(current, FlagEventKind.IMAGING_REQUESTED, by=by, now=now, text=said)
    return study


@transaction.atomic
def record_result(
    study: ImagingStudy,
    *,
    done_on: date,
    findings: list[str],
    is_signed: bool,
    by: "User",
    now: datetime,
) -> ImagingStudy:
    """Note what a requested study showed; the rules look at it at once.

    Raises:
        Changed: if its result is there already, or the request was taken back.
    """
    current = locked(FollowUp.objects.get(surgery=study.surgery_id))
    if not ImagingStudy.objects.waiting().filter(pk=study.pk).exists():
        raise Changed(current)
    study.done_on, study.resulted_at, study.findings = done_on, now, findings
    if is_signed:
        study.signed_off_at, study.signed_off_by = now, by
    facts.save(study, now=now)
    current.refresh_from_db()
    said = ", ".join(str(ImagingFinding(each).label) for each in findings)
    text = f"{study.get_modality_display()}: {said or 'no finding recorded'}"
    _note(current, FlagEventKind.IMAGING_RESULT, by=by, now=now, text=text)
    return study


def withdraw(study: ImagingStudy, *, now: datetime) -> None:
    """Take a request back; the study stays on record as withdrawn.

    Raises:
        ValidationError: if its result has arrived.
    """
    study.withdrawn_at = now
    store(study)


def _note(current: FollowUp, kind: FlagEventKind, *, by: "User", now: datetime, text: str) -> None:
    """Tell it at the flag that leads the case, else at its last one, as a new version."""
    current.version += 1
    current.save(update_fields=["version"])
    newest = Flag.objects.filter(surgery=current.surgery_id).order_by("raised_at", "pk").last()
    if flag := current.lead_flag or newest:
        flag_events.add(flag, kind, by=by, at=now, text=text)
