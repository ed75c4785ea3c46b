"""The Celery application. It only rings the bell: what is due stands in the database.

The schedule is `CELERY_BEAT_SCHEDULE` in the settings. Nothing may be lost when the broker is:
a sweep that was never delivered is replaced by the next one.
"""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging

from clinic import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

broker.mend()
app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_the_web(**_: Any) -> None:
    """Give workers and beat the log settings of the web process, masked links included."""
    from django.conf import settings

    dictConfig(settings.LOGGING)


@beat_init.connect
def ring_at_once(**_: Any) -> None:
    """Send every sweep when beat starts, so that a restart costs nobody a whole interval.

    With the broker away this fails once, Celery logs it, and beat goes on with its schedule.
    """
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], retry=False, **entry["options"])
