"""The world every case is tried in: made once a module, as it was again after each test."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from tests.bad_input.world import NOW, World, make_world, stored


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, default=60, help="requests of random bad input")
    parser.addoption("--fuzz-seed", type=int, default=1, help="what they are drawn from")


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    patch = pytest.MonkeyPatch()
    patch.setattr(timezone, "now", lambda: NOW)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        surrounding = transaction.atomic()
        surrounding.__enter__()
        made = make_world()
        made.as_made = stored()
    yield made
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        transaction.set_rollback(True)
        surrounding.__exit__(None, None, None)
    patch.undo()


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    return shared_world


@pytest.fixture
def untouched(world: World) -> Iterator[None]:
    """Fail if a row of the record, the process or the house has changed by the end."""
    yield
    assert stored() == world.as_made, "something was stored"
