"""What holds for every request: ordinary, readable input in; a reference and strict headers out."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from clinic.logs import request_id

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Give each request a reference of our own, for its answer, the log and the audit."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = secrets.token_hex(6)  # type: ignore[attr-defined]
        before = request_id.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(before)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class SafeHeaders:
    """Say on every answer, errors included, what a browser may do with it.

    The policy of what a page may load is django-csp's, https that of Django. Pages stay out of
    caches, as any of them may show a patient; static files bring their own word on that.
    """

    OFF = (
        *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media"),
        *("fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer"),
        *("microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial"),
        *("usb", "xr-spatial-tracking"),
    )
    SECURITY_KEYS = ("publickey-credentials-create", "publickey-credentials-get")
    HEADERS = {
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(
            [*(f"{name}=()" for name in OFF), *(f"{name}=(self)" for name in SECURITY_KEYS)]
        ),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
    }
    PATIENTS = "/c/"  # the secret is in the address, which no other page may learn

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith(self.PATIENTS):
            response["Referrer-Policy"] = "no-referrer"
        return response


class OrdinaryRequests:
    """Refuse what neither our pages nor a browser's reader sends, before anything looks at it."""

    METHODS = ("GET", "HEAD", "POST", "OPTIONS")
    FORM = "application/x-www-form-urlencoded"
    FORM_WITH_FILES = "multipart/form-data"
    JSON = "application/json"
    REPORTS = "/hooks/mail/"  # what providers of mail send is no form

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.largest = {
            self.FORM: settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            self.FORM_WITH_FILES: settings.LARGEST_UPLOAD,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.get_host()  # a host that is not ours is a 400
        if request.method not in self.METHODS:
            response = refusal(405)
            response["Allow"] = ", ".join(self.METHODS)
            return response
        if status := self.unreadable(request):
            return refusal(status)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            response.content = render_to_string("405.html")
        return response

    def unreadable(self, request: HttpRequest) -> int:
        """Return the status that refuses the body, 0 if it is a form of a size we read."""
        if "Transfer-Encoding" in request.headers:
            return 411
        length = request.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdecimal()):
            return 400
        if int(length) == 0:
            return 0
        largest = dict(self.largest)
        if request.path == self.REPORTS:
            largest[self.JSON] = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request.content_type not in largest or "Content-Encoding" in request.headers:
            return 415
        return 413 if int(length) > largest[request.content_type] else 0


class RefuseControlCharacters:
    """Answer 400 where an address, query or cookie holds a NUL or its kin.

    They are never typed; PostgreSQL cannot store them, and logs should not show them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        spoken = (request.path, request.META.get("QUERY_STRING", ""), *request.COOKIES.values())
        if any(_CONTROL.search(unquote(text)) for text in spoken):
            raise BadRequest("A character in the address cannot be used.")
        return self.get_response(request)


def refusal(status: int) -> HttpResponse:
    """Return the page about a request that was not read."""
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
