"""What people choose for themselves shows on their own pages, on every device, and nowhere else."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from clinic.staff import preferences
from clinic.staff.models import Preferences, User
from tests.counting import queries
from tests.factories import make_patient, make_user

pytestmark = pytest.mark.django_db

SETTINGS = "/account/settings/"
CHOSEN = {
    "theme": "dark",
    "density": "compact",
    "keys_on": "on",
    "home": "patients",
    "queue_view": "mine",
}


@pytest.fixture
def nurse(client) -> User:
    nurse = make_user()
    client.force_login(nurse)
    return nurse


def page(client, path="/patients/"):
    return BeautifulSoup(client.get(path).content, "html.parser")


def dark_when(soup) -> str:
    """Return when the dark colours hold, as the page tells the browser."""
    link = soup.find("link", href=lambda href: "dark" in href)
    return link["media"] if link else "never"


def test_without_a_choice_the_device_decides_and_keys_are_on(client, nurse):
    shown = page(client)

    assert "data-bs-theme" not in shown.html.attrs
    assert dark_when(shown) == "screen and (prefers-color-scheme: dark)"
    assert (shown.body["data-keys"], shown.body["data-density"]) == ("on", "comfortable")


@pytest.mark.parametrize(("theme", "dark"), [("dark", "screen"), ("light", "never")])
def test_a_chosen_theme_holds_on_every_page(client, nurse, theme, dark):
    client.post(SETTINGS, CHOSEN | {"theme": theme})

    for path in ("/patients/", "/account/", "/queue/", SETTINGS):
        assert page(client, path).html["data-bs-theme"] == theme
        assert dark_when(page(client, path)) == dark


def test_the_admin_wears_the_chosen_theme_too(client):
    admin = make_user("administrator", is_staff=True)
    client.force_login(admin)
    preferences.save(admin, theme="dark")

    assert dark_when(page(client, "/admin/")) == "screen"


def test_the_form_shows_what_was_chosen(client, nurse):
    response = client.post(SETTINGS, CHOSEN, follow=True)

    shown = BeautifulSoup(response.content, "html.parser")
    assert "Your settings were changed." in response.text
    assert [each["value"] for each in shown.select("main [type=radio][checked]")] == [
        "dark",
        "compact",
    ]
    assert [each["value"] for each in shown.select("main option[selected]")] == [
        "patients",
        "mine",
    ]
    assert shown.body["data-density"] == "compact"


def test_keys_are_switched_off_by_leaving_the_box_empty(client, nurse):
    chosen = {name: value for name, value in CHOSEN.items() if name != "keys_on"}
    client.post(SETTINGS, chosen)

    assert page(client).body["data-keys"] == "off"


def test_the_list_of_shortcuts_switches_them_and_nothing_else(client, nurse):
    client.post(SETTINGS, CHOSEN)

    assert client.post("/account/settings/keys/", {"keys": "off"}).status_code == 302
    assert client.post("/account/settings/keys/", {}, headers={"HX-Request": "true"}).content == b""

    kept = Preferences.objects.get()
    assert (kept.user, kept.keys_on, kept.theme) == (nurse, False, "dark")


def test_choosing_twice_keeps_one_row(client, nurse):
    client.post(SETTINGS, CHOSEN)
    client.post(SETTINGS, CHOSEN)

    assert Preferences.objects.count() == 1


def test_the_day_begins_where_somebody_wants_it_to(client, nurse):
    preferences.save(nurse, home="patients")
    assert client.get("/").url == reverse("patients:list")

    preferences.save(nurse, home="queue", queue_view="mine")
    assert client.get("/").url == "/queue/?view=mine"
    assert page(client).select_one(".nav-main a")["href"] == "/queue/?view=mine"


def test_a_page_the_role_may_not_open_is_not_offered_and_not_opened(client, nurse):
    offered = {each["value"] for each in page(client, SETTINGS).select("#id_home option")}
    assert offered == {"", "queue", "schedule", "patients", "rules", "texts"}

    preferences.save(nurse, home="audit")  # an auditor who became a nurse
    assert client.get("/").url == reverse("followups:schedule")


def test_an_auditor_is_not_asked_about_a_queue_they_cannot_see(client):
    client.force_login(make_user("auditor"))

    assert not page(client, SETTINGS).select("#id_queue_view")


@pytest.mark.parametrize("name", ["theme", "density", "home", "queue_view"])
@pytest.mark.parametrize("odd", ["sepia", "\x00", "a" * 10_000, "<script>", "light\n"])
def test_what_is_not_offered_is_refused_at_its_field(client, nurse, name, odd):
    response = client.post(SETTINGS, CHOSEN | {name: odd})

    assert response.status_code == 422
    shown = BeautifulSoup(response.content, "html.parser")
    assert shown.select(f'.errsum a[href^="#id_{name}"]')
    assert not Preferences.objects.exists()


def test_a_choice_is_ones_own(client, nurse):
    preferences.save(make_user(), theme="dark")

    assert "data-bs-theme" not in page(client).html.attrs


def test_preferences_cost_no_query(client, nurse):
    make_patient()
    preferences.save(nurse, theme="dark")
    chosen = User.objects.get(pk=nurse.pk)
    client.force_login(chosen)
    client.get("/rules/")

    with queries(RULES_PAGE):
        client.get("/rules/")


RULES_PAGE = 5  # session, user, reach, heartbeat, counts
