"""Every text message there is fits one text, in every language, with the longest of everything."""

import pytest
from django.conf import settings

from followups.notify.alphabet import fits_one_text
from followups.texts import texts

LONGEST = {
    "link": "h" * settings.SITE_URL_IN_A_TEXT + "/c/0123456789abcdefghjkmnpqrs/",
    "emergency": "112",
    "urgent": "(212) 555-0100",
    "phone": "(212) 555-0101",
    "when": "Sep 30, 12:30 PM",
}
KEYS = [
    *("invitation", "reminder", "visit_booked", "visit_soon", "visit_missed", "visit_to_book"),
    "received",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_fits_one_text_message(language, key):
    said = texts(language).say(f"messages.{key}.sms", **LONGEST)
    assert fits_one_text(said), f"{len(said)}: {said}"
