"""The review queue as staff see it: the order, one case, and the work on it."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from followups.choices import (
    ContactMethod,
    ContactOutcome,
    Disposition,
    Family,
    NextStep,
    Rule,
    Severity,
)
from followups.forms.queue import Place
from followups.models import ContactAttempt, Flag, FollowUp
from followups.services import cases, contacts, ranks
from followups.views import reading
from patients import services as records
from tests.counting import AUDIT, REACH, queries
from tests.factories import (
    at,
    make_clinic,
    make_flag,
    make_patient,
    make_report,
    make_surgery,
    make_user,
    store_report,
)

pytestmark = pytest.mark.django_db

NOW = at(60, 14)
PHONE, REACHED = ContactMethod.PHONE, ContactOutcome.REACHED
NO_ANSWER = ContactOutcome.NO_ANSWER
LIST_QUERIES = 8 + REACH + AUDIT  # four for sign-in and frame, four for the list
CASE_QUERIES = LIST_QUERIES + 12


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def nurse(client):
    user = make_user("nurse", title="RN", last_name="Kowalczyk")
    client.force_login(user)
    return user


def case_of(flag: Flag) -> FollowUp:
    return FollowUp.objects.get(surgery=flag.surgery_id)


def make_case(severity=Severity.SOON, *, raised_at=None, hours=72, name="Ada", **facts) -> Flag:
    raised_at = raised_at or NOW - timedelta(hours=1)
    patient = make_patient(given_name=name)
    surgery = make_surgery(patient, **facts.pop("surgery", {}))
    return make_flag(
        surgery,
        severity=severity,
        raised_at=raised_at,
        respond_by=raised_at + timedelta(hours=hours),
        **facts,
    )


def url(step: str, flag: Flag) -> str:
    return reverse(f"followups:{step}", args=[case_of(flag).pk])


def names(page: str) -> list[str]:
    """Return the names of the rows in their order."""
    parts = page.split('<a class="open"')[1:]
    return [part.split("</span>")[1].split(" Lovelace")[0] for part in parts]


def text(response) -> str:
    return " ".join(unescape(response.text).split())


def resolution(flag: Flag, **changes) -> dict[str, object]:
    return {
        "version": case_of(flag).version,
        "flags": [flag.pk],
        "disposition": Disposition.ADVICE.value,
        "next_step": "",
        "note": "Called; will rest.",
    } | changes


# --- the list ------------------------------------------------------------------------


def test_the_most_pressing_case_comes_first(client, nurse):
    make_case(Severity.ROUTINE, name="Routine")
    make_case(Severity.SOON, name="Fresh")
    make_case(Severity.SOON, name="Waiting", raised_at=NOW - timedelta(hours=70))
    make_case(Severity.EMERGENCY, name="Emergency", hours=1)
    for follow_up in FollowUp.objects.all():
        ranks.refresh(follow_up, now=NOW)

    page = client.get("/queue/").text

    assert names(page) == ["Emergency", "Waiting", "Fresh", "Routine"]


def test_a_row_says_who_why_and_how_long(client, nurse):
    surgeon = make_user("surgeon", title="Dr", last_name="Reyes-Holm")
    make_case(surgery={"surgeon": surgeon, "levels": ["L4-L5", "L5-S1"]})

    page = text(client.get("/queue/"))

    for said in (
        "Soon: </span>Ada Lovelace",
        "50 F",
        "Back pain 5/10 beyond 8 weeks.",
        "TLIF L4–S1 · week 8 · Dr Reyes-Holm",
        "2 d 23 h left",
        "Unclaimed",
    ):
        assert said in page


def test_a_case_past_its_target_says_so_in_words(client, nurse):
    make_case(Severity.URGENT, raised_at=NOW - timedelta(hours=25, minutes=7), hours=24)

    page = text(client.get("/queue/"))

    assert '<b class="past">1 h 07 m over</b>' in page
    assert "1 past target" in page


def test_only_documented_contact_takes_a_case_out_of_the_list(client, nurse):
    flag = make_case()
    cases.acknowledge(case_of(flag), by=nurse, version=case_of(flag).version, now=NOW)
    assert names(client.get("/queue/").text) == ["Ada"]

    contacts.record(case_of(flag), by=nurse, method=PHONE, outcome=REACHED, now=NOW)

    assert names(client.get("/queue/").text) == []
    assert names(client.get("/queue/?view=contacted").text) == ["Ada"]


def test_an_attempt_without_an_answer_leaves_the_case_where_it_is(client, nurse):
    flag = make_case()

    contacts.record(case_of(flag), by=nurse, method=PHONE, outcome=NO_ANSWER, now=NOW)

    assert names(client.get("/queue/").text) == ["Ada"]


def test_lists_by_owner(client, nurse):
    cases.claim(case_of(make_case(name="Mine")), by=nurse, now=NOW)
    cases.claim(case_of(make_case(name="Hers")), by=make_user(), now=NOW)
    make_case(name="Nobodys")

    assert names(client.get("/queue/?view=mine").text) == ["Mine"]
    assert names(client.get("/queue/?view=unclaimed").text) == ["Nobodys"]


def test_the_list_narrows_to_a_severity_and_to_any_open_reason(client, nurse):
    make_case(Severity.URGENT, name="Urgent")
    both = make_case(Severity.SOON, name="Both")
    make_flag(both.surgery, family=Family.NERVE, rule=Rule.NEURO_PAIN, raised_at=NOW)

    assert names(client.get("/queue/?severity=urgent").text) == ["Urgent"]
    assert names(client.get("/queue/?family=nerve").text) == ["Both"]
    assert "No cases match" in client.get("/queue/?family=nerve&severity=urgent").text


def test_what_was_resolved_today_is_listed_with_how_it_ended(client, nurse):
    flag = make_case()
    client.post(url("resolve", flag), resolution(flag))

    page = text(client.get("/queue/?view=resolved-today"))

    assert names(page) == ["Ada"]
    assert "Advice given; next: continue routine follow-up" in page


def test_what_was_resolved_before_midnight_is_not_todays(client, nurse):
    flag = make_case()
    yesterday = at(59, 23)
    cases.resolve(
        case_of(flag),
        flags=[flag],
        by=nurse,
        disposition=Disposition.ADVICE,
        next_step=NextStep.NONE,
        note="",
        version=case_of(flag).version,
        now=yesterday,
    )

    assert names(client.get("/queue/?view=resolved-today").text) == []


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense",
        "view=OPEN",
        "severity=4",
        "family=%27%20OR%201=1",
        "after=1-2-3",
        "after=4-0-0-0-99999999999999999-1-1",
        "after=4-0-0-0-0-0-999999999999999999",
        "after=٤-0-0-0-0-1-1",  # Arabic digits
        "after=" + "9" * 5000,
        "view=open&view=mine",
        "unknown=1",
        "view=%F0%9F%92%A9&severity=%ff%fe",
    ],
)
def test_odd_addresses_show_a_list_not_an_error(client, nurse, query):
    make_case()

    assert client.get(f"/queue/?{query}").status_code == 200


def test_an_unknown_filter_is_left_out_and_said(client, nurse):
    make_case()

    page = client.get("/queue/?view=nonsense").text

    assert names(page) == ["Ada"]
    assert "not known here and was left out" in page


def test_an_empty_queue_promises_nothing(client, nurse):
    page = client.get("/queue/").text

    assert "Nobody is waiting for contact" in page
    assert "may be missing" in page  # no sweep has ever run


def test_following_the_next_page_shows_every_case_once(client, nurse, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 3)
    for number in range(8):  # some differ in their id alone
        make_case(
            Severity.SOON if number % 3 else Severity.URGENT,
            raised_at=NOW - timedelta(hours=number // 3),
        )

    seen: list[int] = []
    query = "?"
    while query:
        response = client.get(f"/queue/{query}")
        seen += [row.pk for row in response.context["rows"]]
        query = response.context["next_page"]

    assert seen == list(FollowUp.objects.queue().values_list("pk", flat=True))
    assert len(seen) == 8


def test_a_place_in_the_queue_survives_its_address(nurse):
    place = Place.of(case_of(make_case()))

    assert Place.parse(str(place)) == place


@pytest.mark.parametrize("rows", [1, 12])
def test_the_list_costs_the_same_whatever_its_length(client, nurse, rows):
    for number in range(rows):
        flag = make_case(name=f"N{number}")
        store_report(flag.surgery, day=50, pain_back=5, pain_leg=2)
        cases.claim(case_of(flag), by=make_user(), now=NOW)

    with queries(LIST_QUERIES):
        client.get("/queue/")


@pytest.mark.parametrize("rows", [1, 12])
def test_a_case_costs_the_same_whatever_its_history(client, nurse, rows):
    flag = make_case()
    for number in range(rows):
        store_report(flag.surgery, day=20 + number, pain_back=5)
        contacts.record(case_of(flag), by=make_user(), method=PHONE, outcome=NO_ANSWER, now=NOW)

    with queries(CASE_QUERIES):
        client.get(url("case", flag))


# --- who may see what ----------------------------------------------------------------


def test_another_clinics_case_is_as_unknown_as_any_other_number(client, nurse):
    elsewhere = make_clinic()
    flag = make_flag(make_surgery(make_patient(clinic=elsewhere)))
    unknown = reverse("followups:case", args=[999_999_999])

    theirs, nobodys = client.get(url("case", flag)), client.get(unknown)

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text == nobodys.text
    assert client.get("/queue/").context["rows"] == []


@pytest.mark.parametrize("step", ["claim", "release", "acknowledge", "contact", "resolve"])
def test_another_clinics_case_cannot_be_worked_on(client, nurse, step):
    flag = make_flag(make_surgery(make_patient(clinic=make_clinic())))

    assert client.post(url(step, flag), resolution(flag)).status_code == 404
    flag.refresh_from_db()
    assert flag.is_open
    assert flag.acknowledged_at is None


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_other_roles_do_not_review(client, role):
    client.force_login(make_user(role))

    assert client.get("/queue/").status_code == 403


def test_strangers_are_asked_to_sign_in(client):
    assert client.get("/queue/").url == "/signin/?next=/queue/"


@pytest.mark.parametrize("step", ["claim", "release", "acknowledge"])
def test_a_link_changes_nothing(client, nurse, step):
    assert client.get(url(step, make_case())).status_code == 405


# --- one case ------------------------------------------------------------------------


def test_a_case_shows_its_reason_rule_and_options(client, nurse):
    surgery = make_surgery()
    make_report(surgery, day=10, pain_back=6, saddle=True, bladder=False)

    page = text(
        client.get(reverse("followups:case", args=[FollowUp.objects.get(surgery=surgery).pk]))
    )

    for said in (
        "New saddle numbness on POD 10.",
        "Possible cauda equina or cord compression (EMG-CES)",
        "saddle numbness: yes",
        "Emergency: rule, source and limits",
        "Emergency MRI, CT myelogram if MRI is impossible",
        "Haematoma",
        "Your judgment decides.",
        "Answered no to: new bladder trouble.",
        "Why Emergency:",
    ):
        assert said in page


def test_silence_of_the_rules_is_never_called_good_news(client, nurse):
    surgery = make_surgery()
    make_report(surgery, day=10, pain_back=1, weak="new", saddle=False)

    page = text(
        client.get(reverse("followups:case", args=[FollowUp.objects.get(surgery=surgery).pk]))
    )

    assert "No rule fired for:" in page
    assert "could not be judged" in page
    for word in ("on track", "all clear", "no problem", 'circle-check"/>'):
        assert word not in page.split('id="case"')[1]


def test_the_score_stands_beside_its_four_parts(client, nurse):
    flag = make_case(Severity.URGENT, hours=24)

    page = text(client.get(url("case", flag)))

    assert "Place in the queue 3000:" in page
    for part in ("Severity Urgent (3000)", "Time used under 25% (0)", "Risk points 0 (0)"):
        assert part in page


def test_what_nobody_recorded_is_said_to_be_unknown(client, nurse):
    flag = make_case()
    records.record_risks(
        flag.surgery.patient, facts={"smoking": "current"}, recorded_on=at(0).date()
    )

    page = text(client.get(url("case", flag)))

    assert "Smokes now" in page
    assert "Not recorded: diabetes" in page
    assert "Not recorded: smoking" not in page


def test_the_latest_answers_stand_beside_those_before(client, nurse):
    flag = make_case()
    store_report(flag.surgery, day=50, pain_back=3, numb="none")
    store_report(flag.surgery, day=57, pain_back=7, message="It came <b>back</b>.")

    response = client.get(url("case", flag))
    pain, numb = (
        next(each for each in response.context["case"].answers if each.label.startswith(start))
        for start in ("Back pain", "Numbness")
    )

    assert (pain.now, pain.before, pain.direction) == ("7", "3", "up")
    assert (numb.now, numb.before, numb.has_changed) == ("not answered", "None", False)
    assert "It came &lt;b&gt;back&lt;/b&gt;." in response.text


def test_names_are_escaped(client, nurse):
    flag = make_case(name="<img src=x>")

    assert "<img" not in client.get(url("case", flag)).text


def test_pages_carry_no_inline_style_or_script(client, nurse):
    flag = make_case()
    store_report(flag.surgery, day=50, pain_back=3)

    for step in ("case", "contact", "resolve"):
        page = client.get(url(step, flag)).text
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


def test_a_closed_case_still_opens(client, nurse):
    flag = make_case()
    client.post(url("resolve", flag), resolution(flag))

    page = text(client.get(url("case", flag)))

    assert "Nothing is open in this case." in page
    assert "Called; will rest." in page
    assert client.get(url("resolve", flag)).status_code == 200


def test_a_case_before_any_report_opens(client, nurse):
    surgery = make_surgery()
    make_flag(surgery)

    page = client.get(
        reverse("followups:case", args=[FollowUp.objects.get(surgery=surgery).pk])
    ).text

    assert "No check-in has been answered yet." in page
    assert "No pain score reported since surgery." in page


# --- working a case ------------------------------------------------------------------


def test_claiming_makes_the_case_mine_until_it_is_released(client, nurse):
    flag = make_case()

    client.post(url("claim", flag))
    client.post(url("claim", flag))  # a double click
    assert FollowUp.objects.get().owner == nurse

    client.post(url("release", flag))
    assert FollowUp.objects.get().owner is None


def test_a_case_a_colleague_claimed_first_stays_theirs(client, nurse):
    flag, colleague = make_case(), make_user(last_name="Bjornstad", first_name="Siri")
    cases.claim(case_of(flag), by=colleague, now=NOW)

    response = client.post(url("claim", flag))

    assert response.status_code == 409
    assert "S. Bjornstad claimed this case" in text(response)
    assert FollowUp.objects.get().owner == colleague


def test_acknowledging_leaves_the_clock_running(client, nurse):
    flag = make_case()

    client.post(url("acknowledge", flag), {"version": case_of(flag).version})

    flag.refresh_from_db()
    assert flag.acknowledged_at == NOW
    assert flag.contacted_at is None


def test_a_documented_contact_stops_the_clock(client, nurse):
    flag = make_case()
    attempt = {"method": "phone", "outcome": "reached", "note": "Feels better."}

    response = client.post(url("contact", flag), attempt, follow=True)

    flag.refresh_from_db()
    assert flag.contacted_at == NOW
    assert "The response clock has stopped." in response.text
    assert "Feels better." in response.text


def test_the_same_contact_sent_twice_is_one_contact(client, nurse):
    flag = make_case()
    attempt = {"method": "phone", "outcome": "no_answer", "note": ""}

    client.post(url("contact", flag), attempt)
    client.post(url("contact", flag), attempt)

    assert ContactAttempt.objects.count() == 1


def test_a_contact_without_an_outcome_is_refused_and_keeps_the_note(client, nurse):
    flag = make_case()

    response = client.post(url("contact", flag), {"method": "phone", "note": "Long talk."})

    assert response.status_code == 422
    assert "Choose what happened" in response.text
    assert "Long talk." in response.text
    assert not ContactAttempt.objects.exists()


def test_resolving_closes_the_flag_and_opens_the_next_case(client, nurse):
    flag = make_case(Severity.URGENT, name="First")
    following = make_case(Severity.SOON, name="Second")

    response = client.post(url("resolve", flag), resolution(flag))

    flag.refresh_from_db()
    assert (flag.disposition, flag.closed_by) == (Disposition.ADVICE, nurse)
    assert flag.note == "Called; will rest."
    assert response.url == url("case", following)


def test_resolving_the_last_case_leads_back_to_the_list(client, nurse):
    flag = make_case()

    response = client.post(url("resolve", flag) + "?severity=soon", resolution(flag))

    assert response.url == "/queue/?severity=soon"


def test_the_next_case_is_the_next_of_the_list_in_use(client, nurse):
    flag = make_case(Severity.URGENT, name="First")
    make_case(Severity.URGENT, name="Other severity's")
    soon = make_case(Severity.SOON, name="Soon")
    cases.claim(case_of(soon), by=nurse, now=NOW)

    response = client.post(url("resolve", flag) + "?view=mine", resolution(flag))

    assert response.url == url("case", soon) + "?view=mine"


@pytest.mark.parametrize(
    ("disposition", "chosen", "stored"),
    [
        ("imaging", "", "imaging"),
        ("admitted", "", "emergency_care"),
        ("seen_no_action", "", "routine_follow_up"),
        ("imaging", "visit", "visit"),
    ],
)
def test_the_next_step_follows_from_the_ending_unless_chosen(
    client, nurse, disposition, chosen, stored
):
    flag = make_case()

    client.post(url("resolve", flag), resolution(flag, disposition=disposition, next_step=chosen))

    flag.refresh_from_db()
    assert flag.next_step == stored


def test_a_resolution_without_an_ending_is_refused_and_keeps_what_was_typed(client, nurse):
    flag = make_case()

    response = client.post(url("resolve", flag), resolution(flag, disposition=""))

    flag.refresh_from_db()
    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert "Called; will rest." in response.text
    assert flag.is_open


def test_the_system_s_own_endings_cannot_be_chosen(client, nurse):
    flag = make_case()

    response = client.post(url("resolve", flag), resolution(flag, disposition="cleared"))

    assert response.status_code == 422


def test_an_emergency_needs_the_word_of_somebody_that_the_patient_is_safe(client, nurse):
    flag = make_case(Severity.EMERGENCY, hours=1)

    assert client.post(url("resolve", flag), resolution(flag)).status_code == 422
    client.post(
        url("resolve", flag), resolution(flag, safe_confirmed_by="Dr Bjornstad, seen in A&E")
    )

    flag.refresh_from_db()
    assert flag.note == (
        "Patient safe, confirmed by: Dr Bjornstad, seen in A&E. Called; will rest."
    )


def test_other_cases_are_not_asked_for_it(client, nurse):
    assert "safe_confirmed_by" not in client.get(url("resolve", make_case())).text


def test_one_flag_of_several_can_be_closed(client, nurse):
    pain = make_case()
    nerve = make_flag(pain.surgery, family=Family.NERVE, rule=Rule.NEURO_PAIN, raised_at=NOW)

    response = client.post(url("resolve", pain), resolution(pain))

    nerve.refresh_from_db()
    assert nerve.is_open
    assert response.url == url("case", pain)


def test_another_case_s_flag_cannot_be_closed_along(client, nurse):
    flag, other = make_case(), make_case()

    response = client.post(url("resolve", flag), resolution(flag, flags=[flag.pk, other.pk]))

    other.refresh_from_db()
    assert response.status_code == 422
    assert other.is_open


def test_a_colleague_who_was_first_is_named_and_the_note_is_kept(client, nurse):
    flag = make_case()
    stale = resolution(flag)
    colleague = make_user(last_name="Bjornstad", first_name="Siri")
    seen = {"version": case_of(flag).version, "now": NOW - timedelta(minutes=5)}
    cases.acknowledge(case_of(flag), by=colleague, **seen)

    response = client.post(url("resolve", flag), stale)

    flag.refresh_from_db()
    assert response.status_code == 409
    assert flag.is_open
    assert "Acknowledged: Pain (S. Bjornstad, 5 min ago)" in text(response)
    assert "Called; will rest." in response.text
    assert f'name="version" value="{FollowUp.objects.get().version}"' in response.text

    again = client.post(url("resolve", flag), resolution(Flag.objects.get()))
    assert again.status_code == 302


def test_a_case_a_colleague_resolved_shows_how_and_keeps_the_note(client, nurse):
    flag = make_case()
    stale = resolution(flag)
    colleague = make_user(last_name="Bjornstad", first_name="Siri")
    cases.resolve(
        case_of(flag),
        flags=[flag],
        by=colleague,
        disposition=Disposition.IMAGING,
        next_step=NextStep.IMAGING,
        note="",
        version=case_of(flag).version,
        now=NOW,
    )

    response = client.post(url("resolve", flag), stale)

    flag.refresh_from_db()
    assert response.status_code == 409
    assert flag.closed_by == colleague
    assert "Imaging arranged, next: Imaging (S. Bjornstad, just now)" in text(response)
    assert "Called; will rest." in response.text


def test_a_newer_answer_is_seen_before_a_case_is_closed(client, nurse):
    surgery = make_surgery()
    make_report(surgery, day=10, weak="new")
    stale = resolution(surgery.flags.get())
    make_report(surgery, day=14, saddle=True)

    response = client.post(
        reverse("followups:resolve", args=[FollowUp.objects.get(surgery=surgery).pk]), stale
    )

    assert response.status_code == 409
    assert "New saddle numbness" in response.text


def test_a_second_click_on_save_does_no_harm(client, nurse):
    flag = make_case()
    form = resolution(flag)

    first, second = (client.post(url("resolve", flag), form) for _ in range(2))

    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert flag.events.filter(kind="resolved").count() == 1


@pytest.mark.parametrize(
    "odd", [{"version": "x"}, {"version": ""}, {"version": "9" * 400}, {"flags": ["x"]}]
)
def test_odd_forms_are_answered_not_crashed(client, nurse, odd):
    flag = make_case()

    response = client.post(url("resolve", flag), resolution(flag, **odd))

    assert response.status_code in (409, 422)


def test_text_that_no_database_can_hold_is_refused(client, nurse):
    flag = make_case()

    response = client.post(url("resolve", flag), resolution(flag, note="a\x00b"))

    assert response.status_code == 422


def test_a_flag_can_come_back_after_it_was_closed(client, nurse):
    surgery = make_surgery()
    make_report(surgery, day=10, weak="new")
    flag = surgery.flags.get()
    client.post(url("resolve", flag), resolution(flag))

    make_report(surgery, day=14, weak="worse")

    assert len(client.get("/queue/").context["rows"]) == 1
