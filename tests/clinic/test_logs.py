"""A log line is one line, names its request, and says nothing of a patient."""

import io
import logging
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError

from clinic.logs import KindsOnly, MaskedFormatter, request_id

LOGGING: dict[str, Any] = settings.LOGGING
FORMATTER = MaskedFormatter(LOGGING["formatters"]["masked"]["format"], style="{")
DETAIL = 'duplicate key violates "patient_mrn"\nDETAIL:  Key (mrn)=(A1, Ann) exists.\nCONTEXT: x'


def written(message: str, *arguments: object, error: BaseException | None = None) -> str:
    """Return the line a log gets, with an error that was raised and caught."""
    try:
        if error:
            raise error
        exc_info = None
    except BaseException:
        exc_info = sys.exc_info()
    record = logging.LogRecord("any", logging.ERROR, "f", 1, message, arguments, exc_info)
    return FORMATTER.format(record)


def test_a_line_names_the_request_it_belongs_to():
    before = request_id.set("abc123")
    try:
        assert "[abc123]" in written("saved")
    finally:
        request_id.reset(before)
    assert "[-]" in written("saved")


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\x00", "\x1b[2J", "\x85", "\u2028", "\u202e", "\ud800"]
)
def test_nobody_can_forge_a_line_or_steer_a_terminal(sign):
    line = written("Not Found: %s", f"/a{sign}2026-01-01 ERROR all is well")
    assert line.isprintable()
    assert "all is well" in line
    line.encode()  # can be written down


def test_the_row_a_database_refused_is_hidden():
    for line in (written(DETAIL), written("stored", error=IntegrityError(DETAIL))):
        assert "Ann" not in line
        assert "patient_mrn" in line
    assert "CONTEXT: x" in written(DETAIL)


@pytest.mark.parametrize(
    "message",
    ["GET /c/tok-en_1/a 500 x", "at https://x/c/tok-en_1?a=b", "/password/1a/tok-en_1/ x"],
)
def test_the_secret_of_a_link_is_hidden(message):
    line = written("%s", message)
    assert "tok" not in line
    assert "/***" in line


def test_an_error_keeps_its_kind_and_place_and_loses_its_words():
    cause = DataError('invalid input syntax for type date: "Ann"')
    error = ValueError("Ann Smith, born 1950")
    error.__cause__ = cause
    text = written("failed", error=error)
    assert "Ann" not in text
    assert "1950" not in text
    first, *places = text.splitlines()
    assert first.endswith("failed")
    assert all(place.startswith("  ") for place in places)
    assert "builtins.ValueError" in text
    assert "django.db.utils.DataError" in text
    assert "test_logs.py" in text


def test_what_the_network_says_is_kept():
    assert "refused" in written("failed", error=ConnectionRefusedError("Connection refused"))


def test_a_failed_task_is_logged_without_its_words():
    logger = logging.Logger("celery.app.trace")  # noqa: LOG001 - apart from the real one
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(FORMATTER)
    logger.addHandler(handler)
    logger.addFilter(KindsOnly())
    try:
        raise ValueError("Ann Smith")
    except ValueError:
        context = {"name": "sweep", "exc": "ValueError('Ann Smith')"}
        logger.exception("Task %(name)s failed: %(exc)s", context)
    assert "Ann" not in out.getvalue()
    assert "Task sweep failed: ValueError" in out.getvalue()
    assert "kinds_only" in LOGGING["loggers"]["celery.app.trace"]["filters"]
