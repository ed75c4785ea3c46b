"""The settings stop an unsafe start, and say everything that is wrong at once."""

import re
import runpy
import sys
from itertools import pairwise

import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic.stack.state import PROJECT
from scripts.check import PRODUCTION

EXAMPLE = (PROJECT / ".env.example").read_text()
SOURCE = (PROJECT / "clinic" / "settings.py").read_text()
READ = set(re.findall(r'(?:env\.\w+|words)\(\s*"(\w+)"', SOURCE))


@pytest.fixture
def load(monkeypatch):
    """Load the settings as production would, with some variables changed or (None) missing."""

    def _load(**changes):
        for name in READ:
            monkeypatch.delenv(name, raising=False)
        for name, value in (PRODUCTION | changes).items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(PROJECT / "clinic" / "settings.py"))

    return _load


@pytest.fixture
def faults(load):
    """The sentences a start with these changes is refused with."""

    def _faults(**changes):
        with pytest.raises(ImproperlyConfigured) as refused:
            load(**changes)
        return str(refused.value).splitlines()[1:]

    return _faults


TEXTS = {
    "SMS_URL": "https://texts.test",
    "SMS_ACCOUNT": "AC0",
    "SMS_TOKEN": "t" * 32,
    "SMS_FROM": "+12125550100",
}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY is too short or too plain"),
        ({"SECRET_KEY": "django-insecure-" + PRODUCTION["SECRET_KEY"]}, "SECRET_KEY is an example"),
        ({"FIELD_KEYS": None}, "FIELD_KEYS is not set"),
        ({"FIELD_KEYS": "short"}, "FIELD_KEYS must be keys of 32 bytes"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": "clinic.test, *"}, "ALLOWED_HOSTS must name hosts"),
        ({"SITE_URL": None}, "SITE_URL must be the https:// address"),
        ({"SITE_URL": "http://clinic.test"}, "SITE_URL must be the https:// address"),
        (TEXTS | {"SITE_URL": f"https://{'x' * 30}.test"}, "SITE_URL has more than 42 characters"),
        ({"FUSELINE_DEMO": "1"}, "FUSELINE_DEMO must be off"),
        ({"COOKIES_SECURE": "0"}, "COOKIES_SECURE must be on"),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "sqlite:///db"}, "DATABASE_URL is not an address of the kind postgresql"),
        ({"REDIS_URL": None}, "REDIS_URL is not set"),
        ({"REDIS_URL": "redis://host:port/0"}, "REDIS_URL is not an address of the kind redis"),
        ({"EMAIL_URL": None}, "EMAIL_URL is not set"),
        ({"EMAIL_URL": "imap://mail.test"}, "EMAIL_URL is not an address of the kind smtp"),
        ({"EMAIL_URL": "file:///tmp/mail"}, "EMAIL_URL must name a mail server"),
        ({"DEFAULT_FROM_EMAIL": None}, "DEFAULT_FROM_EMAIL is not set"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be"),
        ({"DEBUG": "maybe"}, "DEBUG: Not a valid boolean."),
        ({"SECURE_HSTS_SECONDS": "a year"}, "SECURE_HSTS_SECONDS: Not a valid integer."),
        ({"FUSELINE_SWEEP_SECONDS": "0"}, "FUSELINE_SWEEP_SECONDS: Must be greater than 0."),
    ],
)
def test_each_fault_is_refused_with_one_sentence(faults, changes, sentence):
    (said,) = faults(**changes)
    assert said.startswith(sentence)
    assert said.endswith(".")


def test_all_faults_are_said_at_once(faults):
    said = faults(SECRET_KEY=None, ALLOWED_HOSTS="*", FUSELINE_DEMO="1", REDIS_URL=None)
    assert [sentence.split()[0] for sentence in said] == [
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "FUSELINE_DEMO",
        "REDIS_URL",
    ]


def test_no_sentence_repeats_a_secret(faults):
    said = faults(SECRET_KEY="hunter2", DATABASE_URL="mysql://u:hunter2@h/d", EMAIL_URL="x:hunter2")
    assert "hunter2" not in " ".join(said)


def test_production_is_strict_with_nothing_more_than_it_has_to_be_told(load):
    settings = load()
    assert settings["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert "SECURE_PROXY_SSL_HEADER" not in settings


def test_only_a_secret_and_servers_are_needed_for_development(load):
    alone = dict.fromkeys(PRODUCTION, None) | {
        "DEBUG": "1",
        "SECRET_KEY": "development",
        "DATABASE_URL": "postgresql:///fuseline",
        "REDIS_URL": "unix:///run/valkey.sock?db=3",
    }
    settings = load(**alone)
    assert settings["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert settings["CELERY_BROKER_URL"] == "redis+socket:///run/valkey.sock?virtual_host=3"


def test_the_parts_of_the_mail_address_can_be_given_one_by_one(load):
    settings = load(EMAIL_URL=None, EMAIL_HOST="mail.test", EMAIL_USE_SSL="1", EMAIL_PORT="465")
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("mail.test", 465)
    assert settings["EMAIL_USE_SSL"]


def test_a_mail_address_may_carry_special_characters(load):
    settings = load(EMAIL_URL="smtp+ssl://nurse%40clinic:p%2Fw@mail.test")
    assert settings["EMAIL_HOST_USER"] == "nurse@clinic"
    assert settings["EMAIL_HOST_PASSWORD"] == "p/w"
    assert (settings["EMAIL_PORT"], settings["EMAIL_USE_SSL"]) == (465, True)


def test_a_pool_replaces_lasting_connections(load):
    database = load(DB_POOL="1")["DATABASES"]["default"]
    assert database["CONN_MAX_AGE"] == 0
    assert database["OPTIONS"]["pool"]["max_size"] > 1


def test_rings_expire_before_the_next_one(load):
    for entry in load()["CELERY_BEAT_SCHEDULE"].values():
        assert entry["options"]["expires"] < entry["schedule"]


def test_the_example_names_every_variable_and_no_other():
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert named == READ


def test_every_variable_of_the_example_is_explained():
    lines = EXAMPLE.splitlines()
    for above, line in pairwise(lines):
        assert "=" not in line or line.startswith("#") or above, f"{line} has no comment"


@pytest.mark.slow
def test_static_files_can_be_collected_for_production(tmp_path, start):
    collected = start(
        *(sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"),
        **PRODUCTION | {"STATIC_ROOT": str(tmp_path)},
    )
    assert collected.child.wait(60) == 0, collected.said()
    assert (tmp_path / "staticfiles.json").exists()
