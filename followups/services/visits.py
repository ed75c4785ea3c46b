"""Book visits and say how they went."""

from datetime import date, datetime

from django.db import transaction

from followups.choices import EvaluationTrigger, VisitStatus
from followups.models import FollowUp, Visit
from followups.services import flags


class NotExpected(Exception):
    """The visit was completed or cancelled meanwhile."""


def book(visit: Visit, *, booked_for: datetime, now: datetime) -> Visit:
    """Give an expected visit its time; booking again moves it.

    Raises:
        NotExpected: if it was completed or cancelled.
    """
    return _change(visit, now, status=VisitStatus.BOOKED, booked_for=booked_for)


def complete(visit: Visit, *, on: date, now: datetime) -> Visit:
    """Say that the patient came on a day.

    Raises:
        NotExpected: if it was completed or cancelled already.
    """
    return _change(visit, now, status=VisitStatus.COMPLETED, completed_on=on)


def no_show(visit: Visit, *, now: datetime) -> Visit:
    """Say that the patient did not come to a booked visit.

    Raises:
        NotExpected: if it was not booked.
    """
    if visit.status != VisitStatus.BOOKED:
        raise NotExpected(visit.pk)
    return _change(visit, now, status=VisitStatus.NO_SHOW, no_show_at=[*visit.no_show_at, now])


def cancel(visit: Visit, *, now: datetime) -> Visit:
    """Call off an appointment; the visit itself is still expected.

    Raises:
        NotExpected: if it was completed meanwhile.
    """
    return _change(visit, now, status=VisitStatus.PLANNED, booked_for=None)


@transaction.atomic
def _change(visit: Visit, now: datetime, **facts: object) -> Visit:
    """Write the facts if the visit is as the caller saw it, then run the rules."""
    follow_up = FollowUp.objects.locked().get(surgery=visit.surgery_id)
    as_seen = Visit.objects.planned().filter(pk=visit.pk, status=visit.status)
    if not as_seen.update(**facts):
        raise NotExpected(visit.pk)
    flags.refresh(follow_up, trigger=EvaluationTrigger.RECORD, now=now)
    visit.refresh_from_db()
    return visit
