"""Store what was found between check-ins and let the rules look at it at once.

With ``imaging``, the only writer of imaging studies, instrument scores and known deficits.
"""

from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from followups.choices import EvaluationTrigger
from followups.models import FollowUp
from followups.services import flags
from patients.models import ImagingStudy, InstrumentScore, KnownDeficit
from patients.storing import store

Fact = TypeVar("Fact", ImagingStudy, InstrumentScore, KnownDeficit)


@transaction.atomic
def save(fact: Fact, *, now: datetime) -> Fact:
    """Store a new or corrected fact and evaluate the surgery it belongs to.

    Raises:
        ValidationError: by field.
    """
    fact.clinic_id = fact.surgery.clinic_id
    person = getattr(fact, "entered_by", None) or getattr(fact, "assessor", None)
    if person is not None and person.clinic_id not in (None, fact.clinic_id):
        raise ValidationError("Choose a person of the patient's clinic.")
    store(fact)
    follow_up = FollowUp.objects.locked().filter(surgery=fact.surgery_id).first()
    if follow_up is not None:
        flags.refresh(follow_up, trigger=EvaluationTrigger.RECORD, now=now)
    return fact
