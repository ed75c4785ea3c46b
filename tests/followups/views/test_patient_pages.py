"""The patient list and the patient page, as staff see them."""

from copy import copy
from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from clinic.staff.models import Role
from followups.charts import RecoveryChart
from followups.choices import ContactMethod, ContactOutcome, Disposition, FlagEventKind, Severity
from followups.models import CheckIn, FollowUp, Lesson, Visit
from followups.services import contacts, flag_events, notes, plans, visits
from patients.models import ImagingStudy, Patient, Surgery
from tests.counting import AUDIT, REACH, captured
from tests.factories import (
    OPERATED,
    at,
    make_clinic,
    make_expected_range,
    make_flag,
    make_follow_up,
    make_patient,
    make_report,
    make_surgery,
    make_user,
    store_report,
    surgery_facts,
    the_clinic,
)

pytestmark = pytest.mark.django_db

# What the frame of every staff page may ask for itself: clinic, heartbeat, queue count.
FRAME_QUERIES = 3 + REACH + AUDIT


@pytest.fixture(autouse=True)
def _day_80(monkeypatch):
    """It is day 80 after the operation everybody had."""
    monkeypatch.setattr(timezone, "now", lambda: at(80))


@pytest.fixture
def nurse(client):
    user = make_user("nurse")
    client.force_login(user)
    return user


def queries_of(client, where):
    with captured() as found:
        assert client.get(where).status_code == 200
    return len(found)


def part_of(response, part="main"):
    return BeautifulSoup(response.content, "html.parser").select(part)[0]


def text_of(response, part="main"):
    return " ".join(part_of(response, part).get_text(" ").split())


def names_in(response):
    return [link.get_text() for link in part_of(response).select("td a.nm")]


def address(name, *ids):
    return reverse(f"patients:{name}", args=ids)


# --- Who may see what ------------------------------------------------------------------


def test_the_list_is_for_those_who_sign_in(client):
    response = client.get(address("list"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("signin"))


@pytest.mark.parametrize(
    ("role", "sees", "edits"),
    [
        (Role.NURSE, 200, 200),
        (Role.SURGEON, 200, 200),
        (Role.AUDITOR, 200, 403),
        (Role.ADMINISTRATOR, 403, 403),
    ],
)
def test_auditors_read_and_administrators_do_not(client, role, sees, edits):
    patient = make_patient()
    client.force_login(make_user(role))

    assert client.get(address("list")).status_code == sees
    assert client.get(address("detail", patient.pk)).status_code == sees
    assert client.get(address("register")).status_code == edits
    assert client.get(address("edit", patient.pk)).status_code == edits


def test_a_reader_is_offered_nothing_to_change(client):
    surgery = make_follow_up().surgery
    client.force_login(make_user(Role.AUDITOR))

    page = client.get(address("detail", surgery.patient_id)).content.decode()

    assert "/edit/" not in page
    assert "/ask/" not in page
    assert "/visit/" not in page


@pytest.fixture
def elsewhere():
    """The ids of a record in another clinic."""
    surgery = make_surgery(make_patient(clinic=make_clinic()))
    make_follow_up(surgery)
    return {
        "pk": surgery.patient_id,
        "surgery_pk": surgery.pk,
        "visit_pk": Visit.objects.filter(surgery=surgery)[0].pk,
        "check_in_pk": CheckIn.objects.filter(surgery=surgery)[0].pk,
    }


@pytest.mark.parametrize(
    ("name", "ids", "method"),
    [
        ("detail", ["pk"], "get"),
        ("edit", ["pk"], "get"),
        ("edit", ["pk"], "post"),
        ("status", ["pk"], "post"),
        ("surgery_new", ["pk"], "post"),
        ("surgery_edit", ["pk", "surgery_pk"], "post"),
        ("ask", ["pk", "surgery_pk"], "post"),
        ("unlock", ["pk", "check_in_pk"], "post"),
        ("visit", ["pk", "visit_pk"], "get"),
        ("visit_book", ["pk", "visit_pk"], "post"),
        ("visit_complete", ["pk", "visit_pk"], "post"),
        ("visit_no_show", ["pk", "visit_pk"], "post"),
        ("visit_cancel", ["pk", "visit_pk"], "post"),
    ],
)
def test_another_clinics_record_is_as_unknown_as_none(client, elsewhere, name, ids, method):
    make_clinic(code="ours")
    client.force_login(make_user("nurse", clinic=make_clinic()))
    call = getattr(client, method)

    theirs = call(address(name, *(elsewhere[each] for each in ids)))
    nobodys = call(address(name, *(10**17 for _ in ids)))

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert text_of(theirs) == text_of(nobodys)


@pytest.mark.parametrize(
    ("name", "others"), [("surgery_edit", "surgery_pk"), ("visit", "visit_pk")]
)
def test_a_record_is_not_reached_through_another_patient(client, nurse, name, others):
    surgery = make_follow_up().surgery
    ids = {"surgery_pk": surgery.pk, "visit_pk": Visit.objects.filter(surgery=surgery)[0].pk}
    stranger = make_patient()

    assert client.get(address(name, stranger.pk, ids[others])).status_code == 404


@pytest.mark.parametrize("pk", ["1_0", "١٢", "1.5", "abc", "-1", "9" * 5000])
def test_an_id_is_plain_digits(client, nurse, pk):
    assert client.get(f"/patients/{pk}/").status_code == 404


# --- The list --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["MRN-7", "mrn-7", "grace", "HOPP", "Grace Hopper", "hop gra"])
def test_a_patient_is_found_by_record_number_or_the_start_of_names(client, nurse, text):
    make_patient(mrn="MRN-77", given_name="Grace", family_name="Hopper")
    make_patient(mrn="X-1", given_name="Ada", family_name="Lovelace")

    response = client.post(address("list"), {"q": text})

    assert names_in(response) == ["Hopper, Grace"]


def test_the_list_says_where_each_patient_is(client, nurse):
    surgery = make_surgery(make_patient(given_name="Grace", family_name="Hopper"))
    make_flag(surgery, severity=Severity.URGENT)
    store_report(surgery, day=77)

    found = text_of(client.get(address("list")))

    assert "Hopper, Grace 50 F" in found
    assert "TLIF L4–L5 , week 11" in found
    assert "May 18" in found
    assert "Urgent" in found


def test_a_patient_without_an_operation_or_a_report_says_so(client, nurse):
    make_patient()

    found = text_of(client.get(address("list")))

    assert "No operation recorded" in found
    assert "No report yet" in found


def test_the_list_can_be_narrowed_to_a_status(client, nurse):
    make_patient(family_name="Stays")
    left = make_patient(family_name="Left")
    plans.change_status(left, status="transferred", since=OPERATED, now=at(80))

    found = text_of(client.get(address("list"), {"status": "transferred"}))

    assert "Left," in found
    assert "Stays," not in found


def many_patients(count):
    """Register patients at once; every forty of them share their names."""
    return Patient.objects.bulk_create(
        Patient(
            clinic=the_clinic(),
            mrn=f"MANY-{number}",
            family_name=f"Name{number % 40:02}",
            given_name="Ada",
            date_of_birth=OPERATED - timedelta(days=20_000),
        )
        for number in range(count)
    )


def test_paging_shows_everybody_once_in_the_order_of_names(client, nurse):
    many_patients(110)

    shown, after = [], ""
    while True:
        response = client.get(address("list"), {"after": after})
        shown += [row.pk for row in response.context["rows"]]
        after = response.context["after"]
        if after is None:
            break

    by_name = Patient.objects.order_by("family_name", "pk").values_list("pk", flat=True)
    assert shown == list(by_name)


def test_paging_behind_another_clinics_patient_is_not_found(client, nurse):
    stranger = make_patient(clinic=make_clinic())

    assert client.get(address("list"), {"after": stranger.pk}).status_code == 404


def test_a_search_leaves_no_name_in_an_address(client, nurse):
    make_patient(family_name="Hopper")

    response = client.post(address("list"), {"q": "hopper"})

    assert [form["method"] for form in part_of(response).find_all("form")] == ["post"]
    assert "q=" not in response.content.decode()


def test_more_than_are_shown_is_said(client, nurse):
    for number in range(26):
        make_patient(family_name="Smith", given_name=f"Ada{number}")

    response = client.post(address("list"), {"q": "smith"})

    assert len(names_in(response)) == 25
    assert "More than 25 fit" in text_of(response)


@pytest.mark.parametrize("text", [*"%_\\'([?*é名", "a%e", "l_e", "%%%", "' OR 1=1 --"])
def test_a_sign_is_no_wildcard(client, nurse, text):
    make_patient(given_name="Ada")

    response = client.post(address("list"), {"q": text})

    assert response.status_code == 200
    assert "Nobody found" in text_of(response)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "a\ue000b"},
        {"q": "word " * 2000},
        {"q": "x" * 10_000},
        {"q": "1975-02-30"},
        {"q": "31 Feb 1975"},
        {"q": "13/13/1975"},
        {"q": "3/4/75"},
        {"status": "sleeping"},
        {"after": "1_0"},
        {"after": "١٢"},
        {"after": "9" * 19},
        {"after": "-1"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_list_nobody_could_mean_is_refused(client, nurse, asked, method):
    response = getattr(client, method)(address("list"), asked)

    assert response.status_code == 400
    assert "There is a problem" in text_of(response)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb"])
def test_a_search_with_control_characters_is_refused(client, nurse, text, method):
    assert getattr(client, method)(address("list"), {"q": text}).status_code == 400


def test_the_list_costs_the_same_for_any_number_of_patients(client, nurse):
    make_flag()
    at_first = queries_of(client, address("list"))

    surgeries = Surgery.objects.bulk_create(
        Surgery(clinic=patient.clinic, patient=patient, **surgery_facts())
        for patient in many_patients(60)
    )
    for surgery in surgeries:
        store_report(surgery, day=70)

    assert queries_of(client, address("list")) == at_first
    assert at_first <= 5 + FRAME_QUERIES


# --- The page --------------------------------------------------------------------------


def test_the_page_says_who_the_patient_is(client, nurse):
    surgery = make_surgery(make_patient(given_name="Grace", family_name="Hopper", mrn="M-1"))

    said = text_of(client.get(address("detail", surgery.patient_id)))

    assert "Grace Hopper 50 F , born Dec 10, 1975 Record M-1" in said
    assert "Asked by e-mail, English" in said
    assert "Week 11, day 3" in said


def test_what_nobody_recorded_is_not_known_rather_than_absent(client, nurse):
    surgery = make_surgery()

    said = text_of(client.get(address("detail", surgery.patient_id)))

    assert "Not known: smoking, diabetes, osteoporosis" in said


def rows_of(response, panel):
    """Return the rows of a table on the page, by their heads."""
    page = BeautifulSoup(response.content, "html.parser")
    return {
        row.select("th")[0].get_text(): [
            cell.get_text(" ", strip=True) for cell in row.find_all("td")
        ]
        for row in page.select(f"#{panel} tbody tr")
    }


def test_a_missed_check_in_is_drawn_as_missed(client, nurse):
    surgery = make_follow_up().surgery
    make_report(surgery, day=70, pain_back=2, numb="none")

    rows = rows_of(client.get(address("detail", surgery.patient_id)), "symptoms")

    assert rows["Numb or tingling"] == ["– missed"] * 10 + ["· none", "– missed"]


def test_only_answers_fill_the_symptom_table(client, nurse):
    surgery = make_surgery()
    store_report(surgery, day=70, numb="none", pain_leg=0)
    store_report(surgery, day=77, numb="new", numb_side="left")

    rows = rows_of(client.get(address("detail", surgery.patient_id)), "symptoms")

    assert rows["Numb or tingling"] == ["· none", "new L New, left, worse than before"]
    assert rows["Weakness"] == ["not asked", "not asked"]


def test_a_score_of_zero_is_a_score_and_a_missing_one_is_not(client, nurse):
    surgery = make_surgery()
    store_report(surgery, day=70, pain_leg=0)
    store_report(surgery, day=77, pain_back=3)

    rows = rows_of(client.get(address("detail", surgery.patient_id)), "recovery")

    assert rows == {"Leg pain": ["0", "– no score"], "Back pain": ["– no score", "3"]}


def test_an_open_flag_leads_to_its_case(client, nurse):
    flag = make_flag(severity=Severity.URGENT, explanation="Leg pain 7/10 again.")
    case = FollowUp.objects.get(surgery=flag.surgery)

    response = client.get(address("detail", flag.surgery.patient_id))

    assert "Urgent Leg pain 7/10 again." in text_of(response)
    assert reverse("followups:case", args=[case.pk]) in response.content.decode()


def test_the_timeline_tells_reports_flags_calls_and_visits(client, nurse):
    flag = make_flag()
    surgery = flag.surgery
    make_report(surgery, day=63, pain_back=5, message="It <b>hurts</b>.")
    contacts.record(
        FollowUp.objects.get(surgery=surgery),
        by=nurse,
        method=ContactMethod.PHONE,
        outcome=ContactOutcome.REACHED,
        note="Will rest.",
        now=at(65),
    )
    visit = Visit.objects.get(surgery=surgery, kind="6wk")
    visits.complete(visit, on=OPERATED + timedelta(days=44), now=at(66))

    response = client.get(address("detail", surgery.patient_id))
    said = text_of(response, "#timeline")

    assert "Check-in answered Back pain 5. “It <b>hurts</b>.”" in said
    assert "Phone: reached" in said
    assert "Will rest." in said
    assert "6-week visit took place" in said
    assert "Surgery: TLIF" in said


def test_the_timeline_can_be_narrowed(client, nurse):
    surgery = make_follow_up().surgery
    make_report(surgery, day=3, pain_back=5)

    response = client.get(address("detail", surgery.patient_id), {"show": "visits"})

    assert "Nothing of this kind yet." in text_of(response, "#timeline")


def test_the_plan_says_what_is_due_overdue_and_booked(client, nurse):
    surgery = make_follow_up().surgery
    booked = Visit.objects.get(surgery=surgery, kind="3mo")
    visits.book(booked, booked_for=at(90, 9), now=at(70))

    response = client.get(address("detail", surgery.patient_id))
    said = text_of(response, "#plan")

    assert "2-week visit Overdue 59 days" in said
    assert "3-month visit Booked May 31, 9:00 AM" in said
    assert "6-month visit Planned Window Aug 1 to Sep 30" in said
    assert "Answered 0 of 13 check-ins, missed 13. Next May 25." in said


def test_several_operations_can_be_looked_at(client, nurse):
    patient = make_patient()
    make_surgery(patient, performed_on=OPERATED - timedelta(days=900), levels=["C5-C6"])
    latest = make_surgery(patient)
    earlier = Surgery.objects.exclude(pk=latest.pk).get()

    assert client.get(address("detail", patient.pk)).context["surgery"] == latest
    asked = client.get(address("detail", patient.pk), {"surgery": earlier.pk})
    assert asked.context["surgery"] == earlier


@pytest.mark.parametrize("pk", ["", "abc", "1_0", "١", "9" * 19, "99999"])
def test_an_operation_that_is_not_this_patients_is_not_found(client, nurse, pk):
    patient = make_surgery().patient

    assert client.get(address("detail", patient.pk), {"surgery": pk}).status_code == 404


def test_a_patient_without_an_operation_is_led_to_recording_it(client, nurse):
    patient = make_patient()

    response = client.get(address("detail", patient.pk))

    assert "No operation recorded" in text_of(response)
    assert address("surgery_new", patient.pk) in response.content.decode()


def test_names_and_messages_are_only_text(client, nurse):
    attack = '"><script>alert(1)</script>'
    surgery = make_surgery(make_patient(family_name=attack))
    store_report(surgery, day=70, pain_back=4, message=attack)

    for page in (address("detail", surgery.patient_id), address("list")):
        found = part_of(client.get(page))
        assert not found.find("script")
        assert attack in found.get_text()


def test_staff_read_no_judgement(client, nurse):
    surgery = make_follow_up().surgery
    make_report(surgery, day=77, pain_back=0, pain_leg=0, numb="none", weak="none")

    page = client.get(address("detail", surgery.patient_id)).content.decode()

    main = page[page.index("<main") :]
    assert "normal" not in main.lower()
    assert "i-circle-check" not in main


def test_what_a_patient_was_given_to_read_is_listed_with_what_became_of_it(client, nurse):
    surgery = make_follow_up().surgery
    given = [("warning", at(1), True), ("expect", at(1), None), ("limits", None, None)]
    for module, opened_at, understood in given:
        Lesson.objects.create(
            clinic=surgery.clinic,
            surgery=surgery,
            module=module,
            given_at=at(1),
            opened_at=opened_at,
            answered_at=opened_at if understood else None,
            understood=understood,
        )

    page = client.get(address("detail", surgery.patient_id))

    listed = [
        item.get_text(" ", strip=True)
        for item in BeautifulSoup(page.content, "html.parser").select("#lessons li")
    ]
    assert listed == [
        "When to get help Given Mar 3, 2026, understood",
        "What to expect Given Mar 3, 2026, opened",
        "Lifting and moving Given Mar 3, 2026, not opened yet",
    ]


def test_the_page_costs_the_same_however_much_has_happened(client, nurse):
    flag = make_flag()
    surgery = flag.surgery
    page = address("detail", surgery.patient_id)
    store_report(surgery, day=1, pain_back=4)
    at_first = queries_of(client, page)

    for day in range(2, 61):
        store_report(surgery, day=day, pain_back=4)
    for day in range(1, 20):
        closed = copy(flag)
        closed.pk, closed.raised_at, closed.closed_at = None, at(day), at(day + 1)
        closed.severity, closed.disposition = Severity.ROUTINE, Disposition.CLEARED
        closed.save()
        flag_events.add(closed, FlagEventKind.RAISED, at=at(day))
        flag_events.add(closed, FlagEventKind.RESOLVED, by=nurse, at=at(day + 1), text="Seen.")

    for number in range(10):
        notes.write(surgery.patient, by=nurse, body="Seen.", form_id=uuid4(), now=at(number))

    assert queries_of(client, page) == at_first
    assert at_first <= 12  # the frame's, the session's and the audit's among them


# --- the recovery chart -------------------------------------------------------------------


def recovery(client, surgery, **asked):
    page = client.get(address("detail", surgery.patient_id), asked)
    assert page.status_code == 200
    return part_of(page, "#recovery")


def shown_weeks(part):
    chart = part.select_one(".rchart")
    return int(chart["data-first"]), int(chart["data-last"])


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(67, 70, "+3 in 3 days"), (63, 70, "+3 in 1 week"), (42, 70, "+3 in 4 weeks")],
)
def test_the_climb_is_drawn_where_it_hurts_most_and_told_in_days_or_weeks(
    client, nurse, low, high, said
):
    surgery = make_surgery()
    flag = make_flag(surgery, raised_at=at(high))
    flag_events.add(flag, FlagEventKind.RAISED, at=at(high))
    store_report(surgery, day=low, pain_back=4, pain_leg=1)
    store_report(surgery, day=high, pain_back=7, pain_leg=3)

    chart = recovery(client, surgery).select_one(".wide")

    assert chart.select_one(".c-notet").get_text() == said
    halo = chart.select_one(".c-halo").find_parent(class_="s")
    back = next(end for end in chart.select(".c-end") if "Back pain" in end.get_text())
    assert halo["class"] == back.find_parent(class_="s")["class"]


def test_a_colour_stays_with_its_region_whichever_hurts_more_now(client, nurse):
    """Who looks twice must not find the leg in the colour the back had."""

    def ends():
        part = recovery(client, surgery).select_one("svg")
        labels = [each.find_parent(class_="s") for each in part.select(".c-end")]
        return {each.get_text().split(" ", 1)[1]: each["class"] for each in labels}

    surgery = make_surgery()
    make_follow_up(surgery)
    make_report(surgery, day=60, pain_back=2, pain_leg=6)
    before = ends()
    make_report(surgery, day=70, pain_back=6, pain_leg=2)
    assert ends() == before
    assert before["Back pain"] != before["Leg pain"]


@pytest.mark.parametrize(
    ("span", "weeks"),
    [("12w", (0, 13)), ("6m", (0, 26)), ("2y", (0, 104)), ("", (0, 13)), ("'\"><b>", (0, 13))],
)
@pytest.mark.usefixtures("nurse")
def test_the_chart_shows_the_range_asked_for_and_its_own_for_an_odd_one(client, span, weeks):
    surgery = make_follow_up().surgery
    store_report(surgery, day=20, pain_back=4)

    part = recovery(client, surgery, range=span)

    assert shown_weeks(part) == weeks
    assert len(part.select("[aria-current]")) == 1


def test_the_last_twelve_weeks_of_a_long_course_end_today(client, monkeypatch):
    surgery = make_follow_up().surgery
    for day in (20, 400):
        store_report(surgery, day=day, pain_back=4)
    monkeypatch.setattr(timezone, "now", lambda: at(410))
    client.force_login(make_user())

    part = recovery(client, surgery, range="12w")

    assert shown_weeks(part) == (48, 60)
    assert len(part.select(".wide .pt")) == 1
    assert len(part.select("tbody td")) > 2  # the table keeps them all


@pytest.mark.usefixtures("nurse")
def test_the_expected_range_is_drawn_named_and_compared_with(client):
    make_expected_range((0, 4, 8), (56, 1, 4))
    surgery = make_surgery()
    store_report(surgery, day=70, pain_back=6)

    part = recovery(client, surgery)

    assert part.select(".wide .c-band")
    assert "Expected range of back pain after lumbar fusion" in part.text
    assert "above the expected range (up to 4.0)" in part.text


@pytest.mark.usefixtures("nurse")
def test_before_the_first_check_in_the_range_stands_alone(client, monkeypatch):
    make_expected_range()
    surgery = make_follow_up().surgery
    monkeypatch.setattr(timezone, "now", lambda: at(1))

    part = recovery(client, surgery)

    assert part.select(".c-band")
    assert not part.select(".pt")
    assert "First check-in Mar" in part.text
    assert not part.select("[data-points]")


@pytest.mark.usefixtures("nurse")
def test_a_chart_that_cannot_be_drawn_leaves_the_scores(client, monkeypatch):
    surgery = make_surgery()
    store_report(surgery, day=20, pain_back=4)
    monkeypatch.setattr(RecoveryChart, "draw", lambda _: 1 / 0)

    part = recovery(client, surgery)

    assert "The chart could not be drawn" in part.text
    assert [cell.text for cell in part.select("tbody td")] == ["4"]


@pytest.mark.usefixtures("nurse")
def test_imaging_and_silence_have_their_own_lanes(client):
    surgery = make_follow_up().surgery
    store_report(surgery, day=20, pain_back=4)
    ImagingStudy.objects.create(
        clinic=surgery.clinic,
        surgery=surgery,
        modality="ct",
        question="bone_fusion",
        done_on=OPERATED,
        resulted_at=at(1),
        findings=["nonunion"],
    )

    part = recovery(client, surgery)

    said = {mark.text for mark in part.select(".wide .ev title")}
    assert any(text.startswith("CT: not fused") for text in said)
    assert any(text.startswith("Check-in missed") for text in said)


@pytest.mark.usefixtures("nurse")
def test_an_earlier_operation_says_what_replaced_it(client):
    patient = make_patient()
    first = plans.record_surgery(patient, facts=surgery_facts(), now=at(0))
    later = surgery_facts(
        performed_on=OPERATED + timedelta(days=40), is_revision=True, supersedes=first
    )
    plans.record_surgery(patient, facts=later, now=at(40))

    page = client.get(address("detail", patient.pk), {"surgery": first.pk})

    assert "An earlier operation, replaced by TLIF L4–L5 on Apr 11, 2026." in part_of(page).text
