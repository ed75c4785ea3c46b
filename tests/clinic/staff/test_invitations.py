"""How somebody new gets in, and what an administrator can do for who cannot."""

import re
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from clinic.staff import links
from clinic.staff.links import PasswordLinks
from clinic.staff.models import User
from tests.conftest import until
from tests.factories import PASSWORD, make_clinic, make_user
from tests.signing_in import give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "seven wet umbrellas in Lisbon"
CHOSEN = {"password1": NEW, "password2": NEW}


@pytest.fixture
def administrator(client):
    user = make_user("administrator", is_staff=True, clinic=make_clinic())
    sign_in(client, user)
    return user


def add(client, **changes):
    facts = {
        "username": "newcomer",
        "email": "newcomer@clinic.test",
        "first_name": "Newton",
        "last_name": "Comer",
        "role": "nurse",
        "is_active": "on",
    }
    return client.post("/admin/staff/user/add/", facts | changes)


def link_in(message):
    return re.search(r"https?://[^/\s]+(/password/\S+)", message.body)[1]


def open_link(browser, link):
    """Follow a link as a browser does: its secret leaves the address."""
    first = browser.get(link)
    return first.url if first.status_code == 302 else None


def act(client, user, name):
    page = f"/admin/staff/user/{user.pk}/do/{name}/"
    return client.get(page), client.post(page)


def test_somebody_new_is_invited_chooses_a_password_and_sets_up_a_second_factor(
    client, administrator
):
    page = client.get("/admin/staff/user/add/").text
    assert 'type="password"' not in page
    assert add(client).status_code == 302
    (invitation,) = mail.outbox
    assert invitation.to == ["newcomer@clinic.test"]
    assert "Newton" not in invitation.body + invitation.subject
    assert "newcomer" not in invitation.body

    browser = Client()
    form = open_link(browser, link_in(invitation))
    assert "set-password" in form
    assert browser.post(form, {"password1": "short", "password2": "short"}).status_code == 422
    assert browser.post(form, CHOSEN).url == "/signin/"
    assert "Sign in with it" in browser.get("/signin/").text
    newcomer = User.objects.get(username="newcomer")
    assert newcomer.clinic == administrator.clinic
    assert give_password(browser, newcomer, NEW).url == "/"
    assert browser.get("/queue/").url == "/account/"


def test_a_link_works_once_and_an_earlier_one_not_after_a_later(client, administrator):
    add(client)
    newcomer = User.objects.get(username="newcomer")
    act(client, newcomer, "invite")
    first, second = map(link_in, mail.outbox)

    assert "does not work any more" in Client().get(first).text
    browser = Client()
    browser.post(open_link(browser, second), CHOSEN)
    assert open_link(Client(), second) is None


@pytest.mark.parametrize(
    ("password", "passed", "works"),
    [
        (None, timedelta(hours=71), True),
        (None, timedelta(hours=73), False),
        (PASSWORD, timedelta(minutes=59), True),
        (PASSWORD, timedelta(minutes=61), False),
    ],
)
def test_an_invitation_holds_three_days_and_a_reset_an_hour(monkeypatch, password, passed, works):
    user = make_user(password=password)
    link = links.make(user).partition("testserver")[2] or links.make(user)
    later = datetime.now() + passed  # noqa: DTZ005 - as Django's own clock
    monkeypatch.setattr(PasswordLinks, "_now", lambda self: later)

    path = re.search(r"/password/.*", link)[0]

    assert (open_link(Client(), path) is not None) == works


def test_an_invitation_that_could_not_be_sent_is_said(client, administrator, monkeypatch):
    def down(*given, **named):
        raise ConnectionRefusedError

    monkeypatch.setattr("clinic.staff.mail.send", down)

    page = client.post(
        "/admin/staff/user/add/",
        {"username": "n", "email": "n@clinic.test", "role": "nurse", "is_active": "on"},
        follow=True,
    ).text

    assert "could not be sent" in page
    assert User.objects.filter(username="n").exists()


def test_an_e_mail_address_is_needed_to_invite(client, administrator):
    assert add(client, email="").status_code == 200
    assert not User.objects.filter(username="newcomer").exists()


def test_an_administrator_raises_nobody_and_moves_nobody(client, administrator):
    elsewhere = make_clinic()
    add(client, is_superuser="on", clinic=elsewhere.pk)
    newcomer = User.objects.get(username="newcomer")
    assert (newcomer.is_superuser, newcomer.clinic) == (False, administrator.clinic)
    posted = {"username": administrator.username, "role": "administrator", "is_active": "on"}
    posted |= {"is_staff": "on", "is_superuser": "on", "clinic": elsewhere.pk, "password": "x"}

    client.post(f"/admin/staff/user/{administrator.pk}/change/", posted)

    administrator.refresh_from_db()
    assert not administrator.is_superuser
    assert administrator.clinic != elsewhere
    assert administrator.check_password(PASSWORD)


def test_nobody_chooses_a_password_for_somebody_else(client, administrator):
    nurse = make_user(clinic=administrator.clinic)
    page = f"/admin/staff/user/{nurse.pk}/password/"

    assert client.get(page).status_code == 403
    assert client.post(page, CHOSEN).status_code == 403
    assert client.get("/admin/password_change/").url == "/account/password/"


def test_all_sessions_of_somebody_are_ended_after_asking(client, administrator):
    nurse, phone = make_user(clinic=administrator.clinic), Client()
    sign_in(phone, nurse)
    asked = client.get(f"/admin/staff/user/{nurse.pk}/do/end-sessions/")
    assert "signed out everywhere" in asked.text
    assert phone.get("/queue/").status_code == 200

    client.post(f"/admin/staff/user/{nurse.pk}/do/end-sessions/")

    assert phone.get("/queue/").status_code == 302


def test_a_lost_phone_is_removed_and_whoever_holds_it_is_out(client, administrator):
    nurse = make_user(clinic=administrator.clinic, email="nurse@clinic.test")
    phone = Client()
    sign_in(phone, nurse)

    act(client, nurse, "remove-second-factor")

    assert not Authenticator.objects.filter(user=nurse).exists()
    assert phone.get("/queue/").status_code == 302
    assert until(lambda: mail.outbox, 5)
    assert "second factor was removed" in mail.outbox[0].body
    assert give_password(Client(), nurse).url == "/"


@pytest.mark.parametrize("name", ["invite", "end-sessions", "remove-second-factor", "delete"])
def test_an_administrator_acts_in_the_own_clinic_only(client, administrator, name):
    for other in (
        make_user(clinic=make_clinic(), email="x@clinic.test"),
        make_user(clinic=administrator.clinic, is_superuser=True),
    ):
        for answer in act(client, other, name):
            assert answer.status_code == 404
        assert Authenticator.objects.filter(user=other).exists()


@pytest.mark.parametrize("role", ["nurse", "surgeon", "auditor"])
def test_nobody_else_acts_at_all(client, role):
    user = make_user(role, is_staff=True)
    sign_in(client, user)

    for answer in act(client, make_user(), "remove-second-factor"):
        assert answer.status_code in (403, 404)


def test_who_has_a_password_is_not_invited_again(client, administrator):
    nurse = make_user(clinic=administrator.clinic, email="nurse@clinic.test")

    assert [answer.status_code for answer in act(client, nurse, "invite")] == [404, 404]


# A forgotten password


def ask(browser, email):
    return browser.post("/password/forgotten/", {"email": email}, follow=True)


def test_a_forgotten_password_is_chosen_anew_and_the_second_factor_stays(client):
    nurse = make_user(email="nurse@clinic.test")
    phone = Client()
    sign_in(phone, nurse)
    ask(client, "Nurse@clinic.test")
    assert until(lambda: mail.outbox, 5)
    (message,) = mail.outbox
    assert message.to == ["nurse@clinic.test"]
    assert nurse.last_name not in message.body
    assert nurse.username not in message.body

    client.post(open_link(client, link_in(message)), CHOSEN)

    assert phone.get("/queue/").status_code == 302
    assert client.get("/queue/").status_code == 302
    assert give_password(client, nurse, NEW).url == "/signin/code/"
    assert client.get("/queue/").status_code == 302
    assert not EmailAddress.objects.exists()  # an old address would go on getting links


def test_known_and_unknown_addresses_get_the_same_answer():
    make_user(email="nurse@clinic.test")
    make_user(email="gone@clinic.test", is_active=False)
    pages = set()
    for email in ("nurse@clinic.test", "nobody@clinic.test", "gone@clinic.test"):
        text = ask(Client(), email).text
        pages.add(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text))

    assert len(pages) == 1
    assert "a link is on its way" in pages.pop()
    assert until(lambda: mail.outbox, 5)
    assert [message.to for message in mail.outbox] == [["nurse@clinic.test"]]


def test_a_mailbox_cannot_be_flooded():
    make_user(email="nurse@clinic.test")
    for number in range(6):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert ask(client, "nurse@clinic.test").status_code == 200
    until(lambda: len(mail.outbox) > 3, 0.5)

    assert len(mail.outbox) == 3


def test_somebody_who_left_cannot_use_a_link_they_still_have():
    user = make_user()
    path = re.search(r"/password/.*", links.make(user))[0]
    user.is_active = False
    user.save()

    assert open_link(Client(), path) is None


@pytest.mark.parametrize("path", ["/password/1/x/", "/password/zzzzzzzzzzzzzzzzz/a-b/"])
def test_a_link_that_is_nonsense_is_explained(client, path):
    assert "does not work any more" in client.get(path).text


def test_an_address_that_is_none_is_refused_at_its_field(client):
    response = client.post("/password/forgotten/", {"email": "nobody"})

    assert response.status_code == 422
    assert 'href="#id_email"' in response.text


def test_a_changed_password_keeps_this_session_and_needs_the_present_one(client):
    user = make_user()
    sign_in(client, user)
    wrong = client.post("/account/password/", CHOSEN | {"oldpassword": "not it at all"})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text

    client.post("/account/password/", CHOSEN | {"oldpassword": PASSWORD})

    assert client.get("/queue/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)
