"""One copy at a time on one data folder, and a clear sentence for whatever stands in the way."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from clinic.stack import state as states
from clinic.stack.__main__ import chosen_port, main
from clinic.stack.refusal import Refusal
from clinic.stack.supervisor import environment, require_answer, require_free_port


def test_a_second_copy_on_the_same_data_is_refused(tmp_path):
    claim = states.Claim(tmp_path)
    assert states.is_taken(tmp_path)
    with pytest.raises(Refusal, match="already running"):
        states.Claim(tmp_path)
    claim.release()
    assert not states.is_taken(tmp_path)


@pytest.mark.parametrize(("seconds", "code"), [("0.1", 0), ("30", -signal.SIGKILL)])
def test_a_new_copy_outlasts_what_a_killed_one_has_left(tmp_path, monkeypatch, seconds, code):
    monkeypatch.setattr(states, "PATIENCE", 0.5)
    killed = states.Claim(tmp_path)
    left = subprocess.Popen(["/bin/sleep", seconds], pass_fds=killed.inherited)
    killed.release()  # what the kernel does when the supervisor is killed
    states.Claim(tmp_path).release()
    assert left.wait() == code


def test_a_full_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(states, "FREE_MEGABYTES", 10**12)
    with pytest.raises(Refusal, match="disk is too full"):
        states.prepare(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match="Cannot use"):
        states.prepare(tmp_path / "file" / "var")


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path):
    made = states.secret(tmp_path, "key")
    assert states.secret(tmp_path, "key") == made
    assert len(made) >= 50
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_taken_port_is_refused_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=rf"Port {port} .* PORT={port + 1} ./run"):
            require_free_port("127.0.0.1", port)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "٨٠"])
def test_a_port_that_is_none_is_refused(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Refusal, match="PORT must be a number"):
        chosen_port()


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ("DATABASE_URL", "not an address"),
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
        ("REDIS_URL", "not an address"),
    ],
)
def test_a_named_server_that_does_not_answer_is_refused(variable, url):
    with pytest.raises(Refusal, match=f"The server of {variable} cannot be used"):
        require_answer(variable, url)


def test_what_the_caller_sets_wins_over_what_a_demo_needs(tmp_path, monkeypatch):
    for name in ("EMAIL_URL", "EMAIL_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SITE_URL", "https://followup.clinic.test")
    chosen = environment(tmp_path, site_url="http://127.0.0.1:8000/")
    assert chosen["SITE_URL"] == "https://followup.clinic.test"
    assert chosen["EMAIL_URL"] == f"file://{tmp_path}/outbox"


def test_a_mail_server_that_is_named_replaces_the_file_outbox(tmp_path, monkeypatch):
    monkeypatch.delenv("EMAIL_URL", raising=False)
    monkeypatch.setenv("EMAIL_HOST", "mail.clinic.test")
    assert "EMAIL_URL" not in environment(tmp_path, site_url="http://127.0.0.1:8000/")


def test_help_tells_the_commands(capsys):
    assert main(["--help"]) == 0
    assert "./run --check" in capsys.readouterr().out


def test_an_unknown_option_is_refused():
    said = subprocess.run(
        [sys.executable, "-m", "clinic.stack", "--no-such"], capture_output=True, env=os.environ
    )
    assert said.returncode == 2
    assert b"Traceback" not in said.stderr
