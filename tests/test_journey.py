"""The whole job, as people do it: register, ask, answer, see, review. A real browser,
a real mail server, the commands that the worker runs."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from followups.models import Flag, FollowUp
from tests.factories import make_clinic, make_user
from tests.followups.views.phone import Phone
from tests.signing_in import sign_in_with_browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def zone_where_it_is_noon() -> str:
    """Return a zone in which the morning's check-in is due and no quiet hours hold."""
    hours_east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours_east:+d}" if hours_east else "Etc/GMT"


@pytest.fixture
def clinic():
    return make_clinic(time_zone=zone_where_it_is_noon())


@pytest.fixture
def nurse(clinic):
    return make_user("nurse", clinic=clinic)


@pytest.fixture
def mail(settings, smtp_server, live_server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.SITE_URL = live_server.url
    return smtp_server


def register(page, live_server, operated):
    page.goto(f"{live_server.url}/patients/new/")
    page.fill("[name=mrn]", "h-1001")
    page.fill("[name=given_name]", "Ada")
    page.fill("[name=family_name]", "Lovelace")
    page.fill("[name=date_of_birth]", "1975-12-10")
    page.fill("[name=email]", "ada@example.org")
    page.check("[name=email_agreed]")
    page.get_by_role("button", name="Register and go on").click()
    page.fill("[name=performed_on]", operated.isoformat())
    page.select_option("[name=region]", "lumbar")
    page.select_option("[name=approach]", "TLIF")
    page.fill("[name=levels]", "L4-S1")
    page.get_by_role("button", name="Save and plan").click()
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()


def link_in(message):
    return re.search(r"https?://\S+/c/\S+", message.get_content())[0]


def test_from_registration_to_a_resolved_emergency(page, live_server, clinic, nurse, mail):
    sign_in_with_browser(page, live_server.url, nurse)
    register(page, live_server, clinic.today(datetime.now(UTC)) - timedelta(days=14))
    call_command("sweep", verbosity=0)
    call_command("send", verbosity=0)
    [message] = mail.messages()
    assert "Lovelace" not in message.as_string()

    patient = Phone.unpack(page.context.browser, scripts=False)
    patient.start(link_in(message)).press("bladder")
    assert patient.heading == "Call 911 now"
    assert Flag.objects.open().get().rule == "EMG-CES"
    patient.go_through().finish()
    assert patient.heading == "Call 911 now"
    patient.put_away()

    page.goto(f"{live_server.url}/queue/")
    row = page.get_by_role("link", name=re.compile("Ada Lovelace"))
    expect(row.first).to_be_visible()
    row.first.click()
    expect(page.get_by_text("bladder").first).to_be_visible()
    follow_up = FollowUp.objects.queue().get()
    resolve = f"/queue/case/{follow_up.pk}/resolve/"
    page.goto(f"{live_server.url}{resolve}")
    form = page.locator(f"form[action*='{resolve}']").first
    form.locator("[name=disposition][value=admitted]").check(force=True)
    form.locator("[name=safe_confirmed_by]").fill("Emergency department, by phone")
    form.locator("[name=note]").fill("Sent to the emergency department.")
    form.get_by_role("button", name="Save and open next").click()
    page.wait_for_url(re.compile(r"/queue/(?!case/\d+/resolve)"))
    flag = Flag.objects.get()
    assert flag.disposition == "admitted"
    assert flag.closed_by == nurse
    assert not FollowUp.objects.queue().exists()
