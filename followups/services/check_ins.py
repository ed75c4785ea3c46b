"""Answer check-ins and ask extra ones: the only writer of reports."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from followups.choices import CheckInKind, EvaluationTrigger
from followups.models import CheckIn, FollowUp
from followups.models.plan import BIRTH_DATE_TRIES
from followups.protocol import STANDARD
from followups.services import flags
from followups.texts import EDITION
from patients.choices import AnsweredBy, Source
from patients.models import Surgery, SymptomReport

if TYPE_CHECKING:
    from clinic.staff.models import User

ANSWER_WINDOW = timedelta(hours=STANDARD.check_ins.missed_hours)


class NotAwaited(Exception):
    """The check-in was already answered or was cancelled."""


class Locked(Exception):
    """Too many wrong birth dates: staff have to unlock the check-in."""


@transaction.atomic
def submit(
    check_in: CheckIn,
    *,
    answers: Mapping[str, Any],
    complete: bool,
    submission_id: UUID,
    source: Source = Source.LINK,
    answered_by: AnsweredBy = AnsweredBy.PATIENT,
    entered_by: "User | None" = None,
    answered_at: datetime | None = None,
    now: datetime,
) -> SymptomReport:
    """Store answers and raise what they call for, all or nothing.

    An incomplete report (a red flag seen before the form was finished) is stored and
    evaluated, and the check-in stays open for the rest.

    Args:
        answers: item of ``SymptomReport`` to typed value; an item left out was not asked.
        answered_at: when the patient answered, if it is entered later, as from paper.

    Raises:
        NotAwaited: if the check-in was answered or cancelled meanwhile.
    """
    follow_up = FollowUp.objects.locked().get(surgery=check_in.surgery_id)
    # The same form sent twice, after a lost reply: the first one stands.
    known = SymptomReport.objects.filter(submission_id=submission_id).first()
    if known is not None:
        return known
    report = SymptomReport.objects.create(
        clinic_id=check_in.clinic_id,
        surgery_id=check_in.surgery_id,
        submission_id=submission_id,
        reported_at=answered_at or now,
        reported_on=follow_up.surgery.clinic.today(answered_at or now),
        questionnaire_version=EDITION,
        source=source,
        answered_by=answered_by,
        entered_by=entered_by,
        is_complete=complete,
        **answers,
    )
    awaited = CheckIn.objects.awaited().filter(pk=check_in.pk)
    claimed = awaited.update(report=report) if complete else awaited.exists()
    if not claimed:
        raise NotAwaited(check_in.pk)  # rolls the report back
    flags.refresh(follow_up, trigger=EvaluationTrigger.REPORT, report=report, now=now)
    return report


@transaction.atomic
def enter(
    surgery: Surgery,
    *,
    answers: Mapping[str, Any],
    submission_id: UUID,
    source: Source,
    answered_by: AnsweredBy,
    entered_by: "User",
    answered_at: datetime,
    now: datetime,
) -> SymptomReport:
    """Store answers that staff typed in: for the check-in awaited then, else an extra one."""
    FollowUp.objects.locked().get(surgery=surgery)  # the patient may be sending just now
    known = SymptomReport.objects.filter(submission_id=submission_id, surgery=surgery).first()
    if known is not None:
        return known
    awaited = CheckIn.objects.open_at(answered_at).filter(surgery=surgery)
    check_in = awaited.order_by("due_at", "pk").last() or make_on_demand(surgery, now=now)
    return submit(
        check_in,
        answers=answers,
        complete=True,
        submission_id=submission_id,
        source=source,
        answered_by=answered_by,
        entered_by=entered_by,
        answered_at=answered_at,
        now=now,
    )


@transaction.atomic
def make_on_demand(surgery: Surgery, *, now: datetime) -> CheckIn:
    """Ask at once, because something has changed; an unanswered request is reused."""
    today = surgery.clinic.today(now)
    CheckIn.objects.bulk_create(
        [
            CheckIn(
                clinic_id=surgery.clinic_id,
                surgery=surgery,
                kind=CheckInKind.ON_DEMAND,
                due_on=today,
                due_at=now,
                closes_at=now + ANSWER_WINDOW,
            )
        ],
        ignore_conflicts=True,
    )
    return CheckIn.objects.awaited().get(surgery=surgery, kind=CheckInKind.ON_DEMAND, due_on=today)


def birth_date_matches(check_in: CheckIn, *, given: date) -> bool:
    """Compare a birth date with the record; five wrong ones lock the link.

    The try is taken first, in one statement, so that fifty guesses at once are still
    five.

    Raises:
        Locked: if no try is left.
    """
    tries = CheckIn.objects.filter(pk=check_in.pk)
    taken = tries.filter(birth_date_tries__lt=BIRTH_DATE_TRIES).update(
        birth_date_tries=F("birth_date_tries") + 1
    )
    if not taken:
        raise Locked(check_in.pk)
    if given != check_in.surgery.patient.date_of_birth:
        return False
    tries.update(birth_date_tries=0)
    return True


def unlock(check_in: CheckIn) -> None:
    """Give the link its tries back, after staff made sure who holds it."""
    CheckIn.objects.filter(pk=check_in.pk).update(birth_date_tries=0)
