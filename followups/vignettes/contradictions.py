"""What is possible key by key in a case, but not together."""

from collections.abc import Iterator, Mapping
from typing import Any

from followups.rules.history import NECK_REGIONS
from followups.vignettes.cases import as_of_pod, pod_of, region_of
from followups.vignettes.problems import Problem
from followups.vignettes.schema import NECK_PLACES, PLACES


def contradictions(case: Mapping[str, Any], name: str) -> Iterator[Problem]:
    """Yield what is possible key by key but not together; the values are valid."""
    found = list(_in_reports(case, name))
    yield from found
    if found:
        return
    if not case["reports"] and case.get("as_of_pod") is None:
        yield Problem(name, "as_of_pod", "a case without reports needs this key")
        return
    today = as_of_pod(case)
    yield from _in_times(case, name, today)
    yield from _in_studies(case, name, today)
    attempts, channels = case.get("contact_attempts") or 0, case.get("contact_channels") or 0
    if channels > attempts:
        text = f"{channels} channels need as many attempts, not {attempts}"
        yield Problem(name, "contact_channels", text)


def _in_reports(case: Mapping[str, Any], name: str) -> Iterator[Problem]:
    surgery_on, is_neck = case["surgery"]["date"], region_of(case) in NECK_REGIONS
    for number, items in enumerate(case["reports"], start=1):
        path = f"reports[{number}]"
        pod, on = items.get("pod"), items.get("date")
        if pod is None and on is None:
            yield Problem(name, path, "a report needs a pod or a date")
        if pod is not None and on is not None and (on - surgery_on).days != pod:
            text = f"{on} is POD {(on - surgery_on).days}, not {pod}"
            yield Problem(name, f"{path}.date", text)
        for place in PLACES:
            if items.get(place) is not None and (place in NECK_PLACES) != is_neck:
                text = f"surgery of the {region_of(case)} region asks for other places"
                yield Problem(name, f"{path}.{place}", text)


def _in_times(case: Mapping[str, Any], name: str, today: int) -> Iterator[Problem]:
    pods = [pod_of(each, case["surgery"]["date"]) for each in case["reports"]]
    last = max(pods, default=0)
    if today < last:
        yield Problem(name, "as_of_pod", f"{today} is before the report of POD {last}")
    elif case.get("missed_checkins") and today <= last:
        text = f"none can be missed between POD {last} and POD {today}"
        yield Problem(name, "missed_checkins", text)


def _in_studies(case: Mapping[str, Any], name: str, today: int) -> Iterator[Problem]:
    for number, study in enumerate(case.get("imaging") or (), start=1):
        path, pod = f"imaging[{number}]", study.get("pod")
        if pod is not None and pod > today:
            yield Problem(name, f"{path}.pod", f"{pod} is after the evaluation on {today}")
        if study["status"] == "due" and (study.get("findings") or study.get("signed_off")):
            yield Problem(name, f"{path}.status", "a study with a result is not due")
