"""The pages of restricted records in a real browser: usable by everybody, at any width."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from clinic.privacy import openings, retention
from followups.choices import Severity
from patients import restrictions
from patients.models import Restriction
from tests.factories import at, make_flag, make_patient, make_surgery, make_user
from tests.privacy.conftest import REASON, come_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def colleague():
    """Somebody with one restricted record open and one closed to them."""
    surgeon, colleague = make_user("surgeon"), make_user("surgeon")
    make_user("administrator", email="admin@clinic.example")
    now = datetime.now(UTC)
    for number, severity in enumerate((Severity.EMERGENCY, Severity.URGENT, Severity.SOON)):
        patient = make_patient(given_name=f"Ada {number}", mrn=f"H-{number}")
        make_flag(make_surgery(patient), severity=severity)
        if number:
            restrictions.restrict(patient, members=[], reason="Works here.", by=surgeon, now=at(1))
    last = Restriction.objects.select_related("clinic").order_by("pk").last()
    openings.break_glass(last, by=colleague, reason=REASON, now=now)
    retention.run(now=now)
    return colleague


def pages(colleague):
    closed, opened = Restriction.objects.order_by("pk").values_list("patient", flat=True)
    free = make_surgery(make_patient()).patient
    yield colleague, "/queue/", "Restricted record"
    yield colleague, "/patients/", "restricted record"
    yield colleague, f"/patients/{closed}/open/", "60 minutes"
    yield colleague, f"/patients/{opened}/", "You opened a restricted record."
    yield colleague, f"/patients/{opened}/restrict/", "Only the team"
    yield colleague, f"/patients/{free.pk}/restrict/", "Who keeps access"
    yield colleague, f"/patients/{free.pk}/export/", "Download the copy"
    yield make_user("administrator"), "/openings/", "Record id"
    yield make_user("auditor"), "/openings/", REASON
    yield make_user("administrator"), "/retention/", "Last enforced"


def test_every_page_can_be_used_by_everybody(page, live_server, colleague):
    name = settings.SESSION_COOKIE_NAME
    for user, path, said in pages(colleague):
        client = Client()
        come_in(client, user)
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        page.context.add_cookies([cookie])
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{live_server.url}{path}")
            assert said in page.content()
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path
