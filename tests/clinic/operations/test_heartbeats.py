"""Silence is said aloud: read from the database, by the database's clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.operations.heartbeats import Pulse, pulse
from followups.models import Heartbeat
from followups.services import sweep


def beat(seconds_ago: float) -> None:
    Heartbeat.objects.create(name=sweep.NAME, at=timezone.now() - timedelta(seconds=seconds_ago))


@pytest.mark.django_db
def test_no_sweep_at_all_is_silence(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert pulse() == Pulse(None, None)
    assert pulse().stale
    assert pulse().age_text == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds_ago", "stale"), [(0, False), (170, False), (190, True)])
def test_three_missed_sweeps_are_silence(settings, seconds_ago, stale):
    settings.SWEEP_SECONDS = 60
    beat(seconds_ago)
    assert pulse().stale is stale


@pytest.mark.django_db
def test_the_limit_follows_the_interval(settings):
    settings.SWEEP_SECONDS = 1
    beat(4)
    assert pulse().stale


@pytest.mark.django_db
def test_a_clock_that_runs_ahead_makes_no_negative_age():
    beat(-30)
    assert pulse().age == timedelta()
    assert not pulse().stale


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (3600, "1 hour"),
        (2 * 86400 - 1, "1 day"),
        (2 * 86400, "2 days"),
    ],
)
def test_an_age_is_said_in_words(seconds, words):
    assert Pulse(timezone.now(), timedelta(seconds=seconds)).age_text == words
