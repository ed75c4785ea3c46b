"""The search field in a real browser: keys alone, and without scripts."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.access.story import sign_in
from tests.factories import make_patient, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inside(live_server):
    """Let a page of the browser in as a nurse."""
    nurse, client = make_user(), Client()
    sign_in(client, nurse)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}

    def enter(page):
        page.context.add_cookies([cookie])
        page.goto(f"{live_server.url}/rules/")
        return page

    return enter


def test_a_patient_is_opened_with_the_keyboard_alone(page, inside):
    make_patient(family_name="Hopper", given_name="Grace")
    make_patient(family_name="Hopkins", given_name="Ada")
    inside(page)

    page.keyboard.press("/")
    page.keyboard.type("hop")
    expect(page.locator("#found a")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#found a")).to_have_count(0)
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("per")
    expect(page.locator("#found a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found a")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_contain_text("Hopper")
    page.locator("#find").focus()
    expect(page.locator("#found")).to_contain_text("Opened last")
    page.locator("h1").click()
    expect(page.locator("#found a")).to_have_count(0)


def test_without_scripts_the_field_leads_to_the_list(browser, inside):
    make_patient(family_name="Hopper", given_name="Grace")
    context = browser.new_context(java_script_enabled=False)
    page = inside(context.new_page())

    page.fill("#find", "hopper")
    page.press("#find", "Enter")

    expect(page.locator("td a.nm")).to_have_text("Hopper, Grace")
    context.close()
