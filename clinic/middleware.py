"""What holds for every request: readable input in, nothing left in a browser's cache."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

GetResponse = Callable[[HttpRequest], HttpResponse]


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


class NoStore:
    """Keep pages out of caches: all of them may show patients.

    Static files never come here; they are served before and may be kept.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
