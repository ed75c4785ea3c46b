"""The patient's page in a real browser: every state usable by everybody, read by keys, printed.

With SHOTS=<folder> each state leaves its picture there, to be laid beside the design.
"""

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from followups.charts import RecoveryChart
from followups.choices import FlagEventKind, Severity
from followups.models import CheckIn, ContactAttempt, Flag, Heartbeat, Note, Visit
from followups.services import flag_events, plans, sweep
from patients.choices import ImagingFinding
from patients.models import ContactChannel, ImagingStudy, RiskProfile, Surgery
from tests.factories import make_expected_range, make_flag, make_patient, make_user, store_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEG = {7: 6, 14: 5, 28: 4, 35: 4, 42: 3, 49: 3, 56: 4, 63: 5, 70: 6, 79: 7}
BACK = {7: 7, 14: 6, 28: 5, 35: 4, 42: 4, 49: 3, 56: 3, 63: 4, 70: 4, 79: 5}

TINGLING = {"numb": "new", "numb_side": "left", "numb_site": ["foot"], "numb_kind": ["tingling"]}


@pytest.fixture
def surgeon():
    return make_user("surgeon", title="Dr", first_name="Alma", last_name="Reyes-Holm")


def now() -> datetime:
    return timezone.now().replace(microsecond=0)


def operate(patient, surgeon, *, days_ago: int, **facts) -> Surgery:
    on = patient.clinic.today(now()) - timedelta(days=days_ago)
    made = {
        "performed_on": on,
        "region": "lumbosacral",
        "levels": ["L4-L5", "L5-S1"],
        "n_levels": 2,
        "approach": "TLIF",
        "surgeon": surgeon,
    }
    return plans.record_surgery(patient, facts=made | facts, now=now() - timedelta(days=days_ago))


def moment(surgery: Surgery, day: int) -> datetime:
    return now() - timedelta(days=surgery.postoperative_day(surgery.clinic.today(now())) - day)


def make_story(surgeon) -> Surgery:
    """Somebody eleven weeks on, whose leg hurts again."""
    make_expected_range((0, 4.5, 9.4), (7, 2.3, 7.3), (30, 1.1, 6.3), (91, 0.3, 4.9))
    make_expected_range((0, 4.5, 10), (7, 1.2, 7), (30, 0, 5.7), (91, 0, 4.1), region="pain_leg")
    Heartbeat.objects.create(name=sweep.NAME, at=now(), detail={})
    patient = make_patient(given_name="Dolores", family_name="Vantongeren")
    ContactChannel.objects.create(
        clinic=patient.clinic, patient=patient, kind="phone", address="+12125550177"
    )
    RiskProfile.objects.create(
        clinic=patient.clinic,
        patient=patient,
        recorded_on=patient.clinic.today(now()),
        smoking="current",
        diabetes="type2",
        hba1c=8,
    )
    surgery = operate(patient, surgeon, days_ago=81)
    for day, pain in LEG.items():
        store_report(
            surgery,
            day=day,
            reported_at=moment(surgery, day),
            pain_leg=pain,
            pain_back=BACK[day],
            weak="none",
            **(TINGLING if day > 70 else {"numb": "none"}),
            func=min(4, pain // 2),
            saddle=False,
            message="The leg hurts again when I walk." if day > 70 else "",
        )
    make_raised(surgery)
    gone = CheckIn.objects.filter(surgery=surgery, due_at__lt=now()).exclude(plan_day=21)
    gone.update(cancelled_at=now())
    make_seen(surgery, surgeon)
    return surgery


def make_raised(surgery: Surgery) -> None:
    said = "Leg pain is back up to 7 after settling at 3, with new tingling in the left foot."
    raised_at = moment(surgery, 81) - timedelta(hours=1)
    make_flag(
        surgery,
        severity=Severity.URGENT,
        explanation=said,
        raised_at=raised_at,
        respond_by=now() + timedelta(hours=3),
    )
    flag = Flag.objects.get(surgery=surgery)
    flag_events.add(flag, FlagEventKind.RAISED, at=raised_at, text="")


def make_seen(surgery: Surgery, surgeon) -> None:
    Visit.objects.filter(surgery=surgery, kind__in=["2wk", "6wk"]).update(
        status="completed", completed_on=surgery.performed_on + timedelta(days=42)
    )
    ImagingStudy.objects.create(
        clinic=surgery.clinic,
        surgery=surgery,
        modality="xray",
        question="hardware_position",
        done_on=surgery.performed_on + timedelta(days=42),
        resulted_at=moment(surgery, 42),
        findings=[ImagingFinding.NORMAL],
    )
    ContactAttempt.objects.create(
        clinic=surgery.clinic,
        surgery=surgery,
        at=moment(surgery, 61),
        by=surgeon,
        method="phone",
        outcome="reached",
        note="Leg aching after longer walks. Reviewed stretches and pacing.",
    )
    first = write(
        surgery, surgeon, 42, "Recovering well at 6 weeks. Talked about stopping smoking."
    )
    write(surgery, surgeon, 44, "Means the left leg.", amends=first)


def write(surgery: Surgery, author, day: int, body: str, **facts) -> Note:
    return Note.objects.create(
        clinic=surgery.clinic,
        patient=surgery.patient,
        author=author,
        body=body,
        written_at=moment(surgery, day),
        **facts,
    )


def make_quiet(surgeon) -> Surgery:
    make_expected_range((0, 4.5, 9.4), (7, 2.3, 7.3), (91, 0.3, 4.9))
    return operate(make_patient(), surgeon, days_ago=1)


def make_silent(surgeon) -> Surgery:
    return operate(make_patient(), surgeon, days_ago=40)


def make_revised(surgeon) -> Surgery:
    patient = make_patient()
    first = operate(patient, surgeon, days_ago=300)
    operate(patient, surgeon, days_ago=30, approach="PLF", is_revision=True, supersedes=first)
    return first


STATES = {
    "full": (make_story, "above the expected range"),
    "first": (make_quiet, "First check-in"),
    "silent": (make_silent, "none answered"),
    "revised": (make_revised, "An earlier operation"),
    "undrawn": (make_story, "The chart could not be drawn"),
}
LOOKS = [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "light"), (390, "dark")]


def come_in(page, live_server, user) -> None:
    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(user)
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([cookie])


def keep(page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.screenshot(path=Path(folder) / f"{name}-top.png")


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_be_used_by_everybody(page, live_server, surgeon, monkeypatch, state):
    make, said = STATES[state]
    surgery = make(surgeon)
    if state == "undrawn":
        monkeypatch.setattr(RecoveryChart, "draw", lambda _: 1 / 0)
    come_in(page, live_server, surgeon)
    reported = []
    page.on("console", lambda line: reported.append(line.text))
    address = f"{live_server.url}/patients/{surgery.patient_id}/?surgery={surgery.pk}"
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 1080})
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        assert said in page.content()
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, scheme)
        keep(page, f"{state}-{width}-{scheme}")
    assert [line for line in reported if "Content Security Policy" in line] == []


def test_keys_and_pointer_read_the_chart(page, live_server, surgeon):
    surgery = make_story(surgeon)
    come_in(page, live_server, surgeon)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/patients/{surgery.patient_id}/")
    chart, said = page.locator("[data-points]"), page.locator(".rwrap output")
    at_first = said.inner_text()

    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("Leg pain 7, Back pain 5")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("Leg pain 6, Back pain 4")
    page.keyboard.press("Home")
    expect(said).to_contain_text("Week 1, ")
    expect(page.locator(".wide .c-cross")).to_have_count(1)
    page.locator("#h-tl").click()
    chart.blur()
    expect(said).to_have_text(at_first)

    chart.locator(".wide .pt").first.hover()
    expect(said).to_contain_text("Week 1")


def test_the_range_of_the_chart_is_a_link(page, live_server, surgeon):
    surgery = make_story(surgeon)
    come_in(page, live_server, surgeon)
    page.goto(f"{live_server.url}/patients/{surgery.patient_id}/?show=visits")
    page.get_by_role("link", name="2 years").click()
    current = page.locator("#recovery [aria-current=true]")
    expect(current).to_have_text("2 years")
    expect(page.locator("#timeline [aria-current=true]")).to_have_text("Visits")
    expect(page.locator(".rchart").first).to_have_attribute("data-last", "104")


def make_dense(surgeon) -> Surgery:
    """Somebody with more on record than two sheets hold in full."""
    surgery = make_story(surgeon)
    flag = Flag.objects.get(surgery=surgery)
    for day in range(20):
        store_report(surgery, day=day + 57, reported_at=moment(surgery, day + 57), pain_leg=4)
        flag_events.add(flag, FlagEventKind.NOTE, at=moment(surgery, day), text="Seen. " * 60)
        write(surgery, surgeon, day, "Walks well with a stick. " * 80)
    return surgery


@pytest.mark.parametrize("make", [make_story, make_dense])
def test_the_summary_prints_on_two_sheets(page, live_server, surgeon, make):
    surgery = make(surgeon)
    come_in(page, live_server, surgeon)
    page.goto(f"{live_server.url}/patients/{surgery.patient_id}/")
    printed = page.pdf(format="Letter", print_background=True)
    if folder := os.environ.get("SHOTS"):
        (Path(folder) / f"{make.__name__}.pdf").write_bytes(printed)
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(printed)).pages]

    assert len(sheets) == 2
    assert "Vantongeren" in sheets[0]
    assert "by Dr A. Reyes-Holm" in sheets[1]
    assert "reflects data to" in sheets[1]
