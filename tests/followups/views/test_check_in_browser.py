"""The check-in in a real browser: scripts off, a narrow phone, and what axe finds."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from followups import tokens
from patients.models import SymptomReport
from tests.factories import at, make_check_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAFE = {"since_surgery": "none", "right_now": "none", "weak": "none", "signs": "none"}
WOUND = {"wound": "none", "headache_upright": "no"}
REST = {
    "pain_back": "3",
    "pain_leg": "0",
    "numb": "none",
    "func": "1",
    "opioid": "none",
    "med_change": "same",
    "adh": "all",
    "overdid": "no",
    "fall": "no",
    "gic": "better",
}


@pytest.fixture
def link(live_server, monkeypatch):
    """Return the address of a check-in, at noon of its day."""
    monkeypatch.setattr(timezone, "now", lambda: at(3))
    token = tokens.new_link(make_check_in(day=3), now=at(3))
    return f"{live_server.url}/c/{token}/"


@pytest.fixture
def phone(browser):
    """A window of the narrowest phone there is; scripts run only for those who ask."""
    contexts = []

    def _phone(scripts=False):
        context = browser.new_context(
            viewport={"width": 320, "height": 640}, java_script_enabled=scripts, locale="en-US"
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield _phone
    for context in contexts:
        context.close()


def start(page, link):
    page.goto(link)
    page.fill("#id_day", "10")
    page.select_option("#id_month", label="December")
    page.fill("#id_year", "1975")
    page.click("text=Start")


def choose(page, answers):
    for name, value in answers.items():
        page.locator(f"input[name={name}][value='{value}']").check()


def test_without_scripts_a_check_in_is_answered_by_touch_alone(phone, link):
    page = phone()
    start(page, link)
    choose(page, SAFE | WOUND)
    page.click("text=Continue")
    choose(page, REST)
    page.click("text=Send my answers")

    assert page.locator("h1").inner_text() == "Thank you"
    assert "/c/end/thanks/" in page.url
    assert SymptomReport.objects.get(check_in__plan_day=3).pain_back == 3


def test_without_scripts_follow_up_questions_appear_when_they_are_due(phone, link):
    page = phone()
    start(page, link)
    side = page.locator("input[name=weak_side]").first

    assert not side.is_visible()
    choose(page, {"weak": "worse"})
    assert side.is_visible()
    choose(page, {"weak": "same"})
    assert not side.is_visible()


def test_the_emergency_page_needs_no_script(phone, link):
    page = phone()
    start(page, link)
    choose(page, {"since_surgery": "saddle"})
    page.click("text=Continue")

    assert page.locator("h1").inner_text() == "Call 911 now"
    assert page.locator(".stop a").get_attribute("href") == "tel:911"


def test_every_page_fits_a_narrow_phone_and_axe_finds_nothing(phone, link):
    page = phone(scripts=True)
    found: list[tuple[str, str]] = []

    def look(name):
        found.extend((name, fault["id"]) for fault in Axe().run(page).response["violations"])
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            found.append((name, "too wide"))

    page.goto(link)
    look("birth date")
    page.click("text=Start")
    look("birth date with errors")
    start(page, link)
    look("safety")
    page.click("text=Continue")
    look("safety with errors")
    choose(page, SAFE | WOUND | {"right_now": "chest"})
    page.locator("input[name=right_now][value=none]").uncheck()
    page.click("text=Continue")
    look("emergency")
    page.click("text=Continue with the other questions")
    look("rest")
    choose(page, REST | {"pain_leg": "8", "numb": "new", "opioid": "daily"})
    page.click("text=Send my answers")
    look("rest with errors")
    choose(page, {"limb_side": "left", "numb_site": "leg", "numb_side": "both", "over_rx": "no"})
    page.click("text=Send my answers")
    look("ending")
    page.goto(link)
    look("answered")
    page.click("text=Send me a new link")
    look("asked")

    assert page.locator("h1").inner_text() == "New link asked for"
    assert not found
