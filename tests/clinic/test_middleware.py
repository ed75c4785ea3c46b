"""What holds for every request."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/queue/?q=%00", "/patients/%00/", "/c/a%0d%0ab/", "/?x=%1b"])
def test_control_characters_are_a_plain_400(client, path):
    response = client.get(path)
    assert response.status_code == 400
    assert b"could not be read" in response.content


@pytest.mark.parametrize("path", ["/signin/", "/nowhere/", "/healthz", "/c/unknown/"])
def test_no_page_stays_in_a_cache(client, path):
    assert "no-store" in client.get(path)["Cache-Control"]


def views(patterns=None):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern


@pytest.mark.parametrize("pattern", list(views()), ids=lambda pattern: pattern.name)
def test_every_view_says_who_may_open_it(pattern):
    assert hasattr(pattern.callback, "access"), "mark it with @requires or @public"
