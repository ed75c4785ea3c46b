"""What every answer to a patient's request carries, what is refused, and the database away."""

import socket
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from followups import sitting, tokens
from followups.models import Draft
from followups.services import check_ins, drafts
from patients.models import SymptomReport
from tests.counting import REACH, queries
from tests.factories import at, make_check_in
from tests.followups.views.answering import NONE, Patient, parts

pytestmark = pytest.mark.django_db

SENDING = 21  # the report and all that follows from it
FORM = "application/x-www-form-urlencoded"


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

        where = {"find": tokens, "submit": check_ins, "save": drafts}[when]
        monkeypatch.setattr(where, when, fail)

    yield away
    monkeypatch.undo()


@pytest.fixture
def database_back(monkeypatch):
    def back():
        monkeypatch.undo()
        monkeypatch.setattr(timezone, "now", lambda: at(3))

    return back


def test_every_answer_is_kept_out_of_caches_referrers_and_search_engines(patient, check_in):
    client = patient.client
    proof = patient.start().hidden()
    wrong = client.post(patient.address, {})
    step = f"{patient.address}since_surgery/"
    urgent = client.post(step, proof | {"since_surgery": "saddle"})
    ended = patient.fill().finish().page
    answers = [
        client.get(patient.address),
        client.get(step),
        client.head(patient.address),
        client.head(step),
        client.options(patient.address),
        client.options(step),
        client.put(patient.address),
        urgent,
        wrong,
        client.post(patient.address, {}),
        client.post(patient.address, proof),
        client.post(patient.address, {}, headers={"Origin": "https://evil.example"}),
        client.post(step, {"message": "x" * 70_000}),
        client.get("/c/unknown/"),
        client.get("/c/unknown/weak/"),
        client.get(ended["Location"]),
        client.get("/c/end/thanks/"),
        client.options("/c/end/thanks/"),
        client.post("/c/learn/warning/"),
        client.get("/c/learn/warning/"),
        ended,
    ]

    assert {answer.status_code for answer in answers} >= {200, 303, 403, 404, 405, 410, 413, 422}
    for answer in answers:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "Set-Cookie" not in answer
        assert b"style=" not in answer.content
        scripts = BeautifulSoup(answer.content, "html.parser").select("script")
        assert [script.get_text() for script in scripts] in ([], [""])  # none of it inline


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "options"])
@pytest.mark.parametrize("step", ["", "since_surgery/", "check/"])
def test_other_methods_are_refused(client, method, step):
    assert getattr(client, method)(f"/c/{'0' * 26}/{step}").status_code == 405


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
    page = patient.client.post(f"{patient.address}check/", body, content_type=FORM)

    assert page.status_code == 413
    assert b"too large" in page.content


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"&".join(b"a%d=" % n for n in range(1001)), FORM),
        (b"weak=none", f"{FORM}; charset=utf-7"),
        (b"--x", "multipart/form-data"),
    ],
)
@pytest.mark.parametrize("address", ["", "weak/"])
def test_a_body_that_is_no_form_is_refused(client, address, body, content_type):
    page = client.post(f"/c/{'0' * 26}/{address}", body, content_type=content_type)

    assert page.status_code == 400
    assert page["Cache-Control"] == "no-store"


def test_bytes_that_are_no_text_are_replaced(patient, check_in):
    sent = patient.start().fill().hidden() | {"message": "", "send": "1"}
    body = urlencode(sent, doseq=True).encode().replace(b"message=", b"message=%FF%FEok")
    page = patient.client.post(f"{patient.address}check/", body, content_type=FORM)

    assert page.status_code == 303
    check_in.refresh_from_db()
    assert check_in.report.message == "\ufffd\ufffdok"


def test_the_longest_message_fits(patient):
    assert patient.start().fill().finish("ш" * 2000).page.status_code == 303


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/octet-stream"]
)
def test_anything_but_a_form_is_refused(client, content_type):
    address = f"/c/{'0' * 26}/weak/"
    page = client.post(address, b'{"weak": "none"}', content_type=content_type)

    assert page.status_code == 415


def test_a_forged_sitting_is_no_sitting(patient):
    for forged in ("", "x", "a:b:c", ".eJw:1:2", "é", "\x00", "9" * 5000):
        for step in ("", "birth_date/", "since_surgery/", "check/", "go_on/", "x/"):
            data = NONE | {"sitting": forged, "send": "1", "since_surgery": "saddle"}
            page = patient.client.post(patient.address + step, data)

            assert page.status_code == 422
            assert b'name="year"' in page.content
    assert not SymptomReport.objects.exists()
    assert not Draft.objects.exists()


def test_a_sitting_that_was_changed_is_no_sitting(patient):
    proof = patient.start().hidden()["sitting"][0]
    changed = proof[:20] + ("A" if proof[20] != "A" else "B") + proof[21:]
    patient.send({"since_surgery": "none"}, sitting=changed)

    assert patient.page.status_code == 422
    assert patient.heading == "Your check-in"


def test_a_question_taken_out_meanwhile_breaks_no_open_page(patient, check_in, monkeypatch):
    patient.start().fill()
    kept = {name: each for name, each in sitting.QUESTIONS.items() if name != "gic"}
    monkeypatch.setattr(sitting, "QUESTIONS", kept)

    assert patient.finish().page.status_code == 303
    check_in.refresh_from_db()
    assert check_in.report.gic is None


# The database away


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_a_database_the_answers_come_back_to_be_sent_again(
    patient, check_in, no_database, database_back, error
):
    patient.start().fill(signs_healing=["fever"], temp_c="37.1")
    no_database(error)
    patient.finish("Keep <this>")

    assert patient.page.status_code == 503
    assert patient.page["Retry-After"] == "30"
    assert "Not sent yet" in patient.text
    assert patient.soup.select_one("header a[href='tel:911']")
    assert patient.soup.select_one("header a[href='tel:+12125550100']")
    database_back()
    patient.page = patient.client.post(f"{patient.address}check/", again(patient))
    assert patient.page.status_code == 303
    check_in.refresh_from_db()
    assert check_in.report.message == "Keep <this>"
    assert str(check_in.report.temp_c) == "37.1"


def again(patient):
    """Return what the page of a lost database sends on another try."""
    form = patient.soup.select_one("form")
    return {
        name: [each["value"] for each in form.select(f"[name='{name}']")]
        for name in {tag["name"] for tag in form.select("[name]")}
    }


@pytest.mark.parametrize("when", ["find", "save"])
def test_an_answer_to_one_question_can_be_sent_again(patient, no_database, database_back, when):
    patient.start().press("none")
    no_database(when=when)
    patient.press("none")
    assert patient.page.status_code == 503
    assert not SymptomReport.objects.exists()
    database_back()
    patient.page = patient.client.post(f"{patient.address}right_now/", again(patient))

    assert patient.step == "weak"
    assert Draft.objects.get().names == ["right_now", "since_surgery"]


def test_changing_an_answer_can_be_tried_again_and_sends_nothing(
    patient, no_database, database_back
):
    patient.start().fill()
    no_database()
    patient.send({"message": "Wait"}, change="pain_back")
    assert patient.page.status_code == 503
    database_back()
    patient.page = patient.client.post(f"{patient.address}check/", again(patient))

    assert patient.step == "pain_back"
    assert not SymptomReport.objects.exists()


def test_answers_stored_before_the_reply_was_lost_are_stored_once(
    patient, check_in, no_database, database_back
):
    sent = patient.start().fill().hidden() | {"message": "", "send": "1"}
    patient.client.post(f"{patient.address}check/", sent)
    no_database()
    patient.page = patient.client.post(f"{patient.address}check/", sent)
    database_back()
    patient.page = patient.client.post(f"{patient.address}check/", again(patient))

    assert patient.page.status_code == 200
    assert patient.heading == "We already have your answers"
    assert SymptomReport.objects.count() == 1


@pytest.mark.parametrize("when", ["find", "submit"])
@pytest.mark.parametrize(
    ("question", "sign"), [("right_now", "chest"), ("weak_severe", "yes"), ("weak_side", "both")]
)
def test_an_emergency_says_what_to_do_even_if_it_cannot_be_stored(
    patient, no_database, when, question, sign
):
    patient.start().send({"since_surgery": "none", "right_now": "none", "weak": "new"})
    resumed = patient.another_tab().start()  # its page does not carry the weakness along
    no_database(when=when)
    resumed.page = resumed.client.post(
        f"{resumed.address}{question}/", resumed.hidden() | {question: sign}
    )

    assert resumed.page.status_code == 503
    assert resumed.heading == "Call 911 now"
    assert "Your team may not have been told." in resumed.text
    assert "Your answers have not reached us." in resumed.text
    assert not SymptomReport.objects.exists()


def test_the_birth_date_can_be_sent_again_too(patient, no_database, database_back):
    patient.open()
    no_database()
    patient.send(parts(), answering_for="proxy")
    assert patient.page.status_code == 503
    database_back()
    patient.page = patient.client.post(patient.address, again(patient))

    assert patient.step == "since_surgery"
    assert "the person you are helping" in patient.text


def test_opening_a_link_without_a_database_says_whom_to_call(patient, no_database):
    no_database()
    patient.open()

    assert patient.page.status_code == 503
    assert "call your emergency number" in patient.text
    assert not patient.soup.select("form")


def test_nothing_but_the_database_is_needed(patient, check_in, monkeypatch):
    """Broker, workers and mail may all be away: no connection is even tried."""

    def refuse(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    patient.start().press("saddle")
    assert patient.heading == "Call 911 now"
    patient.send().fill(since_surgery=["saddle"]).finish()

    assert patient.page.status_code == 303
    assert SymptomReport.objects.filter(is_complete=True).count() == 1


# What it costs


def test_no_page_asks_the_database_for_a_session_or_a_user(patient, check_in):
    with queries(3 + REACH):  # whose link it is, the link with its check-in, the operation
        patient.open()
    with queries(3 + 6 + REACH):  # a try, its end, three for the sheet, the draft
        patient.send(parts())
    with queries(3 + 4 + REACH):  # the draft: looked at, made, held, written
        patient.press("none")
    patient.press("none")
    with queries(3 + 4 + REACH):
        patient.fill()
    with queries(3 + SENDING + REACH):
        patient.finish()
    with queries(0):
        patient.follow()


def test_staff_and_other_addresses_keep_their_own_rules():
    client = Client(enforce_csrf_checks=True)

    assert client.post("/signin/", {"username": "x"}).status_code == 403
