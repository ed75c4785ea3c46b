"""A real beat and a real worker: they ring at once, go on ringing, and outlive the broker."""

import pytest

from followups.models import Heartbeat
from tests.conftest import until

pytestmark = pytest.mark.slow


def last_sweep():
    return Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()


def test_sweeps_run_from_the_first_second_and_again_and_again(spawn):
    spawn("worker", "--concurrency", "1", "--without-mingle")
    spawn("beat", FUSELINE_SWEEP_SECONDS="1")
    assert until(last_sweep)
    first = last_sweep()
    assert until(lambda: last_sweep() > first)


def test_beat_waits_for_a_broker_that_is_away(spawn):
    beat = spawn("beat", REDIS_URL="redis://127.0.0.1:1/0")
    assert until(lambda: "Connection refused" in beat.said())
    assert not until(lambda: beat.child.poll() is not None, seconds=3)
