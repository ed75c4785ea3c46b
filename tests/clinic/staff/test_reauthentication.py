"""What matters is asked for once more, five minutes after somebody last showed who they are."""

import time

import pytest
from django.http import HttpResponse
from django.urls import path

from clinic import urls
from clinic.staff.access import signed_in
from clinic.staff.reauthentication import recently_signed_in
from tests.factories import PASSWORD, make_user
from tests.signing_in import code, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@signed_in
@recently_signed_in
def export(request):
    return HttpResponse(f"exported because {request.POST.get('reason', 'asked')}")


urlpatterns = [*urls.urlpatterns, path("export/", export, name="export")]


@pytest.fixture
def nurse(client):
    user = make_user()
    sign_in(client, user)
    return user


@pytest.fixture
def six_minutes_later(monkeypatch, nurse):
    now = time.time()
    monkeypatch.setattr("clinic.staff.reauthentication.time.time", lambda: now + 360)
    monkeypatch.setattr("allauth.account.internal.flows.login.time.time", lambda: now + 360)


def test_just_after_signing_in_nothing_is_asked(client, nurse):
    assert client.get("/export/").text == "exported because asked"


def test_later_a_password_is_asked_for_and_leads_on(client, six_minutes_later):
    asked = client.get("/export/")
    assert asked.url == "/account/again/?next=%2Fexport%2F"
    wrong = client.post(asked.url, {"password": "not the right one"})
    assert wrong.status_code == 422
    assert "The password is not right" in wrong.text

    assert client.post(asked.url, {"password": PASSWORD}).url == "/export/"
    assert client.get("/export/").status_code == 200


def test_a_code_is_as_good_as_the_password(client, six_minutes_later):
    assert "/account/again/code/" in client.get("/account/again/?next=/export/").text

    shown = client.post("/account/again/code/?next=/export/", {"code": code(later=1)})

    assert shown.url == "/export/"


def test_a_form_that_was_being_sent_goes_on_by_itself(client, six_minutes_later):
    asked = client.post("/export/", {"reason": "a second opinion"})

    done = client.post(asked.url, {"password": PASSWORD})

    assert done.text == "exported because a second opinion"


def test_showing_it_again_never_leads_to_another_site(client, six_minutes_later):
    shown = client.post("/account/again/?next=https://elsewhere.example/", {"password": PASSWORD})

    assert shown.url == "/"


@pytest.mark.parametrize(
    "page",
    ["/account/app/remove/", "/account/keys/add/", "/account/codes/", "/account/codes/new/"],
)
def test_second_factors_are_changed_only_by_somebody_who_has_just_shown_it(
    client, six_minutes_later, page
):
    client.post("/account/again/", {"password": "wrong"})
    if page == "/account/codes/":
        client.get("/account/codes/")
    answer = client.get(page)
    assert answer.status_code in (302, 404)  # nobody without codes has codes to see
    if answer.status_code == 302:
        assert answer.url.startswith("/account/again/")


def test_a_part_of_a_page_sends_the_whole_page_there(client, six_minutes_later):
    answer = client.get("/export/", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/account/again/")


def test_strangers_are_asked_to_sign_in_first(client):
    assert client.get("/export/").url == "/signin/?next=/export/"
