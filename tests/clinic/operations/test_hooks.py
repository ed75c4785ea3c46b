"""Providers' reports: only signed ones, each once, and the address they are about."""

import base64
import json
from itertools import permutations

import pytest
from django.test import Client

from clinic.audit.models import Entry
from clinic.operations import hooks
from clinic.staff.throttle import Limit
from followups.models import InboundMessage, ProviderEvent, Reminder
from followups.services import reminders
from patients.choices import ChannelKind, CloseReason
from patients.models import ContactChannel
from tests.clinic.operations.calling import SITE, TOKEN, call
from tests.factories import at, make_check_in, make_clinic, make_patient, make_surgery

pytestmark = pytest.mark.django_db

INBOUND = "/hooks/sms/inbound/"
STATUS = "/hooks/sms/status/3f0d/"
NUMBER = "+12125550123"
ORDERS = sorted(set(permutations(["queued", "sent", "delivered", "delivered"], 3)))


@pytest.fixture(autouse=True)
def _provider(settings):
    settings.SMS_URL, settings.SMS_TOKEN, settings.SITE_URL = "https://api.example", TOKEN, SITE


@pytest.fixture
def channel():
    patient = make_patient()
    return ContactChannel.objects.create(
        clinic=patient.clinic,
        patient=patient,
        kind=ChannelKind.SMS,
        address=NUMBER,
        consented_on="2026-03-01",
    )


def test_a_report_is_kept_without_the_number():
    given = call(STATUS, MessageSid="SM1", MessageStatus="sent", To=NUMBER, Novel="field")

    assert (given.status_code, given.content) == (204, b"")
    event = ProviderEvent.objects.get()
    assert (event.kind, event.reference, event.event_id) == ("sent", "3f0d", "SM1 sent")
    assert NUMBER not in str(vars(event))


def test_a_report_that_comes_again_counts_once():
    for _ in range(3):
        assert call(STATUS, MessageSid="SM1", MessageStatus="sent").status_code == 204

    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize("signed", ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_a_forged_report_is_refused(signed):
    given = call(STATUS, signed=signed, MessageSid="SM1", MessageStatus="sent")

    assert given.status_code == 403
    assert not ProviderEvent.objects.exists()


def test_a_report_signed_for_another_address_is_refused():
    for over in ("http://clinic.example", "https://evil.example", SITE + "/x"):
        assert call(STATUS, over=over, MessageSid="SM1", MessageStatus="sent").status_code == 403


def test_a_trimmed_report_is_refused():
    whole = call(STATUS, MessageSid="SM1", MessageStatus="sent", To=NUMBER)
    assert whole.status_code == 204
    signature = whole.wsgi_request.headers["X-Twilio-Signature"]

    assert call(STATUS, signed=signature, MessageSid="SM1", MessageStatus="sent").status_code == 403


def test_who_forges_too_often_waits_and_holds_nobody_else_up(monkeypatch):
    monkeypatch.setattr(hooks, "FORGED", Limit("forged call from", tries=2, minutes=10))
    given = [call(STATUS, signed="x", MessageSid="SM1").status_code for _ in range(3)]

    assert given == [403, 403, 429]
    assert call(STATUS, MessageSid="SM1", MessageStatus="sent").status_code == 204


@pytest.mark.parametrize("fields", [{}, {"MessageSid": "SM1"}, {"MessageSid": "S" * 65}])
def test_a_signed_call_that_reports_nothing_is_refused(fields):
    assert call(STATUS, **fields).status_code == 400


def test_a_status_nobody_knows_is_taken_and_changes_nothing(channel):
    given = call(STATUS, MessageSid="SM1", MessageStatus="teleported", To=NUMBER)

    assert given.status_code == 204
    channel.refresh_from_db()
    assert channel.closed_at is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("21610", CloseReason.OPTED_OUT),
        ("30006", CloseReason.NO_SUCH_NUMBER),
        ("30003", ""),  # switched off: for now
    ],
)
def test_a_number_that_takes_no_texts_is_not_used_again(channel, code, reason):
    call(STATUS, MessageSid="SM1", MessageStatus="undelivered", ErrorCode=code, To=NUMBER)

    channel.refresh_from_db()
    assert channel.close_reason == reason
    assert ContactChannel.objects.usable().filter(pk=channel.pk).exists() == (not reason)
    entry = Entry.objects.filter(what="patients_contactchannel", kind="update").last()
    assert (entry.request if entry else "webhook") == "webhook"


def test_a_huge_body_is_refused():
    assert call(STATUS, MessageSid="SM1", Body="x" * 200_000).status_code == 413


def test_only_posts_are_taken_and_only_with_a_provider(settings):
    assert Client().get(STATUS).status_code == 405
    settings.SMS_URL = ""
    assert call(STATUS, MessageSid="SM1", MessageStatus="sent").status_code == 404


@pytest.fixture
def reminder():
    check_in = make_check_in(make_surgery(make_patient()), day=7)
    reminders.plan_due(now=at(7, 9))
    reminder = Reminder.objects.earliest("step")
    Reminder.objects.filter(pk=reminder.pk).update(
        state="sent", sent_at=at(7, 9), channel="sms", provider_id="SM9", check_in=check_in
    )
    return reminder


def statuses(reminder, *names):
    for name in names:
        call(f"/hooks/sms/status/{reminder.public_id}/", MessageSid="SM9", MessageStatus=name)
    reminder.refresh_from_db()
    return reminder.delivery, reminder.delivered_at is not None


def test_the_ledger_says_what_became_of_a_message(reminder):
    assert statuses(reminder, "queued") == ("accepted", False)
    assert statuses(reminder, "undelivered") == ("undelivered", False)


@pytest.mark.parametrize("order", ORDERS)
def test_reports_in_any_order_never_take_a_delivery_back(reminder, order):
    delivery, is_dated = statuses(reminder, *order)

    assert delivery == ("delivered" if "delivered" in order else "accepted")
    assert is_dated == ("delivered" in order)


def test_a_report_of_an_unknown_message_changes_none(reminder):
    call(
        "/hooks/sms/status/00000000-0000-0000-0000-000000000000/",
        MessageSid="SM8",
        MessageStatus="delivered",
    )
    call("/hooks/sms/status/no-uuid/", MessageSid="SM8", MessageStatus="delivered")

    assert statuses(reminder) == ("", False)


def test_a_message_whose_reply_was_lost_is_found_by_the_address_of_its_report(reminder):
    Reminder.objects.update(provider_id="", state="pending", sent_at=None)

    assert statuses(reminder, "delivered") == ("delivered", True)


def test_a_text_is_taken_in_and_answered(channel):
    given = call(INBOUND, MessageSid="SM1", From=NUMBER, To="+12125550100", Body="a < b & help me")

    assert given["Content-Type"].startswith("text/xml")
    assert "<Response><Message>We got your text." in given.content.decode()
    message = InboundMessage.objects.get()
    assert (message.patient, message.body) == (channel.patient, "a < b & help me")
    assert InboundMessage.objects.get().received_at


def test_a_text_to_a_clinics_own_number_is_that_clinics(channel):
    other = make_clinic(sms_number="+12125550177")

    call(INBOUND, MessageSid="SM1", From=NUMBER, To="+12125550177", Body="hello")

    assert InboundMessage.objects.get().clinic == other


@pytest.mark.parametrize("signed", ["", "AAAA"])
def test_a_forged_text_changes_nothing(channel, signed):
    assert call(INBOUND, signed=signed, MessageSid="S", From=NUMBER, Body="STOP").status_code == 403
    assert not InboundMessage.objects.exists()
    assert ContactChannel.objects.usable().filter(pk=channel.pk).exists()


def test_a_replayed_text_counts_once(channel):
    for _ in range(2):
        call(INBOUND, MessageSid="SM1", From=NUMBER, Body="STOP")

    assert InboundMessage.objects.count() == 1


def test_ten_thousand_characters_are_kept(channel):
    call(INBOUND, MessageSid="SM1", From=NUMBER, Body="é" * 10_000)

    assert InboundMessage.objects.get().body == "é" * 10_000


@pytest.mark.parametrize(
    "fields",
    [{"From": NUMBER}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "From": "1" * 33}],
)
def test_a_text_of_nobody_is_refused(fields):
    assert call(INBOUND, Body="x", **fields).status_code == 400


def test_a_picture_is_said_to_have_come(channel):
    call(INBOUND, MessageSid="SM1", From=NUMBER, Body="", NumMedia="1")

    assert "A picture came with this" in InboundMessage.objects.get().body


def test_what_the_provider_acted_on_is_an_opt_out(channel):
    call(INBOUND, MessageSid="SM1", From=NUMBER, Body="arrêt", OptOutType="STOP")

    assert not ContactChannel.objects.usable().filter(pk=channel.pk).exists()


class TestMail:
    PATH = "/hooks/mail/"
    SECRET = "reporter:a long enough password"

    @pytest.fixture(autouse=True)
    def _reports(self, settings):
        settings.MAIL_REPORTS_FROM = "postmark"
        settings.ANYMAIL = {"WEBHOOK_SECRET": self.SECRET}

    def send(self, secret=SECRET, **report):
        token = base64.b64encode(secret.encode()).decode()
        return Client().post(
            self.PATH,
            json.dumps(report),
            content_type="application/json",
            headers={"Authorization": f"Basic {token}"},
        )

    def bounce(self, kind="HardBounce", **report):
        address = ContactChannel.objects.get().address
        said = {"RecordType": "Bounce", "Type": kind, "Email": address.upper(), "ID": 7}
        return self.send(**said, MessageID="m-1", BouncedAt="2026-03-09T12:00:00Z", **report)

    def test_a_hard_bounce_closes_the_address(self):
        make_patient()

        assert self.bounce().status_code == 204

        assert ContactChannel.objects.get().close_reason == CloseReason.BOUNCED
        assert ProviderEvent.objects.get().provider == "postmark"

    @pytest.mark.parametrize("kind", ["SoftBounce", "Transient", "DnsError", "AutoResponder"])
    def test_what_passes_closes_nothing(self, kind):
        make_patient()

        assert self.bounce(kind).status_code == 204

        assert ContactChannel.objects.get().is_usable

    def test_a_complaint_is_an_opt_out(self):
        make_patient()

        self.bounce("SpamComplaint")

        channel = ContactChannel.objects.get()
        assert channel.opted_out_at is not None
        assert channel.consent_source == "provider"

    def test_a_repeated_report_counts_once(self):
        make_patient()
        for _ in range(2):
            assert self.bounce().status_code == 204
        assert ProviderEvent.objects.count() == 1

    def test_delivery_reaches_the_ledger_by_the_message_id(self, reminder):
        Reminder.objects.update(channel="email", provider_id=f"{reminder.public_id}@x.org")

        self.send(
            RecordType="Delivery",
            MessageID=f"{reminder.public_id}@x.org",
            Recipient="ada@example.org",
            DeliveredAt="2026-03-09T12:00:00Z",
        )

        reminder.refresh_from_db()
        assert reminder.delivery == "delivered"

    @pytest.mark.parametrize("secret", ["", "reporter:", "reporter:wrong", ":"])
    def test_nobody_else_reports(self, secret):
        make_patient()
        assert self.send(secret, RecordType="Bounce").status_code == 403
        assert ContactChannel.objects.get().is_usable

    def test_garbage_is_refused(self):
        token = base64.b64encode(self.SECRET.encode()).decode()
        headers = {"Authorization": f"Basic {token}"}
        for body in ("", "[", "[]", "3", '"x"', "null", "\xff"):
            given = Client().post(self.PATH, body, content_type="application/json", headers=headers)
            assert given.status_code in (204, 400), body
        assert not ProviderEvent.objects.exclude(kind="unknown").exists()

    def test_without_a_provider_there_is_no_door(self, settings):
        settings.MAIL_REPORTS_FROM = ""
        assert self.send(RecordType="Bounce").status_code == 404
