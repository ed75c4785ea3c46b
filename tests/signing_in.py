"""Signing in as people do: the password, then the code their app shows."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from playwright.sync_api import Page

from clinic.staff.models import User
from tests.factories import APP_SECRET, PASSWORD

PERIOD = 30  # seconds a code is shown


def code(secret: str = APP_SECRET, *, later: int = 0) -> str:
    """Return what the app shows now, or so many codes later."""
    shown: str = format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + later))
    return shown


def give_password(
    client: Client, user: User, password: str = PASSWORD, to: str = "/signin/"
) -> Any:
    return client.post(to, {"login": user.username, "password": password})


def sign_in(client: Client, user: User, to: str = "/signin/") -> Any:
    """Go through both steps; return the answer to the second."""
    give_password(client, user, to=to)
    return client.post("/signin/code/", {"code": code()})


def sign_in_with_browser(page: Page, site: str, user: User) -> None:
    """Go through both steps in a browser, up to the start page."""
    page.goto(f"{site}/signin/")
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.fill("[name=code]", code())
    page.get_by_role("button", name="Sign in").click()
