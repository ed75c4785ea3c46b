"""How the provider of text messages calls us."""

from typing import Any
from urllib.parse import urlencode

from django.test import Client

from followups.notify.signatures import signature

SITE = "https://clinic.example"
FORM = "application/x-www-form-urlencoded"
TOKEN = "a secret of two dozen characters"


def call(path: str, *, signed: str | None = None, over: str = SITE, **fields: Any) -> Any:
    """Post a form, signed over the public address of the site unless a signature is given."""
    form = {name: [str(value)] for name, value in fields.items()}
    given = signature(over + path, form, TOKEN) if signed is None else signed
    headers = {"X-Twilio-Signature": given} if given else {}
    body = urlencode(form, doseq=True)
    return Client().post(path, body, headers=headers, content_type=FORM)
