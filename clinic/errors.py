"""What is shown when we fail: a page with a reference, and nothing of what was in hand."""

import sys
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

RETRY_SECONDS = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error nobody expected: 503 where the database is away, else 500.

    The page is made without the request, so that it needs no session, user or database.
    """
    away = isinstance(sys.exception(), OperationalError | InterfaceError)
    status = 503 if away else 500
    reference = getattr(request, "id", "-")
    response = HttpResponse(_page(status, reference), status=status)
    if away:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page(status: int, reference: str) -> str:
    try:
        return render_to_string(f"{status}.html", {"reference": reference})
    except Exception:  # the page about failing must not fail
        return f"<!doctype html><title>Error</title><p>Something went wrong. Reference {reference}."


class NoValues(SafeExceptionReporterFilter):
    """Keeps values out of error reports, development's included: they are patients' or secrets."""

    def get_safe_settings(self) -> dict[str, Any]:
        return {}

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(
        self, request: HttpRequest, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        return dict[str, Any]().items()


class Report(ExceptionReporter):
    """Django's report of an error without query, user and files, which pass no filter."""

    def get_traceback_data(self) -> dict[str, Any]:
        hidden = {
            "user_str": None,
            "unicode_hint": "",
            "request_GET_items": (),
            "request_FILES_items": (),
            "request_insecure_uri": "",
        }
        return super().get_traceback_data() | hidden
