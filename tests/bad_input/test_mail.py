"""Mail to patients: nothing typed becomes a header, and one bad row keeps nobody waiting."""

import pytest
from django.core import mail

from clinic.staff.models import Clinic
from followups.choices import ReminderState
from followups.models import Reminder
from followups.services import reminders
from patients.models import ContactChannel
from tests.bad_input.rows import Row
from tests.factories import at, make_check_in, make_clinic, make_patient, make_surgery

pytestmark = pytest.mark.django_db

# kind, column, what stands there although every form refuses it
CASES: list[tuple[Row, str, str]] = [
    (Row.MAIL_HEADER, "address", "refused@example.org"),
    (Row.MAIL_ADDRESS, "address", "a@[300.0.0.1]"),
    (Row.MAIL_ADDRESS, "address", "a,b@example.org"),
    (Row.MAIL_ADDRESS, "address", f"{'a' * 240}@example.org"),
    (Row.MAIL_ADDRESS, "address", '"<script>"@example.org'),
    (Row.MAIL_TEXT, "address", "ö@exa\u0300mple.org"),
    (Row.MAIL_TEXT, "address", "a@\ufffd.org"),
    (Row.MAIL_HEADER, "name", "Harbor\r\nBcc: all@example.org"),
    (Row.MAIL_HEADER, "emergency_number", "911"),
]


def due(clinic: Clinic) -> None:
    make_check_in(make_surgery(make_patient(clinic=clinic)), day=7)


@pytest.fixture
def smtp(settings, smtp_server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return smtp_server


def poison() -> list[str]:
    """Plan a message for each bad row, with an ordinary one before, between and after."""
    good, bad = make_clinic(), make_clinic()
    due(good)
    addresses = []
    for _, column, text in CASES:
        if column == "address":
            due(bad)
            channel = ContactChannel.objects.latest("pk")
            ContactChannel.objects.filter(pk=channel.pk).update(address=text)
            addresses.append(text)
        due(good)
    Clinic.objects.filter(pk=bad.pk).update(name="Harbor\r\nBcc: all@example.org")
    reminders.plan_due(now=at(7, 9))
    Reminder.objects.filter(step__gt=0).delete()
    return addresses


def test_a_bad_row_fails_visibly_and_everybody_else_is_written_to(smtp):
    addresses = poison()
    ordinary = Reminder.objects.count() - len(addresses)

    reminders.send_due(clock=lambda: at(7, 9))

    assert not Reminder.objects.unsent().filter(attempts=0).exists()
    sent = Reminder.objects.filter(state=ReminderState.SENT)
    failed = Reminder.objects.filter(state=ReminderState.FAILED)
    assert sent.count() >= ordinary
    assert failed.exists()
    assert sent.count() + failed.count() == Reminder.objects.count()
    for reminder in failed:
        assert reminder.reason
        assert "@" not in reminder.reason
    messages = smtp.messages()
    assert len(messages) == sent.count()
    for message in messages:
        assert message["Bcc"] is None
        assert len(message.get_all("To")) == 1
        assert message["Subject"] == "Your clinic asks you for a short check-in"
        assert "all@example.org" not in message.as_string()


def test_no_clinics_name_reaches_a_header(settings):
    clinic = make_clinic(name="Harbor\r\nBcc: all@example.org")
    due(clinic)
    reminders.plan_due(now=at(7, 9))

    assert reminders.send_due(clock=lambda: at(7, 9)) == 1
    [message] = mail.outbox
    assert "\n" not in message.subject
    assert "all@example.org" not in message.message().as_string()


@pytest.mark.parametrize("header", ["subject", "to", "cc", "reply_to", "X-Reference"])
def test_a_message_with_a_line_end_in_a_header_is_given_up(monkeypatch, header):
    """Whatever may write such a message one day: its row fails, the next one leaves."""
    due(make_clinic())
    due(make_clinic())
    reminders.plan_due(now=at(7, 9))
    Reminder.objects.filter(step__gt=0).delete()
    build, built = mail.EmailMessage.__init__, []

    def bad(self, *args, **options):
        evil = "x@example.org\r\nBcc: all@example.org"
        built.append(self)
        if len(built) == 1:
            if header.startswith("X-"):
                options["headers"] = {header: evil}
            else:
                options[header] = evil if header == "subject" else [evil]
        build(self, *args, **options)

    monkeypatch.setattr(mail.EmailMessage, "__init__", bad)

    assert reminders.send_due(clock=lambda: at(7, 9)) == 1
    assert sorted(Reminder.objects.values_list("state", flat=True)) == ["failed", "sent"]
