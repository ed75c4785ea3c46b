"""Only what the provider signed is from the provider: anything changed on the way is not."""

import pytest

from followups.notify.signatures import is_signed, signature

# The example of Twilio's own documentation.
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": ["CA1234567890ABCDE"],
    "Caller": ["+12349013030"],
    "Digits": ["1234"],
    "From": ["+12349013030"],
    "To": ["+18005551212"],
}
SIGNED = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_the_documented_example_is_valid():
    assert signature(URL, FORM, TOKEN) == SIGNED
    assert is_signed(SIGNED, url=URL, form=FORM, token=TOKEN)


def test_the_port_of_https_may_be_named_or_not():
    named = "https://mycompany.com:443/myapp.php?foo=1&bar=2"

    assert is_signed(SIGNED, url=named, form=FORM, token=TOKEN)
    assert is_signed(signature(named, FORM, TOKEN), url=URL, form=FORM, token=TOKEN)


@pytest.mark.parametrize(
    "changed",
    [
        {"url": URL.replace("https", "http")},
        {"url": URL.replace("bar=2", "bar=3")},
        {"url": URL.removesuffix("&bar=2")},
        {"url": "https://mycompany.com:8443/myapp.php?foo=1&bar=2"},
        {"form": FORM | {"Digits": ["1235"]}},
        {"form": {name: FORM[name] for name in list(FORM)[1:]}},
        {"form": FORM | {"More": ["x"]}},
        {"form": FORM | {"Digits": ["1234 "]}},
        {"token": "12346"},
        {"token": ""},
        {"given": ""},
        {"given": SIGNED.lower()},
        {"given": SIGNED[:-1]},
        {"given": "ü"},
    ],
)
def test_anything_changed_is_not(changed):
    said = {"given": SIGNED, "url": URL, "form": FORM, "token": TOKEN} | changed

    assert not is_signed(said.pop("given"), **said)


def test_nobody_signs_with_an_empty_token():
    assert not is_signed(signature(URL, FORM, ""), url=URL, form=FORM, token="")


def test_a_field_sent_twice_is_signed_twice():
    form = {"MediaUrl": ["b", "a", "b"]}

    assert signature(URL, form, TOKEN) == signature(URL, {"MediaUrl": ["a", "b"]}, TOKEN)
