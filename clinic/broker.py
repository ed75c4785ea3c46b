"""The way to the broker, mended where kombu 5.7 lets a lost broker end a worker.

A worker that reconnects may still acknowledge, or put back, what it had received on the channel
it lost. kombu then stumbles over the missing connection with an AttributeError, which nobody
expects and the process does not survive; a ConnectionError is what Celery waits for.
"""

from typing import Any

from kombu.transport import redis


class Channel(redis.Channel):
    def _connparams(self, *args: Any, **kwargs: Any) -> Any:
        if getattr(self.connection, "client", None) is None:
            raise ConnectionError("The broker was lost, and this channel with it.")
        return super()._connparams(*args, **kwargs)  # type: ignore[misc]


def mend() -> None:
    """Have every connection to the broker use such channels."""
    redis.Transport.Channel = Channel
