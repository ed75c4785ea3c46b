"""Messages, letters and the patient's form in a real browser: usable by everybody, at any width."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from followups.models import InboundMessage, Letter
from patients.choices import ChannelKind, CloseReason
from patients.models import ContactChannel
from tests.access.story import sign_in
from tests.factories import OPERATED, make_patient, make_surgery, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS")  # where to put pictures, for a look


@pytest.fixture
def nurse():
    """Somebody with a message of each kind, a dead address and two letters."""
    nurse, now = make_user("nurse"), timezone.now()
    for number, (meaning, body) in enumerate(
        [
            ("text", "I cannot feel my left foot since this morning. Who can I call?"),
            ("stop", "Stop please"),
            ("call", "2"),
            ("text", "Is this the clinic?"),
        ]
    ):
        patient = make_patient(given_name="Grace", family_name=f"Hopper-{number}")
        ContactChannel.objects.create(
            clinic=patient.clinic,
            patient=patient,
            kind=ChannelKind.LETTER,
            address="1 Main St\nSpringfield, IL 62701",
            consented_on=OPERATED,
        )
        InboundMessage.objects.create(
            clinic=patient.clinic,
            patient=patient if number < 3 else None,
            sender=f"+1212555012{number}",
            provider_id=f"SM{number}",
            meaning=meaning,
            body=body,
            received_at=now - timedelta(days=6 - 2 * number),
        )
        surgery = make_surgery(patient)
        if number < 2:
            Letter.objects.create(
                clinic=patient.clinic, surgery=surgery, reason="unreached", asked_at=now
            )
    channel = ContactChannel.objects.filter(kind=ChannelKind.EMAIL).earliest("pk")
    channel.closed_at, channel.close_reason = now, CloseReason.BOUNCED
    channel.save()
    return nurse


def come_in(page, live_server, user):
    client = Client()
    sign_in(client, user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([cookie])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_used_by_everybody(page, live_server, nurse, scheme):
    patient = ContactChannel.objects.filter(closed_at__isnull=False).get().patient_id
    come_in(page, live_server, nurse)
    page.emulate_media(color_scheme=scheme)
    for path, said in (
        ("/messages/", "Hopper-0"),
        ("/messages/?show=handled", "Nothing has been handled yet"),
        ("/letters/", "Springfield"),
        (f"/patients/{patient}/edit/", "not used until it is changed"),
    ):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{live_server.url}{path}")
            expect(page.get_by_text(said).first).to_be_attached()
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            if SHOTS:
                shot = f"{path.strip('/').replace('/', '-')}-{scheme}-{width}.png"
                page.screenshot(path=Path(SHOTS) / shot.replace("?", "-"), full_page=True)


def test_a_key_marks_the_first_message_as_handled(page, live_server, nurse):
    come_in(page, live_server, nurse)
    page.goto(f"{live_server.url}/messages/")
    page.keyboard.press("h")

    expect(page.get_by_text("The message is marked as handled.")).to_be_visible()
    expect(page.get_by_text("Hopper-0")).to_have_count(1)  # as an address nothing reaches
