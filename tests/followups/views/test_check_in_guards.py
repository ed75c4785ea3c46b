"""What every answer to a patient's request carries, what is refused, and the database away."""

from urllib.parse import urlencode

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from followups import tokens
from followups.services import check_ins
from patients.models import SymptomReport
from tests.counting import REACH, queries
from tests.factories import at, make_check_in
from tests.followups.views.answering import REST, SAFE, Patient, parts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(3))


@pytest.fixture
def check_in():
    return make_check_in(day=3)


@pytest.fixture
def patient(check_in):
    return Patient.with_link_to(check_in)


@pytest.fixture
def no_database(monkeypatch):
    """Take the database away, or the moment it is needed for storing."""

    def away(error=OperationalError, when="find"):
        def fail(*_, **__):
            raise error("connection refused")

        where = tokens if when == "find" else check_ins
        monkeypatch.setattr(where, when, fail)

    yield away
    monkeypatch.undo()


def test_every_answer_is_kept_out_of_caches_referrers_and_search_engines(patient, check_in):
    client = patient.client
    proof = patient.start().hidden()
    wrong = client.post(patient.address, {})
    ended = patient.send(SAFE).send(REST).page
    answers = [
        client.get(patient.address),
        client.head(patient.address),
        client.options(patient.address),
        client.put(patient.address),
        wrong,
        client.post(patient.address, {}),
        client.post(patient.address, proof),
        client.post(patient.address, {}, headers={"Origin": "https://evil.example"}),
        client.post(patient.address, {"message": "x" * 70_000}),
        client.get("/c/unknown/"),
        client.get(ended["Location"]),
        client.get("/c/end/thanks/"),
        client.options("/c/end/thanks/"),
        ended,
    ]

    assert {answer.status_code for answer in answers} >= {200, 303, 403, 404, 405, 410, 413, 422}
    for answer in answers:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "Set-Cookie" not in answer
        assert b"style=" not in answer.content


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "options"])
def test_other_methods_are_refused(patient, method):
    assert getattr(patient.client, method)(patient.address).status_code == 405


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        (None, True),
        ("null", True),
        ("http://testserver", True),
        ("https://testserver", False),
        ("http://testserver:8000", False),
        ("http://evil.example", False),
        ("http://testserver.evil.example", False),
        ("", False),
    ],
)
def test_only_our_own_pages_may_send_answers(patient, check_in, origin, is_let_in):
    patient.open()
    headers = {} if origin is None else {"Origin": origin}
    page = patient.client.post(patient.address, patient.hidden() | parts(), headers=headers)

    assert page.status_code == (200 if is_let_in else 403)
    assert b"Harbor" not in page.content or is_let_in


def test_the_address_in_the_messages_counts_as_ours(patient, settings):
    settings.SITE_URL = "https://clinic.example"
    patient.open()
    headers = {"Origin": "https://clinic.example"}
    page = patient.client.post(patient.address, patient.hidden() | parts(), headers=headers)

    assert page.status_code == 200


def test_what_another_site_sends_costs_no_try(patient, check_in):
    patient.open()
    wrong = patient.hidden() | parts() | {"day": "11"}
    patient.client.post(patient.address, wrong, headers={"Origin": "https://evil.example"})

    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 0


def test_a_body_no_check_in_could_fill_is_refused_unread(patient):
    body = b"message=" + b"x" * (64 * 1024)
    page = patient.client.post(
        patient.address, body, content_type="application/x-www-form-urlencoded"
    )

    assert page.status_code == 413
    assert b"too large" in page.content


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"&".join(b"a%d=" % n for n in range(1001)), "application/x-www-form-urlencoded"),
        (b"step=rest", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"--x", "multipart/form-data"),
    ],
)
def test_a_body_that_is_no_form_is_refused(patient, body, content_type):
    page = patient.client.post(patient.address, body, content_type=content_type)

    assert page.status_code == 400
    assert page["Cache-Control"] == "no-store"


def test_bytes_that_are_no_text_are_replaced(patient, check_in):
    patient.start().send(SAFE)
    sent = patient.hidden() | REST
    body = urlencode(sent, doseq=True).encode().replace(b"message=", b"message=%FF%FEok")
    page = patient.client.post(
        patient.address, body, content_type="application/x-www-form-urlencoded"
    )

    assert page.status_code == 303
    check_in.refresh_from_db()
    assert check_in.report.message == "\ufffd\ufffdok"


def test_the_longest_message_fits(patient):
    patient.start().send(SAFE).send(REST | {"message": "ш" * 2000})

    assert patient.page.status_code == 303


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/octet-stream"]
)
def test_anything_but_a_form_is_refused(patient, check_in, content_type):
    page = patient.client.post(patient.address, b'{"step": "rest"}', content_type=content_type)

    assert page.status_code == 415


@pytest.mark.parametrize("sitting", ["", "x", "a:b:c", ".eJw:1:2", "é", "\x00", "9" * 5000])
@pytest.mark.parametrize("step", ["birth_date", "safety", "rest", "go_on", "", "x"])
def test_a_forged_sitting_is_no_sitting(patient, step, sitting):
    data = SAFE | REST | {"step": step, "sitting": sitting}
    page = patient.client.post(patient.address, data)

    assert page.status_code == 422
    assert not SymptomReport.objects.exists()


def test_a_sitting_that_was_changed_is_no_sitting(patient):
    proof = patient.start().hidden()["sitting"][0]
    changed = proof[:20] + ("A" if proof[20] != "A" else "B") + proof[21:]
    patient.send(SAFE, sitting=changed, step="safety")

    assert patient.page.status_code == 422
    assert patient.heading == "Your check-in"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_a_database_the_answers_come_back_to_be_sent_again(
    patient, check_in, no_database, monkeypatch, error
):
    patient.start().send(SAFE | {"temp_c": "37.1"})
    no_database(error)
    patient.send(REST | {"message": "Keep <this>"})

    assert patient.page.status_code == 503
    assert patient.page["Retry-After"] == "30"
    assert patient.heading == "Not sent yet"
    assert patient.soup.select_one("header a[href='tel:911']")
    assert patient.soup.select_one("header a[href='tel:+12125550100']")
    monkeypatch.undo()
    monkeypatch.setattr(timezone, "now", lambda: at(3))
    patient.send()
    assert patient.page.status_code == 303
    check_in.refresh_from_db()
    assert check_in.report.message == "Keep <this>"
    assert str(check_in.report.temp_c) == "37.1"


def test_answers_stored_before_the_reply_was_lost_are_stored_once(
    patient, check_in, no_database, monkeypatch
):
    patient.start().send(SAFE)
    sent = patient.hidden() | REST
    patient.client.post(patient.address, sent)
    no_database()
    patient.page = patient.client.post(patient.address, sent)
    monkeypatch.undo()
    patient.send()

    assert patient.page.status_code == 200
    assert patient.heading == "We already have your answers"
    assert SymptomReport.objects.count() == 1


@pytest.mark.parametrize("when", ["find", "submit"])
def test_an_emergency_says_what_to_do_even_if_it_cannot_be_stored(patient, no_database, when):
    patient.start()
    no_database(when=when)
    patient.send(SAFE | {"right_now": "chest"})

    assert patient.page.status_code == 503
    assert patient.heading == "Call 911 now"
    assert "Your team may not have been told." in patient.text
    assert "Your answers have not reached us." in patient.text


def test_the_birth_date_can_be_sent_again_too(patient, no_database, monkeypatch):
    patient.open()
    no_database()
    patient.send(parts())
    assert patient.page.status_code == 503
    monkeypatch.undo()
    monkeypatch.setattr(timezone, "now", lambda: at(3))

    assert patient.send().heading == "First, your safety"


def test_opening_a_link_without_a_database_says_whom_to_call(patient, no_database):
    no_database()
    patient.open()

    assert patient.page.status_code == 503
    assert "call your emergency number" in patient.text
    assert not patient.soup.select("form")


def test_no_page_asks_the_database_for_a_session_or_a_user(patient, check_in):
    with queries(2 + REACH):  # whose link it is, then the link with its check-in
        patient.open()
    patient.send(parts())
    with queries(2 + REACH):
        patient.send(SAFE)
    patient.send(REST)
    with queries(0):
        patient.follow()


def test_staff_and_other_addresses_keep_their_own_rules():
    client = Client(enforce_csrf_checks=True)

    assert client.post("/signin/", {"username": "x"}).status_code == 403
