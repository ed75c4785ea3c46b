"""Every sign-in and change is noted once, with ids and nothing that was typed."""

import logging

import pytest

from clinic.staff import sign_ins
from tests.factories import make_user
from tests.signing_in import give_password, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted(caplog):
    caplog.set_level(logging.INFO, logger="clinic.sign_in")

    def _noted():
        return [
            record.getMessage().strip()
            for record in caplog.records
            if record.name == "clinic.sign_in"
        ]

    return _noted


def test_a_sign_in_and_its_second_factor_and_the_end_are_noted(client, noted):
    user = make_user()
    sign_in(client, user)
    client.post("/signout/")

    assert noted() == [
        f"second factor used user={user.pk} totp",
        f"signed in user={user.pk}",
        f"signed out user={user.pk}",
    ]


def test_failures_are_noted_without_what_was_typed(client, noted):
    user = make_user(username="my-password-by-mistake")
    give_password(client, user, "hunter2 hunter2 hunter2")
    give_password(client, user)
    client.post("/signin/code/", {"code": "123 456"})

    assert noted() == ["sign-in failed user=-", f"second factor wrong user={user.pk} totp"]
    assert not any(secret in line for line in noted() for secret in ("hunter2", "mistake", "123"))


def test_changes_of_second_factors_are_noted(client, noted):
    user = make_user()
    sign_in(client, user)
    client.post("/account/app/remove/")

    assert f"second factor removed user={user.pk} totp" in noted()


def test_the_end_of_a_session_by_time_is_noted_too(client, noted, monkeypatch):
    user = make_user()
    client.force_login(user)
    monkeypatch.setattr("clinic.staff.sessions.settings.SESSION_IDLE_SECONDS", -1)
    client.get("/queue/")

    assert noted()[-1] == f"signed out user={user.pk}"


def test_nobody_known_is_written_as_a_dash(noted):
    sign_ins.note("tried", user=None, request=None, detail="x")

    assert noted() == ["tried user=- x"]
