"""Which passwords are taken, and how they are kept."""

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from clinic.staff import passwords
from tests.factories import make_clinic, make_user
from tests.signing_in import give_password

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgeon():
    clinic = make_clinic(name="Harborview Orthopedics")
    return make_user("surgeon", username="reyes", last_name="Reyes-Holm", clinic=clinic)


@pytest.mark.parametrize(
    "password",
    [
        "seven wet umbrellas in Lisbon",
        "kkkk wwww zzzz 1",  # plain, but nobody's first guess
        "日本語のとても長いパスワードです",
        "829 4471 0038 2716",  # digits alone are as good as letters
        "x2" * 4 + "fjq-bvk" * 17,
    ],
)
def test_long_passwords_are_taken_whatever_they_are_made_of(surgeon, password):
    validate_password(password, surgeon)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("fourteen chars", "at least 15 characters"),
        ("a1 b2 c3 d4 e5 " * 9, "at most 128"),
        ("fuselinefuseline", "words that others here would try"),
        ("Harborview-Orthopedics-1", "words that others here would try"),
        ("Reyes Holm Spine 2026", "words that others here would try"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeats the same few characters"),
        ("passwordpassword", "words that others here would try"),
    ],
)
def test_what_is_short_or_would_be_tried_first_is_refused_with_a_reason(surgeon, password, reason):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, surgeon)

    assert reason in " ".join(refused.value.messages)


def test_a_password_on_the_list_of_common_ones_is_refused():
    with pytest.raises(ValidationError) as refused:
        validate_password("1qaz2wsx3edc4rfv")

    assert "too common" in " ".join(refused.value.messages)


def test_new_passwords_are_kept_as_argon2id():
    assert Argon2PasswordHasher().encode("a", "b" * 16).startswith("argon2$argon2id$")
    source = (settings.BASE_DIR / "clinic" / "settings.py").read_text()
    hashers = source.partition("PASSWORD_HASHERS = [")[2]
    assert hashers.strip().startswith('"django.contrib.auth.hashers.Argon2PasswordHasher"')


def test_an_endless_password_is_refused_before_it_is_hashed(client, surgeon, monkeypatch):
    hashed = []
    hasher = type(get_hasher())
    monkeypatch.setattr(hasher, "encode", lambda *given: hashed.append(given) or "")
    monkeypatch.setattr(hasher, "verify", lambda *given: hashed.append(given))

    response = give_password(client, surgeon, "x" * (passwords.LONGEST + 1))

    assert response.status_code == 422
    assert "at most 128 characters" in response.text
    assert not hashed


def test_a_user_name_is_the_same_in_whatever_form_its_letters_are_sent(client):
    user = make_user(username="zoë")
    user.username = "ｚoe\u0308"  # a wide z, and two dots of their own

    assert give_password(client, user).url == "/signin/code/"


def test_pasting_is_not_cut_off(client):
    assert "maxlength" not in client.get("/signin/").text.partition('type="password"')[2][:200]
