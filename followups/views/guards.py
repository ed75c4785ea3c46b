"""What surrounds every patient page: nothing is kept, nothing foreign gets in.

None of it needs a session or a cookie, and none of it looks at who the link belongs to.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string

from followups.texts import texts

View = Callable[..., HttpResponse]

LARGEST_BODY = 64 * 1024


def page(name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a patient page. Without the request: no session, user or staff context."""
    return HttpResponse(render_to_string(f"followups/check_in/{name}.html", context), status=status)


def refused(why: str, status: int) -> HttpResponse:
    """Say why nothing was taken; without a sitting, in the language everybody is offered."""
    return page("refused", {"why": why, "texts": texts("")}, status)


def kept_nowhere(view: View) -> View:
    """Keep a page and its address out of caches, referrers and search engines."""

    @wraps(view)
    def private(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return private


def from_our_pages(view: View) -> View:
    """Refuse what another site's page sends.

    The secret is in the address and there is no session to ride on, so the usual token
    is not needed; and our own pages send no referrer, which makes browsers say "null".
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        origin = request.headers.get("Origin", "null")
        if origin != "null" and origin not in _own_origins(request):
            return refused("other_site", 403)
        return view(request, *args, **kwargs)

    return checked


def readable(view: View) -> View:
    """Refuse a body no check-in could fill, and one that is no form at all."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return refused("too_large", 413)
        try:
            request.POST  # noqa: B018  reads and parses the body
        except (SuspiciousOperation, BadRequest, MultiPartParserError):
            return refused("unreadable", 400)
        return view(request, *args, **kwargs)

    return limited


def _own_origins(request: HttpRequest) -> set[str]:
    here = f"{request.scheme}://{request.get_host()}"
    site = urlsplit(settings.SITE_URL)
    return {here, f"{site.scheme}://{site.netloc}", *settings.CSRF_TRUSTED_ORIGINS}
