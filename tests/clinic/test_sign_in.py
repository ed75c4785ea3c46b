"""The way in and out, and where each role starts."""

import pytest
from django.urls import reverse

from clinic.staff.models import Role
from tests.factories import make_user
from tests.signing_in import give_password, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "start"), [("surgeon", "followups:queue"), ("nurse", "followups:schedule")]
)
def test_staff_sign_in_and_start_where_their_day_does(client, role, start):
    response = sign_in(client, make_user(role))

    assert response.status_code == 302
    assert client.get(response.url).url == reverse(start)


@pytest.mark.parametrize(
    ("role", "start"), [("surgeon", "followups:queue"), ("auditor", "patients:list")]
)
def test_each_role_starts_where_its_work_is(client, role, start):
    client.force_login(make_user(role))

    assert client.get("/").url == reverse(start)


def test_an_administrator_starts_in_the_admin(client):
    client.force_login(make_user("administrator", is_staff=True))

    assert client.get("/").url == reverse("admin:index")


def test_somebody_without_any_page_is_told_so_and_can_sign_out(client):
    client.force_login(make_user("administrator"))

    response = client.get("/")

    assert response.status_code == 403
    assert reverse("signout") in response.text


def test_a_wrong_password_says_so_and_keeps_the_name(client):
    user = make_user()

    response = give_password(client, user, "not the right password")

    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert f'value="{user.username}"' in response.text


def test_somebody_who_left_cannot_sign_in(client):
    assert give_password(client, make_user(is_active=False)).status_code == 422


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client):
    asked = client.get("/queue/?view=mine")

    response = sign_in(client, make_user(), to=asked.url)

    assert asked.status_code == 302
    assert response.url == "/queue/?view=mine"


def test_sign_in_never_leads_to_another_site(client):
    response = sign_in(client, make_user(), to="/signin/?next=https://elsewhere.example/")

    assert response.url == "/"


def test_the_home_page_asks_strangers_to_sign_in(client):
    assert client.get("/").url == "/signin/?next=/"


def test_signing_out_takes_a_form_not_a_link(client):
    client.force_login(make_user())

    assert client.get("/signout/").status_code == 405
    assert client.post("/signout/").url == "/signin/"
    assert client.get("/queue/").status_code == 302


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demo_alone_shows_its_sign_ins(client, settings, is_demo):
    settings.FUSELINE_DEMO = is_demo

    page = client.get("/signin/").text

    assert ("kowalczyk" in page) == is_demo
    assert ("fuseline-demo" in page) == is_demo


def test_pages_carry_no_inline_style_or_script(client):
    page = client.get("/signin/").text

    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick=" not in page


def test_a_missing_page_tells_nothing_about_the_system(client):
    response = client.get("/nothing-here/")

    assert response.status_code == 404
    assert "Page not found" in response.text


def test_a_stale_form_is_explained(client):
    client.handler.enforce_csrf_checks = True

    response = client.post("/signin/", {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert "nothing was saved" in response.text


def test_an_error_page_needs_neither_database_nor_user(rf):
    from django.views.defaults import bad_request, server_error

    assert b"Something went wrong" in server_error(rf.get("/")).content
    assert b"could not be read" in bad_request(rf.get("/"), Exception()).content


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_start_page_that_opens(client, role):
    client.force_login(make_user(role, is_staff=role == Role.ADMINISTRATOR))

    assert client.get("/", follow=True).status_code == 200


def test_a_superuser_of_no_clinic_can_look_at_every_page_of_the_frame(client):
    client.force_login(make_user("surgeon", clinic=None, is_superuser=True))

    assert client.get("/", follow=True).status_code == 200
