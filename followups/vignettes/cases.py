"""A case as the rules see it: facts of one patient, and the answer expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from followups.choices import (
    CheckInKind,
    ContactMethod,
    RiskFactor,
    Rule,
    Severity,
    VisitKind,
    VisitStatus,
)
from followups.priority import RiskFacts
from followups.protocol import STANDARD, check_in_days
from followups.rules import (
    Attempt,
    Baseline,
    History,
    ImagingState,
    MissedCheckIn,
    Report,
    Risk,
    VisitState,
    assess,
    assess_risk,
)
from followups.vignettes.schema import ANSWERS, PLACES, RISKS

MISSED_AFTER_DAYS = timedelta(hours=STANDARD.check_ins.missed_hours).days
_STATES = {
    "due": VisitStatus.PLANNED,
    "completed": VisitStatus.COMPLETED,
    "no_show": VisitStatus.NO_SHOW,
    "cancelled": VisitStatus.CANCELLED,
}
_SMOKING = {RiskFactor.SMOKER_CURRENT: "current", RiskFactor.SMOKER_RECENT_EX: "ex_lt6m"}
_SETS = frozenset({"wound", "numb_site"})


@dataclass(frozen=True, slots=True)
class Case:
    """One course and what the rules should say of it; None where the file does not say."""

    id: str
    title: str
    history: History
    expected: Mapping[Rule, Severity]
    excluded: frozenset[Rule]
    lead: str | None
    recheck: bool | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of a case: of surgery, of the last report, and of the evaluation."""

    surgery_on: date
    last_on: date | None
    today: date

    def on(self, pod: int) -> date:
        return self.surgery_on + timedelta(days=pod)


def build(case: Mapping[str, Any], name: str) -> Case:
    """Return a case whose values are valid and do not contradict each other."""
    history, notes = _history(case)
    lead = case.get("lead")
    return Case(
        id=name,
        title=case.get("title") or "",
        history=history,
        expected={Rule(code): Severity[word.upper()] for code, word in case["expect"].items()},
        excluded=frozenset(map(Rule, _words(case.get("not")))),
        lead=lead,
        recheck=case.get("recheck"),
        notes=notes,
    )


def risk_facts(case: Mapping[str, Any]) -> RiskFacts:
    """Return a case's risk factors; a list says of every factor whether it is there."""
    surgery, patient = case["surgery"], case.get("patient") or {}
    listed = patient.get("risk")
    told: dict[str, Any] = {}
    if listed is not None:
        present = set(_words(listed))
        told = {each.value: each.value in present for each in RISKS if each not in _SMOKING}
        told["smoking"] = next((_SMOKING[e] for e in _SMOKING if e.value in present), "never")
    levels = surgery.get("levels")
    return RiskFacts(
        age=patient.get("age"),
        n_levels=surgery.get("n_levels") or (len(levels) if levels else None),
        revision=bool(surgery.get("revision")),
        complex=bool(surgery.get("complex")),
        **told,
    )


def _history(case: Mapping[str, Any]) -> tuple[History, tuple[str, ...]]:
    surgery_on: date = case["surgery"]["date"]
    reports = tuple(
        _report(items, number, surgery_on) for number, items in enumerate(case["reports"])
    )
    days = _Days(
        surgery_on,
        max((each.on for each in reports), default=None),
        surgery_on + timedelta(days=as_of_pod(case)),
    )
    risk, notes = _risk(case)
    before = {
        key: value for key, value in (case.get("baseline") or {}).items() if value is not None
    }
    history = History(
        as_of=_at(days.today),
        surgery_on=surgery_on,
        region=region_of(case),
        reports=reports,
        baseline=replace(Baseline.of(reports, surgery_on), **before),
        imaging=tuple(_studies(case, days)),
        risk=risk,
        last_contact_on=_last_contact(case, days),
    )
    restriction_end = case["surgery"].get("restriction_end")
    if restriction_end is not None:
        history = replace(history, restriction_end_pod=restriction_end)
    return _with_contact(history, case, days), notes


def _with_contact(history: History, case: Mapping[str, Any], days: _Days) -> History:
    """Return a history with silence and visits, beside the flags that are open by then.

    Nobody has closed what the last report has raised.
    """
    flags = assess(history).by_family()
    missed = tuple(_missed(case, days))
    first = min((each.on for each in missed), default=None)
    return replace(
        history,
        open_severities={
            family: max(each.severity for each in findings) for family, findings in flags.items()
        },
        missed=missed,
        visits=tuple(_visits(case, days, before=first)),
        attempts=tuple(_attempts(case, days)),
    )


def region_of(case: Mapping[str, Any]) -> str:
    """Return the region of the surgery."""
    return str(case["surgery"]["region"])


def pod_of(items: Mapping[str, Any], surgery_on: date) -> int:
    """Return the day of a report, said as such or by its date."""
    given = items.get("pod")
    return int(given) if given is not None else int((items["date"] - surgery_on).days)


def as_of_pod(case: Mapping[str, Any]) -> int:
    """Return the day of the evaluation: said, or when the last miss counted, or the report."""
    if case.get("as_of_pod") is not None:
        return int(case["as_of_pod"])
    last = max(pod_of(each, case["surgery"]["date"]) for each in case["reports"])
    missed = case.get("missed_checkins") or 0
    later = [day for day in check_in_days() if day > last][:missed]
    return later[-1] + MISSED_AFTER_DAYS if later else last


def _report(items: Mapping[str, Any], number: int, surgery_on: date) -> Report:
    """Return a report; those of one day were given in the order of the file."""
    answers: dict[str, Any] = {}
    for key, value in items.items():
        item = PLACES.get(key, key)
        if value is None or item not in ANSWERS:
            continue
        answers[item] = frozenset(_words(value)) if item in _SETS else value
    pod = pod_of(items, surgery_on)
    on = surgery_on + timedelta(days=pod)
    return Report(
        id=f"{number:03}",
        at=_at(on, hour=9) + timedelta(minutes=number),
        on=on,
        kind=CheckInKind.BASELINE if pod < 0 else CheckInKind.SCHEDULED,
        **answers,
    )


def _risk(case: Mapping[str, Any]) -> tuple[Risk, tuple[str, ...]]:
    """Return the risk; the file's own points count, a difference is noted."""
    risk = assess_risk(risk_facts(case))
    given = (case.get("patient") or {}).get("risk_points")
    if given is None or given == risk.points:
        return risk, ()
    note = f"risk points: {given} in the file, {risk.points} by the protocol"
    return replace(risk, points=given), (note,)


def _last_contact(case: Mapping[str, Any], days: _Days) -> date | None:
    since = case.get("days_since_contact")
    return days.last_on if since is None else days.today - timedelta(days=since)


def _missed(case: Mapping[str, Any], days: _Days) -> Iterator[MissedCheckIn]:
    """Yield as many missed check-ins as the case says, the last ones of the plan."""
    count = case.get("missed_checkins") or 0
    after = days.last_on or days.surgery_on
    planned = [
        days.on(pod)
        for pod in check_in_days()
        if days.on(pod) > after and days.on(pod + MISSED_AFTER_DAYS) <= days.today
    ]
    planned = planned[-count:] if count else []
    extra = [after + timedelta(days=1)] * (count - len(planned))
    for on in (*extra, *planned):
        closed_on = min(on + timedelta(days=MISSED_AFTER_DAYS), days.today)
        yield MissedCheckIn(closed_at=_at(closed_on), on=on)


def _visits(case: Mapping[str, Any], days: _Days, *, before: date | None) -> Iterator[VisitState]:
    """Yield the visits; one that took place did so before any check-in was missed."""
    windows = {each.kind: each for each in STANDARD.visits}
    for given in case.get("visits") or ():
        window = windows[VisitKind(given["visit"])]
        status = _STATES[given.get("status") or "due"]
        booked = given.get("booked_in_days")
        is_missed = status == VisitStatus.NO_SHOW
        if booked is not None and status in {VisitStatus.PLANNED, VisitStatus.CANCELLED}:
            status = VisitStatus.BOOKED
        came_on = days.on(window.opens_pod)
        if before is not None:
            came_on = min(came_on, before - timedelta(days=1))
        yield VisitState(
            kind=window.kind,
            opens_on=days.on(window.opens_pod),
            closes_on=days.on(window.closes_pod),
            status=status,
            booked_on=None if booked is None else days.today + timedelta(days=booked),
            completed_on=came_on if status == VisitStatus.COMPLETED else None,
            no_show_at=(_at(min(days.on(window.target_pod), days.today)),) if is_missed else (),
        )


def _studies(case: Mapping[str, Any], days: _Days) -> Iterator[ImagingState]:
    for number, given in enumerate(case.get("imaging") or ()):
        is_resulted = given["status"] == "resulted"
        pod, closes = given.get("pod"), given.get("window_close")
        done_on = days.today if pod is None else days.on(pod)
        resulted_at = _at(done_on, hour=8)
        yield ImagingState(
            id=f"{number:03}",
            modality=given["kind"],
            window_closes_on=None if closes is None else days.on(closes),
            done_on=done_on if is_resulted else None,
            resulted_at=resulted_at if is_resulted else None,
            findings=frozenset(_words(given.get("findings"))) if is_resulted else frozenset(),
            signed_off_at=resulted_at if is_resulted and given.get("signed_off") else None,
        )


def _attempts(case: Mapping[str, Any], days: _Days) -> Iterator[Attempt]:
    """Yield the tries to reach the patient, one a day up to today, after the last contact."""
    contact = _last_contact(case, days) or days.surgery_on
    silent = max((days.today - contact).days, 1)
    channels = max(case.get("contact_channels") or 1, 1)
    names = [*ContactMethod.values, *(f"channel {each}" for each in range(100))]
    for number in range(case.get("contact_attempts") or 0):
        at = _at(days.today - timedelta(days=min(number, silent - 1)), hour=10)
        yield Attempt(at=at, channel=names[number % channels])


def _words(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _at(on: date, *, hour: int = 12) -> datetime:
    return datetime.combine(on, time(hour), tzinfo=UTC)
