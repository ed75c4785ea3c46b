"""Markup in the record, in a real browser: nothing runs and the policy has nothing to stop."""

import pytest
from django.utils import timezone

from followups import tokens
from followups.models import FollowUp
from patients.models import Patient
from tests.factories import (
    at,
    make_check_in,
    make_clinic,
    make_flag,
    make_patient,
    make_surgery,
    make_user,
    store_report,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BAD = "\"'><img src=x onerror=alert(1)><script>alert(1)</script><xprobe>"
LISTEN = """
window.stopped = [];
document.addEventListener('securitypolicyviolation', e => window.stopped.push(e.blockedURI));
"""


@pytest.fixture
def record(monkeypatch):
    now = at(60, 14)
    monkeypatch.setattr(timezone, "now", lambda: now)
    clinic = make_clinic(name=BAD, crisis_line=BAD)
    surgery = make_surgery(make_patient(clinic=clinic, given_name=BAD, family_name=BAD))
    make_flag(surgery, explanation=BAD)
    store_report(surgery, day=59, pain_back=6, message=BAD)
    return surgery


def test_nothing_runs_and_the_policy_stops_nothing(record, page, live_server, client):
    user = make_user("surgeon", clinic=record.clinic, is_superuser=True, is_staff=True)
    client.force_login(user)
    cookies = [
        {"name": name, "value": morsel.value, "url": live_server.url}
        for name, morsel in client.cookies.items()
    ]
    page.context.add_cookies(cookies)
    page.add_init_script(LISTEN)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    token = tokens.new_link(make_check_in(record, day=60), now=at(60))
    case = FollowUp.objects.get(surgery=record)
    patient = Patient.objects.get(pk=record.patient_id)
    seen = 0
    for address in (
        "/queue/",
        f"/queue/case/{case.pk}/",
        f"/queue/case/{case.pk}/contact/",
        f"/queue/case/{case.pk}/resolve/",
        "/patients/",
        f"/patients/{patient.pk}/",
        f"/patients/{patient.pk}/edit/",
        f"/patients/{patient.pk}/status/",
        f"/admin/patients/patient/{patient.pk}/change/",
        f"/c/{token}/",
    ):
        page.goto(live_server.url + address)
        assert page.evaluate("window.stopped") == [], address
        assert page.locator("xprobe").count() == 0, address
        assert page.locator("img[onerror]").count() == 0, address
        seen += "onerror=alert(1)" in page.locator("body").inner_text()
    assert dialogs == []
    assert seen >= 4
