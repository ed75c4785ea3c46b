"""Health for machines, the demo's outbox for people."""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.mail import EmailMessage as Mail
from django.core.mail import get_connection
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from clinic.operations import outbox, views
from followups.models import Heartbeat
from followups.services import sweep
from tests.factories import make_clinic, make_patient

TOKEN = "0123456789abcdefghjkmnpqrs"
FILES = "django.core.mail.backends.filebased.EmailBackend"


def beat(seconds_ago: float) -> None:
    Heartbeat.objects.create(name=sweep.NAME, at=timezone.now() - timedelta(seconds=seconds_ago))


@pytest.mark.django_db
def test_a_sweep_on_time_is_health(client):
    beat(5)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert 5 <= answer.json()["heartbeat_age_seconds"] < 30
    assert client.head("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_silent_sweep_is_not_health(client):
    assert client.get("/healthz").json() == {
        "status": "sweep silent",
        "heartbeat_age_seconds": None,
    }
    beat(100_000)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "sweep silent"
    assert answer.json()["heartbeat_age_seconds"] >= 100_000


def test_a_database_that_is_away_is_said_without_details(client, monkeypatch):
    def away() -> None:
        raise OperationalError("could not connect to 10.0.0.7 as fuseline")

    monkeypatch.setattr(views, "pulse", away)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "database away"}


@pytest.mark.django_db
def test_health_is_only_asked_never_told(client):
    assert client.post("/healthz").status_code == 405


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FUSELINE_DEMO = True
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def send(folder: Path, *subjects: str, body: str = "") -> None:
    """Have Django's own backend write messages, all over one connection."""
    with get_connection(FILES, file_path=str(folder)) as connection:
        for subject in subjects:
            Mail(subject, body, "us@example.org", ["ada@example.org"], connection=connection).send()


def shown(client: Any) -> Any:
    answer = client.get(reverse("operations:messages"))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.django_db
def test_outside_the_demo_there_is_no_outbox(client, settings):
    settings.FUSELINE_DEMO = False
    assert client.get("/demo/messages/").status_code == 404


@pytest.mark.django_db
def test_a_message_is_shown_with_a_way_to_its_link(client, folder):
    send(folder, "A short check-in", body=f"Please: http://127.0.0.1:8000/c/{TOKEN}/\n\nBye")
    (message,) = shown(client).find_all("article")
    assert message.h2.get_text() == "A short check-in"
    assert "ada@example.org" in message.get_text()
    assert message.a["href"] == reverse("check_in:start", args=[TOKEN])


@pytest.mark.django_db
def test_a_message_without_a_link_has_no_button(client, folder):
    send(folder, "Hello", body="http://evil.example/c/short/")
    assert shown(client).article.a is None


@pytest.mark.django_db
def test_an_empty_or_missing_outbox_is_said(client, folder, settings):
    assert "Nothing has been sent yet" in shown(client).get_text()
    settings.EMAIL_FILE_PATH = str(folder / "none")
    assert "Nothing has been sent yet" in shown(client).get_text()
    settings.EMAIL_FILE_PATH = None
    assert "go to a mail server" in shown(client).get_text()


@pytest.mark.django_db
def test_a_message_cannot_put_markup_into_the_page(client, folder):
    send(folder, "<script>alert(1)</script>")
    page = shown(client)
    assert page.article.h2.get_text() == "<script>alert(1)</script>"
    assert page.article.script is None


def write(folder: Path, name: str, subject: str, minutes_ago: int) -> None:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["Date"] = format_datetime(timezone.now() - timedelta(minutes=minutes_ago))
    mail.set_content("")
    (folder / name).write_bytes(mail.as_bytes())


def test_the_newest_message_comes_first(tmp_path):
    write(tmp_path, "1.log", "older", 60)
    write(tmp_path, "2.log", "newest", 1)
    write(tmp_path, "3.log", "between", 30)
    assert [each.subject for each in outbox.newest(tmp_path)] == ["newest", "between", "older"]


def test_several_messages_of_one_connection_are_all_found(tmp_path):
    send(tmp_path, "one", "two", "three")
    assert {each.subject for each in outbox.newest(tmp_path)} == {"one", "two", "three"}


def test_only_so_many_files_are_read(tmp_path):
    for number in range(outbox.SHOWN + 5):
        write(tmp_path, f"{number:03}.log", str(number), 0)
    found = {each.subject for each in outbox.newest(tmp_path)}
    assert len(found) == outbox.SHOWN
    assert "0" not in found


def test_nothing_outside_the_outbox_is_read(tmp_path):
    inside = tmp_path / "outbox"
    inside.mkdir()
    write(tmp_path, "secret.log", "secret", 0)
    (inside / "link.log").symlink_to(tmp_path / "secret.log")
    (inside / "folder.log").mkdir()
    (inside / "notes.txt").write_text("Subject: notes\n\n")
    assert outbox.newest(inside) == []


@pytest.mark.parametrize(
    "written",
    [
        b"\xff\xfe\x00",
        b"Date: yesterday\nSubject: =?x?q?y?=\n\n",
        b"Content-Type: text/plain; charset=none\n\nhi",
        b"Content-Type: multipart/mixed\n\nhi",
        b"Date: Mon, 01 Jan 2026 10:00:00 -0000\n\n",
        b"To: \n\n" + b"-" * 79,
    ],
)
def test_a_damaged_message_is_shown_as_far_as_it_goes(tmp_path, written):
    (tmp_path / "1.log").write_bytes(written)
    (message,) = outbox.newest(tmp_path)
    assert message.sent_at.tzinfo is not None
    assert message.token == ""


@pytest.mark.django_db
def test_the_demo_tells_whose_birth_date_a_link_asks_for(client, settings, tmp_path):
    settings.FUSELINE_DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    made_up = make_patient(clinic=make_clinic(is_demo=True), email="a@example.org")
    real = make_patient(clinic=make_clinic(), email="b@example.org")
    for patient in (made_up, real):
        address = patient.channels.get().address
        mail = Mail("Check-in", f"/c/{TOKEN}/", to=[address])
        get_connection(FILES, file_path=str(tmp_path)).send_messages([mail])
    page = client.get("/demo/messages/").content.decode()
    assert "December 10, 1975" in page
    assert page.count("You are") == 1
