"""The web application, for gunicorn or any other WSGI server."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request, once what Django would guess or trip over is put right.

    Where no host is named, Django takes the address we listen at and may serve it. A content
    type it cannot parse fails before any middleware, so with no page and no safe header.
    """
    environ.setdefault("HTTP_HOST", "")
    try:
        parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except Exception:  # whatever the parser stumbles over
        environ["CONTENT_TYPE"] = "unreadable"
    return django(environ, start_response)
