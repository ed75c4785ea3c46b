"""The rows behind the patients' pages, each page in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Lower
from django.http import Http404
from django.shortcuts import get_object_or_404

from followups.models import CheckIn, ContactAttempt, FlagEvent, InboundMessage, Lesson, Visit
from followups.presenters.record import Record
from patients.identifiers import normalise_mrn
from patients.models import ContactChannel, Patient, RiskProfile, Surgery, SymptomReport
from patients.models.person import PatientQuerySet
from patients.reach import veiled_from

if TYPE_CHECKING:
    from clinic.staff.models import User

PAGE = 50
MOST_TEXTS = 100


@dataclass(frozen=True, slots=True)
class Closed:
    """Records closed to the reader: how many, and the one with exactly the number asked for."""

    count: int
    found: int | None = None


def closed(user: "User", text: str) -> Closed:
    """Return what a list may say of restricted records: never who they are about.

    Without a way from an exact record number nobody could reach one in an emergency.
    """
    count = len(veiled_from(user.pk))
    try:
        number = normalise_mrn(text) if count and text else ""
    except ValidationError:
        number = ""
    if not number:
        return Closed(count)
    records = Patient.objects.veiled_for(user).filter(mrn=number)
    return Closed(count, records.values_list("pk", flat=True).first())


def found(
    patients: PatientQuerySet, *, text: str, status: str, after: str
) -> tuple[list[Patient], int | None]:
    """Return a page of patients by name, and the id behind which the next one starts."""
    rows = _with_name(patients).found_by(text).by_name().select_related("clinic")
    if status:
        rows = rows.filter(status=status)
    if after:
        rows = _behind(rows, get_object_or_404(_with_name(patients), pk=after))
    shown = list(rows[: PAGE + 1])
    return shown[:PAGE], shown[PAGE - 1].pk if len(shown) > PAGE else None


def operations(patients: Iterable[Patient]) -> dict[int, list[Surgery]]:
    """Return the operations of these patients by patient, the latest first."""
    reports = SymptomReport.objects.filter(surgery=OuterRef("pk"))
    last = reports.order_by("-reported_at").values("reported_on")[:1]
    surgeries = (
        Surgery.objects.filter(patient__in=patients)
        .select_related("follow_up")
        .annotate(last_report_on=Subquery(last))
        .order_by("-performed_on")
    )
    by_patient: dict[int, list[Surgery]] = {}
    for surgery in surgeries:
        by_patient.setdefault(surgery.patient_id, []).append(surgery)
    return by_patient


def record(patient: Patient, *, surgery_pk: int | None, now: datetime) -> Record:
    """Return everything on record about the operation asked for, else the latest one.

    Raises:
        Http404: if the operation is not one of this patient's.
    """
    surgeries = list(
        Surgery.objects.filter(patient=patient)
        .select_related("surgeon", "follow_up__lead_flag")
        .order_by("-performed_on")
    )
    for each in surgeries:
        each.patient, each.clinic = patient, patient.clinic  # at hand already
    surgery = _chosen(surgeries, surgery_pk)
    found = Record(
        patient=patient,
        now=now,
        channels=list(ContactChannel.objects.filter(patient=patient)),
        risks=RiskProfile.objects.filter(patient=patient).order_by("recorded_on", "pk").last(),
        surgeries=surgeries,
        surgery=surgery,
        texts=list(InboundMessage.objects.filter(patient=patient)[:MOST_TEXTS]),
    )
    if surgery is None:
        return found
    events = FlagEvent.objects.filter(flag__surgery=surgery)
    contacts = ContactAttempt.objects.filter(surgery=surgery)
    return replace(
        found,
        reports=list(SymptomReport.objects.filter(surgery=surgery).order_by("reported_at", "pk")),
        check_ins=list(CheckIn.objects.filter(surgery=surgery, cancelled_at=None)),
        visits=list(Visit.objects.filter(surgery=surgery)),
        events=list(events.select_related("flag", "by")),
        contacts=list(contacts.select_related("by")),
        lessons=list(Lesson.objects.filter(surgery=surgery)),
    )


def _with_name(patients: PatientQuerySet) -> PatientQuerySet:
    return patients.annotate(family=Lower("family_name"), given=Lower("given_name"))


def _behind(rows: PatientQuerySet, last: Patient) -> PatientQuerySet:
    """Patients who follow ``last`` by name; the first condition lets the index start there."""
    family, given = Value(last.family), Value(last.given)  # type: ignore[attr-defined]
    later = (
        Q(family__gt=family)
        | Q(family=family, given__gt=given)
        | Q(family=family, given=given, pk__gt=last.pk)
    )
    return rows.filter(Q(family__gte=family) & later)


def _chosen(surgeries: list[Surgery], pk: int | None) -> Surgery | None:
    if pk is None:
        return next(iter(surgeries), None)
    for surgery in surgeries:
        if surgery.pk == pk:
            return surgery
    raise Http404
