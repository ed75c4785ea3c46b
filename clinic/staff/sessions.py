"""How long a sign-in holds: 15 minutes without use, 12 hours at most, and no longer than wanted.

What changes somebody's rights ends their sessions too: see ``User.get_session_auth_hash``.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from clinic.staff.models import User

BEGAN, SEEN = "began_at", "seen_at"  # in the session, seconds since 1970
POLL = "X-Fuseline-Poll"  # a page asking by itself; nobody is there because of it
WRITE_SECONDS = 60
SHOW_AGAIN = ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")

WHY = {
    "idle": "You were signed out because nothing was done for 15 minutes.",
    "long": "You were signed out because you had been signed in for 12 hours.",
    "over": "You are no longer signed in: your session was ended or your account was changed.",
}

# What browsers call themselves, the telling words first: each also claims to be some of the others.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac", "Linux")


def device(user_agent: str) -> str:
    """Return the browser and system in a person's words, as far as they are told."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "A browser")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    return f"{browser} on {system}" if system else browser


def begin(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Start the clocks of a session; called when somebody signs in."""
    request.session[BEGAN] = request.session[SEEN] = int(timezone.now().timestamp())


def end_all(user: User) -> int:
    """End every session of somebody at once; return how many that were."""
    held = UserSession.objects.filter(user=user)
    keys = list(held.values_list("session_key", flat=True))
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for key in keys:
        store.delete(key)
    held.delete()
    return len(keys)


def forget(now: datetime) -> int:
    """Delete what is left of sessions that have ended; return how many that were."""
    longest = timedelta(seconds=settings.SESSION_LONGEST_SECONDS)
    UserSession.objects.filter(created_at__lt=now - longest).delete()
    return Session.objects.filter(expire_date__lt=now).delete()[0]


class EndSessions:
    """End a session whose time has come, and let the sign-in page say why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        why = self.why(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else ""
        if why in ("idle", "long"):
            logout(request)
        response = self.get_response(request)
        return _at_the_door(request, response, why)

    def why(self, request: HttpRequest) -> str:
        """Return why somebody who comes with a session is not signed in by it, if so."""
        if not request.user.is_authenticated:
            if SESSION_KEY in request.session:
                request.session.flush()  # of somebody who may not sign in any more
            return "over" if request.session.is_empty() else ""
        now = int(timezone.now().timestamp())
        if now - request.session.get(BEGAN, 0) > settings.SESSION_LONGEST_SECONDS:
            return "long"
        unused = now - request.session.get(SEEN, 0)
        if unused > settings.SESSION_IDLE_SECONDS:
            return "idle"
        if unused >= WRITE_SECONDS and POLL not in request.headers:
            _seen(request, now)
        return ""


def _seen(request: HttpRequest, now: int) -> None:
    request.session[SEEN] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=timezone.now()
    )


def _at_the_door(request: HttpRequest, response: HttpResponse, why: str) -> HttpResponse:
    """Add to a way back to the sign-in page the reason, and only a page that can be asked for."""
    door = resolve_url(settings.LOGIN_URL)
    to = urlsplit(response.get("Location", ""))
    if response.status_code != 302 or request.path == door:
        return response
    if to.path in map(reverse, SHOW_AGAIN):
        return _whole_page(request, response)
    if to.path != door:
        return response
    query = dict(parse_qsl(to.query))
    if request.method != "GET" or "HX-Request" in request.headers:
        query.pop("next", None)
    if page := _page_behind(request):
        query["next"] = page
    if why:
        query["ended"] = why
    response["Location"] = f"{door}?{urlencode(query, safe='/')}" if query else door
    return _whole_page(request, response)


def _whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tell htmx to leave the page: it would put the sign-in where a part of a page belongs."""
    if "HX-Request" not in request.headers:
        return response
    return HttpResponse(status=401, headers={"HX-Redirect": response["Location"]})


def _page_behind(request: HttpRequest) -> str:
    """Return the page of ours that htmx asked from."""
    try:
        asked = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:  # no address at all
        return ""
    if "HX-Request" not in request.headers or asked.netloc != request.get_host():
        return ""
    return asked.path + (f"?{asked.query}" if asked.query else "")
