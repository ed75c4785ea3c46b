"""Celery entry points: read the clock, call one service, log the counts."""

import logging

from celery import shared_task

from clinic.privacy import notices
from clinic.privacy import retention as retention_service
from followups.clock import DatabaseClock, database_now

logger = logging.getLogger(__name__)


@shared_task
def send_notices() -> None:
    if sent := notices.send_due(clock=DatabaseClock()):
        logger.info("openings told of: %d", sent)


@shared_task(soft_time_limit=3600, time_limit=3660)
def retention() -> None:
    logger.info("retention: %s", retention_service.run(now=database_now()))
