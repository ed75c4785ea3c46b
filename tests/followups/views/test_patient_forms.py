"""Registering and editing patients, their operations and their status."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from followups.choices import EndReason
from followups.models import CheckIn, FollowUp, Visit
from patients.choices import ChannelKind
from patients.models import ContactChannel, Patient, RiskProfile, Surgery
from tests.factories import (
    OPERATED,
    at,
    make_clinic,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db

PERSON = {
    "mrn": "m-1",
    "given_name": "Grace",
    "family_name": "Hopper",
    "date_of_birth": "1958-12-09",
    "sex": "female",
    "language": "en",
    "email": "grace@example.org",
    "email_agreed": "on",
    "phone": "(212) 555-0123",
}
OPERATION = {
    "performed_on": OPERATED.isoformat(),
    "region": "lumbosacral",
    "levels": "L4-S1",
    "approach": "TLIF",
    "restriction_end_pod": "84",
}


@pytest.fixture(autouse=True)
def _day_5(monkeypatch):
    """It is day 5 after the operation everybody had."""
    monkeypatch.setattr(timezone, "now", lambda: at(5))


@pytest.fixture
def nurse(client):
    user = make_user("nurse")
    client.force_login(user)
    return user


def address(name, *ids):
    return reverse(f"patients:{name}", args=ids)


def page_of(response):
    return BeautifulSoup(response.content, "html.parser").find("main")


def fields_refused(response):
    """Return the fields the error summary leads to."""
    assert response.status_code == 422
    links = page_of(response).select(".errsum a")
    assert all(page_of(response).find(id=link["href"][1:]) for link in links)
    return [link["href"].removeprefix("#id_") for link in links]


# --- Register --------------------------------------------------------------------------


def test_a_registered_patient_goes_on_to_the_operation(client, nurse):
    response = client.post(address("register"), PERSON)

    patient = Patient.objects.get(mrn="M-1")
    assert response.url == address("surgery_new", patient.pk)
    assert (patient.clinic, patient.name) == (nurse.clinic, "Grace Hopper")


def test_only_an_agreed_channel_may_be_used(client, nurse):
    client.post(address("register"), PERSON)

    usable = ContactChannel.objects.usable().values_list("kind", "address")
    assert list(usable) == [(ChannelKind.EMAIL, "grace@example.org")]
    phone = ContactChannel.objects.get(kind=ChannelKind.PHONE)
    assert (phone.address, phone.consented_on) == ("+12125550123", None)


def test_risk_factors_nobody_named_stay_unknown(client, nurse):
    client.post(address("register"), PERSON | {"smoking": "current", "osteoporosis": "False"})

    risks = RiskProfile.objects.get()
    assert (risks.smoking, risks.osteoporosis, risks.diabetes) == ("current", False, None)
    assert risks.source == nurse.display_name


def test_a_patient_of_whom_nothing_is_known_has_no_risk_profile(client, nurse):
    client.post(address("register"), PERSON)

    assert not RiskProfile.objects.exists()


def test_a_record_number_in_use_leads_to_its_record(client, nurse):
    known = make_patient(mrn="M-1", given_name="Rear", family_name="Admiral")

    response = client.post(address("register"), PERSON | {"mrn": " m-1\u200b"})

    assert fields_refused(response) == ["mrn"]
    assert "belongs to Rear Admiral" in page_of(response).get_text()
    assert page_of(response).find("a", href=address("detail", known.pk))
    assert Patient.objects.count() == 1


def test_another_clinic_may_use_the_same_record_number(client, nurse):
    make_patient(mrn="M-1", clinic=make_clinic())

    assert client.post(address("register"), PERSON).status_code == 302


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"mrn": ""}, "mrn"),
        ({"mrn": "a/b"}, "mrn"),
        ({"mrn": "M\x001"}, "mrn"),
        ({"given_name": "\u200b"}, "given_name"),
        ({"family_name": "   "}, "family_name"),
        ({"family_name": "Hop\x07per"}, "family_name"),
        ({"family_name": "x" * 121}, "family_name"),
        ({"date_of_birth": "9/12/58"}, "date_of_birth"),
        ({"date_of_birth": "58-12-09"}, "date_of_birth"),
        ({"date_of_birth": "1958-02-30"}, "date_of_birth"),
        ({"date_of_birth": "2026-03-08"}, "date_of_birth"),
        ({"date_of_birth": "1905-01-01"}, "date_of_birth"),
        ({"date_of_birth": "0001-01-01"}, "date_of_birth"),
        ({"sex": "x"}, "sex"),
        ({"language": "tlh"}, "language"),
        ({"email": "a@[127.0.0.1]"}, "email"),
        ({"email": "a@example.org, b@example.org"}, "email"),
        ({"email": "a@example.org\r\nBcc: x@example.org"}, "email"),
        ({"email": ""}, "email"),  # agreed to, but no address
        ({"sms_agreed": "on"}, "sms"),
        ({"phone": "911"}, "phone"),
        ({"phone": "212 555 0123 ext 5"}, "phone"),
        ({"smoking": "sometimes"}, "smoking"),
        ({"osteoporosis": "maybe"}, "osteoporosis"),
        ({"hba1c": "8,1"}, "hba1c"),
        ({"hba1c": "99"}, "hba1c"),
        ({"bmi": "NaN"}, "bmi"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, nurse, typed, field):
    response = client.post(address("register"), PERSON | typed)

    assert fields_refused(response) == [field]
    assert response.content.decode().count("Hopper") or "family_name" in typed
    assert not Patient.objects.exists()


def test_what_was_typed_stays_on_the_page(client, nurse):
    response = client.post(address("register"), PERSON | {"mrn": "<b>", "hba1c": "8,1"})

    page = page_of(response)
    kept = {box["name"]: box.get("value") for box in page.select("form.entry input[value]")}
    assert kept["mrn"] == "<b>"
    assert kept["hba1c"] == "8,1"
    assert kept["date_of_birth"] == "1958-12-09"
    assert kept["phone"] == "(212) 555-0123"
    assert page.find(id="id_email_agreed").has_attr("checked")


def test_every_problem_is_named_with_its_field(client, nurse):
    response = client.post(address("register"), PERSON | {"mrn": "", "hba1c": "8,1"})

    said = [link.get_text() for link in page_of(response).select(".errsum a")]
    assert said == [
        "Record number: This field is required.",
        "HbA1c (%): Enter a number from 3 to 20 with at most one decimal, like 8.5.",
    ]


def test_fields_nobody_offered_change_nothing(client, nurse):
    other = make_clinic()

    client.post(address("register"), PERSON | {"clinic": other.pk, "status": "deceased"})

    patient = Patient.objects.get()
    assert (patient.clinic, patient.status) == (nurse.clinic, "active")


def test_somebody_without_a_clinic_registers_nobody(client):
    client.force_login(make_user("nurse", clinic=None, is_superuser=True))

    assert client.post(address("register"), PERSON).status_code == 403


def test_the_same_form_sent_twice_at_once_registers_one_patient(client, nurse, monkeypatch):
    def second(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr("followups.views.patient.records.register", second)

    response = client.post(address("register"), PERSON)

    assert response.status_code == 422
    page = page_of(response).get_text()
    assert page.count("Somebody saved the same at this moment.") == 1


# --- Edit ------------------------------------------------------------------------------


def test_the_record_is_shown_as_it_is(client, nurse):
    client.post(address("register"), PERSON | {"diabetes": "type2", "hba1c": "8.1"})
    patient = Patient.objects.get()

    page = page_of(client.get(address("edit", patient.pk)))

    assert page.find(id="id_date_of_birth")["value"] == "1958-12-09"
    assert page.find(id="id_hba1c")["value"] == "8.1"
    assert page.find(id="id_email_agreed").has_attr("checked")
    assert not page.find(id="id_phone_agreed").has_attr("checked")


def test_saving_what_is_on_record_changes_nothing(client, nurse):
    client.post(address("register"), PERSON | {"diabetes": "type2", "hba1c": "8.1"})
    patient = Patient.objects.get()
    before = list(ContactChannel.objects.values()), list(RiskProfile.objects.values())

    response = client.post(
        address("edit", patient.pk), PERSON | {"diabetes": "type2", "hba1c": "8.1"}
    )

    assert response.url == address("detail", patient.pk)
    assert before == (list(ContactChannel.objects.values()), list(RiskProfile.objects.values()))


def test_a_later_look_at_the_risks_is_a_second_profile(client, nurse, monkeypatch):
    client.post(address("register"), PERSON | {"smoking": "current"})
    patient = Patient.objects.get()
    monkeypatch.setattr(timezone, "now", lambda: at(30))
    client.force_login(nurse)

    client.post(address("edit", patient.pk), PERSON | {"smoking": "ex_lt6m"})

    smoked = RiskProfile.objects.order_by("recorded_on").values_list("smoking", flat=True)
    assert list(smoked) == ["current", "ex_lt6m"]


def test_taking_back_consent_keeps_the_address_and_stops_its_use(client, nurse):
    client.post(address("register"), PERSON)
    patient = Patient.objects.get()

    client.post(
        address("edit", patient.pk),
        {name: typed for name, typed in PERSON.items() if name != "email_agreed"},
    )

    email = ContactChannel.objects.get(kind=ChannelKind.EMAIL)
    assert (email.address, email.consented_on) == ("grace@example.org", None)


def test_somebody_elses_record_number_is_refused_on_edit_too(client, nurse):
    make_patient(mrn="TAKEN")
    patient = make_patient(mrn="MINE")

    response = client.post(address("edit", patient.pk), PERSON | {"mrn": "taken"})

    assert fields_refused(response) == ["mrn"]
    patient.refresh_from_db()
    assert patient.mrn == "MINE"


# --- Operations ------------------------------------------------------------------------


def test_a_recorded_operation_is_planned_at_once(client, nurse):
    patient = make_patient()

    response = client.post(address("surgery_new", patient.pk), OPERATION)

    surgery = Surgery.objects.get()
    assert response.url == address("detail", patient.pk)
    assert (surgery.levels, surgery.n_levels) == (["L4-L5", "L5-S1"], 2)
    assert CheckIn.objects.filter(surgery=surgery).count() >= 45
    assert Visit.objects.filter(surgery=surgery).count() == 6


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"performed_on": ""}, "performed_on"),
        ({"performed_on": "2/3/26"}, "performed_on"),
        ({"performed_on": "1975-12-09"}, "performed_on"),  # the day before birth
        ({"performed_on": "2027-03-10"}, "performed_on"),
        ({"performed_on": "99999-01-01"}, "performed_on"),
        ({"region": ""}, "region"),
        ({"region": "tail"}, "region"),
        ({"levels": ""}, "levels"),
        ({"levels": " , "}, "levels"),
        ({"levels": "L4"}, "levels"),
        ({"levels": "C0-S2"}, "levels"),  # nobody fuses them all
        ({"levels": "C5-C6"}, "levels"),  # the region says lumbosacral
        ({"levels": "L4-L5\x00"}, "levels"),
        ({"approach": ""}, "approach"),
        ({"restriction_end_pod": ""}, "restriction_end_pod"),
        ({"restriction_end_pod": "-1"}, "restriction_end_pod"),
        ({"restriction_end_pod": "1_0"}, "restriction_end_pod"),
        ({"restriction_end_pod": "32768"}, "restriction_end_pod"),
        ({"surgeon": "nobody"}, "surgeon"),
        ({"surgeon": "9" * 30}, "surgeon"),
        ({"surgeon": "1_0"}, "surgeon"),
        ({"supersedes": "99999", "is_revision": "on"}, "supersedes"),
    ],
)
def test_an_operation_that_cannot_be_is_refused_at_its_field(client, nurse, typed, field):
    patient = make_patient()

    response = client.post(address("surgery_new", patient.pk), OPERATION | typed)

    assert fields_refused(response) == [field]
    assert not Surgery.objects.exists()


def test_a_second_operation_on_one_day_is_refused(client, nurse):
    patient = make_surgery().patient

    response = client.post(address("surgery_new", patient.pk), OPERATION)

    assert fields_refused(response) == ["performed_on"]


@pytest.mark.parametrize("who", ["elsewhere", "a nurse", "gone"])
def test_only_a_surgeon_who_works_here_can_have_operated(client, nurse, who):
    somebody = {
        "elsewhere": lambda: make_user("surgeon", clinic=make_clinic()),
        "a nurse": lambda: make_user("nurse"),
        "gone": lambda: make_user("surgeon", is_active=False),
    }[who]()

    response = client.post(
        address("surgery_new", make_patient().pk), OPERATION | {"surgeon": somebody.pk}
    )

    assert fields_refused(response) == ["surgeon"]


def test_another_patients_operation_cannot_be_replaced(client, nurse):
    stranger = make_surgery()
    replacing = {"supersedes": stranger.pk, "is_revision": "on"}

    response = client.post(address("surgery_new", make_patient().pk), OPERATION | replacing)

    assert fields_refused(response) == ["supersedes"]


def test_what_replaces_an_operation_is_a_revision(client, nurse):
    earlier = make_surgery(performed_on=OPERATED - timedelta(days=200))

    response = client.post(
        address("surgery_new", earlier.patient_id), OPERATION | {"supersedes": earlier.pk}
    )

    assert fields_refused(response) == ["is_revision"]


def test_a_revision_ends_the_follow_up_of_what_it_replaces(client, nurse):
    earlier = make_surgery(performed_on=OPERATED - timedelta(days=200))
    make_follow_up(earlier)
    replacing = {"supersedes": earlier.pk, "is_revision": "on"}

    client.post(address("surgery_new", earlier.patient_id), OPERATION | replacing)

    assert FollowUp.objects.get(surgery=earlier).end_reason == EndReason.REVISION
    assert FollowUp.objects.get(surgery__supersedes=earlier).is_active


def test_correcting_the_date_moves_what_is_still_ahead(client, nurse):
    surgery = make_follow_up().surgery
    later = OPERATED + timedelta(days=2)

    response = client.post(
        address("surgery_edit", surgery.patient_id, surgery.pk),
        OPERATION | {"performed_on": later.isoformat()},
    )

    assert response.status_code == 302
    six_weeks = Visit.objects.get(surgery=surgery, kind="6wk")
    assert six_weeks.target_on == later + timedelta(days=42)


def test_a_surgeon_who_has_left_stays_on_record(client, nurse):
    surgeon = make_user("surgeon")
    surgery = make_surgery(surgeon=surgeon)
    make_follow_up(surgery)
    get_user_model().objects.filter(pk=surgeon.pk).update(is_active=False)

    response = client.post(
        address("surgery_edit", surgery.patient_id, surgery.pk),
        OPERATION | {"surgeon": surgeon.pk},
    )

    assert response.status_code == 302


# --- Status ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("withdrawn", EndReason.WITHDRAWN),
        ("transferred", EndReason.TRANSFERRED),
        ("deceased", EndReason.DECEASED),
    ],
)
def test_a_patient_who_is_gone_is_asked_nothing_more(client, nurse, status, reason):
    surgery = make_follow_up().surgery

    response = client.post(
        address("status", surgery.patient_id), {"status": status, "since": "2026-03-07"}
    )

    assert response.status_code == 302
    assert FollowUp.objects.get(surgery=surgery).end_reason == reason
    assert not CheckIn.objects.awaited().filter(closes_at__gt=at(5)).exists()
    assert not Visit.objects.planned().exists()


def test_a_patient_who_comes_back_is_planned_again(client, nurse):
    surgery = make_follow_up().surgery
    where = address("status", surgery.patient_id)
    client.post(where, {"status": "withdrawn", "since": "2026-03-07"})

    client.post(where, {"status": "active"})

    assert FollowUp.objects.get(surgery=surgery).is_active
    assert Visit.objects.planned().count() == 6


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"status": "deceased"}, "since"),
        ({"status": "deceased", "since": "2026-03-08"}, "since"),
        ({"status": "deceased", "since": "1975-01-01"}, "since"),
        ({"status": "deceased", "since": "3/7/26"}, "since"),
        ({"status": "asleep", "since": "2026-03-07"}, "status_0"),
        ({}, "status_0"),
    ],
)
def test_a_status_that_cannot_be_is_refused_at_its_field(client, nurse, typed, field):
    patient = make_patient()

    response = client.post(address("status", patient.pk), typed)

    assert fields_refused(response) == [field]
    assert Patient.objects.get().status == "active"


def test_the_page_says_in_words_what_a_status_stops(client, nurse):
    said = page_of(client.get(address("status", make_patient().pk))).get_text()

    assert "no message is sent any more" in said
    assert "planned again" in said


def test_a_death_is_said_on_the_patients_page(client, nurse):
    surgery = make_follow_up().surgery
    client.post(
        address("status", surgery.patient_id), {"status": "deceased", "since": "2026-03-06"}
    )

    said = page_of(client.get(address("detail", surgery.patient_id))).get_text()

    assert "Died on Mar 6, 2026." in said
    assert "Ask now" not in said
    assert date(2026, 3, 6) == Patient.objects.get().status_since


# Whom else to reach

CONTACT = {
    "calling_note": "Mornings. Lives alone.",
    "emergency_contact": "Ruth, daughter",
    "emergency_phone": "(212) 555-0143",
}


def test_what_helps_to_reach_somebody_stands_on_their_page_and_in_the_call_box(client, nurse):
    client.post(address("register"), PERSON | CONTACT)
    patient = Patient.objects.get(mrn="M-1")
    assert patient.emergency_phone == "+12125550143"
    visit = make_follow_up(make_surgery(patient)).surgery.visits.first()
    for url in (
        address("detail", patient.pk),
        reverse("followups:schedule_call", args=[visit.pk]),
    ):
        shown = page_of(client.get(url))
        assert "Mornings. Lives alone." in shown.get_text()
        assert "Ruth, daughter" in shown.get_text()
        assert shown.find("a", href="tel:+12125550143")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"emergency_contact": ""}, "emergency_contact"),
        ({"emergency_phone": "Ruth"}, "emergency_phone"),
        ({"calling_note": "x" * 121}, "calling_note"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_at_its_field(client, nurse, wrong, field):
    response = client.post(address("register"), PERSON | CONTACT | wrong)
    assert response.status_code == 422
    assert field in fields_refused(response)
    assert not Patient.objects.exists()
