"""Short texts behind a check-in: opened by whoever sent it, and for those given them alone."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from followups.models import Lesson
from followups.services import lessons
from tests.counting import REACH, queries
from tests.factories import at, make_check_in, make_patient, make_surgery
from tests.followups.views.answering import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(at(3))
    return set_to


def sent(**facts):
    """Send a check-in and come to the page that thanks for it."""
    check_in = make_check_in(make_surgery(make_patient(**facts)), day=3)
    return Patient.with_link_to(check_in).start().fill().finish().follow()


@pytest.fixture
def patient():
    return sent()


def open_lesson(patient, module="warning", **more):
    about = patient.soup.select_one("[name=about]")["value"]
    patient.page = patient.client.post(f"/c/learn/{module}/", {"about": about} | more)
    return patient


def answer_it(patient, value):
    return open_lesson(patient, answer=value, answer_it="1")


def test_the_page_of_thanks_offers_the_lessons_of_the_phase(patient):
    addresses = [form["action"] for form in patient.soup.select("main form")]

    assert addresses == ["/c/learn/warning/", "/c/learn/expect/", "/c/learn/limits/"]
    assert "When to get help" in patient.text


def test_a_lesson_is_opened_and_that_is_noted(patient):
    open_lesson(patient)

    assert patient.page.status_code == 200
    assert patient.heading == "When to get help"
    assert patient.soup.select("main a[href='tel:911']")
    assert patient.soup.select("main a[href='tel:+12125550100']")
    lesson = Lesson.objects.get(module="warning")
    assert (lesson.opened_at, lesson.understood) == (at(3), None)


@pytest.mark.parametrize(("value", "understood"), [("now", True), ("morning", False)])
def test_an_answer_is_noted_and_nobody_is_told_off(patient, value, understood):
    answer_it(open_lesson(patient), value)

    assert patient.page.status_code == 200
    assert "Numbness between your legs cannot wait. Call 911" in patient.text
    assert "wrong" not in patient.text.lower()
    assert Lesson.objects.get(module="warning").understood is understood


def test_a_better_answer_counts_and_a_worse_one_later_does_not(clock, patient):
    about = {"about": patient.soup.select_one("[name=about]")["value"], "answer_it": "1"}
    for minute, value in enumerate(("morning", "now", "morning")):
        clock(at(3, 12, minute))
        patient.client.post("/c/learn/warning/", about | {"answer": value})

    lesson = Lesson.objects.get(module="warning")
    assert (lesson.understood, lesson.answered_at) == (True, at(3, 12, 1))
    assert lesson.opened_at == at(3)


def test_no_answer_is_asked_for_again(patient):
    answer_it(open_lesson(patient), "")

    assert patient.page.status_code == 422
    assert patient.errors() == {"question": "Choose one answer."}
    assert Lesson.objects.get(module="warning").answered_at is None


@pytest.mark.parametrize("value", ["rubbish", "now\x00", "NOW"])
def test_an_answer_that_is_not_offered_is_none(patient, value):
    answer_it(open_lesson(patient), value)

    assert patient.page.status_code == 422
    assert Lesson.objects.get(module="warning").understood is None


def test_a_lesson_is_read_in_the_language_of_the_check_in():
    patient = open_lesson(sent(language="es"))

    assert patient.soup.html["lang"] == "es"
    assert patient.heading != "When to get help"


@pytest.mark.parametrize("module", ["mood", "walking", "smoking", "nonsense"])
def test_a_lesson_that_was_not_given_is_not_shown(patient, module):
    open_lesson(patient, module)

    assert patient.page.status_code == 410
    assert patient.heading == "This page has ended"
    assert not Lesson.objects.exclude(opened_at=None).exists()


@pytest.mark.parametrize("about", ["", "x", "a:b:c", "\x00", "é", "9" * 5000])
def test_without_the_receipt_there_is_no_lesson(client, patient, about):
    page = client.post("/c/learn/warning/", {"about": about})

    assert page.status_code == 410
    assert not Lesson.objects.exclude(opened_at=None).exists()


def test_the_receipt_of_one_patient_notes_nothing_of_another(patient):
    other = sent()
    answer_it(open_lesson(patient), "now")

    assert Lesson.objects.filter(understood=True).count() == 1
    assert open_lesson(other).page.status_code == 200


def test_without_a_database_a_lesson_can_still_be_read(patient, monkeypatch):
    def away(*_, **__):
        raise OperationalError("connection refused")

    monkeypatch.setattr(lessons, "find", away)
    open_lesson(patient)

    assert patient.page.status_code == 200
    assert patient.heading == "When to get help"


def test_looking_changes_nothing(client, patient):
    for method in (client.get, client.head, client.options, client.put, client.delete):
        assert method("/c/learn/warning/").status_code == 405

    assert not Lesson.objects.exclude(opened_at=None).exists()


def test_another_site_cannot_open_a_lesson(client, patient):
    about = patient.soup.select_one("[name=about]")["value"]
    headers = {"Origin": "https://evil.example"}
    page = client.post("/c/learn/warning/", {"about": about}, headers=headers)

    assert page.status_code == 403
    assert not Lesson.objects.exclude(opened_at=None).exists()


def test_a_lesson_tells_nobody_whose_it_is(patient):
    text = open_lesson(patient).source()

    for fact in ("Ada", "Lovelace", "1975", "TLIF", "March"):
        assert fact not in text


def test_what_a_lesson_costs(patient):
    with queries(2 + REACH):  # whose it is, and that it was opened
        open_lesson(patient)
    with queries(3 + REACH):
        answer_it(patient, "now")


def test_what_was_understood_is_not_offered_after_the_next_check_in(clock, patient):
    answer_it(open_lesson(patient), "now")
    clock(at(7))
    surgery = Lesson.objects.first().surgery
    again = Patient.with_link_to(make_check_in(surgery, day=7)).start().fill().finish().follow()

    addresses = [form["action"] for form in again.soup.select("main form")]
    assert addresses == ["/c/learn/expect/", "/c/learn/limits/"]
