"""Setting up and using second factors in a real browser, under the real content policy."""

import re

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, make_user
from tests.signing_in import code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server):
    """The site under a name: security keys refuse bare addresses."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def complaints(page):
    """What the browser itself finds wrong, such as a script the policy refuses."""
    said = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def security_key(page):
    """A key in the USB port whose owner always touches it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools


def look(page: Page) -> None:
    """Hold a page against what everybody must be able to use, on a narrow phone too."""
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 720})


def give_password(page, site, user, password=PASSWORD):
    page.goto(f"{site}/signin/")
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page):
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_new_nurse_sets_up_the_app_and_signs_in_with_code_and_recovery_code(
    page, site, complaints
):
    nurse = make_user("nurse", has_app=False)
    page.goto(f"{site}/signin/")
    look(page)
    give_password(page, site, nurse, "not the right password")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    look(page)
    complaints.clear()  # the 422 of just now
    give_password(page, site, nurse)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Use an app on my phone").click()
    secret = page.locator(".secret").inner_text()
    look(page)
    page.fill("[name=code]", code(secret))
    page.get_by_role("button", name="Set up").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    look(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(re.compile("/(queue|schedule)/"))
    sign_out(page)

    give_password(page, site, nurse)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert page.locator("[name=code]").get_attribute("autocomplete") == "one-time-code"
    look(page)
    shown = code(secret, later=1)
    page.fill("[name=code]", f"{shown[:3]} {shown[3:]}")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/(queue|schedule)/"))
    sign_out(page)

    give_password(page, site, nurse)
    page.fill("[name=code]", codes[4])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/(queue|schedule)/"))
    page.goto(f"{site}/account/")
    look(page)
    page.goto(f"{site}/account/sessions/")
    expect(page.get_by_text("Here, now")).to_be_visible()
    look(page)
    page.goto(f"{site}/account/password/")
    page.fill("[name=oldpassword]", PASSWORD)
    page.fill("[name=password1]", "seven wet umbrellas in Lisbon")
    page.fill("[name=password2]", "seven wet umbrellas in Lisbon")
    look(page)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    look(page)
    assert complaints == []


def test_a_security_key_is_added_and_opens_the_door(page, site, complaints, security_key):
    surgeon = make_user("surgeon", has_app=False)
    give_password(page, site, surgeon)
    page.get_by_role("link", name="Use a security key").click()
    page.fill("[name=name]", "Blue key")
    look(page)
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{site}/queue/")
    sign_out(page)

    give_password(page, site, surgeon)
    look(page)
    page.get_by_role("button", name="Use your security key instead").click()
    expect(page).to_have_url(re.compile("/(queue|schedule)/"))
    page.goto(f"{site}/account/")
    expect(page.get_by_text("Blue key").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="Remove Blue key").click()
    page.get_by_role("button", name="Remove the key").click()
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert not Authenticator.objects.filter(user=surgeon).exists()
    assert complaints == []


def test_a_key_that_is_refused_is_said_on_the_page(page, site, security_key):
    surgeon = make_user("surgeon", has_app=False)
    give_password(page, site, surgeon)
    page.get_by_role("link", name="Use a security key").click()
    security_key.send("WebAuthn.disable")
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(Error('no')); }")
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be used")
    look(page)
