"""Every page of staff in a real browser: usable by everybody, light and dark, wide and narrow.

Pages come from the table of addresses, so a new one is looked at without being named here.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from clinic.staff import preferences
from tests.access.story import Story, sign_in
from tests.access.tables import OWN, PAGES, may_open, own_address
from tests.access.test_matrix import VIEWS, VIEWS_AT

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# What is set for the person, how the device is set, and how wide the window is.
LOOKS = {
    "light": ("light", "dark", 1440),
    "dark device": ("system", "dark", 1024),
    "phone": ("dark", "light", 390),
}
ROLES = ("surgeon", "auditor", "administrator")
INLINE = '[style], [onclick], script:not([src], [type="application/json"])'
PROBE = f"""() => [
    document.documentElement.scrollWidth - innerWidth,
    document.querySelectorAll('{INLINE}').length,
]"""


@pytest.fixture
def story() -> Story:
    return Story("b")


def addresses(story: Story, role: str) -> Iterator[str]:
    """Every page of this role, each once: the first role that may open it looks at it."""
    before = ROLES[: ROLES.index(role)]
    for name in sorted(PAGES):
        opens = [may_open(each, VIEWS[name].access) for each in (*before, role)]
        if "GET" in PAGES[name].methods and opens[-1] and not any(opens[:-1]):
            yield own_address(name, story)
    if role == ROLES[0]:
        yield from (VIEWS_AT[name] for name in sorted(OWN))
    if role == "administrator":
        yield from ("/admin/", "/admin/staff/user/", "/admin/staff/clinic/")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_can_be_used_by_everybody(page, live_server, story, role, look):
    theme, device, width = LOOKS[look]
    user, client = story.users[role], Client()
    preferences.save(user, theme=theme)
    sign_in(client, user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.emulate_media(color_scheme=device)
    page.set_viewport_size({"width": width, "height": 900})
    found, seen = {}, 0
    for path in addresses(story, role):
        response = client.get(path)
        if response.status_code != 200 or b"<!doctype html>" not in response.content[:200].lower():
            continue  # a redirect, a file, or a piece of a page
        page.goto(f"{live_server.url}{path}")
        seen += 1
        if problems := _problems(page):
            found[page.url.removeprefix(live_server.url)] = problems

    assert found == {}
    assert seen >= 3
    print(f"{role}, {look}: {seen} pages")  # noqa: T201  figures for people: pytest -s


def _problems(page) -> list[object]:
    violations = Axe().run(page).response["violations"]
    said: list[object] = [
        (each["id"], len(each["nodes"]), each["nodes"][0]["html"][:200]) for each in violations
    ]
    wider, inline = page.evaluate(PROBE)
    if wider > 0:
        said.append(("wider than the screen by", wider))
    if inline:
        said.append(("inline styles, handlers or scripts", inline))
    return said
