"""The environment is installed once, refreshed when a lock changes, repaired when half done."""

import subprocess

import pytest

from clinic.stack import bootstrap
from clinic.stack.state import PROJECT


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """An installed environment for one lock, in a project of its own."""
    (tmp_path / "lock.txt").write_text("django==5.2.19\n")
    (tmp_path / "other.txt").write_text("pytest==9\n")
    python = tmp_path / "python"
    python.touch(0o755)
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    monkeypatch.setattr(bootstrap, "PYTHON", python)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "installed")
    monkeypatch.setattr(bootstrap, "UNFINISHED", tmp_path / "unfinished")
    bootstrap.STAMP.write_text(bootstrap.fingerprint("lock.txt") + "\n")
    return tmp_path


def test_an_installed_environment_is_left_alone(venv):
    assert bootstrap.not_installed(["lock.txt"]) == []


def test_only_what_is_missing_is_installed(venv):
    assert bootstrap.not_installed(["lock.txt", "other.txt"]) == ["other.txt"]


def test_a_changed_lock_is_installed_again(venv):
    (venv / "lock.txt").write_text("django==5.2.20\n")
    assert bootstrap.not_installed(["lock.txt"]) == ["lock.txt"]


def test_an_interrupted_install_counts_for_nothing(venv):
    bootstrap.UNFINISHED.touch()
    assert bootstrap.not_installed(["lock.txt"]) == ["lock.txt"]


def test_an_environment_without_its_python_counts_for_nothing(venv):
    bootstrap.PYTHON.unlink()
    assert bootstrap.not_installed(["lock.txt"]) == ["lock.txt"]


def test_python_without_venv_is_refused_with_the_name_of_the_package(venv, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        bootstrap.install(["lock.txt"], 0)


def test_a_full_disk_is_refused_before_anything_is_written(venv):
    with pytest.raises(SystemExit, match="disk is too full"):
        bootstrap.install(["lock.txt"], 10**12)


def test_no_suitable_python_is_refused_with_one_sentence():
    said = subprocess.run(
        [PROJECT / "run"], env={"PATH": "/usr/bin:/bin", "PYTHON": "false"}, capture_output=True
    )
    assert said.returncode == 1
    assert said.stdout == b""
    assert said.stderr.count(b"\n") == 1
    assert b"needs Python 3.11" in said.stderr
