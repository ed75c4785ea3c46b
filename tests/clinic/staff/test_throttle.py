"""Wrong tries are counted before they are evaluated, and hurt only where they come from."""

import re
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import get_hasher
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.staff import throttle
from clinic.staff.models import Throttle
from tests.factories import at, make_user
from tests.signing_in import code, give_password, sign_in

WRONG = "not the right password"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def try_from(place: str, user, password=WRONG, **headers):
    client = Client(REMOTE_ADDR=place, headers=headers)
    return give_password(client, user, password)


@pytest.mark.django_db
def test_the_sixth_wrong_password_is_not_looked_at_and_says_when_to_come_back(client):
    user = make_user()
    tries = [give_password(client, user, WRONG) for _ in range(5)]

    refused = give_password(client, user)  # even the right one

    assert {response.status_code for response in tries} == {422}
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 15 * 60
    assert "Too many wrong tries. Wait 15 minutes" in refused.text
    assert f'value="{user.username}"' in refused.text


@pytest.mark.django_db
def test_a_stranger_cannot_lock_a_surgeon_out():
    surgeon = make_user("surgeon")
    for _ in range(100):
        try_from(ELSEWHERE, surgeon)

    assert sign_in(Client(REMOTE_ADDR=HERE), surgeon).url == "/"


@pytest.mark.django_db
def test_a_right_password_clears_the_wrong_ones(client):
    user = make_user()
    for _ in range(3):
        for _ in range(4):
            give_password(client, user, WRONG)
        assert give_password(client, user).status_code == 302
        client.post("/signout/")


@pytest.mark.django_db
def test_one_place_has_so_many_tries_over_all_names():
    for number in range(throttle.ADDRESS.tries):
        throttle.take(throttle.ADDRESS, HERE, now=timezone.now())
        assert number < throttle.ADDRESS.tries

    assert try_from(HERE, make_user()).status_code == 429
    assert try_from(ELSEWHERE, make_user()).status_code == 422


@pytest.mark.django_db
def test_an_address_cannot_be_made_up_without_our_proxy():
    user = make_user()
    answers = [
        try_from(HERE, user, **{"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(6)
    ]

    assert answers[-1].status_code == 429


@pytest.mark.django_db
def test_behind_our_proxy_only_what_it_added_itself_counts(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.BEHIND_PROXY = True
    user = make_user()
    made_up = [
        try_from("10.0.0.1", user, **{"X-Forwarded-For": f"192.0.2.{number}, {HERE}"})
        for number in range(6)
    ]
    other = try_from("10.0.0.1", user, **{"X-Forwarded-For": ELSEWHERE})

    assert made_up[-1].status_code == 429
    assert other.status_code == 422


@pytest.mark.django_db
def test_an_unknown_name_is_answered_like_a_known_one(client):
    known, unknown = make_user(), make_user()
    unknown.delete()

    def shown(response):
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)
        return response.status_code, text

    first = shown(give_password(client, known, WRONG))
    second = shown(give_password(client, unknown, WRONG))

    assert first[0] == second[0]
    assert first[1].replace(known.username, "-") == second[1].replace(unknown.username, "-")


@pytest.mark.django_db
def test_five_wrong_codes_stop_the_second_step_but_not_a_recovery_by_key(client):
    user = make_user()
    give_password(client, user)
    tries = [client.post("/signin/code/", {"code": "000000"}) for _ in range(5)]

    refused = client.post("/signin/code/", {"code": code()})

    assert {response.status_code for response in tries} == {422}
    assert refused.status_code == 429
    assert refused["Retry-After"]
    assert client.get("/queue/").status_code == 302


@pytest.mark.django_db
def test_the_count_starts_anew_when_its_time_is_over():
    limit = throttle.Limit("test", tries=2, minutes=10)
    for _ in range(2):
        throttle.take(limit, "x", now=at(0))
    with pytest.raises(throttle.TooManyTries) as refused:
        throttle.take(limit, "x", now=at(0) + timedelta(minutes=9))
    assert refused.value.seconds == 60

    throttle.take(limit, "x", now=at(0) + timedelta(minutes=10))
    throttle.take(limit, "y", now=at(0))


@pytest.mark.django_db
def test_names_cannot_be_read_from_the_counts_and_do_not_stay(client):
    user = make_user()
    give_password(client, user, WRONG)

    assert Throttle.objects.count() == 2
    assert not any(user.username in row.key for row in Throttle.objects.all())
    assert throttle.forget(timezone.now() + timedelta(days=2)) == 2


def test_one_ipv6_household_is_one_place():
    assert throttle.network("2001:db8:1:2:3::4") == throttle.network("2001:db8:1:2:ffff::1")
    assert throttle.network("2001:db8:1:2::1") != throttle.network("2001:db8:1:3::1")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_wrong_passwords_at_once_are_five(monkeypatch):
    user = make_user()
    looked_at, answers = [], []
    real = type(user).check_password

    def check(self, raw):
        looked_at.append(raw)
        return real(self, raw)

    monkeypatch.setattr(type(user), "check_password", check)
    together = threading.Barrier(50)

    def attack():
        close_old_connections()
        client = Client(REMOTE_ADDR=HERE)
        together.wait()
        answers.append(give_password(client, user, WRONG).status_code)
        connection.close()

    threads = [threading.Thread(target=attack) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(looked_at) == throttle.NAME_AND_ADDRESS.tries
    assert sorted(answers) == [422] * 5 + [429] * 45


@pytest.mark.django_db
def test_known_unknown_invited_and_former_staff_take_the_same_work(client, monkeypatch):
    names = {
        "known": make_user().username,
        "unknown": "nobody-here",
        "invited": make_user(password=None).username,
        "former": make_user(is_active=False).username,
    }
    work = []
    hasher = type(get_hasher())
    real = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *given: work.append("hash") or real(*given))

    def effort(name):
        work.clear()
        with CaptureQueriesContext(connection) as captured:
            client.post("/signin/", {"login": name, "password": WRONG})
        return len(captured), list(work)

    efforts = [effort(typed) for typed in names.values()]

    assert efforts == [efforts[0]] * len(names)
    assert efforts[0][1] == ["hash"]
