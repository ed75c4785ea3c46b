"""The clinical vignettes as histories: whole courses with the expected answer."""

from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from followups.choices import Rule, Severity, VisitKind, VisitStatus
from followups.priority import RiskFacts
from followups.protocol import STANDARD, check_in_days
from followups.rules import (
    Baseline,
    History,
    ImagingState,
    MissedCheckIn,
    Report,
    VisitState,
    assess_risk,
)

FILE = Path(__file__).parent / "vignettes.yaml"
_SETS = {"wound", "numb_site"}
_NAMED = {"diabetes", "osteoporosis", "autoimmune", "obesity", "chronic_opioid"}
_NAMED |= {"mental_health", "vitd_deficiency"}


@cache
def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def expected(case: dict[str, Any]) -> dict[Rule, Severity]:
    return {Rule(code): Severity[word.upper()] for code, word in case["expect"].items()}


def risk_facts(case: dict[str, Any]) -> RiskFacts:
    surgery, risk = case["surgery"], set(case["patient"]["risk"])
    smoking = {"smoker_current": "current", "smoker_recent_ex": "ex_lt6m"}
    return RiskFacts(
        smoking=next((smoking[each] for each in risk & smoking.keys()), "never"),
        age=case["patient"]["age"],
        n_levels=surgery["n_levels"],
        revision=surgery.get("revision", False),
        complex=surgery.get("complex", False),
        **{name: name in risk for name in _NAMED},
    )


def as_history(case: dict[str, Any]) -> History:
    surgery = case["surgery"]
    surgery_on = surgery["date"]
    reports = tuple(_report(items) for items in case["reports"])
    pod = case.get("as_of_pod", case["reports"][-1]["pod"])
    return History(
        as_of=_noon(surgery_on + timedelta(days=pod)),
        surgery_on=surgery_on,
        region=surgery["region"],
        reports=reports,
        baseline=Baseline(**case["baseline"]),
        missed=_missed(case, surgery_on, pod),
        visits=tuple(_visit(each["visit"], surgery_on) for each in case.get("visits", ())),
        imaging=tuple(
            ImagingState(
                id=str(number),
                modality=each["kind"],
                window_closes_on=surgery_on + timedelta(days=each["window_close"]),
            )
            for number, each in enumerate(case.get("imaging", ()))
        ),
        risk=assess_risk(risk_facts(case)),
        restriction_end_pod=surgery.get("restriction_end", 84),
    )


def _report(items: dict[str, Any]) -> Report:
    known = {each.name for each in fields(Report)}
    answers: dict[str, Any] = {
        name: frozenset([value] if isinstance(value, str) else value) if name in _SETS else value
        for name, value in items.items()
        if name not in {"pod", "date"}
    }
    assert answers.keys() <= known, answers.keys() - known
    on: date = items["date"]
    return Report(id=f"day {items['pod']}", at=_noon(on), on=on, **answers)


def _missed(case: dict[str, Any], surgery_on: date, pod: int) -> tuple[MissedCheckIn, ...]:
    """Return the last check-ins that were closed by then, as many as were missed."""
    closed = [day for day in check_in_days() if day + 3 <= pod]
    return tuple(
        MissedCheckIn(
            closed_at=_noon(surgery_on + timedelta(days=day + 3)),
            on=surgery_on + timedelta(days=day),
        )
        for day in closed[len(closed) - case.get("missed_checkins", 0) :]
    )


def _visit(kind: str, surgery_on: date) -> VisitState:
    window = next(each for each in STANDARD.visits if each.kind == kind)
    return VisitState(
        kind=VisitKind(kind),
        opens_on=surgery_on + timedelta(days=window.opens_pod),
        closes_on=surgery_on + timedelta(days=window.closes_pod),
        status=VisitStatus.PLANNED,
    )


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), tzinfo=UTC)
