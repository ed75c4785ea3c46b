"""The admin's own scripts and widgets work under our policy, which allows nothing inline."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page

from tests.factories import make_patient, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/patients/patient/"


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser complains about: refused resources and failing scripts."""
    lines: list[str] = []

    def listen(line: ConsoleMessage) -> None:
        if line.type == "error" and not line.location["url"].endswith("favicon.ico"):
            lines.append(line.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.fixture
def admin(page: Page, live_server) -> Page:
    client = Client()
    client.force_login(make_user("administrator", is_staff=True, is_superuser=True))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    return page


def test_the_admin_works_under_the_policy(admin, live_server, said):
    patient = make_patient()
    for path in ("/admin/", LIST, f"{LIST}{patient.pk}/change/", f"{LIST}{patient.pk}/history/"):
        answer = admin.goto(live_server.url + path)
        assert answer.status == 200, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
    admin.goto(f"{live_server.url}/admin/staff/user/add/")
    assert admin.locator("form").count()
    assert said == []


def test_the_calendar_of_a_date_opens_and_fills_it_in(admin, live_server, said):
    admin.goto(f"{live_server.url}/admin/patients/knowndeficit/add/")
    field = admin.locator(".vDateField").first
    before = field.input_value()
    admin.locator(".datetimeshortcuts a").first.click()
    assert field.input_value() != before
    admin.locator(".datetimeshortcuts .date-icon").first.click()
    assert admin.locator(".calendarbox").first.is_visible()
    assert said == []
