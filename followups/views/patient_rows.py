"""The rows behind the patients' pages, each page in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower
from django.http import Http404
from django.shortcuts import get_object_or_404

from followups.models import (
    CheckIn,
    ContactAttempt,
    ExpectedRange,
    FlagEvent,
    InboundMessage,
    Lesson,
    Note,
    Reminder,
    Visit,
)
from followups.presenters.record import Record
from followups.views.bundles import bundled
from patients import search
from patients.asked import Asked
from patients.identifiers import normalise_mrn
from patients.models import (
    ContactChannel,
    ImagingStudy,
    Patient,
    RiskProfile,
    Surgery,
    SymptomReport,
)
from patients.models.person import PatientQuerySet
from patients.reach import veiled_from

if TYPE_CHECKING:
    from clinic.staff.models import User

PAGE = 50
MOST_TEXTS = 100
LISTS: dict[str, type[Model]] = {  # the short ones of one operation
    "check_ins": CheckIn,
    "visits": Visit,
    "contacts": ContactAttempt,
    "lessons": Lesson,
    "imaging": ImagingStudy,
}


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


def unsent(patient: Patient) -> QuerySet:
    """Return the messages that are still to leave, the next one first."""
    waiting = Reminder.objects.unsent().filter(patient=patient)
    found: QuerySet = waiting.order_by("not_before", "pk")[:MOST_TEXTS]
    return found


def listed(
    patients: PatientQuerySet, *, status: str, after: str
) -> tuple[list[Patient], int | None]:
    """Return a page of patients by name, and the id behind which the next one starts."""
    rows = _with_name(patients).by_name().select_related("clinic")
    if status:
        rows = rows.filter(status=status)
    if after:
        rows = _behind(rows, get_object_or_404(_with_name(patients), pk=after))
    shown = list(rows[: PAGE + 1])
    return shown[:PAGE], shown[PAGE - 1].pk if len(shown) > PAGE else None


def searched(user: "User", asked: Asked, *, status: str = "") -> list[Patient]:
    """Return the patients that fit what was typed, the surest first."""
    places = [match.pk for match in search.find(user, asked)]
    rows = Patient.objects.for_user(user).filter(pk__in=places).select_related("clinic")
    if status:
        rows = rows.filter(status=status)
    return sorted(rows, key=lambda each: places.index(each.pk))


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
    of_patient = {
        "channels": ContactChannel.objects.filter(patient=patient),
        "risks": RiskProfile.objects.filter(patient=patient).order_by("-recorded_on", "-pk")[:1],
        "notes": Note.objects.filter(patient=patient),
        "texts": InboundMessage.objects.filter(patient=patient)[:MOST_TEXTS],
        "unsent": unsent(patient),
        "people": _people(patient, surgery),
    }
    of_surgery = {
        name: model._default_manager.filter(surgery=surgery)
        for name, model in (LISTS.items() if surgery else ())
    }
    lists = bundled(patient, **of_patient, **of_surgery)
    risks, people = lists.pop("risks"), lists.pop("people")
    found = Record(
        patient=patient,
        now=now,
        surgeries=surgeries,
        surgery=surgery,
        risks=risks[0] if risks else None,
        **lists,
    )
    _sign(found, {each.pk: each for each in people})
    return _with_history(found) if surgery else found


def _with_history(found: Record) -> Record:
    """Return the record with what has rows of many columns, or people's names with them."""
    surgery = found.chosen
    reports = SymptomReport.objects.filter(surgery=surgery).order_by("reported_at", "pk")
    events = FlagEvent.objects.filter(flag__surgery=surgery).select_related("flag", "by")
    return replace(
        found,
        check_ins=[each for each in found.check_ins if each.cancelled_at is None],
        reports=list(reports),
        events=list(events),
        expected=ExpectedRange.objects.bands([surgery]).get(surgery.pk, {}),
    )


def _people(patient: Patient, surgery: Surgery | None) -> QuerySet:
    """Return who wrote the notes and made the calls, by name."""
    wrote = Note.objects.filter(patient=patient).values("author")
    called = ContactAttempt.objects.filter(surgery=surgery).values("by")
    staff: QuerySet = get_user_model()._default_manager.all()
    rows = staff.filter(Q(pk__in=wrote) | Q(pk__in=called))
    return rows.only("username", "title", "first_name", "last_name").order_by("pk")


def _sign(found: Record, people: dict[int, "User"]) -> None:
    for attempt in found.contacts:
        attempt.by = people[attempt.by_id]
    for note in found.notes:
        note.author = people[note.author_id]


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
