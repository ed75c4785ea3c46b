"""Random bad input on every address, for every role: refused or answered, never a crash.

``./test tests/bad_input/test_fuzz.py -n0 --fuzz 10000`` tries ten thousand as a nurse and a
fifth of that as each of the others; ``--fuzz-seed`` draws other ones.
"""

import logging
import sys
import traceback
from collections import Counter
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.db import transaction

from tests.bad_input.fuzzing import Attempt, Fuzzer, routes
from tests.bad_input.world import ROLES, World

A_FEW = 60


@pytest.fixture
def crashes():
    """What views raised, with the place it came from."""
    found: list[str] = []

    def note(**_: Any) -> None:
        found.append(traceback.format_exc(limit=-3))

    got_request_exception.connect(note)
    logging.disable(logging.CRITICAL)
    yield found
    logging.disable(logging.NOTSET)
    got_request_exception.disconnect(note)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_sent_at_random_is_a_crash(world, crashes, role, request):
    count = request.config.getoption("--fuzz", A_FEW) // (1 if role == "nurse" else 5)
    seed = request.config.getoption("--fuzz-seed", 1)
    answers: Counter[int] = Counter()
    turned_away = 0
    first: dict[str, Attempt] = {}
    for attempt in Fuzzer(world, role, seed).attempts(count):
        status, leads_to = _send(world, role, attempt)
        answers[status] += 1
        turned_away += leads_to.startswith(("/signin/", "/admin/login/"))
        says_stale = status == 503 and attempt.path.startswith("/healthz")  # its very purpose
        if crashes or (status >= 500 and not says_stale):
            first.setdefault(crashes[0] if crashes else str(status), attempt)
            crashes.clear()
    sys.stdout.write(f"{role}: {count} requests, {sorted(answers.items())}, ")
    sys.stdout.write(f"{turned_away} to the sign-in\n")
    assert first == {}
    assert sum(answers.values()) == count
    assert turned_away < count / 2 or role == "nobody", "nobody was signed in"


def _send(world: World, role: str, attempt: Attempt) -> tuple[int, str]:
    """Send one request and undo what it did, so that the next one meets the same world."""
    browser = world.browser(role, raise_request_exception=False)
    for name, value in attempt.cookies.items():
        browser.cookies[name] = value
    body = attempt.body if isinstance(attempt.body, bytes) else attempt.body.encode()
    with transaction.atomic():
        answer = browser.generic(
            attempt.method,
            attempt.path,
            body,
            content_type=attempt.content_type,
            headers=attempt.headers,
        )
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", "")


def test_every_address_is_tried():
    known = list(routes())

    assert {"/queue/", "/patients/<id:pk>/", "/c/<str:token>/", "/admin/"} <= set(known)
    assert len(known) > 100
