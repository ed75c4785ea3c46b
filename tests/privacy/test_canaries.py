"""The whole job with real processes, then a search of all they left behind for a person's data.

What is planted stands in a patient's record, is typed into forms, fails in every way we know of,
and goes through a web process, workers, a broker and a mail server. None of it may be found in
a log, in the broker, in an address or in an e-mail, except the address the e-mail goes to.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from smtplib import SMTP
from threading import Thread

import psycopg
import pytest
import redis
from django.db import connection

from clinic.audit.models import Entry
from clinic.privacy import exports
from clinic.privacy.models import Notice
from clinic.stack.state import PROJECT
from clinic.stack.supervisor import free_port
from followups.choices import ReminderState
from followups.models import ContactAttempt, Flag, FollowUp, Reminder
from patients.models import Opening, Patient, SymptomReport
from tests.conftest import MailServer, Running, until
from tests.factories import PASSWORD, make_clinic, make_user
from tests.followups.views.answering import NONE
from tests.privacy import canaries
from tests.privacy.visitor import Visitor
from tests.signing_in import code
from tests.test_journey import zone_where_it_is_noon

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

REFUSED = "refused@zephyrwick.canary.example"
REASON = "Zephyrwick is bleeding and her surgeon is away"
PLANTED = (*canaries.PERSON, *canaries.BIRTH_DATES, *canaries.WORDS, REFUSED, REASON, PASSWORD)
RECORD = {
    "mrn": canaries.MRN,
    "given_name": canaries.GIVEN,
    "family_name": canaries.FAMILY,
    "date_of_birth": canaries.BORN,
    "email": canaries.EMAIL,
    "email_agreed": "on",
    "phone": canaries.PHONE,
}


@dataclass
class Overheard:
    """Every command the broker is given, from the first to the last."""

    url: str
    heard: list[str] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        with redis.Redis.from_url(self.url, socket_timeout=None).monitor() as monitor:
            listener = Thread(target=self._listen, args=[monitor], daemon=True)
            listener.start()
            yield
            redis.Redis.from_url(self.url).ping()

    def _listen(self, monitor: redis.client.Monitor) -> None:
        try:
            for command in monitor.listen():
                self.heard.append(command["command"])
        except (redis.RedisError, OSError, ValueError, AttributeError):
            return  # the connection was closed under us: the test is over


@dataclass
class House:
    """The processes of a clinic's installation, set up as in production."""

    web: Running
    others: list[Running]
    port: int
    mail: MailServer
    broker: Overheard

    def visitor(self) -> Visitor:
        return Visitor("127.0.0.1", self.port)

    def leaks(self, secrets: tuple[str, ...]) -> dict[str, list[str]]:
        """Return where which of these can be read."""
        said = {
            "web": self.web.said(),
            "broker": "\n".join([*self.broker.heard, *left_in_broker(self.broker.url)]),
            **{f"process {number}": each.said() for number, each in enumerate(self.others)},
            **{f"mail {number}": text for number, text in enumerate(mailed(self.mail))},
        }
        found = {where: canaries.found_in(text, secrets) for where, text in said.items()}
        return {where: hits for where, hits in found.items() if hits}


def left_in_broker(url: str) -> Iterator[str]:
    store = redis.Redis.from_url(url)
    for key in store.scan_iter():
        yield f"{key!r} {store.dump(key)!r}"


def mailed(server: MailServer) -> Iterator[str]:
    """Yield each message as its reader sees it, without the line that says to whom it goes."""
    for message in server.messages():
        headers = [f"{name}: {text}" for name, text in message.items() if name != "To"]
        yield "\n".join([*headers, message.get_content()])


@pytest.fixture
def clinic():
    return make_clinic(time_zone=zone_where_it_is_noon())


@pytest.fixture
def house(clinic, settings, spawn, start, smtp_server, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    port = free_port()
    real = {
        "DEBUG": "0",
        "SECRET_KEY": "kq8#vz2m!Wd5xT9u" * 4,
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "https://clinic.example",
        "SECURE_SSL_REDIRECT": "0",  # the test speaks to the web process itself, without a proxy
        "EMAIL_URL": smtp_server.url,
        "DEFAULT_FROM_EMAIL": "clinic@clinic.example",
        "STATIC_ROOT": str(tmp_path / "static"),
        "FUSELINE_SWEEP_SECONDS": "1",
        "FUSELINE_SEND_SECONDS": "1",
    }
    web_too = {"DJANGO_SETTINGS_MODULE": "clinic.settings", "DATABASE_URL": database_url()}
    files = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(files, cwd=PROJECT, env=os.environ | real | web_too, check=True)
    serve = ["gunicorn", "clinic.wsgi", "--threads", "4", "--no-control-socket"]
    serve += ["--bind", f"127.0.0.1:{port}", "--access-logfile", "-"]
    broker = Overheard(os.environ["REDIS_URL"])
    with broker.listening():
        web = start(sys.executable, "-m", *serve, **real, **web_too)
        others = [
            spawn("worker", "--concurrency", "2", **real),
            spawn("beat", "--schedule", str(tmp_path / "beat"), "--pidfile", "", **real),
        ]
        assert until(lambda: "Listening" in web.said()), web.said()
        yield House(web, others, port, smtp_server, broker)


def sign_in(house: House, user) -> Visitor:
    visitor = house.visitor().get("/signin/")
    visitor.send({"login": user.username, "password": PASSWORD}).send({"code": code()})
    assert "Sign out" in visitor.answer.text, visitor.answer.text
    return visitor


def register(visitor: Visitor, operated: date, **other: str) -> Patient:
    visitor.get("/patients/new/").send(RECORD | other)
    operation = {"performed_on": operated.isoformat(), "region": "lumbar", "approach": "TLIF"}
    visitor.send(operation | {"levels": "L4-S1"})
    assert visitor.answer.status == 200, visitor.answer.text
    return Patient.objects.get(mrn=(RECORD | other)["mrn"])


def answer(house: House, patient: Patient) -> str:
    """Open the link from the message, mistake the birth date once, answer; return the token."""
    assert until(lambda: any(m["To"] == canaries.EMAIL for m in house.mail.messages()), 60)
    message = next(m for m in house.mail.messages() if m["To"] == canaries.EMAIL)
    link = re.search(r"https://clinic\.example(/c/(\S+?)/)", message.get_content())
    assert link
    phone = house.visitor().get(link[1])
    phone.send({"day": "24", "month": "7", "year": "1961"}, "form")
    phone.send({"day": "23", "month": "7", "year": "1961"}, "form")
    worse = {"pain_back": "9", "pain_leg": "8", "limb_side": "left", "activity": "fall"}
    for _ in range(60):
        step = phone.step()
        if step == "check":
            break
        phone.press({step: (NONE | worse).get(step, "")})
    phone.press({"message": canaries.SAID, "send": "1"})
    assert until(lambda: SymptomReport.objects.filter(message=canaries.SAID).exists(), 1), (
        phone.answer.text
    )
    return link[2]


def work_the_case(visitor: Visitor, patient: Patient) -> None:
    case = FollowUp.objects.get(surgery__patient=patient)
    path = f"/queue/case/{case.pk}/"
    assert canaries.FAMILY in visitor.get("/queue/").answer.text
    visitor.get(path).post(f"{path}claim/", {})
    contact = {"method": "phone", "outcome": "reached", "note": canaries.NOTED}
    visitor.get(f"{path}contact/").send(contact)
    assert ContactAttempt.objects.get().note == canaries.NOTED
    ending = {"disposition": "advice", "note": canaries.NOTED}
    visitor.get(f"{path}resolve/").send(ending)
    assert not Flag.objects.open().filter(surgery__patient=patient).exists()


def show_again(visitor: Visitor) -> Visitor:
    if "/account/again/" in visitor.path:
        visitor.send({"password": PASSWORD})
    return visitor


def hand_out_a_copy(visitor: Visitor, patient: Patient) -> None:
    show_again(visitor.get(f"/patients/{patient.pk}/export/"))
    visitor.post(f"/patients/{patient.pk}/export/", {})
    assert visitor.answer.headers["Content-Type"] == "application/zip"
    assert canaries.found_in(str(visitor.answer.headers), PLANTED) == []
    assert Entry.objects.filter(what=exports.EXPORTED).exists()


def restrict_and_break_the_glass(surgeon: Visitor, nurse: Visitor, patient: Patient) -> None:
    surgeon.get(f"/patients/{patient.pk}/restrict/").send({"reason": canaries.NOTED})
    nurse.get("/patients/").send({"q": canaries.MRN})
    show_again(nurse).send({"reason": REASON})
    assert canaries.FAMILY in nurse.answer.text
    assert Opening.objects.get().reason == REASON


def fail_in_every_way(visitor: Visitor, patient: Patient, database: str) -> list[str]:
    """Return the pages shown when things go wrong with a person's data in hand."""
    pages = []
    edit = f"/patients/{patient.pk}/edit/"
    for path in ("/patients/99999999/", f"/patients/{patient.pk}/edit", "/nowhere/"):
        pages.append(visitor.get(path).answer.text)
    with psycopg.connect(database, autocommit=True) as server:
        visitor.get(edit)
        server.execute("ALTER TABLE patients_riskprofile RENAME COLUMN source TO gone")
        try:
            visitor.get("/patients/new/")
            visitor.send(RECORD | {"mrn": f"{canaries.MRN}-5", "smoking": "current"})
        finally:
            server.execute("ALTER TABLE patients_riskprofile RENAME COLUMN gone TO source")
        assert visitor.answer.status == 500
        pages.append(visitor.answer.text)
        visitor.get(edit)
        with server.transaction():
            server.execute("LOCK TABLE patients_contactchannel IN ACCESS EXCLUSIVE MODE")
            visitor.post(edit, RECORD | {"email": f"new.{canaries.EMAIL}"})
        assert visitor.answer.status == 503
        pages.append(visitor.answer.text)
    visitor.get("/patients/new/").send(RECORD | {"mrn": f"{canaries.MRN}-6", "email": "x"})
    assert visitor.answer.status == 422
    visitor.post("/patients/", {"csrfmiddlewaretoken": "forged", "q": canaries.FAMILY})
    assert visitor.answer.status == 403
    pages.append(visitor.answer.text)
    return pages


def test_nobodys_data_is_found_where_it_does_not_belong(house, clinic):
    nurse, surgeon = make_user("nurse", clinic=clinic), make_user("surgeon", clinic=clinic)
    make_user("administrator", clinic=clinic, email="admin@clinic.example")
    at_work, operating = sign_in(house, nurse), sign_in(house, surgeon)
    operated = clinic.today(datetime.now(UTC)) - timedelta(days=14)
    patient = register(at_work, operated)
    register(at_work, operated, mrn="CNRY-77414", email=REFUSED)
    refused = Reminder.objects.filter(state=ReminderState.FAILED)

    token = answer(house, patient)
    assert until(refused.exists)
    work_the_case(at_work, patient)
    hand_out_a_copy(operating, patient)
    pages = fail_in_every_way(at_work, patient, database_url())
    restrict_and_break_the_glass(operating, at_work, patient)
    assert until(Notice.objects.filter(sent_at__isnull=False).exists)

    assert any("followups.tasks.send" in command for command in house.broker.heard)
    assert '"GET /queue/ ' in house.web.said()
    secrets = (*PLANTED, token, *at_work.cookies.values(), *operating.cookies.values())
    assert house.leaks(tuple(secret for secret in secrets if secret not in ("", token))) == {}
    assert [where for where in house.leaks((token,)) if not where.startswith("mail")] == []
    assert [canaries.found_in(page, PLANTED) for page in pages] == [[]] * len(pages)
    assert "traceback" not in "".join(pages).casefold()

    plant_leaks(house, at_work)
    assert set(house.leaks(PLANTED)) >= {"web", "broker"}
    assert any(where.startswith("mail") for where in house.leaks(PLANTED))


def plant_leaks(house: House, visitor: Visitor) -> None:
    """What a careless change would do: the search has to find each of them."""
    visitor.get(f"/nowhere/{canaries.FAMILY}/")
    redis.Redis.from_url(house.broker.url).set("task", f"['{canaries.MRN}']")
    with SMTP(house.mail.host, house.mail.port) as server:
        text = f"Subject: Check-in of {canaries.GIVEN}\nTo: a@b.example\n\nHello."
        server.sendmail("clinic@clinic.example", ["a@b.example"], text)
    assert until(lambda: "/nowhere/" in house.web.said())
    time.sleep(0.2)


def database_url() -> str:
    url, query = os.environ["DATABASE_URL"].rsplit("?", 1)
    return f"{url.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{query}"
