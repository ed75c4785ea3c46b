"""The database's clock: read now and then, carried on between."""

from datetime import timedelta

import pytest

from followups import clock
from followups.clock import DatabaseClock, database_now

pytestmark = pytest.mark.django_db


def test_it_tells_the_databases_time():
    asked = DatabaseClock()
    assert abs(asked() - database_now()) < timedelta(seconds=0.2)


def test_it_asks_the_database_once_a_second(monkeypatch, django_assert_num_queries):
    seconds = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: seconds[0])
    asked = DatabaseClock()
    first = asked()
    seconds[0] += 0.9
    with django_assert_num_queries(0):
        assert asked() == first + timedelta(seconds=0.9)
    seconds[0] += 0.2
    with django_assert_num_queries(1):
        asked()
