"""Translate stored rows into the plain facts the rules read. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from followups.choices import (
    CheckInKind,
    ContactOutcome,
    Family,
    Severity,
    VisitKind,
    VisitStatus,
)
from followups.models import CheckIn, ContactAttempt, Evaluation, Flag, Visit
from followups.priority import RiskFacts
from followups.protocol import STANDARD
from followups.rules.data import history_from_data, plain
from followups.rules.history import (
    Attempt,
    Baseline,
    History,
    ImagingState,
    KnownDeficit,
    MissedCheckIn,
    Report,
    Risk,
    Score,
    VisitState,
)
from followups.rules.risk import assess_risk
from patients import models as records
from patients.choices import Diabetes, Instrument
from patients.models import (
    ImagingStudy,
    InstrumentScore,
    RiskProfile,
    Surgery,
    SymptomReport,
)

_SAME_NAME = (
    "saddle",
    "bladder",
    "bowel",
    "chest",
    "airway",
    "unwell",
    "weak",
    "weak_side",
    "weak_severe",
    "weak_rapid",
    "gait_hand",
    "calf",
    "fever",
    "headache_upright",
    "numb",
    "numb_side",
    "instab",
    "func",
    "opioid",
    "med_change",
    "over_rx",
    "adh",
    "overdid",
    "fall",
    "nicotine",
    "swallow",
    "phq2",
    "gad2",
)
_BASELINE_SCORES = frozenset({"odi", "ndi", "promis_pf"})
OBESE_FROM = 30  # BMI, protocol 4.2
_CONTACT = [outcome for outcome in ContactOutcome if outcome.is_contact]


@dataclass(frozen=True, slots=True)
class Known:
    """All that is stored about one surgery, as the rules and the flags need it.

    ``flags`` is the newest flag of each family, open or closed; ``next_close`` is when
    the next awaited check-in will count as missed.
    """

    history: History
    flags: Mapping[Family, Flag]
    next_close: datetime | None

    @property
    def open_flags(self) -> list[Flag]:
        return [flag for flag in self.flags.values() if flag.is_open]


def load(surgery: Surgery, *, now: datetime) -> Known:
    """Return all that is known about one surgery at ``now``, in a fixed number of queries."""
    reports = _reports(surgery, now)
    visits = _visits(surgery)
    awaited = list(
        CheckIn.objects.awaited().filter(surgery=surgery).values_list("kind", "due_on", "closes_at")
    )
    flags = _newest_flags(surgery)
    attempts = list(ContactAttempt.objects.filter(surgery=surgery, at__lte=now))
    scores = _scores(surgery, now)
    profile = _newest_profile(surgery)
    history = History(
        as_of=now,
        surgery_on=surgery.performed_on,
        region=surgery.region,
        zone=surgery.clinic.zone,
        reports=reports,
        baseline=_baseline(reports, scores, surgery, profile),
        missed=tuple(
            MissedCheckIn(closed_at=closes_at, on=due_on)
            for kind, due_on, closes_at in awaited
            if kind == CheckInKind.SCHEDULED and closes_at <= now
        ),
        visits=visits,
        risk=risk_from(surgery, profile),
        open_severities={
            family: Severity(flag.severity) for family, flag in flags.items() if flag.is_open
        },
        last_contact_on=_last_contact(reports, visits, attempts, surgery),
        restriction_end_pod=surgery.restriction_end_pod,
        imaging=_imaging(surgery),
        scores=scores,
        known_deficits=_known_deficits(surgery),
        attempts=tuple(Attempt(each.at, each.method) for each in attempts),
    )
    next_close = min((close for *_, close in awaited if close > now), default=None)
    return Known(history, flags, next_close)


def stored(evaluation: Evaluation) -> History:
    """Return the history an evaluation was made from, out of what it stored."""
    surgery = Surgery.objects.get(pk=evaluation.surgery_id)
    rows = SymptomReport.objects.filter(pk__in=evaluation.facts["reports"])
    reports = [_report(row, neck=surgery.is_neck) for row in rows.select_related("check_in")]
    return history_from_data({**evaluation.facts, "reports": [plain(report) for report in reports]})


def risk(surgery: Surgery) -> Risk:
    """Return the risk factors of a patient for one operation, as last recorded."""
    return risk_from(surgery, _newest_profile(surgery))


def _newest_profile(surgery: Surgery) -> RiskProfile | None:
    profiles = RiskProfile.objects.filter(patient_id=surgery.patient_id)
    return profiles.order_by("recorded_on", "pk").last()


def risk_from(surgery: Surgery, profile: RiskProfile | None) -> Risk:
    """Return risk factors and points; what is not on record counts nothing, by name."""
    known = profile or RiskProfile()
    return assess_risk(
        RiskFacts(
            smoking=known.smoking,
            diabetes=None if known.diabetes is None else known.diabetes != Diabetes.NONE,
            osteoporosis=known.osteoporosis,
            autoimmune=known.autoimmune,
            age=surgery.patient.age(surgery.performed_on),
            n_levels=surgery.n_levels,
            revision=surgery.is_revision,
            complex=surgery.is_complex,
            obesity=None if known.bmi is None else known.bmi >= OBESE_FROM,
            chronic_opioid=known.chronic_opioids,
            mental_health=known.mental_health,
            vitd_deficiency=known.vitamin_d_deficiency,
        )
    )


def _reports(surgery: Surgery, now: datetime) -> tuple[Report, ...]:
    rows = SymptomReport.objects.filter(surgery=surgery, reported_at__lte=now).select_related(
        "check_in"
    )
    return tuple(_report(row, neck=surgery.is_neck) for row in rows)


def _report(row: SymptomReport, *, neck: bool) -> Report:
    check_in = getattr(row, "check_in", None)
    items: dict[str, Any] = {name: getattr(row, name) for name in _SAME_NAME}
    return Report(
        id=str(row.pk),
        at=row.reported_at,
        on=row.reported_on,
        complete=row.is_complete,
        kind=check_in.kind if check_in else CheckInKind.ON_DEMAND,
        axial=row.pain_neck if neck else row.pain_back,
        limb=row.pain_arm if neck else row.pain_leg,
        temp_c=None if row.temp_c is None else float(row.temp_c),
        wound=None if row.wound is None else frozenset(row.wound),
        numb_site=None if row.numb_site is None else frozenset(row.numb_site),
        **items,
    )


def _visits(surgery: Surgery) -> tuple[VisitState, ...]:
    zone = surgery.clinic.zone
    rows = Visit.objects.filter(surgery=surgery).exclude(status=VisitStatus.CANCELLED)
    return tuple(
        VisitState(
            kind=VisitKind(row.kind),
            opens_on=row.opens_on,
            closes_on=row.closes_on,
            status=VisitStatus(row.status),
            booked_on=row.booked_for and row.booked_for.astimezone(zone).date(),
            completed_on=row.completed_on,
            no_show_at=tuple(row.no_show_at),
        )
        for row in rows
    )


def _newest_flags(surgery: Surgery) -> dict[Family, Flag]:
    flags = Flag.objects.filter(surgery=surgery).order_by("raised_at", "pk")
    return {Family(flag.family): flag for flag in flags}


def _last_contact(
    reports: tuple[Report, ...],
    visits: tuple[VisitState, ...],
    attempts: list[ContactAttempt],
    surgery: Surgery,
) -> date | None:
    """Return the last day the patient answered, came, or was reached."""
    days = [report.on for report in reports]
    days += [visit.completed_on for visit in visits if visit.completed_on]
    days += [surgery.clinic.today(each.at) for each in attempts if each.outcome in _CONTACT]
    return max(days, default=None)


def _imaging(surgery: Surgery) -> tuple[ImagingState, ...]:
    return tuple(
        ImagingState(
            id=str(study.pk),
            modality=study.modality,
            window_closes_on=study.window_closes_on,
            done_on=study.done_on,
            resulted_at=study.resulted_at,
            findings=frozenset(study.findings),
            signed_off_at=study.signed_off_at,
        )
        for study in ImagingStudy.objects.standing().filter(surgery=surgery)
    )


def _scores(surgery: Surgery, now: datetime) -> tuple[Score, ...]:
    """Return what staff entered; of the PHQ-9 the rules read item 9 alone."""
    rows = InstrumentScore.objects.filter(surgery=surgery, recorded_at__lte=now)
    return tuple(
        Score(instrument, float(value), row.recorded_at, surgery.clinic.today(row.recorded_at))
        for row in rows
        for instrument, value in _readings(row)
        if value is not None
    )


def _readings(row: InstrumentScore) -> list[tuple[str, Decimal | int | None]]:
    if row.instrument == Instrument.PHQ9:
        return [("phq9_i9", row.item_9)]
    return [(row.instrument, row.score)]


def _known_deficits(surgery: Surgery) -> tuple[KnownDeficit, ...]:
    rows = records.KnownDeficit.objects.filter(surgery=surgery, ended_on=None)
    return tuple(KnownDeficit(row.item, row.assessed_on) for row in rows)


def _baseline(
    reports: tuple[Report, ...],
    scores: tuple[Score, ...],
    surgery: Surgery,
    profile: RiskProfile | None,
) -> Baseline:
    """Return what was known before surgery, from reports, scores and the risk profile."""
    baseline = Baseline.of(reports, surgery.performed_on)
    known: dict[str, Any] = {
        score.instrument: score.value
        for score in sorted(scores, key=lambda score: score.at)
        if score.instrument in _BASELINE_SCORES and _is_baseline(score.on, surgery)
    }
    if baseline.opioid is None and profile is not None:
        known["opioid"] = profile.preop_opioids
    return replace(baseline, **known)


def _is_baseline(on: date, surgery: Surgery) -> bool:
    first = STANDARD.check_ins.baseline_opens_pod
    return first <= surgery.postoperative_day(on) <= 0
