"""A broker that is lost is a lost connection, nothing worse."""

import pytest
from kombu.transport import redis

from clinic import celery_app
from clinic.broker import Channel


def test_workers_use_channels_that_survive_a_lost_broker():
    with celery_app.connection() as connection:
        assert connection.transport.Channel is Channel


@pytest.mark.parametrize("lost", [None, type("Closed", (), {"client": None})()])
def test_what_comes_late_to_a_lost_channel_is_an_error_celery_waits_for(lost):
    channel = Channel.__new__(Channel)
    channel.connection = lost
    with pytest.raises(redis.Transport.connection_errors):
        channel._connparams()
    with pytest.raises(AttributeError):  # else kombu has mended it, and clinic.broker may go
        redis.Channel._connparams(channel)
