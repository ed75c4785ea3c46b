"""Keep each follow-up's place in the queue: the only writer of its rank columns.

The rank follows from the open flags and the clock (protocol 5). It is stored, so that
the queue page is one index scan; ``rank_changes_at`` says when time alone will move it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from followups import priority
from followups.choices import Rule, Severity
from followups.models import Flag, FollowUp
from followups.protocol import STANDARD


def refresh(follow_up: FollowUp, *, now: datetime, changed: bool = False) -> None:
    """Recompute the rank from the open flags; ``changed`` makes it a new version."""
    flags = list(Flag.objects.open().filter(surgery=follow_up.surgery_id))
    place(follow_up, flags=flags, now=now, changed=changed)


def place(
    follow_up: FollowUp,
    *,
    flags: Sequence[Flag],
    now: datetime,
    changed: bool = False,
    risk_points: int | None = None,
) -> None:
    """Store the rank that these open flags give; without flags the case leaves."""
    if risk_points is not None:
        follow_up.risk_points = min(risk_points, STANDARD.queue.risk_cap)
    if changed:
        follow_up.version += 1
    if flags:
        _enter_queue(follow_up, flags, now)
    else:
        _leave_queue(follow_up)
    follow_up.save(
        update_fields=[
            "next_evaluation_at",
            "lost_since",
            "severity",
            "breach_bucket",
            "risk_points",
            "age_days",
            "breach_at",
            "open_families",
            "awaits_contact",
            "lead_flag",
            "rank_changes_at",
            "version",
        ]
    )


def refresh_due(*, now: datetime, limit: int = 5000) -> int:
    """Move the cases whose place changes by time alone; return how many."""
    due = FollowUp.objects.to_rerank(now).values_list("pk", flat=True)[:limit]
    return sum(_refresh_one(pk, now) for pk in list(due))


@transaction.atomic
def _refresh_one(pk: int, now: datetime) -> bool:
    follow_up = (
        FollowUp.objects.to_rerank(now)
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=pk)
        .first()
    )
    if follow_up is None:
        return False
    refresh(follow_up, now=now)
    return True


def lead_of(flags: Sequence[Flag], now: datetime) -> Flag:
    """Return the flag that names the case: awake before asleep, unanswered before answered.

    Among those the worst; the lead order decides ties.
    """
    place = {rule: number for number, rule in enumerate(STANDARD.lead_order)}
    return min(
        flags,
        key=lambda flag: (
            flag.is_snoozed(now),
            flag.contacted_at is not None,
            -flag.severity,
            place[Rule(flag.rule)],
        ),
    )


def place_of(
    flag: Flag, *, now: datetime, risk_points: int | None, open_families: int = 1
) -> priority.Priority:
    """Return where a flag stands in the queue, in the parts staff see."""
    return priority.of(
        severity=Severity(flag.severity),
        raised_at=flag.raised_at,
        clock_started_at=flag.clock_started_at,
        respond_by=flag.respond_by,
        contacted_at=flag.contacted_at,
        now=now,
        risk_points=risk_points,
        open_families=open_families,
    )


def _enter_queue(follow_up: FollowUp, flags: Sequence[Flag], now: datetime) -> None:
    lead = lead_of(flags, now)
    place = place_of(
        lead,
        now=now,
        risk_points=follow_up.risk_points,
        open_families=len(flags),
    )
    follow_up.severity = lead.severity
    follow_up.breach_bucket = place.bucket
    follow_up.risk_points = place.risk
    follow_up.age_days = place.age_days
    follow_up.breach_at = lead.respond_by
    follow_up.open_families = len(flags)
    follow_up.awaits_contact = lead.contacted_at is None and not lead.is_snoozed(now)
    follow_up.lead_flag = lead
    wakes = [flag.snoozed_until for flag in flags if flag.is_snoozed(now)]
    moments = [moment for moment in (place.changes_at, *wakes) if moment]
    follow_up.rank_changes_at = min(moments, default=None)


def _leave_queue(follow_up: FollowUp) -> None:
    follow_up.severity = follow_up.breach_at = follow_up.lead_flag = None
    follow_up.rank_changes_at = None
    follow_up.breach_bucket = follow_up.age_days = follow_up.open_families = 0
    follow_up.awaits_contact = False
