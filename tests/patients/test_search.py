"""Patients are found by what people remember of them, the surest first, in one's own clinic."""

import time
from datetime import date

import pytest

from patients import asked, restrictions, search
from patients import services as records
from patients.choices import ChannelKind
from patients.models import KeyKind, SearchKey
from patients.reach import reach
from tests.counting import queries
from tests.factories import OPERATED, at, make_clinic, make_patient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    return make_user()


def found(user, text):
    return [match.pk for match in search.find(user, asked.read(text))]


@pytest.fixture
def grace():
    patient = make_patient(
        mrn="40-68204", given_name="Grace", family_name="Höpper", date_of_birth=date(1946, 12, 9)
    )
    records.update(
        patient,
        facts={},
        channels={ChannelKind.PHONE: "+12125550123"},
        consented_on=OPERATED,
        today=OPERATED,
    )
    make_patient(given_name="Ada", family_name="Lovelace")
    return patient


@pytest.mark.parametrize(
    "text",
    [
        *("40-68204", "40-68", "40 68204".replace(" ", "-"), "höpper", "Hopper", "HOEPPER", "hop"),
        *("grace hopper", "hopper, grace", "gra hop", "Garce Hopper", "Grace Hoper", "hoppper"),
        *("hoppre", "1946-12-09", "9 Dec 1946", "12/9/1946", "hopper 1946-12-09", "0123"),
        *("555-0123", "(212) 555-0123", "+1 212 555 0123", "grace 40-68204", "\u202egrace\u202c"),
    ],
)
def test_somebody_is_found_by_what_is_remembered(nurse, grace, text):
    assert found(nurse, text.replace("\u202e", "").replace("\u202c", "")) == [grace.pk]


@pytest.mark.parametrize(
    "text",
    [
        *("grace lovelace", "hopper 1975-12-10", "hopper 40-1", "1900-01-01", "9999", "xyz", ""),
        *("%", "_", "h%r", "068204", "ace", "🙂", "ada 0123"),
    ],
)
def test_nobody_is_found_by_what_does_not_fit(nurse, grace, text):
    assert found(nurse, text) == []


def test_the_surest_come_first(nurse):
    similar = make_patient(given_name="Ada", family_name="Martan")
    begins = make_patient(given_name="Ada", family_name="Martinez")
    exact = make_patient(given_name="Ada", family_name="Martin")
    number = make_patient(given_name="Zoe", family_name="Zu", mrn="MARTIN")

    assert found(nurse, "martin") == [number.pk, exact.pk, begins.pk, similar.pk]


def test_another_clinics_patients_are_not_found(nurse, grace):
    other = make_user(clinic=make_clinic())

    for text in ("40-68204", "hopper", "hoppre", "1946-12-09", "0123"):
        assert found(other, text) == []


def test_a_superuser_finds_patients_of_every_clinic(grace):
    assert found(make_user(clinic=None, is_superuser=True), "hopper") == [grace.pk]


def test_a_closed_record_is_not_found(nurse, grace):
    surgeon = make_user("surgeon")
    restrictions.restrict(grace, members=[], reason="Works here.", by=surgeon, now=at(1))

    for text in ("40-68204", "hopper", "hoppre", "1946-12-09", "0123"):
        assert found(nurse, text) == []


def test_a_new_name_and_number_are_found_and_the_old_ones_no_more(nurse, grace):
    facts = {"family_name": "Murray", "mrn": "7"}
    records.update(
        grace,
        facts=facts,
        channels={ChannelKind.PHONE: "+12125550999"},
        consented_on=OPERATED,
        today=OPERATED,
    )

    for text in ("murray", "7", "0999"):
        assert found(nurse, text) == [grace.pk]
    for text in ("hopper", "40-68204", "0123"):
        assert found(nurse, text) == []


def test_saving_again_writes_no_key(grace):
    kept = list(SearchKey.objects.order_by("pk").values_list("pk", flat=True))

    records.update(grace, facts={}, channels={}, consented_on=None, today=OPERATED)

    assert list(SearchKey.objects.order_by("pk").values_list("pk", flat=True)) == kept


def test_an_address_that_is_no_number_is_no_key():
    make_patient(email="5550123@example.org")

    assert not SearchKey.objects.filter(kind=KeyKind.PHONE).exists()


def test_a_search_takes_few_queries(nurse, grace):
    with reach([nurse.clinic_id], user=nurse.pk):
        with queries(3):  # the whole as a number, names, similar names
            found(nurse, "hopper")
        with queries(2):  # a record number, the end of a telephone number
            found(nurse, "068204")
        with queries(4):  # either word may be the one that is wrong
            found(nurse, "garce hoppre")


def test_two_thousand_terms_take_no_longer_than_a_few(nurse, grace):
    began = time.perf_counter()
    found(nurse, "grace " * 2000)
    found(nurse, "x" * 10_000)

    assert time.perf_counter() - began < 2
