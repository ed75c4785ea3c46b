"""Cases judged by the real rules, expected beside got."""

import json
from io import StringIO

import pytest
import yaml
from django.core.management.base import CommandError

from followups.management.commands.check_vignettes import Command
from followups.protocol import RULE_SET_VERSION
from followups.vignettes import judge, read
from tests.clinical.vignettes import FILE
from tests.followups.vignettes.test_reading import CASE

PERSISTING = {
    **CASE,
    "title": "Pain that stays",
    "reports": [{"pod": 50, "axial": 6, "limb": 0}, {"pod": 57, "axial": 6, "limb": 0}],
    "expect": {"PAIN-PERSIST": "soon"},
    "lead": "PAIN-PERSIST",
    "recheck": False,
}


@pytest.fixture
def write(tmp_path):
    def _write(*cases):
        path = tmp_path / "own.yaml"
        path.write_text(yaml.safe_dump(list(cases)), "utf-8")
        return path

    return _write


@pytest.mark.parametrize(
    ("keys", "differs"),
    [
        ({}, ()),
        ({"lead": None, "recheck": None}, ()),  # not said, so not compared
        ({"expect": {}}, ("rules",)),
        ({"expect": {"PAIN-PERSIST": "soon", "PROM": "soon"}}, ("rules",)),
        ({"expect": {"PAIN-PERSIST": "routine"}}, ("severity",)),
        ({"lead": "none"}, ("lead",)),
        ({"recheck": True}, ("re-check",)),
        ({"not": ["PAIN-PERSIST"]}, ("rules",)),
        (
            {"expect": {"PROM": "soon"}, "lead": "PROM", "recheck": True},
            ("rules", "lead", "re-check"),
        ),
    ],
)
def test_what_differs_is_named(write, keys, differs):
    (case,) = read(write({**PERSISTING, **keys}))
    assert judge(case).differs == differs


def test_a_verdict_shows_expected_and_got(write):
    (case,) = read(write({**PERSISTING, "expect": {"PAIN-WORSE": "soon"}, "lead": None}))
    assert judge(case).lines() == [
        "X1 Pain that stays: DIFFERS in rules",
        "    rules     expected PAIN-WORSE; got PAIN-PERSIST",
        "    severity  expected PAIN-WORSE soon; got PAIN-PERSIST soon",
        "    lead      expected not said; got PAIN-PERSIST",
        "    re-check  expected no; got no",
    ]


def test_a_patient_lost_to_follow_up_and_notes_are_shown(write):
    lost = {
        **CASE,
        "patient": {"risk": [], "risk_points": 7},
        "as_of_pod": 120,
        "missed_checkins": 2,
        "days_since_contact": 90,
        "contact_attempts": 3,
        "contact_channels": 2,
        "expect": {"NONRESP": "soon"},
    }
    (case,) = read(write(lost))
    verdict = judge(case)
    assert verdict.is_as_expected
    assert verdict.lines()[-2:] == [
        "    lost to follow-up",
        "    note: risk points: 7 in the file, 0 by the protocol",
    ]
    (nearly,) = read(write({**lost, "days_since_contact": 89}))
    assert not judge(nearly).is_lost


def run(path, **options):
    """Return what the command prints and the complaint it ends with, if any."""
    out = StringIO()
    command = Command(stdout=out)
    try:
        command.handle(file=path, json=options.get("json", False))
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), None


def test_the_command_shows_every_case_and_ends_well():
    printed, complaint = run(FILE)
    assert complaint is None
    assert printed.count(": as expected\n") == 25
    assert printed.endswith(f"\n25 cases, rule set {RULE_SET_VERSION}.\n")


def test_the_command_complains_of_a_difference(write):
    path = write(PERSISTING, {**PERSISTING, "id": "X2", "expect": {}})
    printed, complaint = run(path)
    assert complaint == "1 of 2 differ: X2"
    assert "X2 Pain that stays: DIFFERS in rules\n" in printed
    data = json.loads(run(path, json=True)[0])
    assert data["differ"] == ["X2"]
    assert data["cases"][1]["differs"] == ["rules"]
    assert data["cases"][1]["expected"] == {
        "rules": [],
        "severity": {},
        "lead": "PAIN-PERSIST",
        "recheck": False,
    }
    got = data["cases"][1]["got"]
    assert (got["rules"], got["severity"]) == (["PAIN-PERSIST"], {"PAIN-PERSIST": "soon"})
    assert (got["lead"], got["recheck"], got["lost_to_follow_up"]) == ("PAIN-PERSIST", False, False)
    assert got["explanations"]["PAIN-PERSIST"].startswith("Back pain 6/10 beyond 8 weeks")
    assert got["not_evaluable"]["EMG-CES"] == "saddle, bladder, bowel not answered"


def test_the_command_complains_of_a_bad_file(write):
    path = write({**CASE, "titel": "?"})
    printed, complaint = run(path)
    assert printed == ""
    assert complaint == "own.yaml: case X1: titel: this key is not known; did you mean title."
    assert json.loads(run(path, json=True)[0]) == {
        "file": "own.yaml",
        "problems": [
            {"case": "X1", "key": "titel", "text": "this key is not known; did you mean title"}
        ],
    }
