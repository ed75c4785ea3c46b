"""Messages from patients on the page: who, what, since when, and who has seen to it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.staff.models import Role
from followups.clock import working_days_ago
from followups.models import InboundMessage
from patients.choices import ChannelKind, CloseReason
from patients.models import ContactChannel
from tests.counting import captured
from tests.factories import ZONE, at, make_clinic, make_patient, make_surgery, make_user

pytestmark = pytest.mark.django_db

INBOX = "/messages/"
NUMBER = "+12125550123"


@pytest.fixture
def nurse(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(10, 14))
    user = make_user("nurse")
    client.force_login(user)
    return user


def text(patient=None, body="My leg is numb", **facts):
    clinic = patient.clinic if patient else facts.pop("clinic")
    given = {"sender": NUMBER, "meaning": "text", "received_at": at(10, 9)} | facts
    number = InboundMessage.objects.count()
    return InboundMessage.objects.create(
        clinic=clinic, patient=patient, body=body, provider_id=f"SM{number}", **given
    )


def test_a_message_stands_there_with_its_patient_and_words(client, nurse):
    patient = make_patient(given_name="Grace", family_name="Hopper")
    text(patient)

    page = client.get(INBOX).content.decode()

    assert "Grace Hopper" in page
    assert "“My leg is numb”" in page
    assert "+1 212-555-0123" in page
    assert reverse("patients:detail", args=[patient.pk]) in page
    assert '<span class="lb">Messages</span> <span class="n">1</span>' in page


def test_a_handled_message_leaves_the_list_with_a_name(client, nurse):
    message = text(make_patient())

    response = client.post(reverse("followups:inbox_handle", args=[message.pk]), follow=True)

    assert "marked as handled" in response.content.decode()
    assert "No message waits" in response.content.decode()
    assert nurse.display_name in client.get(f"{INBOX}?show=handled").content.decode()
    again = client.post(reverse("followups:inbox_handle", args=[message.pk]), follow=True)
    assert "already handled" in again.content.decode()


def test_a_message_older_than_two_working_days_is_called_late(client, nurse):
    # at(10) is a Thursday; two working days before it is Tuesday
    text(make_patient(), received_at=at(8, 15))
    assert "two working days" not in client.get(INBOX).content.decode()

    text(make_patient(), received_at=at(8, 13))
    page = client.get(INBOX).content.decode()
    assert "1 message not handled for more than two working days" in page


def test_a_weekend_makes_no_message_late(client, nurse, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(14, 9))  # a Monday
    client.force_login(nurse)
    text(make_patient(), received_at=at(10, 13))
    assert "two working days" not in client.get(INBOX).content.decode()


@pytest.mark.parametrize(
    ("now", "received", "late"),
    [
        (at(12, 9), at(10, 0), False),  # on a Saturday, of Thursday
        (at(12, 9), at(9, 23), True),  # of Wednesday
        (at(14, 9), at(10, 10), False),  # on Monday at nine, of Thursday at ten
        (at(14, 9), at(10, 8), True),
    ],
)
def test_working_days_are_counted_over_a_weekend(now, received, late):
    assert (received < working_days_ago(ZONE, now, 2)) == late


def test_whoever_shares_a_number_is_named(client, nurse):
    for name in ("Ada", "Byron"):
        patient = make_patient(given_name=name)
        ContactChannel.objects.create(
            clinic=patient.clinic, patient=patient, kind=ChannelKind.PHONE, address=NUMBER
        )
    text(clinic=nurse.clinic)

    page = client.get(INBOX).content.decode()

    assert "Ada Lovelace" in page
    assert "Byron Lovelace" in page
    assert "share this number" in page


def test_an_administrator_reads_only_what_no_patients_number_sent(client, nurse):
    patient = make_patient()
    ContactChannel.objects.create(
        clinic=patient.clinic, patient=patient, kind=ChannelKind.PHONE, address=NUMBER
    )
    known, shared = text(patient, "from a patient"), text(clinic=nurse.clinic, body="shared")
    text(clinic=nurse.clinic, body="from a stranger", sender="+12125550199")
    client.force_login(make_user(Role.ADMINISTRATOR))

    page = client.get(INBOX).content.decode()

    assert "from a stranger" in page
    assert "from a patient" not in page
    assert "“shared”" not in page
    for hidden in (known, shared):
        assert client.post(reverse("followups:inbox_handle", args=[hidden.pk])).status_code == 404


def test_markup_in_a_text_is_text(client, nurse):
    text(make_patient(), "<script>alert(1)</script>")

    assert "&lt;script&gt;" in client.get(INBOX).content.decode()


def test_addresses_that_nothing_reaches_stand_below(client, nurse):
    patient = make_patient()
    ContactChannel.objects.update(closed_at=at(9), close_reason=CloseReason.BOUNCED)
    make_patient(clinic=make_clinic())

    page = client.get(INBOX).content.decode()

    assert "E-mail comes back" in page
    assert reverse("patients:edit", args=[patient.pk]) in page
    edit = client.get(reverse("patients:edit", args=[patient.pk])).content.decode()
    assert "E-mail comes back: not used until it is changed." in edit


def test_a_text_stands_on_the_patients_timeline(client, nurse):
    surgery = make_surgery()
    text(surgery.patient, "stop", meaning="stop")

    page = client.get(reverse("patients:detail", args=[surgery.patient_id])).content.decode()

    assert "Text from the patient: stopped text messages" in page
    assert "Nobody has handled it yet." in page


def test_a_long_list_takes_as_many_queries_as_a_short_one(client, nurse):
    def count():
        with captured() as counted:
            assert client.get(INBOX).status_code == 200
        return len(counted)

    text(make_patient())
    short = count()
    for _ in range(5):
        text(make_patient())
    assert count() == short


def test_the_way_a_patient_is_asked_first_is_kept(client, nurse):
    patient = make_patient()
    person = {
        "mrn": patient.mrn,
        "given_name": "Ada",
        "family_name": "Lovelace",
        "sex": "female",
        "date_of_birth": "1975-12-10",
        "language": "en",
        "email": "ada@example.org",
        "email_agreed": "on",
        "sms": NUMBER,
        "sms_agreed": "on",
        "preferred": "sms",
        "letter": "1 Main St\nSpringfield",
        "letter_agreed": "on",
    }

    client.post(reverse("patients:edit", args=[patient.pk]), person)

    assert ContactChannel.objects.get(is_preferred=True).kind == ChannelKind.SMS
    letter = ContactChannel.objects.get(kind=ChannelKind.LETTER)
    assert (letter.address, letter.consented_on) == ("1 Main St\nSpringfield", at(10).date())
    refused = client.post(reverse("patients:edit", args=[patient.pk]), person | {"sms_agreed": ""})
    assert "has not agreed to be asked this way" in refused.content.decode()
