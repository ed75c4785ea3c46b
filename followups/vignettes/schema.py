"""Every key a case may have and what its value may be."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from followups.choices import RiskFactor, Rule, Severity, VisitKind
from followups.protocol import STANDARD
from followups.rules import Report
from followups.vignettes.problems import Problem
from followups.vignettes.values import (
    Check,
    day,
    number,
    one_of,
    shown,
    some_of,
    text,
    texts,
    whole,
    yes_no,
)
from patients import choices

_LAST_POD = 20_000
_SCALES, _TOP = STANDARD.scales, STANDARD.trends.pain_max
_pod = whole(-_LAST_POD, _LAST_POD)
_change, _side = one_of(choices.Change.values), one_of(choices.Side.values)
_percent = number(*_SCALES.percent)
_pain = whole(0, _TOP)
_opioid = one_of(choices.Opioid.values)

RISKS = (
    RiskFactor.SMOKER_CURRENT,
    RiskFactor.SMOKER_RECENT_EX,
    RiskFactor.DIABETES,
    RiskFactor.OSTEOPOROSIS,
    RiskFactor.AUTOIMMUNE,
    RiskFactor.OBESITY,
    RiskFactor.CHRONIC_OPIOID,
    RiskFactor.MENTAL_HEALTH,
    RiskFactor.VITD_DEFICIENCY,
)
VISIT_STATES = ("due", "completed", "no_show", "cancelled")
STUDIES = ("xray", "flex_ext", "ct", "mri", "bone_scan")
FINDINGS = (
    "normal",
    "fused",
    "nonunion",
    "loosening",
    "displacement",
    "breakage",
    "asd",
    "stenosis",
    "scar",
    "collection",
    "fracture",
    "other",
)

SURGERY: dict[str, Check] = {
    "region": one_of(choices.Region.values),
    "date": day,
    "levels": texts,
    "n_levels": whole(1, 20),
    "approach": text,
    "revision": yes_no,
    "complex": yes_no,
    "restriction_end": whole(0, _LAST_POD),
}
PATIENT: dict[str, Check] = {
    "age": whole(0, 120),
    "risk": some_of(RISKS),
    "risk_points": whole(0, 30),
}
_BEFORE: dict[str, Check] = {
    "axial": _pain,
    "limb": _pain,
    "func": whole(0, STANDARD.trends.function_max),
    "numb": _change,
    "weak": _change,
    "opioid": _opioid,
    "odi": _percent,
    "ndi": _percent,
    "promis_pf": number(*_SCALES.t_score),
}
BASELINE: dict[str, Check] = {**_BEFORE, "mjoa": whole(0, 18)}

# Where a case may say back or neck, leg or arm instead of axial and limb.
PLACES = {"pain_back": "axial", "pain_leg": "limb", "pain_neck": "axial", "pain_arm": "limb"}
NECK_PLACES = frozenset({"pain_neck", "pain_arm"})
# Asked of patients, read by no rule.
UNREAD: dict[str, Check] = {
    "limb_side": _side,
    "pain_quality": some_of(choices.PainQuality.values),
    "numb_kind": some_of(choices.NumbKind.values),
    "walk_minutes": one_of(choices.Walking.values),
    "gic": one_of(choices.ImpressionOfChange.values),
    "overdid_what": text,
    "message": text,
    "phq4": whole(0, 2 * _SCALES.two_item_max),
    "phq9": whole(0, 27),
    "gad7": whole(0, 21),
}
ANSWERS: dict[str, Check] = {
    **{item.name: yes_no for item in fields(Report) if item.type == bool | None},
    **_BEFORE,
    "weak_side": _side,
    "numb_side": _side,
    "numb_site": some_of(choices.NumbSite.values),
    "instab": _change,
    "temp_c": number(*_SCALES.temperature_c),
    "wound": some_of(choices.WoundSign.values),
    "med_change": one_of(choices.MedChange.values),
    "adh": one_of(choices.Adherence.values),
    "swallow": one_of(choices.Swallow.values),
    "phq2": whole(0, _SCALES.two_item_max),
    "gad2": whole(0, _SCALES.two_item_max),
    "phq9_i9": whole(0, _SCALES.item_9_max),
}
REPORT: dict[str, Check] = {
    "pod": _pod,
    "date": day,
    **ANSWERS,
    **dict.fromkeys(PLACES, _pain),
    **UNREAD,
}
VISIT: dict[str, Check] = {
    "visit": one_of(VisitKind.values),
    "status": one_of(VISIT_STATES),
    "booked_in_days": whole(0, _LAST_POD),
}
STUDY: dict[str, Check] = {
    "kind": one_of(STUDIES),
    "status": one_of(("due", "resulted")),
    "window_close": _pod,
    "pod": _pod,
    "findings": some_of(FINDINGS),
    "signed_off": yes_no,
}
EXPECT: dict[str, Check] = {
    rule: one_of([each.name.lower() for each in Severity]) for rule in Rule.values
}
CASE: dict[str, Check] = {
    "title": text,
    "why": text,
    "as_of_pod": _pod,
    "missed_checkins": whole(0, 99),
    "contact_attempts": whole(0, 99),
    "contact_channels": whole(0, 99),
    "days_since_contact": whole(0, _LAST_POD),
    "lead": one_of(["none", *Rule.values]),
    "recheck": yes_no,
    "not": some_of(Rule.values),
}
PARTS: dict[str, dict[str, Check]] = {
    "surgery": SURGERY,
    "patient": PATIENT,
    "baseline": BASELINE,
    "expect": EXPECT,
}
LISTS: dict[str, dict[str, Check]] = {"reports": REPORT, "visits": VISIT, "imaging": STUDY}
_KNOWN = {"id": text, **CASE, **PARTS, **LISTS}
REQUIRED = ("surgery", "reports", "expect")
REQUIRED_INSIDE = {
    "surgery": ("region", "date"),
    "visits": ("visit",),
    "imaging": ("kind", "status"),
}


def problems(case: Mapping[Any, Any], name: str) -> Iterator[Problem]:
    """Yield everything in a case that is unknown, impossible or missing."""
    for key in REQUIRED:
        if key not in case:
            yield Problem(name, key, "this key is missing")
    for key, value in case.items():
        if key not in _KNOWN:
            yield _unknown(key, _KNOWN, name, "")
        elif value is not None or key in REQUIRED:  # otherwise null is "not said"
            yield from _in_key(value, str(key), name)


def _in_key(value: Any, key: str, name: str) -> Iterator[Problem]:
    if key in PARTS:
        yield from _in_part(value, PARTS[key], name, key)
    elif key in LISTS:
        yield from _in_list(value, LISTS[key], name, key)
    elif key in CASE:
        yield from _in_value(value, CASE[key], name, key)


def _in_part(part: Any, checks: Mapping[str, Check], name: str, path: str) -> Iterator[Problem]:
    if not isinstance(part, dict):
        yield Problem(name, path, f"{shown(part)} is not a list of keys with values")
        return
    for key in REQUIRED_INSIDE.get(path.partition("[")[0], ()):
        if part.get(key) is None:
            yield Problem(name, f"{path}.{key}", "this key is missing")
    for key, value in part.items():
        if key not in checks:
            yield _unknown(key, checks, name, f"{path}.")
        elif value is not None or path == "expect":  # elsewhere null is "not asked"
            yield from _in_value(value, checks[key], name, f"{path}.{key}")


def _in_list(items: Any, checks: Mapping[str, Check], name: str, path: str) -> Iterator[Problem]:
    if not isinstance(items, list):
        yield Problem(name, path, f"{shown(items)} is not a list")
        return
    for number_, item in enumerate(items, start=1):
        yield from _in_part(item, checks, name, f"{path}[{number_}]")


def _in_value(value: Any, check: Check, name: str, path: str) -> Iterator[Problem]:
    wrong = check(value)
    if wrong is not None:
        yield Problem(name, path, wrong)


def _unknown(key: Any, known: Mapping[str, Any], name: str, path: str) -> Problem:
    close = get_close_matches(str(key), known, n=1)
    hint = f"; did you mean {close[0]}" if close else ""
    return Problem(name, f"{path}{shown(key)}", f"this key is not known{hint}")
