"""The system page and /metrics: what they say is what stands in the database."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.operations import figures, metrics
from followups.models import Heartbeat, Hold, Origin, Provider, Reminder
from followups.services import holds, origin
from tests.factories import make_check_in, make_patient, make_surgery, make_user

pytestmark = pytest.mark.django_db

PAGE = reverse("operations:system")


@pytest.fixture
def administrator(client):
    user = make_user("administrator")
    client.force_login(user)
    return user


def message(**facts):
    now = timezone.now()
    check_in = make_check_in(make_surgery(make_patient()), day=7)
    given = {"not_before": now, "not_after": now + timedelta(days=1), "channel": "email"}
    return Reminder.objects.create(
        clinic=check_in.clinic,
        patient=check_in.surgery.patient,
        check_in=check_in,
        step=0,
        **(given | facts),
    )


def late(minutes, **facts):
    return message(not_before=timezone.now() - timedelta(minutes=minutes), **facts)


def text(response):
    return " ".join(BeautifulSoup(response.content, "html.parser").main.text.split())


@pytest.mark.parametrize(
    ("minutes", "level"), [(14, "ok"), (16, "amber"), (59, "amber"), (61, "red")]
)
def test_what_waits_too_long_is_amber_and_then_red(minutes, level):
    late(minutes)
    assert figures.of(Reminder.objects.all(), timezone.now()).level == level


def test_the_figures_are_what_sql_counts():
    late(20)
    late(70, attempts=2, was_due_at=timezone.now() - timedelta(minutes=90))
    late(5, state="quarantined")
    late(5, state="failed")
    late(60 * 24 * 8, state="failed", not_after=timezone.now())
    late(5, state="expired")
    message(not_before=timezone.now() + timedelta(hours=1))
    now = timezone.now()
    found = figures.of(Reminder.objects.all(), now)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(coalesce(was_due_at, not_before)) FILTER (WHERE due), sum(due::int),
                   sum((state = 'quarantined')::int),
                   sum((state = 'failed' AND recent)::int), sum((state = 'expired' AND recent)::int)
            FROM (
                SELECT *, not_before > %(now)s - interval '7 days' AS recent,
                       state IN ('pending', 'sending')
                       AND (not_before <= %(now)s OR attempts > 0) AS due
                FROM followups_reminder
            ) AS each
            """,
            {"now": now},
        )
        counted = cursor.fetchone()
    assert (found.oldest, found.due, found.quarantined, found.failed, found.expired) == counted
    assert counted[1:] == (2, 1, 1, 1)
    assert found.level == "red"
    scraped = metrics.text(now).decode()
    assert 'fuseline_messages{state="due",to="patients"} 2.0' in scraped
    assert 'fuseline_messages{state="quarantined",to="patients"} 1.0' in scraped
    age = found.age.total_seconds()
    assert f'fuseline_oldest_unsent_seconds{{to="patients"}} {age}' in scraped


def test_the_metrics_tell_of_providers_jobs_and_holds():
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": now - timedelta(seconds=9)})
    Provider.objects.create(channel="email", failures=5, open_until=now)
    holds.place(make_patient().clinic, by=None, reason="Restored", now=now)
    scraped = metrics.text(now).decode()
    assert 'fuseline_heartbeat_age_seconds{job="sweep"} 9.0' in scraped
    assert 'fuseline_provider_open{channel="email"} 1.0' in scraped
    assert "fuseline_clinics_held 1.0" in scraped


def test_metrics_are_for_this_host_or_for_whoever_has_the_token(client, settings):
    address = reverse("operations:metrics")
    assert client.get(address).status_code == 200
    assert client.get(address, REMOTE_ADDR="192.0.2.7").status_code == 404
    settings.BEHIND_PROXY = True
    assert client.get(address).status_code == 404
    settings.METRICS_TOKEN = "s3cret"
    assert client.get(address).status_code == 404
    given = {"Authorization": "Bearer s3cret"}
    assert client.get(address, REMOTE_ADDR="192.0.2.7", headers=given).status_code == 200
    assert client.get(address, headers={"Authorization": "Bearer ö"}).status_code == 404


def test_the_page_shows_what_is_stuck_and_names_no_patient(client, administrator):
    stuck = late(5, state="quarantined", reason="Begun 2 times, and nobody knows whether it left.")
    page = client.get(PAGE)
    assert "nobody knows whether it left" in text(page)
    assert stuck.patient.family_name not in page.content.decode()


def test_stuck_messages_are_sent_after_all_with_a_reason(client, administrator):
    stuck = late(5, state="quarantined", attempts=2, unanswered=2)
    data = {"chosen": [str(stuck.public_id)], "reason": "Called: nothing came", "send": "1"}
    assert client.post(reverse("operations:decide"), data).status_code == 302
    stuck.refresh_from_db()
    assert (stuck.state, stuck.unanswered) == ("pending", 0)
    entry = Entry.objects.get(what="messages released")
    assert (entry.user, entry.reason) == (administrator, "Called: nothing came")


def test_or_left_unsent(client, administrator):
    stuck = late(5, state="failed")
    data = {"chosen": [str(stuck.public_id)], "reason": "Number is dead", "leave": "1"}
    client.post(reverse("operations:decide"), data)
    stuck.refresh_from_db()
    assert stuck.state == "suppressed"


@pytest.mark.parametrize("data", [{}, {"chosen": ["x"], "reason": "y"}, {"reason": "y"}])
def test_without_a_choice_or_a_reason_nothing_happens(client, administrator, data):
    stuck = late(5, state="quarantined")
    assert client.post(reverse("operations:decide"), data).status_code == 422
    stuck.refresh_from_db()
    assert stuck.state == "quarantined"


def test_an_administrator_stops_and_releases_everything(client, administrator):
    assert client.post(reverse("operations:hold"), {"reason": ""}).status_code == 422
    client.post(reverse("operations:hold"), {"reason": "Wrong phone numbers."})
    page = client.get(PAGE)
    assert "No message leaves this clinic" in page.content.decode()
    assert client.post(reverse("operations:hold"), {"reason": "Again"}).status_code == 409
    client.post(reverse("operations:release"), {"reason": "Corrected."})
    assert "No message leaves this clinic" not in client.get(PAGE).content.decode()
    assert client.post(reverse("operations:release"), {"reason": "Again"}).status_code == 409
    hold = Hold.objects.get()
    assert (hold.by, hold.released_by) == (administrator, administrator)


def test_a_hold_is_said_on_every_staff_page(client):
    nurse = make_user("nurse")
    holds.place(nurse.clinic, by=None, reason="Wrong phone numbers.", now=timezone.now())
    client.force_login(nurse)
    assert "Wrong phone numbers." in client.get(reverse("followups:queue")).content.decode()


def test_the_on_call_route_needs_somebody(client, administrator):
    address = reverse("operations:on_call")
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"email": "a@b@c", "phone": "12"}).status_code == 422
    assert client.post(address, {"phone": "+1 212 555 0123"}).status_code == 302
    assert administrator.clinic.on_call.phone == "+12125550123"


# restored


def test_a_database_that_lives_elsewhere_is_held_and_nothing_leaves(client):
    now = timezone.now()
    waiting, ahead = late(5), message(not_before=now + timedelta(hours=1))
    assert not origin.check(now=now)
    assert not origin.check(now=now)
    Origin.objects.update(place="another cluster")
    assert origin.check(now=now)
    assert Hold.objects.active().filter(clinic=waiting.clinic).exists()
    waiting.refresh_from_db()
    ahead.refresh_from_db()
    assert (waiting.state, ahead.state) == ("quarantined", "pending")
    assert not origin.check(now=now)
