"""One set of two clinics for all tests here; what a request changes is undone behind it."""

import logging
from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.access.story import Story, make_superuser
from tests.access.visits import Two


@pytest.fixture(scope="package")
def two(django_db_setup: None, django_db_blocker) -> Iterator[Two]:
    """Clinics in a transaction that each test's own is inside of."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Two(Story("a"), Story("b"), make_superuser())
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are logged here, which is another test's business."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
