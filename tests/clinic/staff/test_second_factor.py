"""A password alone opens nothing; codes hold once; secrets lie sealed."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse

from clinic.staff import sealing, second_factor
from tests.factories import APP_SECRET, PASSWORD, make_clinic, make_user
from tests.routes import routes
from tests.signing_in import code, give_password, sign_in

pytestmark = pytest.mark.django_db


def staff_pages():
    return [
        route.path
        for route in routes()
        if getattr(route.pattern.callback, "access", None) != "public"
        and route.pattern.name not in second_factor.SET_UP
    ]


def test_after_the_password_alone_every_page_is_still_closed(client):
    give_password(client, make_user("administrator", is_staff=True, is_superuser=True))

    for path in staff_pages():
        response = client.get(path)
        assert response.status_code in (302, 405, 404, 401), path
        if response.status_code == 302:
            assert response.url.startswith(("/signin/", "/admin/")), path


def test_somebody_without_a_second_factor_can_only_set_one_up(client):
    user = make_user("administrator", is_staff=True, is_superuser=True, has_app=False)
    assert give_password(client, user).status_code == 302

    for path in staff_pages():
        for answer in (client.get(path), client.post(path)):
            assert (answer.status_code, answer.get("Location")) == (302, "/account/"), path
    assert "Set up a second factor" in client.get("/account/").text
    assert client.get("/healthz").status_code in (200, 503)
    assert client.post("/signout/").url == "/signin/"


def test_only_the_demos_invented_staff_need_none(client, settings):
    demo = make_user(has_app=False, clinic=make_clinic(is_demo=True))
    real = make_user(has_app=False, clinic=make_clinic())
    for settings.FUSELINE_DEMO, user, start in (
        (True, demo, "/queue/"),
        (True, real, "/account/"),
        (False, demo, "/account/"),
    ):
        client.force_login(user)
        assert client.get("/queue/").get("Location", "/queue/") == start


def test_the_demo_says_on_its_sign_in_that_the_second_factor_is_left_out(client, settings):
    settings.FUSELINE_DEMO = True

    assert "Only here a password is enough" in client.get("/signin/").text


def set_up_app(client, user):
    give_password(client, user)
    page = client.get("/account/app/").text
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)[1]
    return secret, client.post("/account/app/", {"code": code(secret)})


def test_setting_up_the_app_gives_recovery_codes_and_the_code_is_spent(client):
    user = make_user(has_app=False)
    secret, response = set_up_app(client, user)
    assert response.url == "/account/codes/"
    assert len(re.findall(r"<code>\d{8}</code>", client.get(response.url).text)) == 10
    client.post("/signout/")

    give_password(client, user)
    assert client.post("/signin/code/", {"code": code(secret)}).status_code == 422
    assert client.post("/signin/code/", {"code": code(secret, later=1)}).url == "/"


def test_a_wrong_first_code_keeps_the_picture_and_says_so(client):
    user = make_user(has_app=False)
    give_password(client, user)
    before = re.search(r'class="secret">(\w+)<', client.get("/account/app/").text)[1]

    response = client.post("/account/app/", {"code": "000000"})

    assert response.status_code == 422
    assert before in response.text
    assert "The code is not right" in response.text
    assert 'href="#id_code"' in response.text


def test_a_code_opens_the_door_once(client):
    user = make_user()
    shown = code()
    give_password(client, user)
    assert client.post("/signin/code/", {"code": shown}).url == "/"
    client.post("/signout/")
    give_password(client, user)

    again = client.post("/signin/code/", {"code": shown})

    assert again.status_code == 422
    assert "used already" in again.text


def test_an_earlier_code_does_not_open_after_a_later_one(client):
    user = make_user()
    give_password(client, user)
    client.post("/signin/code/", {"code": code(later=1)})
    client.post("/signout/")
    give_password(client, user)

    assert client.post("/signin/code/", {"code": code()}).status_code == 422


def test_a_recovery_code_works_once(client):
    user = make_user(has_app=False)
    set_up_app(client, user)
    one = re.findall(r"<code>(\d{8})</code>", client.get("/account/codes/").text)[3]
    for expected in (302, 422):
        client.post("/signout/")
        give_password(client, user)
        assert client.post("/signin/code/", {"code": one}).status_code == expected


def test_secrets_lie_sealed_in_every_table(client):
    user = make_user(has_app=False)
    give_password(client, user)
    secret = re.search(r'class="secret">(\w+)<', client.get("/account/app/").text)[1]
    stored = Session.objects.get().get_decoded()
    assert secret not in json.dumps(stored)
    client.post("/account/app/", {"code": code(secret)})
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/account/codes/").text)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        raw = cursor.fetchone()[0]
    assert secret not in raw
    assert not any(one in raw for one in codes)


def test_a_new_key_is_put_in_front_of_the_old_one(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    sealed = sealing.seal(APP_SECRET)
    settings.FIELD_KEYS = [new, old]
    assert sealing.unseal(sealed) == APP_SECRET
    fresh = sealing.seal(APP_SECRET)
    settings.FIELD_KEYS = [new]

    assert sealing.unseal(fresh) == APP_SECRET
    with pytest.raises(InvalidToken):
        sealing.unseal(sealed)


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "7", '{"id": 1}', "x" * 300])
@pytest.mark.parametrize("page", ["/signin/code/", "/account/keys/add/", "/account/again/key/"])
def test_a_key_that_says_nonsense_is_refused_with_a_sentence(client, page, credential):
    user = make_user()
    if page == "/signin/code/":
        give_password(client, user)
    else:
        sign_in(client, user)

    response = client.post(page, {"credential": credential})

    assert response.status_code in (302, 422)
    if response.status_code == 422:
        assert "There is a problem" in response.text
        assert "Security key: " in response.text or "security key is not known" in response.text


def test_removing_the_last_second_factor_leads_back_to_setting_one_up(client):
    user = make_user()
    sign_in(client, user)

    client.post("/account/app/remove/")

    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/queue/").url == "/account/"


def test_only_the_routes_we_meant_exist(client):
    for path in ("/signup/", "/accounts/login/", "/account/email/", "/signin/code/trust/"):
        assert client.get(path).status_code == 404
    assert reverse("account_login") == "/signin/"
    assert PASSWORD not in client.get("/signin/").text
