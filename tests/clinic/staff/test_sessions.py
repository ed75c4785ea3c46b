"""How long a sign-in holds, what ends it, and what its owner sees of it."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.staff import sessions
from tests.factories import make_clinic, make_user
from tests.signing_in import give_password, sign_in

pytestmark = pytest.mark.django_db

QUEUE = "/queue/"


@pytest.fixture
def nurse(client):
    user = make_user()
    sign_in(client, user)
    return user


@pytest.fixture
def later(monkeypatch):
    """Let time pass for the sessions."""
    now = timezone.now()

    def _later(**passed):
        monkeypatch.setattr(sessions.timezone, "now", lambda: now + timedelta(**passed))

    return _later


def test_fifteen_minutes_without_use_end_it_with_a_reason_and_a_way_back(client, nurse, later):
    later(minutes=15, seconds=2)

    response = client.get("/queue/?view=mine")

    assert response.url == "/signin/?next=/queue/%3Fview%3Dmine&ended=idle"
    assert "nothing was done for 15 minutes" in client.get(response.url).text
    assert client.get(QUEUE).status_code == 302


def test_use_keeps_it_but_twelve_hours_end_it(client, nurse, later):
    for minutes in range(0, 12 * 60, 14):
        later(minutes=minutes)
        assert client.get(QUEUE).status_code == 200

    later(hours=12, minutes=1)

    assert "ended=long" in client.get(QUEUE).url


def test_a_page_that_asks_by_itself_does_not_keep_it(client, nurse, later):
    for minutes in (5, 10, 14):
        later(minutes=minutes)
        assert client.get(QUEUE, headers={sessions.POLL: "1"}).status_code == 200

    later(minutes=16)

    assert client.get(QUEUE).status_code == 302


def test_somebody_who_only_types_is_there(client, nurse, later):
    for minutes in (10, 20, 30):
        later(minutes=minutes)
        assert client.post("/account/here/").status_code == 204

    later(minutes=44)

    assert client.get(QUEUE).status_code == 200


def test_it_is_written_at_most_once_a_minute(client, nurse, later):
    def written():
        with CaptureQueriesContext(connection) as captured:
            client.get(QUEUE)
        return sum("UPDATE" in query["sql"] for query in captured.captured_queries)

    later(seconds=59)
    assert written() == 0
    later(seconds=61)
    assert written() == 2  # the session, and when it was last seen
    assert written() == 0


def test_what_was_sent_by_a_form_is_not_a_page_to_come_back_to(client, nurse, later):
    later(minutes=16)

    assert client.post("/patients/new/", {"mrn": "1"}).url == "/signin/?ended=idle"


def test_a_part_of_a_page_sends_the_whole_page_to_the_door(client, nurse, later):
    later(minutes=16)

    response = client.get(
        QUEUE, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?view=all"}
    )

    assert response.status_code == 401
    assert response["HX-Redirect"] == "/signin/?next=/queue/%3Fview%3Dall&ended=idle"


def test_signing_in_changes_the_secret_of_the_session(client):
    user = make_user()
    give_password(client, user)
    before = client.session.session_key
    sign_in(client, user)

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda user: setattr(user, "is_active", False),
        lambda user: setattr(user, "role", "auditor"),
        lambda user: setattr(user, "clinic", make_clinic()),
        lambda user: user.set_password("seven wet umbrellas in Lisbon"),
        lambda user: setattr(user, "is_superuser", True),
    ],
    ids=["deactivation", "role", "clinic", "password", "superuser"],
)
def test_a_change_of_rights_ends_every_session_at_once(client, nurse, change):
    assert client.get(QUEUE).status_code == 200
    change(nurse)
    nurse.save()

    response = client.get(QUEUE)

    assert response.url == "/signin/?next=/queue/&ended=over"
    assert "your account was changed" in client.get(response.url).text


def test_signing_out_leaves_nothing_to_come_back_with(client, nurse):
    cookie = client.cookies["sessionid"].value
    client.post("/signout/")
    client.cookies["sessionid"] = cookie

    assert client.get(QUEUE).status_code == 302
    assert not Session.objects.exists()


def elsewhere(user):
    """Sign in from a second device."""
    UserSession.objects.all()
    other = Client(headers={"User-Agent": "Mozilla (iPhone) Version/18 Safari/605"})
    other.force_login(user)
    request = other.get(QUEUE).wsgi_request
    UserSession.objects.create_from_request(request)
    return other


def test_one_sees_where_one_is_signed_in_and_ends_one_or_all_others(client, nurse):
    phone, tablet = elsewhere(nurse), elsewhere(nurse)
    page = client.get("/account/sessions/").text
    assert "Here, now" in page
    assert "Safari on iPhone" in page

    held = UserSession.objects.get(session_key=phone.session.session_key)
    client.post("/account/sessions/", {"session": held.pk})
    assert phone.get(QUEUE).status_code == 302
    assert tablet.get(QUEUE).status_code == 200

    client.post("/account/sessions/")
    assert tablet.get(QUEUE).status_code == 302
    assert client.get(QUEUE).status_code == 200


@pytest.mark.parametrize("number", ["0", "x", "²", "99999999999999"])
def test_nobody_ends_the_session_of_somebody_else(client, nurse, number):
    other = make_user()
    elsewhere(other)
    theirs = str(UserSession.objects.get(user=other).pk)

    for key in (theirs, number):
        assert client.post("/account/sessions/", {"session": key}).status_code == 404
    assert UserSession.objects.filter(user=other).exists()


def test_what_is_left_of_ended_sessions_is_forgotten(client, nurse):
    assert sessions.forget(timezone.now()) == 0
    assert sessions.forget(timezone.now() + timedelta(hours=13)) == 1
    assert not UserSession.objects.exists()


def test_who_one_is_takes_two_queries(client, nurse):
    with CaptureQueriesContext(connection) as captured:
        client.get("/")

    assert len(captured) == 2  # the session; the user with clinic and second factor
