"""Celery entry points: read the clock, call one service, log the counts.

Task names are a contract with messages already in the broker: keep a task that is no
longer scheduled for one release before deleting it.
"""

import logging

from celery import shared_task

from followups.clock import DatabaseClock, database_now
from followups.services import post, reassessment
from followups.services import sweep as sweep_service

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    logger.info("sweep: %s", sweep_service.run(now=database_now()))


@shared_task
def send() -> None:
    logger.info("sent: %d", post.send_due(clock=DatabaseClock()))


@shared_task(soft_time_limit=3600, time_limit=3660)
def reassess() -> None:
    logger.info("reassessment: %s", reassessment.run(now=database_now()))
