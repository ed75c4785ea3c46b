"""Staff type in what a patient said: the same questions, the same judgement, their own name."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from clinic.audit.models import Entry, Kind
from followups.choices import CheckInKind, Severity
from followups.models import CheckIn, Flag
from followups.services import plans
from patients.models import SymptomReport
from tests.factories import (
    answer,
    at,
    make_check_in,
    make_clinic,
    make_patient,
    make_surgery,
    make_user,
)
from tests.followups.views.answering import NONE

pytestmark = pytest.mark.django_db

HOW = {"source": "phone", "answered_by": "patient", "on": at(3).date().isoformat(), "at": "11:30"}


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(3))


@pytest.fixture
def nurse():
    return make_user("nurse")


@pytest.fixture
def surgery(nurse):
    return make_check_in(make_surgery(make_patient(clinic=nurse.clinic)), day=3).surgery


@pytest.fixture
def staff(client, nurse):
    client.force_login(nurse)
    return client


def address(surgery):
    return f"/patients/{surgery.patient_id}/surgery/{surgery.pk}/answers/"


def enter(client, surgery, form_id=None, **given):
    data = HOW | {"form_id": str(form_id or uuid.uuid4())} | given
    return client.post(address(surgery), data)


def read(page):
    return BeautifulSoup(page.content, "html.parser")


def says(page):
    """Return the text of a page, or of the one it leads to."""
    return " ".join(read(page).get_text(" ").split())


def test_the_page_asks_what_the_patient_would_be_asked(staff, surgery):
    page = read(staff.get(address(surgery)))

    names = {tag["name"] for tag in page.select("main form [name]")}
    assert NONE.keys() - names == {
        *("gait_hand", "signs", "pain_neck", "pain_arm", "instab", "fall", "swallow", "nicotine"),
    }
    assert {"source", "answered_by", "on", "at", "weak_severe", "temp_c", "message"} <= names
    assert not page.select("main input[type=radio][checked], main input[type=checkbox][checked]")
    assert page.select_one("[name=on]")["value"] == "2026-03-05"
    assert page.select_one("[name=at]")["value"] == "12:00"


def test_what_was_said_on_the_phone_answers_the_open_check_in(staff, nurse, surgery):
    page = enter(staff, surgery, pain_back="4", weak="none", temp_c="37.2", message="By phone")

    assert page.status_code == 302
    report = SymptomReport.objects.get()
    assert (report.pain_back, report.weak, report.message) == (4, "none", "By phone")
    assert report.temp_c == Decimal("37.2")  # told without fever as well
    assert report.saddle is report.wound is report.func is None  # not asked is not no
    assert (report.source, report.answered_by, report.entered_by) == ("phone", "patient", nurse)
    assert report.reported_at == at(3, 11, 30)
    assert report.is_complete
    assert report.check_in.plan_day == 3


def test_none_of_these_is_an_answer(staff, surgery):
    enter(staff, surgery, since_surgery="none", wound="none", signs_healing=["fever"])

    report = SymptomReport.objects.get()
    assert report.saddle is report.bladder is report.bowel is report.calf is False
    assert (report.wound, report.fever) == ([], True)


def test_without_an_open_check_in_it_is_one_on_demand(staff, surgery):
    answer(surgery.check_ins.get(plan_day=3), now=at(3, 10))
    enter(staff, surgery, pain_back="4", source="visit")

    report = SymptomReport.objects.get(source="visit")
    assert report.check_in.kind == CheckInKind.ON_DEMAND


@pytest.mark.parametrize(
    ("given", "said", "severity"),
    [
        ({"since_surgery": ["saddle"]}, "tell the patient to call the emergency", 4),
        (
            {"weak": "new", "weak_side": "left", "weak_severe": "yes"},
            "tell the patient to call the emergency",
            4,
        ),
        ({"signs_healing": ["calf"]}, "has to hear from this patient today", 3),
        ({"pain_back": "2"}, "Saved and judged by the rules.", None),
    ],
)
def test_staff_are_told_what_the_answers_call_for(staff, surgery, given, said, severity):
    page = staff.get(enter(staff, surgery, **given)["Location"])

    assert said in says(page)
    found = Flag.objects.values_list("severity", flat=True)
    wanted = {4: Severity.EMERGENCY, 3: Severity.URGENT}.get(severity)
    assert list(found) == ([] if wanted is None else [wanted])


def test_the_same_page_saved_twice_is_one_report(staff, surgery):
    form_id = uuid.uuid4()
    pages = [enter(staff, surgery, form_id, pain_back="4") for _ in range(2)]

    assert [page.status_code for page in pages] == [302, 302]
    assert SymptomReport.objects.count() == 1
    assert not CheckIn.objects.filter(kind=CheckInKind.ON_DEMAND).exists()


def test_one_form_cannot_stand_for_two_patients(staff, surgery):
    other = make_check_in(make_surgery(make_patient(clinic=surgery.clinic)), day=3).surgery
    form_id = uuid.uuid4()
    for each in (surgery, other):
        enter(staff, each, form_id, pain_back="4")

    assert {report.surgery for report in SymptomReport.objects.all()} == {surgery, other}


@pytest.mark.parametrize("form_id", ["", "x", "1_0", "\x00", "9" * 5000])
def test_a_broken_form_id_is_a_new_form(staff, surgery, form_id):
    data = HOW | {"form_id": form_id, "pain_back": "4"}

    assert staff.post(address(surgery), data).status_code == 302


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"on": "2026-03-06"}, "on", "This is still to come."),
        ({"at": "12:06"}, "on", "This is still to come."),
        ({"on": "9999-12-31", "at": "23:59"}, "on", ""),
        ({"on": "0001-01-01", "at": "00:00"}, "on", ""),
        ({"on": "2026-01-30"}, "on", "This is more than a month before the operation."),
        ({"on": "5.3.2026"}, "on", "year-month-day"),
        ({"on": ""}, "on", ""),
        ({"at": "25:00"}, "at", ""),
        ({"at": ""}, "at", ""),
        ({"source": "pigeon"}, "source", ""),
        ({"source": "link"}, "source", ""),
        ({"answered_by": "nobody"}, "answered_by", ""),
    ],
)
def test_a_moment_or_a_way_that_cannot_be_is_refused(staff, surgery, given, field, said):
    page = enter(staff, surgery, pain_back="4", **given)

    assert page.status_code == 422
    assert said in says(page)
    assert read(page).select_one(f"#id_{field}_error")
    assert read(page).select_one("[name=pain_back][value='4']").has_attr("checked")
    assert not SymptomReport.objects.exists()


def test_clocks_may_differ_by_five_minutes(staff, surgery):
    assert enter(staff, surgery, pain_back="4", at="12:05").status_code == 302
    assert SymptomReport.objects.get().reported_at == at(3)


def test_nothing_answered_is_nothing_saved(staff, surgery):
    page = enter(staff, surgery)

    assert page.status_code == 422
    assert "Enter at least one answer." in says(page)
    assert not SymptomReport.objects.exists()


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        ("pain_back", "11", "Choose a whole number from 0 to 10."),
        ("pain_back", "٧", "Choose a whole number from 0 to 10."),
        ("since_surgery", ["none", "saddle"], "Untick one of them."),
        ("weak", "very", "Choose one of the answers shown."),
        ("temp_c", "50", "Enter a temperature"),
        ("message", "a\x00b", "Remove the characters that cannot be shown."),
        ("message", "x" * 2001, "Shorten this to 2000 characters"),
        # what follows another answer is lost on nobody
        ("weak_severe", "yes", "Asked only after another answer"),
        ("over_rx", "yes", "Asked only after another answer"),
        ("limb_side", "left", "Asked only after another answer"),
    ],
)
def test_a_wrong_answer_is_marked_and_the_others_are_kept(staff, surgery, item, value, said):
    page = enter(staff, surgery, func="2", **{item: value})

    assert page.status_code == 422
    wrong = {str(each["id"]): each.get_text() for each in read(page).select("[id^=wrong-]")}
    assert wrong.keys() == {f"wrong-{item}"}
    assert said in wrong[f"wrong-{item}"]
    assert read(page).select_one("[name=func][value='2']").has_attr("checked")
    assert not SymptomReport.objects.exists()


def test_a_page_that_was_wrong_keeps_its_form(staff, surgery):
    form_id = uuid.uuid4()
    page = enter(staff, surgery, form_id, pain_back="11")

    assert read(page).select_one("[name=form_id]")["value"] == str(form_id)


def test_before_the_operation_the_baseline_is_asked(staff, nurse):
    planned = make_surgery(make_patient(clinic=nurse.clinic), performed_on=at(20).date())
    plans.start(planned, now=at(1))
    names = {tag["name"] for tag in read(staff.get(address(planned))).select("main [name]")}

    assert "numb" in names
    assert not {"since_surgery", "wound", "gic"} & names
    assert enter(staff, planned, pain_back="6").status_code == 302
    assert SymptomReport.objects.get().check_in.kind == CheckInKind.BASELINE


# Who may


def test_another_clinic_and_nothing_at_all_look_the_same(staff, surgery):
    other = make_surgery(make_patient(clinic=make_clinic()))
    plans.start(other, now=at(0))
    elsewhere = address(other)
    nowhere = f"/patients/{other.patient_id}/surgery/999999/answers/"
    mixed = f"/patients/{surgery.patient_id}/surgery/{other.pk}/answers/"
    for method in (staff.get, staff.post):
        pages = [method(each) for each in (elsewhere, nowhere, mixed)]
        assert {page.status_code for page in pages} == {404}
        assert len({page.content for page in pages}) == 1
    assert not SymptomReport.objects.exists()


def test_nothing_is_typed_in_for_whoever_is_not_followed_any_more(staff, surgery):
    plans.change_status(surgery.patient, status="withdrawn", since=at(3).date(), now=at(3))

    assert staff.get(address(surgery)).status_code == 404
    assert enter(staff, surgery, pain_back="4").status_code == 404


def test_a_stranger_is_asked_to_sign_in(surgery):
    page = Client().get(address(surgery))

    assert page.status_code == 302
    assert page["Location"].startswith("/signin/")


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_only_looks_on_types_nothing_in(client, surgery, role):
    client.force_login(make_user(role, clinic=surgery.clinic))

    assert client.get(address(surgery)).status_code == 403
    assert enter(client, surgery, pain_back="4").status_code == 403


def test_it_is_on_record_who_typed_it_in(staff, nurse, surgery):
    staff.get(address(surgery))
    enter(staff, surgery, pain_back="4")

    by_nurse = Entry.objects.about(surgery.patient_id).filter(user=nurse)
    assert by_nurse.filter(kind=Kind.READ).exists()
    report = SymptomReport.objects.get()
    assert by_nurse.exclude(kind=Kind.READ).filter(row=report.pk).count() == 1


def test_an_entry_and_the_patients_own_answer_both_count(staff, surgery):
    answer(surgery.check_ins.get(plan_day=3), now=at(3) - timedelta(seconds=1), pain_back=1)

    assert enter(staff, surgery, pain_back="4").status_code == 302
    assert set(SymptomReport.objects.values_list("pain_back", flat=True)) == {1, 4}
