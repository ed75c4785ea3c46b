"""The nightly safety net: do today's rules still say what was stored?

Every evaluation of the last 30 days is made again from its stored inputs. A difference
means that code, data or a library changed what a patient's answers mean, so it alarms.
"""

import logging
from datetime import datetime, timedelta

from followups.models import Evaluation, Heartbeat
from followups.protocol import RULE_SET_VERSION
from followups.services import flags

logger = logging.getLogger(__name__)

NAME = "reassessment"
LOOK_BACK = timedelta(days=30)
NAMED = 20  # ids in the report; the count says the rest


def run(*, now: datetime) -> dict[str, object]:
    """Compare stored with recomputed outcomes; return and keep the counts.

    Evaluations of an earlier rule set are counted, not compared: they are allowed to
    differ.
    """
    recent = Evaluation.objects.filter(made_at__gt=now - LOOK_BACK)
    current = recent.filter(rule_set_version=RULE_SET_VERSION)
    different = [
        evaluation.pk
        for evaluation in current.iterator(chunk_size=500)
        if flags.reassess(evaluation) != evaluation.outcomes
    ]
    counts: dict[str, object] = {
        "checked": current.count(),
        "earlier_rules": recent.count() - current.count(),
        "different": len(different),
        "evaluations": different[:NAMED],
    }
    if different:
        logger.error("reassessment: %d evaluations differ: %s", len(different), different[:NAMED])
    Heartbeat.objects.update_or_create(name=NAME, defaults={"at": now, "detail": counts})
    return counts
