"""Keep what patients have answered so far, and make use of what they never sent."""

import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Field, Q, QuerySet

from followups.models import CheckIn, Draft, FollowUp
from followups.questionnaire import NAMES, Sheet
from followups.services import check_ins
from patients.choices import AnsweredBy
from patients.models import SymptomReport

logger = logging.getLogger(__name__)

LEFT_AFTER = timedelta(hours=2)  # as long as a birth date holds: nobody is sitting there now


def save(
    check_in: CheckIn,
    *,
    names: Iterable[str],
    answers: Mapping[str, Any],
    answered_by: AnsweredBy = AnsweredBy.PATIENT,
    now: datetime,
) -> Draft:
    """Add answers to what is saved of a check-in; a question answered anew is replaced.

    Args:
        names: questions answered now.
        answers: item of the report to typed value, for these questions; null if left empty.
    """
    with transaction.atomic():
        Draft.objects.bulk_create(
            [_empty(check_in, now)],
            ignore_conflicts=True,
        )
        draft = Draft.objects.select_for_update().get(check_in=check_in)
        draft.names = sorted({*draft.names, *names})
        draft.answers = draft.answers | {item: _plain(value) for item, value in answers.items()}
        draft.answered_by, draft.saved_at = answered_by, now
        draft.save(update_fields=["names", "answers", "answered_by", "saved_at"])
    return draft


def of(check_in: CheckIn) -> Draft:
    """Return what is saved of a check-in; an empty draft where nothing is."""
    return Draft.objects.filter(check_in=check_in).first() or _empty(check_in, check_in.due_at)


def answers_of(draft: Draft) -> dict[str, Any]:
    """Return the saved answers as typed values."""
    return {item: _typed(item, value) for item, value in draft.answers.items()}


def drop(check_in: CheckIn) -> None:
    """Forget the draft of a check-in that has been sent."""
    Draft.objects.filter(check_in=check_in).delete()


def store_left(*, now: datetime, limit: int = 500) -> int:
    """Make incomplete reports of answers that were never sent; return how many.

    What a patient has told us counts, even where the phone was put away half-way. Of a
    check-in that takes no answers any more, no draft is kept.
    """
    left = Draft.objects.filter(saved_at__lte=now - LEFT_AFTER).filter(
        Q(stored_at=None) | Q(stored_at__lt=F("saved_at")) | Q(check_in__in=_ended(now))
    )
    rows = left.order_by("pk").values_list("pk", "check_in__surgery")[:limit]
    return sum(_try_to_store(pk, surgery, now) for pk, surgery in rows)


def _try_to_store(pk: int, surgery: int, now: datetime) -> bool:
    """Store one draft; one that cannot be stored must not keep the sweep from all others."""
    try:
        return _store(pk, surgery, now)
    except (DataError, IntegrityError, ValidationError) as error:
        logger.warning("draft %d cannot be stored: %s", pk, type(error).__name__)
        return False


def _ended(now: datetime) -> QuerySet[CheckIn]:
    return CheckIn.objects.exclude(report=None, cancelled_at=None, closes_at__gt=now - LEFT_AFTER)


@transaction.atomic
def _store(pk: int, surgery: int, now: datetime) -> bool:
    FollowUp.objects.locked().get(surgery=surgery)  # first, as whoever sends answers does
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .filter(pk=pk, saved_at__lte=now - LEFT_AFTER)
        .select_related("check_in")
        .first()
    )
    if draft is None:  # sent, or gone on with, meanwhile
        return False
    is_new = draft.stored_at is None or draft.stored_at < draft.saved_at
    is_stored = is_new and not _is_known(draft) and _make_report(draft, now)
    if _ended(now).filter(pk=draft.check_in_id).exists():
        draft.delete()
    else:
        draft.stored_at = now
        draft.save(update_fields=["stored_at"])
    return is_stored


def _make_report(draft: Draft, now: datetime) -> bool:
    try:
        with transaction.atomic():
            check_ins.submit(
                draft.check_in,
                answers=_said(draft),
                complete=False,
                submission_id=uuid.uuid5(uuid.NAMESPACE_OID, f"draft {draft.pk} {draft.saved_at}"),
                answered_by=AnsweredBy(draft.answered_by),
                answered_at=draft.saved_at,
                now=now,
            )
    except check_ins.NotAwaited:  # answered or cancelled meanwhile
        return False
    return True


def _said(draft: Draft) -> dict[str, Any]:
    """Return the answers of a draft, without those that later ones have made pointless."""
    sheet = Sheet(tuple(name for name in NAMES if name in draft.names), recalls_a_day=False)
    return {
        item: value
        for item, value in sheet.belonging(answers_of(draft)).items()
        if value not in (None, "")
    }


def _is_known(draft: Draft) -> bool:
    """Whether a report already says all of it: an emergency was stored at once."""
    answers = _said(draft)
    latest = (
        SymptomReport.objects.filter(
            surgery=draft.check_in.surgery_id, reported_at__gte=draft.saved_at - LEFT_AFTER
        )
        .order_by("-reported_at", "-pk")
        .first()
    )
    said = [getattr(latest, item, None) == value for item, value in answers.items()]
    return all(said)  # also where nothing was said at all


def _empty(check_in: CheckIn, now: datetime) -> Draft:
    return Draft(
        clinic_id=check_in.clinic_id, check_in=check_in, names=[], answers={}, saved_at=now
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _typed(item: str, value: Any) -> Any:
    field = cast(Field, SymptomReport._meta.get_field(item))
    return field.to_python(value)
