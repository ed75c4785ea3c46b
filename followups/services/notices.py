"""Tell somebody when a case uses up its response target: the only writer of notices."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from followups.choices import NoticeLevel
from followups.models import Flag, FollowUp, Notice
from followups.protocol import STANDARD

if TYPE_CHECKING:
    from clinic.staff.models import User

# The stored bucket from which the first level can have been reached.
FIRST_BUCKET = 3
LEVELS = (
    (NoticeLevel.OWNER, STANDARD.response.notify_owner_percent),
    (NoticeLevel.LEAD, STANDARD.response.notify_lead_percent),
    (NoticeLevel.SURGEON, STANDARD.response.notify_surgeon_percent),
)


def make_due(*, now: datetime, limit: int = 5000) -> int:
    """Make the notices of cases whose target is running out; return how many.

    Safe to repeat and to overlap: one notice a level and run of the clock.
    """
    pressing = (
        FollowUp.objects.queue()
        .awaiting_contact()
        .filter(breach_bucket__gte=FIRST_BUCKET)
        .select_related("lead_flag", "clinic__lead_nurse", "owner", "surgery__surgeon")
    )
    due = [notice for case in pressing[:limit] for notice in _due(case, now)]
    before = Notice.objects.count() if due else 0
    Notice.objects.bulk_create(due, ignore_conflicts=True)
    return Notice.objects.count() - before if due else 0


def _due(case: FollowUp, now: datetime) -> Iterator[Notice]:
    flag = case.lead_flag
    if flag is None:
        return
    for level, percent in LEVELS:
        if now >= reached_at(flag, percent):
            yield Notice(
                clinic_id=case.clinic_id,
                flag=flag,
                level=level,
                clock_started_at=flag.clock_started_at,
                to=_recipient(case, level),
                made_at=now,
            )


def reached_at(flag: Flag, percent: int) -> datetime:
    """Return when this share of the target has passed."""
    target: timedelta = flag.respond_by - flag.clock_started_at
    return flag.clock_started_at + target * percent / 100


def _recipient(case: FollowUp, level: NoticeLevel) -> "User | None":
    """Owner, lead nurse, named surgeon; None is everybody who reviews here."""
    return {
        NoticeLevel.OWNER: case.owner,
        NoticeLevel.LEAD: case.clinic.lead_nurse,
        NoticeLevel.SURGEON: case.surgery.surgeon,
    }[level]
