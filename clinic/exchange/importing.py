"""Import a patient list: plan every row, then store all of them or none.

Planning reads with a fixed number of queries per chunk. Storing goes through the
services of the record and of follow-ups, the only writers of what it changes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction

from clinic.exchange.changes import (
    PATIENT_FIELDS,
    SURGERY_FIELDS,
    Change,
    Known,
    Operation,
    Unfit,
    change,
)
from clinic.exchange.problems import Problem
from clinic.exchange.profiles import Field, Profile
from clinic.exchange.reader import Row, Table, read
from clinic.exchange.rows import Layout, Reading, read_row, refuse_mixed_dates
from clinic.staff.models import Clinic
from followups.services import plans
from patients import services as records
from patients.choices import ChannelKind
from patients.models import ContactChannel, Patient, Surgery

CHUNK = 500  # rows looked up together


class Kind(StrEnum):
    """What becomes of a row."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row, and why or how."""

    row: Row
    kind: Kind
    change: Change | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Import:
    """One file, read and compared with the record; ``committed`` once it is stored."""

    profile: Profile
    table: Table
    layout: Layout
    outcomes: tuple[Outcome, ...]
    committed: bool = False

    @property
    def counts(self) -> dict[Kind, int]:
        """Rows of each kind; together they are the rows read."""
        found = Counter(outcome.kind for outcome in self.outcomes)
        counts = {kind: found[kind] for kind in Kind}
        if sum(counts.values()) != len(self.table.rows):
            raise AssertionError("A row has no outcome.")
        return counts

    @property
    def problems(self) -> list[Problem]:
        return [problem for outcome in self.outcomes for problem in outcome.problems]

    @property
    def failing(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.kind is Kind.ERROR]


class RowsInError(Exception):
    """Nothing was stored, because some rows cannot be; carries what was found."""

    def __init__(self, found: Import) -> None:
        super().__init__(f"{found.counts[Kind.ERROR]} rows are in error")
        self.found = found


def dry_run(data: bytes, *, profile: Profile, clinic: Clinic, now: datetime) -> Import:
    """Return what importing the file would do. Stores nothing.

    Raises:
        Stopped: if the file as a whole cannot be imported.
    """
    table = read(data, headings=profile.columns)
    layout = Layout.of(table.header, profile)
    refuse_mixed_dates(table, layout)
    outcomes = tuple(plan(table.rows, layout, clinic=clinic, now=now))
    return Import(profile, table, layout, outcomes)


@transaction.atomic
def commit(
    data: bytes, *, profile: Profile, clinic: Clinic, now: datetime, skip_errors: bool
) -> Import:
    """Import the file in one transaction and return what was done.

    Imports of one clinic wait for each other; nobody else waits for them.

    Raises:
        Stopped: if the file as a whole cannot be imported.
        RowsInError: if a row cannot be stored and ``skip_errors`` is off.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    planned = dry_run(data, profile=profile, clinic=clinic, now=now)
    if planned.failing and not skip_errors:
        raise RowsInError(planned)
    outcomes = tuple(_stored(each, planned.layout, clinic, now) for each in planned.outcomes)
    done = replace(planned, outcomes=outcomes, committed=True)
    if done.failing and not skip_errors:
        raise RowsInError(replace(done, committed=False))
    return done


def plan(
    rows: Iterable[Row], layout: Layout, *, clinic: Clinic, now: datetime
) -> Iterator[Outcome]:
    """Yield what becomes of each row, in order."""
    today = clinic.today(now)
    seen: dict[str, int] = {}
    remaining = iter(rows)
    while chunk := [read_row(row, layout, today=today) for row in islice(remaining, CHUNK)]:
        known = _look_up(clinic, chunk)
        for reading in chunk:
            yield _outcome(reading, layout, known, seen, clinic, now)


def _look_up(clinic: Clinic, readings: Sequence[Reading]) -> dict[str, Known]:
    """Return what the clinic has on the patients of these rows, by record number."""
    mrns = {reading.said[Field.MRN] for reading in readings if Field.MRN in reading.said}
    patients = list(Patient.objects.filter(clinic=clinic, mrn__in=mrns))
    channels: dict[int, dict[str, ContactChannel]] = {each.pk: {} for each in patients}
    for channel in ContactChannel.objects.filter(patient__in=patients):
        channels[channel.patient_id][channel.kind] = channel
    surgeries: dict[int, list[Surgery]] = {each.pk: [] for each in patients}
    for surgery in Surgery.objects.filter(patient__in=patients).order_by("performed_on"):
        surgeries[surgery.patient_id].append(surgery)
    return {each.mrn: Known(each, channels[each.pk], surgeries[each.pk]) for each in patients}


def _outcome(
    reading: Reading,
    layout: Layout,
    known: dict[str, Known],
    seen: dict[str, int],
    clinic: Clinic,
    now: datetime,
) -> Outcome:
    row = reading.row
    mrn = reading.said.get(Field.MRN, "")
    first = seen.setdefault(mrn, row.line) if mrn else row.line
    if first != row.line:
        reason = f"This record number is already in line {first}."
        return _error(row, layout.problem(row, Field.MRN, reason))
    if reading.problems:
        return _error(row, *reading.problems)
    try:
        changed = change(
            reading, known.get(mrn, Known()), clinic_id=clinic.pk, today=clinic.today(now)
        )
    except Unfit as unfit:
        return _error(row, *(layout.problem(row, *each) for each in unfit.reasons.items()))
    if changed.patient is None:
        return Outcome(row, Kind.CREATE, changed)
    return Outcome(row, Kind.UNCHANGED if changed.is_empty else Kind.UPDATE, changed)


def _error(row: Row, *problems: Problem) -> Outcome:
    return Outcome(row, Kind.ERROR, problems=problems)


def _stored(outcome: Outcome, layout: Layout, clinic: Clinic, now: datetime) -> Outcome:
    """Store one row and return its outcome; what a service refuses is an error after all."""
    if outcome.kind not in (Kind.CREATE, Kind.UPDATE) or outcome.change is None:
        return outcome
    try:
        with transaction.atomic():
            _store(outcome.change, clinic, now)
    except ValidationError as error:
        return _error(outcome.row, *_refusals(error, outcome.row, layout))
    return outcome


def _refusals(error: ValidationError, row: Row, layout: Layout) -> Iterator[Problem]:
    columns = {name: known for known, name in (PATIENT_FIELDS | SURGERY_FIELDS).items()}
    columns["since"] = Field.DECEASED_ON
    for name, reasons in error.message_dict.items():
        if name in columns:
            yield layout.problem(row, columns[name], " ".join(reasons))
        else:
            yield Problem(row.line, "", " ".join(reasons))


def _store(wanted: Change, clinic: Clinic, now: datetime) -> None:
    patient = _store_person(wanted, clinic, now)
    if wanted.operation:
        _store_operation(wanted.operation, patient, now)
    if wanted.status:
        plans.change_status(
            patient, status=wanted.status.status, since=wanted.status.since, now=now
        )


def _store_person(wanted: Change, clinic: Clinic, now: datetime) -> Patient:
    today = clinic.today(now)
    by_consent: dict[date | None, dict[ChannelKind, str]] = {}
    for channel in wanted.channels:
        by_consent.setdefault(channel.consented_on, {})[channel.kind] = channel.address
    if wanted.patient is None:
        # One row, one date: a new patient's channels share their consent.
        consented_on, channels = next(iter(by_consent.items()), (None, {}))
        return records.register(
            clinic=clinic,
            facts=wanted.facts,
            channels=channels,
            consented_on=consented_on,
            today=today,
        )
    # Locked and read again, so that a colleague's edit of another field stays.
    patient = Patient.objects.select_for_update(no_key=True).get(pk=wanted.patient.pk)
    if wanted.facts:
        by_consent.setdefault(None, {})
    for consented_on, channels in by_consent.items():
        records.update(
            patient,
            facts=wanted.facts,
            channels=channels,
            consented_on=consented_on,
            today=today,
        )
    return patient


def _store_operation(operation: Operation, patient: Patient, now: datetime) -> None:
    if operation.known is None:
        plans.record_surgery(patient, facts=operation.facts, now=now)
    else:
        plans.correct_surgery(operation.known, facts=operation.facts, now=now)
