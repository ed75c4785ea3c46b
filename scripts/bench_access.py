"""Measure what keeping clinics apart and keeping account costs a page.

The demo clinic is loaded into a database of its own. Each page is asked for in turns: as it is
(the application's role with row-level security, its reach opened, its audit entry written), and
bare (as the owner, in a transaction and nothing else). One process, nothing over a network.

    .venv/bin/python scripts/bench_access.py [--requests 200]

Prints medians in milliseconds. Not part of ./test.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WARM_UP = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=200, help="of each kind, for each page")
    wanted = parser.parse_args().requests
    prepare()
    client, pages = visitor()
    print(f"{patients()} patients, {wanted} requests of each kind")
    for name, address in pages.items():
        bare, kept = measure(client, address, wanted)
        print(f"{name:8} bare {bare:6.2f} ms   kept {kept:6.2f} ms   {kept / bare - 1:+.1%}")


def prepare() -> None:
    """Start a database, load the demo clinic into it, and get Django ready."""
    from clinic.stack.pytest_plugin import start_servers

    start_servers()
    os.environ |= {"DEBUG": "1", "FUSELINE_DEMO": "1", "LOG_LEVEL": "ERROR", "SECRET_KEY": "bench"}
    os.environ |= {"DATABASE_ROLE": "fuseline_app", "DJANGO_SETTINGS_MODULE": "clinic.settings"}

    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.DEBUG = False  # which would keep every query in memory
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("demo_clinic", verbosity=0)


def visitor() -> tuple[Any, dict[str, str]]:
    """Return a nurse's browser and the pages to ask for."""
    from django.test import Client

    from clinic.staff.models import User
    from followups.models import FollowUp

    client = Client()
    client.force_login(User.objects.get(username="kowalczyk"))
    case = FollowUp.objects.queue().select_related("surgery").first()
    if case is None:
        sys.exit("The demo clinic has no case to show.")
    return client, {
        "queue": "/queue/",
        "case": f"/queue/case/{case.pk}/",
        "list": "/patients/",
        "patient": f"/patients/{case.surgery.patient_id}/",
    }


def patients() -> int:
    from patients.models import Patient

    return Patient.objects.count()


def measure(client: Any, address: str, wanted: int) -> tuple[float, float]:
    """Return the medians of a page bare and as it is, in milliseconds."""
    times: dict[str, list[float]] = {"bare": [], "kept": []}
    for number in range(wanted + WARM_UP):
        for kind, spent in times.items():
            took = timed(lambda: client.get(address), bare=kind == "bare")
            if number >= WARM_UP:
                spent.append(took)
    return 1000 * median(times["bare"]), 1000 * median(times["kept"])


def timed(ask: Callable[[], Any], *, bare: bool) -> float:
    with without_account() if bare else as_it_is():
        began = time.perf_counter()
        response = ask()
        took = time.perf_counter() - began
    if response.status_code != 200:
        sys.exit(f"A page was not answered: {response}")
    return took


@contextmanager
def as_it_is() -> Iterator[None]:
    yield


@contextmanager
def without_account() -> Iterator[None]:
    """Let the page run as the owner, in a transaction, and be forgotten."""
    from unittest.mock import patch

    from django.db import transaction

    from patients import reach

    @contextmanager
    def plain(clinics: Any, *, user: int | None = None, **kwargs: Any) -> Iterator[reach.Reach]:
        with transaction.atomic():
            opened = reach.Reach(user=user, is_guarded=True, veiled=frozenset())
            token = reach._current.set(opened)
            yield opened
            reach._current.reset(token)

    with patch("clinic.staff.access.reach", plain), patch("clinic.audit.services.note_read"):
        yield


if __name__ == "__main__":
    main()
