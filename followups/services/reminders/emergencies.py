"""While an emergency is open somebody calls: nothing automatic asks the patient for anything.

What tells of an appointment still leaves: it may be the one made because of the emergency.
"""

from datetime import datetime, timedelta
from functools import cache

from followups.choices import ReminderPurpose, Severity
from followups.clock import early
from followups.compiled import Compiled, Given, question
from followups.models import FollowUp, Reminder

PAUSED = {ReminderPurpose.CHECK_IN, ReminderPurpose.TO_BOOK, ReminderPurpose.MISSED}


def wait(message: Reminder, now: datetime) -> datetime | None:
    """Return the next morning, to look again, if an emergency of the patient is open now.

    Later today it would take the place of a link that somebody asked for meanwhile.
    """
    if message.purpose not in PAUSED or not _open().rows(patient=message.patient_id):
        return None
    clinic = message.clinic
    return early(clinic.zone, clinic.today(now) + timedelta(days=1))


@cache
def _open() -> Compiled:
    emergencies = FollowUp.objects.filter(
        surgery__patient=Given("patient"), severity=Severity.EMERGENCY, ended_at=None
    )
    return question(emergencies.order_by().values_list("pk")[:1])
