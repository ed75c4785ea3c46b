"""What a mail server answers decides whether a message is tried again, and by which way."""

import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from followups.notify import (
    MESSENGERS,
    Attachment,
    CannotSend,
    Outgoing,
    Refused,
    UnknownOutcome,
    email,
)

MESSAGE = Outgoing(to="ada@example.org", subject="A question", body="…", reference="r-1")


class Server(BaseEmailBackend):
    """A mail server that answers with an error, when called or when given the message."""

    at_call: Exception | None = None
    at_message: Exception | None = None

    def open(self) -> None:
        if self.at_call:
            raise self.at_call

    def send_messages(self, email_messages) -> int:
        if self.at_message:
            raise self.at_message
        return len(email_messages)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    yield Server
    Server.at_call = Server.at_message = None


def test_a_message_can_be_traced_and_wants_no_holiday_reply(settings):
    settings.SITE_URL = "https://clinic.example"

    assert email.send(MESSAGE) == "r-1@clinic.example"

    [sent] = mail.outbox
    assert sent.extra_headers == {
        "X-Reference": "r-1",
        "Message-ID": "<r-1@clinic.example>",
        "Auto-Submitted": "auto-generated",
    }


def test_files_go_with_it():
    file = Attachment("visit.ics", b"BEGIN:VCALENDAR", "text/calendar")

    email.send(Outgoing(to="a@b.org", subject="x", body="y", reference="r", attachments=(file,)))

    assert mail.outbox[0].attachments[0][:1] == ("visit.ics",)


@pytest.mark.parametrize(
    "answer",
    [
        smtplib.SMTPAuthenticationError(535, b"who are you"),
        smtplib.SMTPConnectError(421, b"too many"),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
)
def test_a_server_that_does_not_let_us_in_is_tried_again(server, answer):
    server.at_call = answer

    with pytest.raises(CannotSend):
        email.send(MESSAGE)


@pytest.mark.parametrize(
    ("code", "closes"), [(550, True), (551, True), (553, True), (552, False), (554, False)]
)
def test_a_refused_address_is_given_up_and_closed_where_there_is_no_mailbox(server, code, closes):
    server.at_message = smtplib.SMTPRecipientsRefused({MESSAGE.to: (code, b"no")})

    with pytest.raises(Refused) as refused:
        email.send(MESSAGE)

    assert refused.value.should_close_channel == closes
    assert "example.org" not in str(refused.value)


def test_a_refused_text_closes_nothing(server):
    server.at_message = smtplib.SMTPDataError(550, b"looks like spam")

    with pytest.raises(Refused) as refused:
        email.send(MESSAGE)

    assert not refused.value.should_close_channel


@pytest.mark.parametrize(
    "answer",
    [
        smtplib.SMTPRecipientsRefused({MESSAGE.to: (450, b"busy")}),
        smtplib.SMTPSenderRefused(550, b"not you", "clinic@example.org"),
        smtplib.SMTPDataError(451, b"later"),
    ],
)
def test_whatever_is_no_fault_of_the_address_is_tried_again(server, answer):
    server.at_message = answer

    with pytest.raises(CannotSend):
        email.send(MESSAGE)


@pytest.mark.parametrize("answer", [smtplib.SMTPServerDisconnected(), TimeoutError()])
def test_a_server_that_falls_silent_with_the_message_may_have_sent_it(server, answer):
    server.at_message = answer

    with pytest.raises(UnknownOutcome):
        email.send(MESSAGE)


def test_the_package_itself_says_which_channels_there_are():
    assert next(iter(MESSENGERS)) == "email"
    assert MESSENGERS["email"].send is email.send
    assert "fax" not in MESSENGERS
