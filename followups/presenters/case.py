"""One case as the pane shows it: identity, reasons, evidence, course, options, history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from followups import charts
from followups.choices import Rule, Severity
from followups.models import ContactAttempt, Evaluation, Flag, FlagEvent, FollowUp
from followups.presenters import activity, answers, evidence, people, risks, rows, trends, words
from followups.protocol import STANDARD
from followups.services.snoozes import why_never_snoozed
from patients.models import ImagingStudy, RiskProfile, SymptomReport


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows one case is made of; the view fetches them, a fixed number of queries."""

    follow_up: FollowUp
    flags: Sequence[Flag]  # open and closed, newest first
    events: Sequence[FlagEvent]
    contacts: Sequence[ContactAttempt]
    reports: Sequence[SymptomReport]  # oldest first
    missed_on: Sequence[date]
    profile: RiskProfile | None
    evaluation: Evaluation | None
    phones: Sequence[str]
    studies: Sequence[ImagingStudy] = ()  # requested, without a result yet
    bands: Mapping[str, charts.Range] = field(default_factory=dict)  # expected, by item

    @property
    def reopenable(self) -> list[Flag]:
        """The newest closed flag of each family that has none open."""
        newest = {flag.family: flag for flag in reversed(self.flags)}
        return [flag for flag in newest.values() if not flag.is_open]

    @property
    def open_flags(self) -> list[Flag]:
        """Open flags, the one that names the case first, then the more severe."""
        lead = self.follow_up.lead_flag_id
        place = {rule: number for number, rule in enumerate(STANDARD.lead_order)}
        return sorted(
            (flag for flag in self.flags if flag.is_open),
            key=lambda flag: (flag.pk != lead, -flag.severity, place[Rule(flag.rule)]),
        )


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One open flag with its target and where it stands."""

    pk: int
    severity: str
    severity_word: str
    family: str
    rule: str
    code: str
    raised: str
    target: str
    clock: rows.Clock
    acknowledged: str
    is_data_cleared: bool
    is_emergency: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four parts of the displayed score."""

    name: str
    value: str
    points: int


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the case pane shows."""

    pk: int
    version: int
    patient_id: int
    name: str
    about: str
    mrn: str
    operation: str
    region: str
    week: str
    operated: str
    surgeon: str
    risks: risks.Risks
    lead: FlagLine | None
    reason: str
    flags: list[FlagLine]
    reasons: list[evidence.Reason]
    denied: str
    silence: evidence.Silence
    parts: list[Part]
    score: int
    work_up: evidence.WorkUp
    chart: SafeString
    chart_narrow: SafeString
    expected_of: str
    answers: list[answers.Answer]
    latest: str
    previous: str
    message: str
    steps: list[activity.Step]
    last_change: str
    owner: str
    is_mine: bool
    is_claimed: bool
    is_acknowledged: bool
    is_asleep: bool
    may_sleep: bool
    may_reopen: bool
    pinned: str
    snoozed: list[str]
    waits_for: list[str]
    phones: Sequence[str]

    @property
    def is_open(self) -> bool:
        return bool(self.flags)


def case(facts: Facts, *, user: object, now: datetime) -> Case:
    """Return one case in words, numbers and drawings."""
    follow_up = facts.follow_up
    surgery, zone = follow_up.surgery, follow_up.clinic.zone
    patient, today = surgery.patient, follow_up.clinic.today(now)
    open_flags = facts.open_flags
    lines = [flag_line(flag, now, zone) for flag in open_flags]
    latest, previous = _last_two(facts.reports)
    known_steps = activity.steps(facts.events, facts.contacts, now, zone)
    parts = _parts(follow_up)
    course = _series(facts)
    expected = trends.Trend.of(course[0], facts.bands).expected if course else None
    pod = surgery.postoperative_day(today)
    return Case(
        pk=follow_up.pk,
        version=follow_up.version,
        patient_id=patient.pk,
        name=patient.name,
        about=people.age_and_sex(patient, today),
        mrn=patient.mrn,
        operation=surgery.label,
        region=surgery.get_region_display(),
        week=f"{people.weeks_since(surgery, today).capitalize()} (day {pod})",
        operated=words.day(surgery.performed_on, today),
        surgeon=str(surgery.surgeon or ""),
        risks=risks.risks(surgery, facts.profile, today),
        lead=lines[0] if lines else None,
        reason=open_flags[0].explanation if open_flags else "",
        flags=lines,
        reasons=evidence.reasons(open_flags, now, zone),
        denied=words.listed(answers.denied(latest)) if latest and answers.denied(latest) else "",
        silence=evidence.silence(facts.evaluation, now, zone),
        parts=parts,
        score=sum(part.points for part in parts),
        work_up=evidence.work_up(open_flags),
        chart=_chart(course, expected, pod, wide=True),
        chart_narrow=_chart(course, expected, pod, wide=False),
        expected_of=course[0].name.lower() if expected else "",
        answers=answers.compared(latest, previous) if latest else [],
        latest=_when(latest, now, zone),
        previous=_when(previous, now, zone),
        message=latest.message if latest else "",
        steps=known_steps,
        last_change=activity.last_change(follow_up, known_steps, now),
        owner=str(follow_up.owner or ""),
        is_mine=follow_up.owner == user,
        is_claimed=follow_up.owner_id is not None,
        is_acknowledged=all(flag.acknowledged_at for flag in open_flags),
        is_asleep=bool(open_flags) and open_flags[0].is_snoozed(now),
        may_sleep=any(not why_never_snoozed(flag) for flag in open_flags),
        may_reopen=bool(facts.reopenable),
        pinned=_pinned(follow_up),
        snoozed=[_snoozed(flag, now, zone) for flag in open_flags if flag.is_snoozed(now)],
        waits_for=[_waits_for(study, now, zone) for study in facts.studies],
        phones=facts.phones,
    )


def flag_line(flag: Flag, now: datetime, zone: ZoneInfo) -> FlagLine:
    """Return one flag with its response clock."""
    hours = round((flag.respond_by - flag.clock_started_at).total_seconds() / 3600)
    seen = flag.acknowledged_at
    return FlagLine(
        pk=flag.pk,
        severity=words.severity_class(flag.severity),
        severity_word=flag.get_severity_display(),
        family=flag.get_family_display(),
        rule=flag.get_rule_display(),
        code=flag.rule,
        raised=words.moment(flag.raised_at, now, zone),
        target=f"{hours} h" if hours <= 2 * 24 else f"{hours // 24} days",
        clock=rows.clock_of(flag, now, zone),
        acknowledged=words.moment(seen, now, zone) if seen else "",
        is_data_cleared=flag.data_cleared,
        is_emergency=flag.severity == Severity.EMERGENCY,
    )


def _pinned(follow_up: FollowUp) -> str:
    """Return why a case is held at the top; empty if it is not."""
    return f"“{follow_up.pin_reason}”" if follow_up.pinned_at else ""


def _snoozed(flag: Flag, now: datetime, zone: ZoneInfo) -> str:
    until = words.moment(flag.snoozed_until or now, now, zone)
    return f"{flag.get_family_display()} until {until}: “{flag.snooze_reason}”"


def _waits_for(study: ImagingStudy, now: datetime, zone: ZoneInfo) -> str:
    asked = words.moment(study.requested_at or now, now, zone)
    question = study.get_question_display().lower()
    return f"{study.get_modality_display()}, {question}, requested {asked}"


def _parts(follow_up: FollowUp) -> list[Part]:
    """Return the four parts of the score, as the stored rank has them (protocol 5)."""
    if follow_up.severity is None:
        return []
    steps, severity = STANDARD.queue, Severity(follow_up.severity)
    risk = min(follow_up.risk_points, steps.risk_cap)
    return [
        Part("Severity", str(severity.label), steps.severity_step * severity),
        Part(
            "Time used",
            _time_used(follow_up.breach_bucket),
            steps.bucket_step * follow_up.breach_bucket,
        ),
        Part("Risk points", str(risk), steps.risk_step * risk),
        Part("Days open", str(follow_up.age_days), follow_up.age_days),
    ]


def _time_used(bucket: int) -> str:
    """Return a breach bucket in words: “under 25%”, “50% or more”, “past target”."""
    percents = STANDARD.queue.bucket_percents
    if bucket == len(percents):
        return "past target"
    return f"{percents[bucket - 1]}% or more" if bucket else f"under {percents[0]}%"


def _series(facts: Facts) -> list[charts.Series]:
    surgery = facts.follow_up.surgery
    pain = [
        trends.PainRow(
            surgery.pk,
            surgery.performed_on,
            report.reported_on,
            report.pain_back,
            report.pain_neck,
            report.pain_leg,
            report.pain_arm,
        )
        for report in facts.reports
    ]
    return trends.series_of(pain, facts.missed_on)


def _chart(
    series: list[charts.Series], expected: charts.Range | None, pod: int, *, wide: bool
) -> SafeString:
    if not series:
        return SafeString("")
    return charts.RecoveryChart(
        id="course" if wide else "course-narrow",
        series=series,
        expected=expected,
        now_week=max(pod, 0) / trends.DAYS,
        width=620 if wide else 360,
        height=206 if wide else 220,
    ).draw()


def _last_two(
    reports: Sequence[SymptomReport],
) -> tuple[SymptomReport | None, SymptomReport | None]:
    latest = reports[-1] if reports else None
    return latest, reports[-2] if len(reports) > 1 else None


def _when(report: SymptomReport | None, now: datetime, zone: ZoneInfo) -> str:
    if report is None:
        return ""
    part = "" if report.is_complete else ", not finished"
    return f"{words.moment(report.reported_at, now, zone)}{part}"
