"""Files of cases: what they may say, and every fault named at once."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import yaml

from followups.choices import Family, Rule, Severity, VisitStatus
from followups.vignettes import BadFile, read, schema
from tests.clinical.vignettes import FILE

SURGERY_ON = date(2026, 1, 5)
SURGERY: dict[str, Any] = {"region": "lumbar", "date": SURGERY_ON}
CASE: dict[str, Any] = {
    "id": "X1",
    "surgery": SURGERY,
    "reports": [{"pod": 20, "axial": 3}],
    "expect": {},
}


@pytest.fixture
def write(tmp_path):
    def _write(*cases, text=None):
        path = tmp_path / "own.yaml"
        path.write_text(text if text is not None else yaml.safe_dump(list(cases)), "utf-8")
        return path

    return _write


@pytest.fixture
def faults(write):
    """Return the sentences of a file with this case, or with these keys in place of others."""

    def _faults(text=None, **keys):
        with pytest.raises(BadFile) as caught:
            read(write({**CASE, **keys}, text=text))
        return [each.sentence("own.yaml") for each in caught.value.problems]

    return _faults


def history(write, **keys):
    (case,) = read(write({**CASE, **keys}))
    return case.history


def test_the_shipped_file_is_read():
    assert [case.id for case in read(FILE)][:2] == ["D01", "D02"]


def test_the_shortest_case_is_enough(write):
    (case,) = read(write(CASE))
    assert (case.id, case.title, case.expected, case.lead, case.recheck) == (
        "X1",
        "",
        {},
        None,
        None,
    )
    assert case.history.pod == 20
    assert case.history.risk.points == 0
    assert "smoking" in case.history.risk.unknown


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"titel": "?"}, "own.yaml: case X1: titel: this key is not known; did you mean title."),
        (
            {"surgery": {**SURGERY, "aproach": "ALIF"}},
            "own.yaml: case X1: surgery.aproach: this key is not known; did you mean approach.",
        ),
        (
            {"reports": [{"pod": 1}, {"pod": 2, "zzz": 1}]},
            "own.yaml: case X1: reports[2].zzz: this key is not known.",
        ),
        (
            {"reports": [{"pod": 20, "axial": 11}]},
            "own.yaml: case X1: reports[1].axial: 11 is not a whole number from 0 to 10.",
        ),
        (
            {"reports": [{"pod": 20, "axial": 3.5}]},
            "own.yaml: case X1: reports[1].axial: 3.5 is not a whole number from 0 to 10.",
        ),
        (
            {"reports": [{"pod": 20, "axial": True}]},
            "own.yaml: case X1: reports[1].axial: true is not a whole number from 0 to 10.",
        ),
        (
            {"reports": [{"pod": 20, "weak": False}]},
            "own.yaml: case X1: reports[1].weak: false is not one of none, same, worse, new.",
        ),
        (
            {"reports": [{"pod": 20, "saddle": "perhaps"}]},
            "own.yaml: case X1: reports[1].saddle: perhaps is not true or false.",
        ),
        (
            {"reports": [{"pod": 20, "temp_c": 101.3}]},
            "own.yaml: case X1: reports[1].temp_c: 101.3 is not a number from 34 to 43.",
        ),
        (
            {"reports": [{"pod": 20, "odi": float("nan")}]},
            "own.yaml: case X1: reports[1].odi: nan is not a number from 0 to 100.",
        ),
        (
            {"reports": [{"pod": 20, "wound": ["pus", "mud"]}]},
            "own.yaml: case X1: reports[1].wound: mud is not one of clear, blood, pus, open, "
            "redness.",
        ),
        (
            {"reports": [{"pod": 20, "wound": 3}]},
            "own.yaml: case X1: reports[1].wound: 3 is not a list.",
        ),
        (
            {"surgery": {"region": "hip", "date": SURGERY_ON}},
            "own.yaml: case X1: surgery.region: hip is not one of cervical, cervicothoracic, "
            "thoracic, thoracolumbar, lumbar, lumbosacral.",
        ),
        (
            {"surgery": {"region": "lumbar", "date": "soon"}},
            "own.yaml: case X1: surgery.date: soon is not a date such as 2026-01-31.",
        ),
        (
            {"surgery": {"region": "lumbar", "date": date(9999, 1, 1)}},
            "own.yaml: case X1: surgery.date: 9999-01-01 is not a date such as 2026-01-31.",
        ),
        (
            {"surgery": {"region": "lumbar"}},
            "own.yaml: case X1: surgery.date: this key is missing.",
        ),
        (
            {"surgery": {**SURGERY, "levels": "L4-L5"}},
            "own.yaml: case X1: surgery.levels: L4-L5 is not a list of texts.",
        ),
        (
            {"patient": {"risk": ["smoker"]}},
            "own.yaml: case X1: patient.risk: smoker is not one of smoker_current, "
            "smoker_recent_ex, diabetes, osteoporosis, autoimmune, obesity, chronic_opioid, "
            "mental_health, vitd_deficiency.",
        ),
        ({"patient": 3}, "own.yaml: case X1: patient: 3 is not a list of keys with values."),
        ({"reports": {}}, "own.yaml: case X1: reports: {} is not a list."),
        ({"reports": [3]}, "own.yaml: case X1: reports[1]: 3 is not a list of keys with values."),
        (
            {"expect": {"PAIN-PERSISTS": "soon"}},
            "own.yaml: case X1: expect.PAIN-PERSISTS: this key is not known; did you mean "
            "PAIN-PERSIST.",
        ),
        (
            {"expect": {"VISIT": "later"}},
            "own.yaml: case X1: expect.VISIT: later is not one of routine, soon, urgent, "
            "emergency.",
        ),
        (
            {"expect": {"VISIT": None}},
            "own.yaml: case X1: expect.VISIT: null is not one of routine, soon, urgent, emergency.",
        ),
        ({"expect": None}, "own.yaml: case X1: expect: null is not a list of keys with values."),
        ({"title": 3}, "own.yaml: case X1: title: 3 is not a text."),
        ({"recheck": "yes"}, "own.yaml: case X1: recheck: yes is not true or false."),
        (
            {"as_of_pod": "late"},
            "own.yaml: case X1: as_of_pod: late is not a whole number from -20000 to 20000.",
        ),
        (
            {"visits": [{"visit": "5mo"}]},
            "own.yaml: case X1: visits[1].visit: 5mo is not one of 2wk, 6wk, 3mo, 6mo, 12mo, 24mo.",
        ),
        (
            {"visits": [{"status": "due"}]},
            "own.yaml: case X1: visits[1].visit: this key is missing.",
        ),
        (
            {"imaging": [{"kind": "ct", "status": "lost"}]},
            "own.yaml: case X1: imaging[1].status: lost is not one of due, resulted.",
        ),
        (
            {"imaging": [{"kind": "ct", "status": "resulted", "pod": 21}]},
            "own.yaml: case X1: imaging[1].pod: 21 is after the evaluation on 20.",
        ),
        (
            {"imaging": [{"kind": "ct", "status": "due", "findings": ["scar"]}]},
            "own.yaml: case X1: imaging[1].status: a study with a result is not due.",
        ),
        (
            {"reports": [{"axial": 3}]},
            "own.yaml: case X1: reports[1]: a report needs a pod or a date.",
        ),
        (
            {"reports": [{"pod": 20, "date": date(2026, 1, 24)}]},
            "own.yaml: case X1: reports[1].date: 2026-01-24 is POD 19, not 20.",
        ),
        (
            {"reports": [{"pod": 20, "pain_arm": 3}]},
            "own.yaml: case X1: reports[1].pain_arm: surgery of the lumbar region asks for other "
            "places.",
        ),
        ({"as_of_pod": 19}, "own.yaml: case X1: as_of_pod: 19 is before the report of POD 20."),
        (
            {"missed_checkins": 1, "as_of_pod": 20},
            "own.yaml: case X1: missed_checkins: none can be missed between POD 20 and POD 20.",
        ),
        (
            {"reports": []},
            "own.yaml: case X1: as_of_pod: a case without reports needs this key.",
        ),
        (
            {"contact_channels": 2, "contact_attempts": 1},
            "own.yaml: case X1: contact_channels: 2 channels need as many attempts, not 1.",
        ),
        ({"id": None}, "own.yaml: case number 1: id: this key is missing."),
        ({"id": [1]}, "own.yaml: case [1]: id: [1] is not a text."),
        ({True: 3}, "own.yaml: case X1: true: this key is not known."),
    ],
)
def test_a_fault_is_one_sentence_with_file_case_and_key(faults, keys, sentence):
    assert _one(faults, keys) == sentence


def _one(faults, keys):
    odd = {key: value for key, value in keys.items() if not isinstance(key, str)}
    if odd:
        return faults(text=yaml.safe_dump([{**CASE, **odd}]))[0]
    return faults(**keys)[0]


def test_all_faults_of_all_cases_are_told_at_once(write):
    cases = [
        {**CASE, "titel": "?", "reports": [{"pod": 20, "axial": 11, "limb": 12}]},
        {"id": "X2"},
        {**CASE, "id": "X1"},
        "nothing",
    ]
    with pytest.raises(BadFile) as caught:
        read(write(*cases))
    assert str(caught.value).splitlines() == [
        "own.yaml: case X1: reports[1].axial: 11 is not a whole number from 0 to 10.",
        "own.yaml: case X1: reports[1].limb: 12 is not a whole number from 0 to 10.",
        "own.yaml: case X1: titel: this key is not known; did you mean title.",
        "own.yaml: case X2: surgery: this key is missing.",
        "own.yaml: case X2: reports: this key is missing.",
        "own.yaml: case X2: expect: this key is missing.",
        "own.yaml: case X1: id: another case has it too.",
        "own.yaml: case number 4: is not a list of keys with values.",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "own.yaml: does not hold a list of cases."),
        ("[]", "own.yaml: does not hold a list of cases."),
        ("id: X1", "own.yaml: does not hold a list of cases."),
        (
            "- {id: X1, id: X2}",
            "own.yaml: line 1, column 12: the key id is there twice.",
        ),
        ("- {id: X1", "own.yaml: line 1, column 10: expected ',' or '}', but got '<stream end>'."),
        ("- {date: 2026-02-30}", "own.yaml: day is out of range for month."),
        (
            "- !!python/object:os.system {}",
            "own.yaml: line 1, column 3: could not determine a "
            "constructor for the tag 'tag:yaml.org,2002:python/object:os.system'.",
        ),
    ],
)
def test_a_file_that_is_not_a_list_of_cases_says_where(faults, text, sentence):
    assert faults(text=text) == [sentence]


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(BadFile, match=r"gone\.yaml: cannot be read: No such file or directory"):
        read(tmp_path / "gone.yaml")


def test_a_file_that_is_no_text_says_so(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="is not a UTF-8 text"):
        read(path)


def test_nothing_said_is_nothing_known(write):
    found = history(
        write,
        title=None,
        patient=None,
        baseline=None,
        visits=None,
        missed_checkins=None,
        reports=[{"pod": 20, "axial": None, "weak": None}],
    )
    assert found.reports[0].axial is None
    assert found.baseline.axial is None


def test_items_no_rule_reads_are_allowed(write):
    items = {"gic": "worse", "pain_quality": ["dull", "sharp"], "phq4": 5, "message": "hello"}
    assert history(write, reports=[{"pod": 20, **items}]).reports[0].axial is None


def test_places_may_be_named_as_patients_name_them(write):
    back = history(write, reports=[{"pod": 20, "pain_back": 3, "pain_leg": 4}]).reports[0]
    assert (back.axial, back.limb) == (3, 4)
    surgery = {"region": "cervical", "date": SURGERY_ON}
    neck = history(write, surgery=surgery, reports=[{"pod": 20, "pain_neck": 3, "pain_arm": 4}])
    assert (neck.reports[0].axial, neck.reports[0].limb) == (3, 4)


def test_a_report_may_have_a_day_or_a_date_and_its_place_in_the_file_counts(write):
    found = history(write, reports=[{"date": date(2026, 1, 25), "axial": 1}, {"pod": 20}])
    assert [each.on for each in found.reports] == [date(2026, 1, 25)] * 2
    assert found.reports[0].axial == 1


def test_reports_before_surgery_are_the_baseline_unless_it_is_said(write):
    reports = [{"pod": -5, "axial": 8, "limb": 6}, {"pod": 20, "axial": 3}]
    assert history(write, reports=reports).baseline.axial == 8
    said = history(write, reports=reports, baseline={"axial": 7})
    assert (said.baseline.axial, said.baseline.limb) == (7, 6)


def test_the_risk_points_of_the_file_count_and_a_difference_is_noted(write):
    patient = {"age": 70, "risk": ["diabetes", "smoker_recent_ex"], "risk_points": 9}
    (case,) = read(write({**CASE, "patient": patient}))
    assert case.history.risk.points == 9
    assert case.history.risk.factors == {"diabetes", "smoker_recent_ex", "age_65_74"}
    assert case.notes == ("risk points: 9 in the file, 4 by the protocol",)


def test_surgery_tells_levels_revision_complexity_and_restrictions(write):
    surgery = {
        **SURGERY,
        "levels": ["L3-L4", "L4-L5"],
        "revision": True,
        "complex": True,
        "restriction_end": 42,
    }
    found = history(write, surgery=surgery)
    assert found.risk.factors == {"levels_2", "revision", "complex"}
    assert found.restriction_end_pod == 42


@pytest.mark.parametrize(
    ("keys", "due", "as_of"),
    [
        ({"missed_checkins": 2}, [21, 28], 31),  # POD 28 counts as missed three days later
        ({"missed_checkins": 2, "as_of_pod": 60}, [49, 56], 60),
        ({"missed_checkins": 2, "as_of_pod": 25}, [21, 21], 25),  # plan has one so far
        ({"missed_checkins": 3, "reports": [], "as_of_pod": 16}, [3, 7, 10], 16),
    ],
)
def test_missed_check_ins_are_the_last_ones_of_the_plan(write, keys, due, as_of):
    found = history(write, **keys)
    assert [(each.on - SURGERY_ON).days for each in found.missed] == due
    assert found.pod == as_of


def test_visits_are_placed_in_their_windows(write):
    visits = [
        {"visit": "2wk", "status": "completed"},
        {"visit": "6wk", "status": "no_show", "booked_in_days": 3},
        {"visit": "3mo", "status": "due", "booked_in_days": 5},
        {"visit": "6mo", "status": "cancelled"},
        {"visit": "12mo"},
    ]
    found = history(write, visits=visits, as_of_pod=60, missed_checkins=2)
    assert [each.status for each in found.visits] == [
        VisitStatus.COMPLETED,
        VisitStatus.NO_SHOW,
        VisitStatus.BOOKED,
        VisitStatus.CANCELLED,
        VisitStatus.PLANNED,
    ]
    came, missed, booked, *_ = found.visits
    assert (came.completed_on - SURGERY_ON).days == 10
    assert [(each.date() - SURGERY_ON).days for each in missed.no_show_at] == [42]
    assert (booked.booked_on - SURGERY_ON).days == 65


def test_a_completed_visit_does_not_undo_the_misses_the_case_says(write):
    keys = {"visits": [{"visit": "3mo", "status": "completed"}], "as_of_pod": 130}
    found = history(write, **keys, missed_checkins=5)
    assert found.visits[0].completed_on < min(each.on for each in found.missed)


def test_imaging_is_due_or_has_a_result(write):
    imaging = [
        {"kind": "xray", "status": "due", "window_close": 10},
        {"kind": "ct", "status": "resulted", "pod": 15, "findings": "scar"},
        {"kind": "mri", "status": "resulted", "findings": ["normal"], "signed_off": True},
    ]
    due, waiting, signed = history(write, imaging=imaging).imaging
    assert ((due.window_closes_on - SURGERY_ON).days, due.done_on) == (10, None)
    assert (waiting.findings, waiting.signed_off_at) == ({"scar"}, None)
    assert (waiting.done_on - SURGERY_ON).days == 15
    assert signed.signed_off_at == signed.resulted_at


def test_contact_and_its_tries_lie_where_the_case_says(write):
    keys = {"days_since_contact": 90, "contact_attempts": 4, "contact_channels": 2}
    found = history(write, **keys, as_of_pod=120)
    assert found.last_contact_on == SURGERY_ON + timedelta(days=30)
    assert {each.channel for each in found.attempts} == {"phone", "sms"}
    assert len(found.attempts) == 4
    assert min(each.at.date() for each in found.attempts) > found.last_contact_on


def test_what_the_last_report_raised_is_open_when_silence_is_judged(write):
    reports = [{"pod": 50, "axial": 6, "limb": 0}, {"pod": 57, "axial": 6, "limb": 0}]
    found = history(write, reports=reports, as_of_pod=100, missed_checkins=2)
    assert found.open_severities == {Family.PAIN: Severity.SOON}


def test_expectations_are_read_as_rules_and_severities(write):
    said = {"expect": {"VISIT": "soon"}, "lead": "VISIT", "recheck": False, "not": "PROM"}
    (case,) = read(write({**CASE, **said}))
    assert case.expected == {Rule.VISIT: Severity.SOON}
    assert case.excluded == {Rule.PROM}
    assert (case.lead, case.recheck) == ("VISIT", False)


def test_the_page_for_clinicians_names_every_key_and_word():
    page = (FILE.parents[2] / "docs" / "cases.md").read_text("utf-8")
    told = set(re.findall(r"[\w-]+", page))
    checks = [schema.CASE, *schema.PARTS.values(), *schema.LISTS.values()]
    keys = {key for each in checks if each is not schema.EXPECT for key in each}
    words = {*schema.VISIT_STATES, *schema.STUDIES, *schema.FINDINGS, *schema.RISKS}
    assert {*keys, *words, *schema.PARTS, *schema.LISTS} <= told
