"""Breaking the glass: with a reason, for an hour, three times a day, and everybody is told."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.privacy import notices, openings
from clinic.privacy.models import MOST_ATTEMPTS, Notice
from patients import restrictions
from patients.models import Opening, Restriction
from tests.factories import at, make_clinic, make_patient, make_surgery, make_user
from tests.privacy.conftest import REASON, come_in

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(name, args=args)


def break_glass(patient, user, *, now=None, reason=REASON):
    restriction = Restriction.objects.select_related("clinic").get(patient=patient)
    now = now or timezone.now()
    return openings.break_glass(restriction, by=user, reason=reason, now=now)


def make_restricted(surgeon):
    patient = make_patient()
    make_surgery(patient)
    restrictions.restrict(patient, members=[], reason="Why.", by=surgeon, now=at(1))
    return patient


def test_a_reason_opens_the_record_for_an_hour(client, restricted, outsider):
    come_in(client, outsider)
    done = client.post(url("privacy:open", restricted.pk), {"reason": REASON}, follow=True)
    page = done.content.decode()
    assert "Grace Hopper" in page
    assert "You opened a restricted record." in page
    opening = Opening.objects.get()
    assert opening.until - opening.at == timedelta(minutes=60)
    assert timezone.localtime(opening.until, restricted.clinic.zone).strftime("%H:%M") in page
    assert "You opened a restricted record." in client.get(url("patients:list")).content.decode()


def test_after_the_hour_it_is_closed_again(client, restricted, outsider):
    break_glass(restricted, outsider, now=timezone.now() - timedelta(minutes=61))
    come_in(client, outsider)
    assert client.get(url("patients:detail", restricted.pk)).status_code == 404
    assert "You opened" not in client.get(url("patients:list")).content.decode()


def test_it_can_be_closed_before_and_closing_twice_does_no_harm(client, restricted, outsider):
    opening = break_glass(restricted, outsider)
    come_in(client, outsider)
    for _ in range(2):
        assert client.post(url("privacy:close", opening.pk)).status_code == 302
    assert client.get(url("patients:detail", restricted.pk)).status_code == 404


def test_nobody_closes_what_somebody_else_has_open(client, restricted, outsider):
    opening = break_glass(restricted, outsider)
    come_in(client, make_user("nurse"))
    client.post(url("privacy:close", opening.pk))
    assert Opening.objects.get().until == opening.until


def test_the_page_before_it_says_what_follows_and_nothing_of_the_patient(
    client, restricted, outsider
):
    come_in(client, outsider)
    page = client.get(url("privacy:open", restricted.pk)).content.decode()
    assert "60 minutes" in page
    assert "told at once" in page
    assert "Hopper" not in page
    assert "SECRET-1" not in page


def test_who_has_not_just_shown_a_password_is_asked_for_it(client, restricted, outsider):
    come_in(client, outsider, recently=False)
    for ask in (client.get, client.post):
        answer = ask(url("privacy:open", restricted.pk), {"reason": REASON})
        assert answer.status_code == 302
        assert "/account/again/" in answer.url
    assert not Opening.objects.exists()


@pytest.mark.parametrize("reason", ["", "Emergency", " " * 30, "14 characters!", "x" * 201])
def test_a_poor_reason_is_refused_and_kept(client, restricted, outsider, reason):
    come_in(client, outsider)
    page = client.post(url("privacy:open", restricted.pk), {"reason": reason})
    assert page.status_code == 422
    assert reason.strip() in page.content.decode()
    assert not Opening.objects.exists()


def test_the_database_wants_a_reason_too(restricted, outsider):
    with pytest.raises(IntegrityError, match="opening_has_a_reason"), transaction.atomic():
        break_glass(restricted, outsider, reason="Emergency")


def test_a_record_one_may_see_is_simply_opened(client, patient, restricted, surgeon):
    free = make_patient()
    come_in(client, surgeon)
    for each in (restricted, free):
        answer = client.get(url("privacy:open", each.pk))
        assert answer.url == url("patients:detail", each.pk)
    assert not Opening.objects.exists()


def test_another_clinics_restricted_record_is_as_unknown_as_none(client, restricted):
    come_in(client, make_user("nurse", clinic=make_clinic()))
    for pk in (restricted.pk, 99_999_999):
        assert client.get(url("privacy:open", pk)).status_code == 404
        answer = client.post(url("privacy:open", pk), {"reason": REASON})
        assert answer.status_code == 404
    assert not Opening.objects.exists()


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_only_who_treats_breaks_the_glass(client, restricted, role):
    come_in(client, make_user(role))
    answer = client.post(url("privacy:open", restricted.pk), {"reason": REASON})
    assert answer.status_code == 403


def test_a_fourth_record_of_the_day_stays_closed(client, surgeon, outsider):
    patients = [make_restricted(surgeon) for _ in range(4)]
    come_in(client, outsider)
    answers = [client.post(url("privacy:open", p.pk), {"reason": REASON}) for p in patients]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert "You have opened 3 restricted records today" in answers[3].content.decode()
    assert REASON in answers[3].content.decode()


def test_a_second_click_uses_the_opening_there_is(restricted, outsider):
    for _ in range(5):
        break_glass(restricted, outsider)
    assert Opening.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_the_same_moment_open_three(surgeon, outsider):
    patients = [make_restricted(surgeon) for _ in range(10)]
    barrier, refused = Barrier(10), []

    def rush(patient):
        barrier.wait()
        try:
            break_glass(patient, outsider)
        except restrictions.TooManyOpenings:
            refused.append(patient)
        finally:
            connection.close()

    threads = [Thread(target=rush, args=[patient]) for patient in patients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Opening.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert len(refused) == 7


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "Something else entirely."},
        {"until": F("until") + timedelta(minutes=1)},
        {"until": F("until") - timedelta(minutes=1), "number": 2},
        {"user": None},
    ],
)
def test_an_opening_can_only_be_ended_earlier(restricted, outsider, change):
    break_glass(restricted, outsider)
    with pytest.raises(DatabaseError), transaction.atomic():
        Opening.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Opening.objects.all().delete()
    assert Opening.objects.update(until=F("until") - timedelta(minutes=1)) == 1


def test_what_is_read_and_written_meanwhile_is_recorded_with_the_opening(
    client, restricted, outsider
):
    come_in(client, outsider)
    client.post(url("privacy:open", restricted.pk), {"reason": REASON})
    client.get(url("patients:detail", restricted.pk))
    client.get(url("patients:detail", make_patient().pk))
    reason = f"opening {Opening.objects.get().pk}"
    read = Entry.objects.filter(kind="read", user=outsider, what="patients:detail")
    assert read.get(patients=[restricted.pk]).reason == reason
    assert read.exclude(patients=[restricted.pk]).get().reason == ""
    event = Entry.objects.get(what=openings.OPENED)
    assert (event.user, event.patients) == (outsider, [restricted.pk])
    assert REASON not in str(Entry.objects.values())


def test_the_team_keeps_its_powers_to_itself(client, restricted):
    outsider = come_in(client, make_user("surgeon"))
    break_glass(restricted, outsider)
    for name in ("restrict", "export"):
        for answer in (
            client.get(url(f"privacy:{name}", restricted.pk)),
            client.post(url(f"privacy:{name}", restricted.pk), {"lift": "1"}),
        ):
            assert answer.status_code == 403
            assert "Only the team" in answer.content.decode()
    assert Restriction.objects.exists()


# --- who is told ---


def send(now=None):
    return notices.send_due(clock=lambda: now or timezone.now())


@pytest.fixture
def administrator():
    return make_user("administrator", email="admin@clinic.example")


def test_administrators_and_the_lead_nurse_are_told_without_a_name(
    restricted, outsider, administrator
):
    lead = make_user("nurse", email="lead@clinic.example")
    make_user("administrator", clinic=make_clinic(), email="elsewhere@clinic.example")
    make_user("administrator", email="left@clinic.example", is_active=False)
    clinic = restricted.clinic
    clinic.lead_nurse = lead
    clinic.save()
    break_glass(restricted, outsider)
    assert send() == 2
    assert sorted(message.to[0] for message in mail.outbox) == [
        "admin@clinic.example",
        "lead@clinic.example",
    ]
    for message in mail.outbox:
        said = str(message.message())
        assert url("privacy:openings") in said
        for secret in ("Hopper", "SECRET-1", REASON, outsider.last_name, str(restricted.pk)):
            assert secret not in message.subject + message.body
    assert send() == 0


def test_a_second_click_tells_nobody_twice(restricted, outsider, administrator):
    break_glass(restricted, outsider)
    break_glass(restricted, outsider)
    assert Notice.objects.count() == 1


def test_a_mail_server_that_is_away_is_tried_again_and_seen(
    client, restricted, outsider, administrator, monkeypatch
):
    def away(*_):
        raise ConnectionRefusedError("admin@clinic.example")

    break_glass(restricted, outsider)
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", away)
        assert send() == 0
    assert Notice.objects.get().failure == "ConnectionRefusedError"
    come_in(client, administrator)
    assert (
        "not told yet. ConnectionRefusedError"
        in client.get(url("privacy:openings")).content.decode()
    )
    assert send() == 0  # not at once
    assert send(timezone.now() + timedelta(minutes=2)) == 1


def test_somebody_without_an_address_does_not_hold_up_the_others(restricted, outsider):
    make_user("administrator", email="")
    make_user("administrator", email="second@clinic.example")
    break_glass(restricted, outsider)
    assert send() == 1
    assert Notice.objects.unsent().get().failure == "No e-mail address on record."


def test_trying_ends(restricted, outsider):
    make_user("administrator", email="")
    break_glass(restricted, outsider)
    now = timezone.now()
    for hours in range(50):
        send(now + timedelta(hours=hours))
    notice = Notice.objects.get()
    assert notice.attempts == MOST_ATTEMPTS
    assert notice.has_failed


@pytest.mark.django_db(transaction=True)
def test_two_senders_send_each_message_once(surgeon, outsider):
    for number in range(3):
        make_user("administrator", email=f"admin{number}@clinic.example")
    break_glass(make_restricted(surgeon), outsider)
    barrier = Barrier(4)

    def work():
        barrier.wait()
        send()
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.outbox) == 3


# --- the weekly list ---


def test_administrators_see_who_and_when_auditors_also_why(
    client, restricted, outsider, administrator
):
    break_glass(restricted, outsider)
    for user, sees in ((administrator, False), (make_user("auditor"), True)):
        come_in(client, user)
        page = client.get(url("privacy:openings")).content.decode()
        assert str(outsider) in page
        assert f"</span>{restricted.pk}</td>" in page
        assert (REASON in page) == sees
        assert "SECRET-1" not in page
        assert "Hopper" not in page
    assert Entry.objects.filter(kind="read", what="privacy:openings").count() == 1


def test_other_clinics_openings_and_other_roles_stay_out(client, restricted, outsider):
    break_glass(restricted, outsider)
    come_in(client, make_user("administrator", clinic=make_clinic()))
    assert str(outsider) not in client.get(url("privacy:openings")).content.decode()
    come_in(client, outsider)
    assert client.get(url("privacy:openings")).status_code == 403


@pytest.mark.parametrize(
    "week", ["2026-02-30", "x", "99999-01-01", "%00", "2126-01-01", "0001-01-01"]
)
def test_an_odd_week_is_no_error(client, administrator, week):
    come_in(client, administrator)
    assert client.get(f"{url('privacy:openings')}?week={week}").status_code in (200, 400)


def test_last_weeks_openings_are_a_page_back(client, restricted, outsider, administrator):
    break_glass(restricted, outsider, now=timezone.now() - timedelta(days=7))
    come_in(client, administrator)
    page = client.get(url("privacy:openings")).content.decode()
    assert str(outsider) not in page
    before = page.split('class="b" href="?week=')[1].split('"')[0]
    assert str(outsider) in client.get(url("privacy:openings"), {"week": before}).content.decode()
