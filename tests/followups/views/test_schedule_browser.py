"""The schedule in a real browser: one key for a result, one click for a time, usable by all."""

from datetime import UTC, datetime, time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from followups.choices import (
    ContactMethod,
    ContactOutcome,
    ReminderState,
    Severity,
    VisitStatus,
)
from followups.models import Appointment, ContactAttempt, Reminder, SlotTemplate, Visit
from followups.services import contacts, plans, reminders, visits
from patients import services as records
from patients.choices import ChannelKind
from tests.factories import make_clinic, make_flag, make_patient, make_user, surgery_facts
from tests.privacy.conftest import come_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def nurse(now):
    clinic = make_clinic(name="Harbor Spine Clinic")
    surgeon = make_user("surgeon", title="Dr", last_name="Reyes-Holm", clinic=clinic)
    for weekday in range(5):
        SlotTemplate.objects.create(
            clinic=clinic, clinician=surgeon, weekday=weekday, starts_at=time(9), in_a_row=12
        )
    follow(clinic, surgeon, "Beatrix", days=57, now=now, kind="6wk", smoking="current")
    follow(clinic, surgeon, "Augustin", days=112, now=now, kind="3mo")
    follow(clinic, surgeon, "Ravi", days=14, now=now, kind="2wk")
    booked = follow(clinic, surgeon, "Henrietta", days=42, now=now, kind="6wk")
    visits.book(booked, booked_for=now + timedelta(days=1), clinician=surgeon.pk, now=now)
    hold = follow(clinic, surgeon, "Harlan", days=41, now=now, kind="6wk")
    make_flag(hold.surgery, severity=Severity.EMERGENCY)
    Visit.objects.filter(surgery=hold.surgery).exclude(pk=hold.pk).update(status="cancelled")
    return make_user("nurse", title="RN", last_name="Kowalczyk", clinic=clinic)


def follow(clinic, surgeon, name, *, days, now, kind, **risks):
    patient = make_patient(given_name=name, clinic=clinic)
    records.update(
        patient,
        facts={},
        channels={ChannelKind.PHONE: "+12125550142"},
        consented_on=clinic.today(now),
        today=clinic.today(now),
    )
    if risks:
        records.record_risks(patient, facts=risks, recorded_on=clinic.today(now))
    on = clinic.today(now) - timedelta(days=days)
    surgery = plans.record_surgery(
        patient, facts=surgery_facts(performed_on=on, surgeon=surgeon), now=now
    )
    expected = Visit.objects.filter(surgery=surgery, kind=kind).first()
    if expected is None:  # its window has closed: it was planned in time
        expected = Visit.objects.create(
            clinic=clinic,
            surgery=surgery,
            kind=kind,
            imaging="xray",
            opens_on=on + timedelta(days=1),
            target_on=on + timedelta(days=days - 15),
            closes_on=on + timedelta(days=days - 1),
        )
    Visit.objects.filter(surgery=surgery).exclude(pk=expected.pk).update(status="cancelled")
    return expected


@pytest.fixture
def at_work(page: Page, live_server, nurse) -> Page:
    client = Client()
    come_in(client, nurse)
    page.context.add_cookies([cookie_of(client, live_server)])
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/schedule/")
    return page


def cookie_of(client: Client, live_server):
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": live_server.url}


def row(page: Page, name: str):
    return page.locator("tbody.fu", has_text=name)


def test_a_call_result_is_one_key_and_the_next_row_another(at_work):
    at_work.keyboard.press("j")
    expect(row(at_work, "Beatrix").locator("a.nm")).to_be_focused()
    at_work.keyboard.press("p")
    expect(row(at_work, "Beatrix").locator(".callbox")).to_be_visible()

    at_work.keyboard.press("4")

    expect(at_work.locator("#toast")).to_contain_text("Saved: no answer.")
    expect(row(at_work, "Beatrix").locator(".callbox")).to_have_count(0)
    expect(row(at_work, "Beatrix")).to_contain_text("No answer, today")
    assert ContactAttempt.objects.get().outcome == "no_answer"
    at_work.keyboard.press("j")
    expect(row(at_work, "Augustin").locator("a.nm")).to_be_focused()


def test_a_time_is_one_click_and_z_takes_it_back(at_work):
    row(at_work, "Beatrix").get_by_role("link", name="Call").click()
    row(at_work, "Beatrix").locator(".slots button").first.click()

    expect(at_work.locator("#toast")).to_contain_text("Booked for")
    visit = Visit.objects.get(surgery__patient__given_name="Beatrix", status="booked")
    assert ContactAttempt.objects.get().outcome == "booked"
    at_work.keyboard.press("z")
    expect(at_work.locator("#toast")).to_contain_text("undone")
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


def test_a_time_just_taken_keeps_the_note_and_offers_others(at_work, now):
    mine = row(at_work, "Beatrix")
    mine.get_by_role("link", name="Call").click()
    mine.get_by_label("Note").fill("Prefers mornings")
    key = mine.locator(".slots button").first.get_attribute("value")
    clinician, minute = key.split("-")
    other = Visit.objects.get(surgery__patient__given_name="Ravi", status="planned")
    visits.book(
        other,
        booked_for=datetime.fromtimestamp(int(minute) * 60, tz=UTC),
        clinician=int(clinician),
        now=now,
    )

    mine.locator(".slots button").first.click()

    expect(mine.locator(".errsum")).to_contain_text("taken a moment ago")
    expect(mine.locator(".errsum")).to_be_focused()
    assert Axe().run(at_work).response["violations"] == []
    expect(mine.get_by_label("Note")).to_have_value("Prefers mornings")
    assert key not in [each.get_attribute("value") for each in mine.locator(".slots button").all()]
    assert not ContactAttempt.objects.exists()


def test_two_quick_presses_save_one_result(at_work):
    row(at_work, "Beatrix").get_by_role("link", name="Call").click()
    expect(row(at_work, "Beatrix").locator(".callbox")).to_be_visible()
    at_work.evaluate(
        "() => { const b = document.querySelector('[name=result][value=no_answer]');"
        " b.click(); b.click(); }"
    )
    expect(row(at_work, "Beatrix")).to_contain_text("No answer, today")
    assert ContactAttempt.objects.count() == 1


STATES = {
    "list": "/schedule/",
    "call": "/schedule/visit/<overdue>/call/",
    "times": "/schedule/visit/<overdue>/book/",
    "not booked": "/schedule/?show=unbooked",
    "nobody": "/schedule/?show=unreached",
    "day": "/schedule/day/",
    "find": "/schedule/book/",
    "whom to write to": "/schedule/invite/",
    "three calls": "/schedule/visit/<unreached>/call/",
    "calendar": "/calendar/",
    "messages": "/messages/",
    "letters": "/letters/",
}


@pytest.mark.parametrize("look", ["light", "dark", "390"])
def test_on_every_state_axe_finds_nothing_and_all_fits(at_work, live_server, look):
    overdue, unreached = (
        Visit.objects.get(surgery__patient__given_name=name, status="planned")
        for name in ("Beatrix", "Augustin")
    )
    call_in_vain(unreached, 3)
    reminders.invite_to_book([overdue], by=make_user("nurse"), now=datetime.now(UTC))
    Reminder.objects.update(state=ReminderState.FAILED, reason="No such mailbox (550).")
    ids = {"<overdue>": overdue.pk, "<unreached>": unreached.pk}
    width = 390 if look == "390" else 1440
    at_work.set_viewport_size({"width": width, "height": 900})
    at_work.emulate_media(color_scheme="dark" if look == "dark" else "light")
    wrong = {}
    for name, path in STATES.items():
        for word, pk in ids.items():
            path = path.replace(word, str(pk))
        at_work.goto(live_server.url + path)
        expect(at_work.locator("h1")).to_be_visible()
        found = Axe().run(at_work).response["violations"]
        wide = at_work.evaluate("document.documentElement.scrollWidth") > width
        if found or wide:
            wrong[name] = (
                [(each["id"], each["nodes"][0]["html"][:200]) for each in found],
                wide,
            )
    assert wrong == {}


def test_what_the_surgeon_decides_has_no_violation_either(at_work, live_server):
    unreached = Visit.objects.get(surgery__patient__given_name="Augustin", status="planned")
    call_in_vain(unreached, 3)
    contacts.record_about_visit(
        unreached,
        by=make_user("nurse"),
        method=ContactMethod.LETTER,
        outcome=ContactOutcome.SENT,
        seen=ContactAttempt.objects.latest("pk").pk,
        now=datetime.now(UTC),
    )
    client = Client()
    come_in(client, make_user("surgeon"))
    at_work.context.add_cookies([cookie_of(client, live_server)])
    at_work.goto(f"{live_server.url}/schedule/visit/{unreached.pk}/call/")
    expect(at_work.get_by_text("You decide.")).to_be_visible()
    assert Axe().run(at_work).response["violations"] == []


def call_in_vain(visit, times):
    for number in range(times):
        seen = ContactAttempt.objects.order_by("pk").last()
        contacts.record_about_visit(
            visit,
            by=make_user("nurse"),
            outcome=ContactOutcome.NO_ANSWER,
            seen=seen.pk if seen else 0,
            now=datetime.now(UTC) - timedelta(days=6 - number),
        )


def test_it_all_works_without_scripts(browser, live_server, nurse):
    client = Client()
    come_in(client, nurse)
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie_of(client, live_server)])
    page = context.new_page()
    page.goto(f"{live_server.url}/schedule/")
    row(page, "Beatrix").get_by_role("link", name="Call").click()
    page.locator("[name=result][value=left_message]").click()
    expect(page.get_by_text("Saved: left a message.")).to_be_visible()
    row(page, "Augustin").get_by_role("link", name="Book").click()
    page.locator(".booking .slots button").first.click()
    expect(page.get_by_text("Booked for")).to_be_visible()
    assert ContactAttempt.objects.get().outcome == "left_message"
    assert Appointment.objects.standing().count() == 2
    context.close()
