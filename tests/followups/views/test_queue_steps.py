"""Every step on a case: by its form, without scripts, beside a colleague, and taken back."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from clinic.audit.models import Entry
from followups.choices import FlagEventKind, Rule, Severity, VisitStatus
from followups.models import Flag, FlagEvent, FollowUp, Visit
from followups.services import cases, contacts, imaging
from patients import restrictions
from patients.models import ImagingStudy
from tests.counting import REACH, queries
from tests.factories import make_clinic, make_flag, make_patient, make_surgery, make_user
from tests.followups.views.test_queue import NOW, case_of, make_case, names, text, url

pytestmark = pytest.mark.django_db

POLL_QUERIES = 6 + REACH  # no entry in the audit: nobody's data is read


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def nurse(client):
    user = make_user("nurse", title="RN", last_name="Kowalczyk")
    client.force_login(user)
    return user


def seen(of: Flag, **typed) -> dict[str, object]:
    return {"version": case_of(of).version, **typed}


def snoozing(flag: Flag, **typed) -> dict[str, object]:
    return seen(flag, days="7", until="", reason="Seen; back in a week", flags=[flag.pk]) | typed


def undo_of(response) -> dict[str, str]:
    """Return what the button “Undo” of a page would send."""
    box = BeautifulSoup(response.content, "html.parser").select_one("#toast [name=step]")
    assert box is not None
    return {"step": str(box["value"])}


def as_part(target: str = "case") -> dict[str, object]:
    return {"headers": {"HX-Request": "true", "HX-Target": target}}


# --- lists -----------------------------------------------------------------------------


def test_a_snoozed_case_stands_in_its_own_list_and_in_no_other(client, nurse):
    flag = make_case()

    client.post(url("snooze", flag), snoozing(flag))

    assert names(client.get("/queue/?view=snoozed").text) == ["Ada"]
    for view in ("open", "unclaimed", "all", "contacted"):
        assert names(client.get(f"/queue/?view={view}").text) == []
    page = text(client.get(url("case", flag)))
    assert "Snoozed Pain until May 8, 9:00 AM: “Seen; back in a week”" in page.replace(
        "</b>", ""
    ).replace("<b>", "")


def test_all_open_holds_who_waits_and_who_was_contacted(client, nurse):
    make_case(name="Waits")
    contacted = make_case(name="Contacted")
    contacts.record(case_of(contacted), by=nurse, method="phone", outcome="reached", now=NOW)

    assert set(names(client.get("/queue/?view=all").text)) == {"Waits", "Contacted"}


def test_the_numbers_of_the_rail_are_those_of_the_lists(client, nurse):
    mine, resolved = make_case(), make_case()
    cases.claim(case_of(mine), by=nurse, now=NOW)
    make_case()
    imaging_of(mine, nurse)
    ending = {"disposition": "advice", "next_step": "none", "note": ""}
    cases.resolve(
        case_of(resolved),
        flags=[resolved],
        by=nurse,
        version=case_of(resolved).version,
        now=NOW,
        **ending,
    )

    rail = {each.label: each.count for each in client.get("/queue/").context["views"]}

    assert rail == {
        "Awaiting contact": "2",
        "My cases": "1",
        "Unclaimed": "1",
        "All open": "2",
        "Contacted, not resolved": "0",
        "Snoozed": "0",
        "Waiting for results": "1",
        "Resolved today": "1",
    }


def imaging_of(flag: Flag, by) -> ImagingStudy:
    facts: dict[str, Any] = {"modality": "mri", "question": "nerve_compression", "note": "Left"}
    return imaging.request(case_of(flag), by=by, version=case_of(flag).version, now=NOW, **facts)


# --- steps -----------------------------------------------------------------------------


def test_a_requested_study_is_waited_for_until_its_result_is_there(client, nurse):
    flag = make_case()

    client.post(url("imaging", flag), seen(flag, study="mri-nerve_compression", note=""))

    page = text(client.get("/queue/?view=waiting"))
    assert "MRI: nerve compression" in page
    assert names(client.get("/queue/?view=waiting").text) == ["Ada"]
    ImagingStudy.objects.update(done_on=NOW.date(), resulted_at=NOW)
    assert names(client.get("/queue/?view=waiting").text) == []


def test_a_result_is_recorded_and_looked_at_by_the_rules(client, nurse):
    flag = make_case()
    study = imaging_of(flag, nurse)
    typed = {"study": study.pk, "done_on": "2026-04-30", "findings": ["nonunion"]}

    response = client.post(url("result", flag), seen(flag, **typed))

    assert response.status_code == 302
    assert names(client.get("/queue/?view=waiting").text) == []
    assert Flag.objects.get(family="imaging").is_open
    page = text(client.get(url("case", flag)))
    assert "MRI: Not fused" in page
    again = client.post(url("result", flag), seen(flag, **typed))
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"done_on": "2026-05-02"}, "still to come"),
        ({"done_on": "2026-03-01"}, "before the operation"),
        ({"done_on": ""}, "This field is required"),
        ({"findings": ["x"]}, "Select a valid choice"),
        ({"study": "0"}, "no longer waiting"),
    ],
)
def test_a_result_that_cannot_be_is_refused(client, nurse, typed, said):
    flag = make_case()
    known = {"study": imaging_of(flag, nurse).pk, "done_on": "2026-04-30"}

    response = client.post(url("result", flag), seen(flag, **(known | typed)))

    assert response.status_code == 422
    assert said in text(response)
    assert ImagingStudy.objects.waiting().exists()


def test_the_same_study_is_not_requested_twice(client, nurse):
    flag = make_case()
    imaging_of(flag, nurse)

    response = client.post(
        url("imaging", flag), seen(flag, study="mri-nerve_compression", note="Again?")
    )

    assert response.status_code == 422
    assert "already waiting for its result" in text(response)
    assert "Again?" in response.text


def test_a_study_that_cannot_answer_the_question_is_not_offered(client, nurse):
    flag = make_case()

    response = client.post(url("imaging", flag), seen(flag, study="xray-bone_fusion", note=""))

    assert response.status_code == 422
    assert not ImagingStudy.objects.exists()


def test_a_snoozed_case_is_woken_by_a_press(client, nurse):
    flag = make_case()
    client.post(url("snooze", flag), snoozing(flag))

    client.post(url("wake", flag), seen(flag))

    assert names(client.get("/queue/").text) == ["Ada"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"days": ""}, "Choose when this comes back"),
        ({"days": "400"}, "Select a valid choice"),
        ({"days": "other"}, "Choose the day this comes back"),
        ({"days": "other", "until": "2026-08-30"}, "Choose a day from tomorrow to 89 days ahead"),
        ({"days": "other", "until": "2026-05-01"}, "Choose a day from tomorrow to 89 days ahead"),
        ({"days": "other", "until": "30.02.2026"}, "Enter a date as year-month-day"),
        ({"reason": "  "}, "Say why it can wait"),
        ({"reason": "x" * 201}, "at most 200 characters"),
        ({"flags": []}, "Choose at least one flag"),
    ],
)
def test_a_snooze_without_an_end_or_a_reason_is_refused_in_words(client, nurse, typed, said):
    flag = make_case()

    response = client.post(url("snooze", flag), snoozing(flag) | typed)

    assert response.status_code == 422
    assert said in text(response)
    assert case_of(flag).awaits_contact


def test_an_emergency_has_no_snooze_and_says_why(client, nurse):
    flag = make_case(Severity.EMERGENCY, hours=1, rule=Rule.EMG_CES)

    assert "/snooze/" not in client.get(url("case", flag)).text
    assert "of severity Emergency is never snoozed" in text(client.get(url("snooze", flag)))
    assert client.post(url("snooze", flag), snoozing(flag)).status_code == 422


def test_a_case_is_handed_to_a_colleague_with_a_word(client, nurse):
    flag, surgeon = make_case(), make_user("surgeon", title="Dr", last_name="Bjornstad")

    client.post(url("hand_over", flag), seen(flag, to=surgeon.pk, note="Wound looks odd."))

    assert case_of(flag).owner == surgeon
    page = text(client.get(url("case", flag)))
    assert "Handed over" in page
    assert "To Dr F. Bjornstad. Wound looks odd." in page


def test_only_colleagues_who_review_here_can_be_given_a_case(client, nurse):
    flag = make_case()
    others = [
        make_user("surgeon", clinic=make_clinic()),
        make_user("auditor"),
        make_user("nurse", is_active=False),
    ]
    for other in others:
        response = client.post(url("hand_over", flag), seen(flag, to=other.pk, note="x"))
        assert response.status_code == 422
        assert "cannot take the case" in text(response)
    assert case_of(flag).owner is None


def test_a_restricted_record_is_not_handed_to_somebody_outside_its_team(client, nurse):
    flag, stranger = make_case(), make_user("surgeon")
    restrictions.restrict(
        flag.surgery.patient, members=[nurse], reason="Works here", by=nurse, now=NOW
    )

    response = client.post(url("hand_over", flag), seen(flag, to=stranger.pk, note=""))

    assert response.status_code == 422
    assert "not of its team" in text(response)


def test_a_pinned_case_says_why_and_leads_its_severity(client, nurse):
    make_case(name="First")
    flag = make_case(name="Later")

    client.post(url("pin", flag), seen(flag, reason="The family is worried"))

    assert names(client.get("/queue/").text) == ["Later", "First"]
    assert "The family is worried" in text(client.get(url("case", flag)))
    client.post(url("unpin", flag), seen(flag))
    assert names(client.get("/queue/").text) == ["First", "Later"]


def test_a_closed_flag_is_opened_again_with_a_reason(client, nurse):
    flag = make_case()
    ending = {"disposition": "advice", "next_step": "", "note": "", "flags": [flag.pk]}
    client.post(url("resolve", flag), seen(flag, **ending))

    response = client.post(
        url("reopen", flag), seen(flag, flag=flag.pk, reason="Called back"), follow=True
    )

    assert "Open again" in text(response)
    assert names(client.get("/queue/").text) == ["Ada"]
    refused = client.post(url("reopen", flag), seen(flag, flag=flag.pk, reason="Again"))
    assert refused.status_code == 422


def test_visit_leads_to_the_booking_of_the_next_one(client, nurse):
    flag = make_case()
    following = Visit.objects.filter(surgery=flag.surgery).order_by("target_on")[0]

    assert client.get(url("case_visit", flag)).url == (
        f"/patients/{flag.surgery.patient_id}/visit/{following.pk}/"
    )
    Visit.objects.update(status=VisitStatus.CANCELLED)
    assert client.get(url("case_visit", flag)).url == f"/patients/{flag.surgery.patient_id}/"


SHEETS = {
    "snooze": lambda flag: snoozing(flag, reason="My words"),
    "imaging": lambda flag: seen(flag, study="mri-nerve_compression", note="My words"),
    "hand_over": lambda flag: seen(flag, to=make_user("surgeon").pk, note="My words"),
    "pin": lambda flag: seen(flag, reason="My words"),
}


@pytest.mark.parametrize("step", SHEETS)
def test_a_colleague_who_was_first_is_named_and_the_words_are_kept(client, nurse, step):
    flag = make_case()
    stale = SHEETS[step](flag)
    cases.claim(case_of(flag), by=make_user(last_name="Bjornstad", first_name="Siri"), now=NOW)

    response = client.post(url(step, flag), stale)

    assert response.status_code == 409
    assert "S. Bjornstad claimed this case" in text(response)
    assert "My words" in response.text
    assert client.post(url(step, flag), stale | seen(flag)).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 400, "0"])
def test_nothing_is_acknowledged_unseen(client, nurse, version):
    flag = make_case()

    assert client.post(url("acknowledge", flag), {"version": version}).status_code == 409
    assert not FlagEvent.objects.filter(kind=FlagEventKind.ACKNOWLEDGED).exists()


@pytest.mark.parametrize("step", [*SHEETS, "wake", "unpin", "reopen"])
def test_another_clinics_case_stays_as_it_is(client, nurse, step):
    flag = make_flag(make_surgery(make_patient(clinic=make_clinic())))

    assert client.post(url(step, flag), seen(flag, reason="x")).status_code == 404
    assert case_of(flag).owner is None


# --- undo ------------------------------------------------------------------------------


def test_a_resolution_is_taken_back_by_the_button_beside_what_was_said(client, nurse):
    flag = make_case()
    ending = {"disposition": "advice", "next_step": "", "note": "", "flags": [flag.pk]}
    page = client.post(url("resolve", flag), seen(flag, **ending), follow=True)

    first = client.post("/queue/undo/", undo_of(page), follow=True)
    second = client.post("/queue/undo/", undo_of(page), follow=True)

    assert "Undone." in text(first)
    assert "Undone." in text(second)
    assert names(client.get("/queue/").text) == ["Ada"]
    assert FlagEvent.objects.filter(kind=FlagEventKind.UNDONE).count() == 1


def test_undoing_too_late_says_so_and_changes_nothing(client, nurse, monkeypatch):
    page = client.post(url("claim", make_case()), follow=True)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(seconds=30))

    response = client.post("/queue/undo/", undo_of(page), follow=True)

    assert "Too late to undo" in text(response)
    assert FollowUp.objects.get().owner == nurse


def test_nobody_else_can_take_a_step_back(client, nurse):
    step = undo_of(client.post(url("claim", make_case()), follow=True))
    client.force_login(make_user("nurse"))

    for odd in (step, {"step": "x" * 5000}, {}):
        page = client.post("/queue/undo/", odd, follow=True)
        assert "There is nothing to undo." in text(page)
    assert FollowUp.objects.get().owner == nurse


# --- parts of the page -----------------------------------------------------------------


def test_opening_a_case_brings_the_case_alone(client, nurse):
    flag = make_case(name="Opened")
    make_case(name="Beside")

    response = client.get(url("case", flag), **as_part())

    assert 'id="case"' in response.text
    assert "Opened Lovelace" in response.text
    assert "Beside" not in response.text
    entry = Entry.objects.filter(what="followups:case").latest("pk")
    assert entry.patients == [flag.surgery.patient_id]


def test_another_list_brings_the_list_its_numbers_and_no_case(client, nurse):
    make_case()

    response = client.get("/queue/?view=mine", **as_part("qlist"))

    assert "<html" not in response.text
    assert 'id="facets" hx-swap-oob="true"' in response.text
    assert "No case is open" in response.text
    assert "This list is empty" in response.text


def test_a_step_brings_the_next_case_and_takes_the_line_away(client, nurse):
    flag, following = make_case(Severity.URGENT, name="First"), make_case(name="Second")
    ending = {"disposition": "advice", "next_step": "", "note": "", "flags": [flag.pk]}

    response = client.post(url("resolve", flag), seen(flag, **ending), **as_part())

    assert response.status_code == 200
    assert response["HX-Push-Url"] == url("case", following)
    assert f'<li id="row-{case_of(flag).pk}" hx-swap-oob="delete">' in response.text
    assert f'data-case="{case_of(following).pk}"' in response.text
    assert 'id="qsum" hx-swap-oob="true">1' in response.text


def test_a_claim_brings_the_line_with_its_new_owner(client, nurse):
    flag = make_case()

    response = client.post(url("claim", flag), **as_part())

    row = BeautifulSoup(response.content, "html.parser").find(id=f"row-{case_of(flag).pk}")
    assert row["hx-swap-oob"] == "true"
    assert "You" in row.find(class_="who").text


def test_a_form_that_is_refused_comes_back_as_a_part_too(client, nurse):
    flag = make_case()

    response = client.post(url("snooze", flag), snoozing(flag, reason=""), **as_part())

    assert response.status_code == 422
    assert response.text.count("<html") == 0
    assert "Say why it can wait" in response.text


# --- what changed meanwhile ------------------------------------------------------------


def test_a_page_that_is_open_learns_of_new_cases_times_and_owners(client, nurse):
    flag = make_case()
    page = client.get("/queue/")
    mark = page.context["mark"]
    later = make_case(Severity.URGENT)
    cases.claim(case_of(flag), by=make_user(title="Dr", last_name="Bjornstad"), now=NOW)

    response = client.get(f"/queue/changes/?since={mark}", **as_part("poll"))

    arrivals = BeautifulSoup(response.content, "html.parser").find(id="arrivals")
    assert f"{case_of(later).pk}:urgent" in arrivals["data-cases"].split()
    assert "Dr Bjornstad" in response.text
    assert "Lovelace" not in response.text


def test_a_page_that_is_open_learns_that_the_data_is_old(client, nurse):
    response = client.get("/queue/changes/", **as_part("poll"))

    assert 'id="heartbeat" hx-swap-oob="true"' in response.text
    assert "The automatic check is not running." in response.text


def test_nothing_new_is_said_where_the_list_is_the_same(client, nurse):
    make_case()
    mark = client.get("/queue/").context["mark"]

    response = client.get(f"/queue/changes/?since={mark}", **as_part("poll"))

    assert 'data-cases=""' in response.text


def test_asking_for_changes_leaves_no_entry_and_costs_the_same_for_any_list(client, nurse):
    for number in range(6):
        make_case(name=f"N{number}")
    before = Entry.objects.count()

    with queries(POLL_QUERIES):
        client.get("/queue/changes/", **as_part("poll"))

    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "query", ["since=%F0%9F%92%A9", "view=x&since=" + "9" * 3000, "view=waiting"]
)
def test_odd_questions_about_changes_are_answered(client, nurse, query):
    assert client.get(f"/queue/changes/?{query}").status_code == 200


# --- the list as a file ----------------------------------------------------------------


def test_a_list_is_saved_as_a_file_without_names(client, nurse):
    flag = make_case(Severity.URGENT, name="=cmd|x!A1")
    make_case(name="Other")

    response = client.post("/queue/export/", {"severity": "urgent"})

    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [row["record number"] for row in rows] == [flag.surgery.patient.mrn]
    assert rows[0]["severity"] == "Urgent"
    assert "cmd" not in response.text
    assert "Lovelace" not in response.text
    assert "attachment" in response["Content-Disposition"]
    assert Entry.objects.filter(what="queue exported", user=nurse).count() == 1


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_whoever_does_not_review_saves_no_list(client, role):
    client.force_login(make_user(role))

    assert client.post("/queue/export/").status_code == 403
