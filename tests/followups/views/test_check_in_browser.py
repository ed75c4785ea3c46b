"""The check-in in a real browser: two languages, two widths, with and without scripts."""

from contextlib import suppress

import pytest
from django.utils import timezone
from playwright.sync_api import Error, expect

from followups import tokens
from followups.choices import Questionnaire
from followups.views import check_in as views
from patients.models import SymptomReport
from tests.factories import at, make_check_in, make_surgery, make_user
from tests.followups.views.phone import NARROW, USUAL, Phone
from tests.followups.views.screens import Screens, away
from tests.signing_in import sign_in_with_browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEXT, START, SEND = "pages.question.next", "pages.start.next", "pages.check.send"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(5))


@pytest.fixture
def link_to(live_server):
    return lambda check_in: f"{live_server.url}/c/{tokens.new_link(check_in, now=at(3))}/"


@pytest.fixture
def link(link_to):
    """The address of a short check-in: six questions."""
    return link_to(make_check_in(day=5, questionnaire=Questionnaire.PULSE))


@pytest.fixture
def unpack(browser):
    """Hand out phones; none of them may have had anything to complain of."""
    phones = []

    def _unpack(**settings):
        phones.append(Phone.unpack(browser, **settings))
        return phones[-1]

    yield _unpack
    for phone in phones:
        phone.put_away()
    assert [phone.complaints for phone in phones] == [[] for _ in phones]


@pytest.fixture
def screens(live_server, link_to, monkeypatch):
    return Screens(live_server.url, link_to, monkeypatch)


@pytest.fixture
def phone(unpack):
    return unpack()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def any_phone(request, unpack):
    return unpack(scripts=request.param, viewport=NARROW)


@pytest.fixture
def plain_phone(unpack):
    """One that does nothing by script."""
    return unpack(scripts=False, viewport=NARROW)


# From the link to each ending


@pytest.mark.parametrize(
    ("language", "scripts", "size"),
    [("en", True, USUAL), ("es", False, USUAL), ("es", True, NARROW), ("en", False, NARROW)],
)
def test_a_whole_check_in_is_answered_by_touch_alone(link_to, unpack, language, scripts, size):
    phone = unpack(language=language, scripts=scripts, viewport=size)
    link = link_to(make_check_in(day=3))
    phone.start(f"{link}?language={language}").go_through(pain_back="6", pain_quality="dull")
    phone.finish()

    assert phone.heading == phone.say("pages.thanks.title")
    assert phone.say("staff_hours.when.next_day") in phone.page.locator("main").inner_text()
    report = SymptomReport.objects.get()
    assert report.is_complete
    assert (report.pain_back, report.pain_quality) == (6, ["dull"])


def test_an_emergency_stops_everything_and_can_be_gone_on_from(link, any_phone):
    any_phone.start(link).press("saddle")

    assert any_phone.heading == "Call 911 now"
    assert any_phone.focused == "Call 911 now"
    assert any_phone.page.locator(".stop a").get_attribute("href") == "tel:911"
    assert "We have also told the team" in any_phone.page.locator("main").inner_text()
    assert not SymptomReport.objects.get().is_complete

    any_phone.go_through().finish()
    assert any_phone.heading == "Call 911 now"
    assert SymptomReport.objects.filter(is_complete=True, saddle=True).exists()


def test_what_cannot_wait_is_said_behind_the_safety_questions_and_at_the_end(link, plain_phone):
    plain_phone.start(link).go_through("pain_back", weak="worse", weak_side="left")

    assert plain_phone.heading == "Call us today"
    assert plain_phone.page.locator(".stop.amber a").get_attribute("href") == "tel:+12125550100"
    plain_phone.press("3")
    expect(plain_phone.page.locator(".stop")).to_have_count(0)
    plain_phone.go_through().finish()
    assert plain_phone.heading == "Call us today"


def test_lessons_are_read_and_answered_from_the_last_page(link, plain_phone):
    plain_phone.start(link).go_through().finish()
    plain_phone.tap(plain_phone.page.get_by_role("button", name="When to get help"))
    expect(plain_phone.page.locator("h1")).to_have_text("When to get help")
    plain_phone.tap(plain_phone.page.get_by_role("button", name="Call for help now"))

    expect(plain_phone.page.get_by_role("status")).to_contain_text("cannot wait")
    assert not plain_phone.page.locator("form").count()


def test_the_own_answers_of_today_can_be_seen_again_with_the_birth_date(link, plain_phone):
    plain_phone.start(link).go_through(pain_leg="4").finish()
    plain_phone.open(link).fill_birth_date()
    plain_phone.tap(plain_phone.button("pages.sent.show"))

    expect(plain_phone.page.locator("h1")).to_have_text("What you sent today")
    assert "Leg pain\n4" in plain_phone.page.locator(".sum").first.inner_text()


def test_a_part_of_the_body_is_ticked_by_touching_it(link_to, phone):
    phone.start(link_to(make_check_in(day=3))).go_through("numb_site", numb="new")
    phone.page.locator("[data-for=leg]").click(position={"x": 8, "y": 40})
    assert phone.page.get_by_role("checkbox", name="Leg").is_checked()
    phone.page.locator("[data-for=leg]").click(position={"x": 8, "y": 40})

    assert not phone.page.get_by_role("checkbox", name="Leg").is_checked()


# Errors: say what to do, keep what was given, be where the reader is


def test_a_birth_date_is_asked_for_field_by_field(link, any_phone):
    any_phone.open(link).refused(any_phone.button(START))

    assert "There is a problem" in any_phone.focused
    assert any_phone.page.locator(".err li").count() == 3
    assert any_phone.page.title().startswith("Error:")
    any_phone.page.get_by_role("link", name="Choose the month.").click()
    assert any_phone.page.evaluate("document.activeElement.name") == "month"


def test_a_question_left_out_is_asked_again(link, any_phone):
    any_phone.start(link).refused(any_phone.button(NEXT))

    assert any_phone.step == "since_surgery"
    assert "There is a problem" in any_phone.focused
    any_phone.tap(any_phone.page.locator("[value=saddle]"))
    any_phone.refused(any_phone.answer("none"))
    assert "You ticked" in any_phone.focused
    assert any_phone.page.locator("[value=saddle]").is_checked()


def test_a_temperature_that_cannot_be_stays_in_its_field(link_to, plain_phone):
    plain_phone.start(link_to(make_check_in(day=3))).go_through("temp_c", signs_healing="fever")
    plain_phone.page.fill("#typed", "372")
    plain_phone.refused(plain_phone.button(NEXT))

    assert plain_phone.page.locator("#typed").input_value() == "372"
    assert plain_phone.page.locator("#typed").get_attribute("aria-invalid") == "true"


def test_a_message_that_is_too_long_stays_in_its_field(link, plain_phone):
    plain_phone.start(link).go_through()
    plain_phone.page.fill("#message", "a" * 3000)
    plain_phone.refused(plain_phone.button(SEND))

    assert len(plain_phone.page.locator("#message").input_value()) == 3000
    assert not SymptomReport.objects.exists()


# Going back, changing, leaving


def test_the_back_button_shows_the_answer_given(link, any_phone):
    any_phone.start(link).go_through("gic", pain_back="7").back().back()

    assert any_phone.step == "pain_back"
    chosen = any_phone.page.locator("[aria-current=true]")
    assert chosen.inner_text() == "7"
    any_phone.go_on()
    assert any_phone.step == "gic"  # where they were: what is answered is not asked again


def test_the_browsers_back_is_the_back_button_and_loses_nothing(link, phone):
    phone.start(link).go_through("gic", pain_back="7", pain_leg="2", limb_side="left")
    for step in ("limb_side", "pain_leg", "pain_back"):
        phone.page.go_back()
        expect(phone.page.locator(f"form[data-step={step}]")).to_be_visible()
    assert phone.page.locator("[aria-current=true]").inner_text() == "7"

    phone.press("8").go_through().finish()
    report = SymptomReport.objects.get()
    assert (report.pain_back, report.pain_leg, report.limb_side) == (8, 2, "left")


def test_without_scripts_the_browsers_back_loses_and_doubles_nothing(link, unpack):
    phone = unpack(scripts=False)
    phone.start(link).go_through("pain_leg", pain_back="7")
    with suppress(Error):  # the browser asks before it sends a page again
        phone.page.go_back()
    phone.page = phone.page.context.new_page()
    phone.start(link)
    assert phone.step == "pain_leg"
    phone.go_through().finish()

    assert SymptomReport.objects.get().pain_back == 7


def test_an_answer_is_changed_from_the_page_that_shows_all(link, any_phone):
    any_phone.start(link).go_through(pain_back="7")
    any_phone.tap(any_phone.page.get_by_role("button", name="Change: Back pain"))
    expect(any_phone.page.locator("form[data-step=pain_back]")).to_be_visible()
    any_phone.press("2")

    assert any_phone.step == "check"
    assert "Back pain\n2" in any_phone.page.locator(".sum").inner_text()


def test_somebody_who_comes_back_goes_on_where_they_stopped(link, unpack):
    unpack(scripts=False).start(link).go_through("pain_leg", pain_back="9")
    later = unpack().start(link)

    assert later.step == "pain_leg"
    later.go_through()
    assert "9" not in later.page.locator("main").inner_text()
    later.finish()
    assert SymptomReport.objects.get().pain_back == 9


def test_the_language_is_changed_on_the_way_and_nothing_ticked_is_lost(link_to, any_phone):
    any_phone.start(link_to(make_check_in(day=3))).go_through("signs_healing")
    any_phone.tap(any_phone.page.locator("[value=calf]"))
    any_phone.tap(any_phone.page.get_by_role("button", name="Español"))
    any_phone.language = "es"

    expect(any_phone.page.locator("html")).to_have_attribute("lang", "es")
    assert any_phone.page.locator("[value=calf]").is_checked()
    any_phone.go_on()
    assert any_phone.heading == any_phone.texts.question("wound").text


def test_the_enter_key_goes_on(link_to, any_phone):
    any_phone.open(link_to(make_check_in(day=3))).fill_birth_date()
    any_phone.page.press("[name=year]", "Enter")
    expect(any_phone.page.locator("form[data-step=since_surgery]")).to_be_visible()
    any_phone.go_through("temp_c", signs_healing="fever")
    any_phone.page.fill("#typed", "37.4")
    any_phone.page.press("#typed", "Enter")

    expect(any_phone.page.locator("form[data-step=wound]")).to_be_visible()


def test_a_double_tap_answers_one_question(link, any_phone):
    any_phone.start(link)
    any_phone.answer("none").dblclick(no_wait_after=True)
    expect(any_phone.page.locator("form[data-step=right_now]")).to_be_visible()
    any_phone.go_through()
    any_phone.button(SEND).dblclick(no_wait_after=True)
    any_phone.page.wait_for_url("**/c/end/thanks/**")

    assert SymptomReport.objects.count() == 1


def test_each_new_screen_is_read_out_from_its_heading(link, phone):
    phone.start(link)
    assert phone.focused == phone.heading
    phone.press("none")
    assert phone.focused == phone.heading
    assert phone.page.locator("h1").count() == 1


# Where the network is not


def test_an_answer_given_offline_waits_in_the_tab_and_is_sent_later(link, phone):
    phone.start(link).go_through("pain_back")
    phone.page.context.set_offline(True)
    phone.tap(phone.answer("6"))
    expect(phone.page.locator(".offbar")).to_contain_text("Your answers have not reached us")
    assert "You are offline" in phone.focused
    assert phone.step == "pain_back"
    assert phone.page.locator("[aria-current=true]").inner_text() == "6"

    phone.page.context.set_offline(False)
    expect(phone.page.locator("form[data-step=pain_leg]")).to_be_visible()
    expect(phone.page.locator(".offbar")).to_have_count(0)
    phone.go_through().finish()
    assert SymptomReport.objects.get().pain_back == 6


def test_an_emergency_needs_no_network_and_claims_nothing(link, phone):
    phone.start(link)
    phone.page.context.set_offline(True)
    phone.tap(phone.page.locator("[value=bladder]")).tap(phone.button(NEXT))

    expect(phone.page.locator(".stop a")).to_have_attribute("href", "tel:911")
    assert phone.focused == "Call 911 now"
    said = phone.page.locator("main").inner_text()
    assert "Your team may not have been told" in said
    assert "We have also told the team" not in said

    phone.page.context.set_offline(False)
    expect(phone.page.locator("main")).to_contain_text("We have also told the team")
    assert SymptomReport.objects.get().bladder


def test_an_emergency_does_not_wait_for_a_slow_network(link, phone):
    phone.start(link)
    phone.page.route("**/since_surgery/", lambda route: None)  # never answered
    phone.tap(phone.page.locator("[value=bladder]")).tap(phone.button(NEXT))

    expect(phone.page.locator("main")).to_have_attribute("aria-busy", "true")
    expect(phone.page.locator(".stop h1")).to_have_text("Call 911 now")
    phone.page.goto("about:blank")  # gives the request up; sent late, it would meet the next test
    phone.page.unroute_all(behavior="ignoreErrors")


def test_while_the_database_is_away_a_page_keeps_everything(link, any_phone, monkeypatch):
    any_phone.start(link).go_through("pain_leg", pain_back="6")
    with monkeypatch.context() as patch:
        patch.setattr(views, "reach", away)
        any_phone.tap(any_phone.answer("5"))
        expect(any_phone.page.locator("h1")).to_have_text("Not sent yet")
    any_phone.tap(any_phone.button("pages.unavailable.again"))
    expect(any_phone.page.locator("form[data-step=limb_side]")).to_be_visible()
    any_phone.press("left").go_through().finish()

    report = SymptomReport.objects.get()
    assert (report.pain_back, report.pain_leg) == (6, 5)


def test_nothing_is_stored_on_the_phone(link, phone):
    phone.start(link).go_through(pain_back="7")
    stored = phone.page.evaluate(
        "async () => [localStorage.length, sessionStorage.length,"
        " (await indexedDB.databases()).length, (await caches.keys()).length]"
    )

    assert stored == [0, 0, 0, 0]
    assert phone.page.context.cookies() == []
    assert set(phone.page.evaluate("history.state")) == {"at"}


# Every screen


@pytest.mark.parametrize(("language", "light"), [("en", "light"), ("es", "dark")])
def test_on_every_screen_axe_finds_nothing_and_all_fits(language, light, unpack, screens):
    phone, found = unpack(language=language, color_scheme=light), []

    def look(name):
        for size in (USUAL, NARROW):
            phone.page.set_viewport_size(size)
            screens.keep(phone, name, size)
            found.extend((name, size["width"], fault) for fault in phone.faults())
        phone.page.set_viewport_size(USUAL)
        for change, undo in (
            ("style.fontSize = '200%'", "style = ''"),
            ("dir = 'rtl'", "dir = ''"),
        ):
            phone.page.evaluate(f"document.documentElement.{change}")
            found.extend((name, change, fault) for fault in phone.too_wide())
            phone.page.evaluate(f"document.documentElement.{undo}")

    screens.walk(phone, look)
    assert not found


def test_the_question_is_in_sight_on_the_smallest_phone(link, unpack):
    phone = unpack(language="es", viewport=NARROW, has_touch=True)
    phone.start(f"{link}?language=es")
    question = phone.page.locator("h1").bounding_box()
    first = phone.page.locator(".opt").first.bounding_box()

    assert question["y"] < 250
    assert first["y"] + first["height"] < NARROW["height"]


def test_a_chosen_answer_is_seen_where_colours_are_forced(link, unpack):
    phone = unpack(forced_colors="active")
    phone.start(link).go_through("pain_leg", pain_back="7").back()
    outline = "node => getComputedStyle(node).outlineStyle"

    assert phone.page.locator("[aria-current=true]").evaluate(outline) == "solid"
    assert phone.page.locator("[value='6']").evaluate(outline) == "none"


# By telephone


def test_a_nurse_types_in_what_a_patient_says_on_the_phone(live_server, page, link_to):
    check_in = make_check_in(make_surgery(), day=3)
    nurse = make_user("nurse")
    sign_in_with_browser(page, live_server.url, nurse)
    patient = check_in.surgery.patient_id
    page.goto(f"{live_server.url}/patients/{patient}/surgery/{check_in.surgery_id}/answers/")
    page.get_by_role("button", name="Save these answers").click()
    expect(page.locator("main")).to_contain_text("Enter at least one answer.")
    assert not Phone(page).faults()
    page.get_by_role("group", name="how bad was your back pain").get_by_label("6").check()
    page.get_by_role("group", name="Right now or in").get_by_label("None of these").check()
    page.get_by_role("button", name="Save these answers").click()

    expect(page.get_by_text("Saved and judged by the rules.")).to_be_visible()
    report = SymptomReport.objects.get()
    assert (report.pain_back, report.source, report.entered_by) == (6, "phone", nurse)
    assert not Phone(page).faults()
