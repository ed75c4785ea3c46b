"""The queue in a real browser: three keys, no mouse, no scripts, every state, any width."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from followups.choices import Family, Rule, Severity
from followups.models import Flag, FollowUp, Heartbeat
from followups.services import cases, contacts, imaging, sweep
from tests.factories import make_flag, make_patient, make_surgery, make_user, store_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (1920, 1440, 1240, 860, 390, 320)


@pytest.fixture
def clinic():
    """Five cases of every severity, one of them with answers, and whoever works here."""
    nurse = make_user("nurse", title="RN", last_name="Kowalczyk")
    now = timezone.now()
    Heartbeat.objects.update_or_create(name=sweep.NAME, defaults={"at": now})
    kinds = [
        ("Harlan", Severity.EMERGENCY, {"family": Family.CORD, "rule": Rule.EMG_CES}),
        ("Tobias", Severity.URGENT, {}),
        ("Ingrid", Severity.SOON, {}),
        ("Casimir", Severity.SOON, {}),
        ("Noor", Severity.ROUTINE, {}),
    ]
    for name, severity, facts in kinds:
        surgery = make_surgery(make_patient(given_name=name))
        store_report(surgery, day=40, pain_back=3, pain_leg=2)
        store_report(surgery, day=50, pain_back=6, pain_leg=4, message="Worse since Sunday.")
        make_flag(surgery, severity=severity, raised_at=now, **facts)
    return nurse


def case(name: str) -> FollowUp:
    return FollowUp.objects.get(surgery__patient__given_name=name)


@pytest.fixture
def signed_in(page: Page, live_server, clinic) -> Page:
    come_in(page, live_server, clinic)
    return page


def come_in(page: Page, live_server, user) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])


def heading(page: Page):
    return page.locator("#case h2").first


def open_case(page: Page, live_server, name: str) -> None:
    page.goto(f"{live_server.url}/queue/case/{case(name).pk}/")
    expect(heading(page)).to_contain_text(name)


def test_a_case_is_reviewed_and_resolved_with_three_keys(signed_in, live_server):
    page = signed_in
    open_case(page, live_server, "Tobias")

    page.keyboard.press("r")
    expect(page.locator("[data-sheet]")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")

    expect(heading(page)).to_contain_text("Ingrid")
    expect(page.locator(f"#row-{case('Tobias').pk}")).to_have_count(0)
    expect(page.locator("#toast")).to_contain_text("Resolved.")
    assert page.url.endswith(f"/queue/case/{case('Ingrid').pk}/")
    assert Flag.objects.get(surgery=case("Tobias").surgery_id).disposition == "advice"

    page.keyboard.press("z")

    expect(heading(page)).to_contain_text("Tobias")
    expect(page.locator(f"#row-{case('Tobias').pk}")).to_be_visible()
    assert Flag.objects.get(surgery=case("Tobias").surgery_id).is_open


def test_a_case_is_resolved_with_three_clicks(signed_in, live_server):
    page = signed_in
    open_case(page, live_server, "Tobias")

    page.get_by_role("link", name="Resolve", exact=True).click()
    page.get_by_text("Advice given").click()
    page.get_by_role("button", name="Save and open next").click()

    expect(heading(page)).to_contain_text("Ingrid")


def test_everything_is_done_without_a_mouse(signed_in, live_server):
    page = signed_in
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("j")
    expect(heading(page)).to_contain_text("Harlan")
    page.keyboard.press("j")
    expect(heading(page)).to_contain_text("Tobias")
    page.keyboard.press("k")
    expect(heading(page)).to_contain_text("Harlan")
    page.keyboard.press("j")
    expect(heading(page)).to_contain_text("Tobias")

    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    expect(page.locator(f"#row-{case('Tobias').pk} .who")).to_contain_text("You")
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Claim")).to_be_visible()

    page.keyboard.press("a")
    expect(page.locator("#toast")).to_contain_text("Acknowledged.")

    page.keyboard.press("t")
    expect(page.get_by_label("Why it comes first")).to_be_focused()
    page.keyboard.type("The family is worried")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".standing")).to_contain_text("The family is worried")

    page.keyboard.press("i")
    expect(page.locator("#sheet-title")).to_contain_text("Imaging requested")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".standing")).to_contain_text("nerve compression")
    page.keyboard.press("g")
    expect(page.locator("#sheet-title")).to_contain_text("Imaging result")
    page.keyboard.press("Escape")
    expect(page.locator("[data-sheet]")).to_have_count(0)

    page.keyboard.press("h")
    expect(page.locator("#sheet-title")).to_contain_text("Hand over")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("[data-sheet]")).to_have_count(0)

    page.keyboard.press("p")
    expect(page.locator("#sheet-title")).to_contain_text("Document contact")
    page.keyboard.press("6")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("Attempt documented")

    page.keyboard.press("j")
    expect(heading(page)).to_contain_text("Ingrid")
    page.keyboard.press("s")
    expect(page.locator("#sheet-title")).to_contain_text("Snooze")
    page.keyboard.press("3")
    page.get_by_label("Why it can wait").focus()
    page.keyboard.type("Seen today")
    page.keyboard.press("Control+Enter")
    expect(heading(page)).to_contain_text("Casimir")
    expect(page.locator("#facets")).to_contain_text(re.compile(r"Snoozed\s*1"))

    page.keyboard.press("Shift+?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.wait_for_url(re.compile(r"/patients/\d+/visit/\d+/"))


def test_everything_works_without_scripts(browser, live_server, clinic):
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(20_000)
    page = context.new_page()
    come_in(page, live_server, clinic)
    page.goto(f"{live_server.url}/queue/")
    page.get_by_role("link", name="Urgent: Tobias").click()
    expect(heading(page)).to_contain_text("Tobias")
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#toast")).to_contain_text("You claimed this case.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toast")).to_contain_text("Undone.")
    page.get_by_role("link", name="Snooze", exact=False).last.click()
    page.get_by_label("1 week").check()
    page.get_by_label("Why it can wait").fill("Seen today")
    page.get_by_role("button", name="Snooze").click()
    expect(heading(page)).to_contain_text("Ingrid")
    page.get_by_role("link", name="Snoozed").first.click()
    expect(page.locator(".qlist h2")).to_have_text("Snoozed")
    context.close()


def test_new_cases_wait_behind_a_bar(signed_in, live_server):
    page = signed_in
    open_case(page, live_server, "Ingrid")
    before = page.locator(".row-case a.open").all_inner_texts()
    make_flag(
        make_surgery(make_patient(given_name="Dolores")),
        severity=Severity.URGENT,
        raised_at=timezone.now(),
    )

    page.evaluate("htmx.trigger('#poll', 'asked')")

    expect(page.locator(".newpill")).to_contain_text("1 new case, 1 Urgent. Show")
    assert page.locator(".row-case a.open").all_inner_texts() == before
    page.keyboard.press("n")
    expect(page.locator(f"#row-{case('Dolores').pk}")).to_be_visible()
    expect(heading(page)).to_contain_text("Ingrid")
    expect(page.locator(".newpill")).to_have_count(0)


def test_what_a_colleague_has_finished_stays_in_its_place_and_says_so(signed_in, live_server):
    page = signed_in
    open_case(page, live_server, "Harlan")
    seen = case("Ingrid")
    cases.hand_over(
        seen, to=make_user(), note="", by=make_user(), version=seen.version, now=timezone.now()
    )
    seen = case("Casimir")
    contacts.record(seen, by=make_user(), method="phone", outcome="reached", now=timezone.now())

    page.evaluate("htmx.trigger('#poll', 'asked')")

    expect(page.locator(f"#row-{case('Casimir').pk} .who")).to_have_text("No longer in this list")
    expect(page.locator(f"#row-{case('Ingrid').pk} .who")).to_contain_text("Nightingale")
    expect(page.locator(".row-case")).to_have_count(5)


def test_without_a_connection_the_page_can_be_read_and_says_so(signed_in, live_server):
    page = signed_in
    open_case(page, live_server, "Tobias")
    page.keyboard.press("r")
    expect(page.locator("[data-sheet]")).to_be_visible()
    page.keyboard.press("2")
    page.get_by_label("Note for the chart").fill("Long talk.")
    page.context.set_offline(True)

    expect(page.locator("#live")).to_contain_text("Connection lost.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#live")).to_contain_text("Not saved.")
    expect(page.get_by_label("Note for the chart")).to_have_value("Long talk.")
    assert_usable(page)
    page.context.set_offline(False)
    page.get_by_role("button", name="Save again").click()

    expect(heading(page)).to_contain_text("Ingrid")
    expect(page.locator("#live .note-bar")).to_have_count(0)
    assert Flag.objects.get(surgery=case("Tobias").surgery_id).note == "Long talk."


def test_a_case_somebody_else_resolved_says_who_and_keeps_the_note(signed_in, live_server):
    page = signed_in
    open_case(page, live_server, "Tobias")
    page.keyboard.press("r")
    expect(page.locator("[data-sheet]")).to_be_visible()
    page.get_by_label("Note for the chart").fill("Long talk.")
    flag, seen = case("Tobias").lead_flag, case("Tobias")
    cases.resolve(
        seen,
        flags=[flag],
        by=make_user("surgeon", last_name="Bjornstad"),
        disposition="imaging",
        next_step="imaging",
        note="",
        version=seen.version,
        now=timezone.now(),
    )

    page.keyboard.press("Control+Enter")

    expect(page.locator("#case [role=alert]")).to_contain_text("Bjornstad")
    expect(page.locator("#case")).to_contain_text("Long talk.")
    assert_usable(page)


def test_going_back_shows_the_page_that_was_there(signed_in, live_server):
    page = signed_in
    open_case(page, live_server, "Harlan")
    page.keyboard.press("j")
    expect(heading(page)).to_contain_text("Tobias")

    page.go_back()

    expect(heading(page)).to_contain_text("Harlan")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Lovelace" not in kept


def states(clinic):
    """Yield every state of the page by its address."""
    flag, seen = case("Casimir").lead_flag, case("Casimir")
    facts = {"flags": [flag], "reason": "Seen", "until": timezone.now() + timedelta(days=7)}
    cases.snooze(seen, by=clinic, version=seen.version, now=timezone.now(), **facts)
    study = {"modality": "mri", "question": "nerve_compression", "note": ""}
    seen = case("Noor")
    imaging.request(seen, by=clinic, version=seen.version, now=timezone.now(), **study)
    yield "/queue/"
    yield "/queue/?view=snoozed"
    yield "/queue/?view=waiting"
    yield "/queue/?view=resolved-today"
    yield "/queue/?view=mine"
    yield "/queue/?severity=emergency&family=pain"
    for name in ("Harlan", "Casimir", "Noor"):
        yield f"/queue/case/{case(name).pk}/"
    for step in ("contact", "resolve", "snooze", "imaging", "hand-over", "pin"):
        yield f"/queue/case/{case('Tobias').pk}/{step}/"
    yield f"/queue/case/{case('Noor').pk}/result/"
    yield f"/queue/case/{case('Harlan').pk}/resolve/"


def assert_usable(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_can_be_used_by_everybody(page, live_server, clinic, scheme):
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Security" in said.text else None)
    page.emulate_media(color_scheme=scheme)
    come_in(page, live_server, clinic)
    for address in states(clinic):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{live_server.url}{address}")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert_usable(page)
        assert page.locator("[style]").count() == 0, address
    assert refused == []


def test_nothing_is_wider_than_its_window(page, live_server, clinic):
    come_in(page, live_server, clinic)
    for address in ("/queue/", f"/queue/case/{case('Tobias').pk}/"):
        page.goto(f"{live_server.url}{address}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
