"""Which account a process may have: pages are refused to one that sees every clinic."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from clinic.stack.servers import LOGINS
from clinic.stack.state import PROJECT
from clinic.staff import checks
from patients.reach import Unguarded, reach
from tests.factories import make_patient, make_user

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [str(each.id) for each in checks.kept_apart(databases=["default"])]


def test_the_owner_who_acts_as_nobody_else_is_an_error(settings):
    settings.DATABASE_ROLE = ""
    assert found() == ["fuseline.E002"]


def test_an_account_that_could_act_as_the_owner_is_a_warning():
    assert found() == ["fuseline.W001"]  # as in every test


def test_a_database_that_is_away_is_said(monkeypatch):
    def away(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", away)
    assert found() == ["fuseline.E001"]


def test_only_a_check_of_the_deployment_asks_the_database(settings, capsys):
    settings.DATABASE_ROLE = ""
    call_command("check", databases=["default"])
    assert checks.kept_apart(databases=[]) == []


def test_no_page_is_answered_without_row_level_security(client, settings):
    nurse = make_user("nurse")
    patient = make_patient(clinic=nurse.clinic)
    client.force_login(nurse)
    assert client.get(f"/patients/{patient.pk}/").status_code == 200

    settings.DATABASE_ROLE = ""
    with pytest.raises(Unguarded, match="fuseline_app"):
        client.get(f"/patients/{patient.pk}/")


def test_commands_of_the_owner_work_on(settings):
    settings.DATABASE_ROLE = ""
    with reach(None) as opened:
        assert not opened.is_guarded


def test_the_accounts_of_the_embedded_database_are_as_they_should_be():
    """Web and workers sign in as members of their role and of nothing else."""
    name = connection.settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])
    for login in LOGINS:
        netloc = f"{login}:{address.password}@"
        environment = {
            "DATABASE_URL": urlunsplit(address._replace(netloc=netloc, path=f"/{name}")),
            "DATABASE_ROLE": "",
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
        }
        asked = ("check", "--deploy", "--tag=database", "--database=default")
        said = subprocess.run(
            [sys.executable, "manage.py", *asked],
            cwd=PROJECT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )
        assert said.returncode == 0, said.stderr
        assert "no issues" in said.stdout + said.stderr, login
