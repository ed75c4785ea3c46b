"""Notice that the database was restored or copied: then nothing may leave unseen.

What tells one database from its restored copy: the cluster's identifier, its time line, which
grows at each recovery to a point in time, and the numbers the database and its tables were given.
"""

from datetime import datetime

from django.apps import apps
from django.db import connection, transaction

from followups.models import Origin
from followups.services import holds

_PLACE = """
SELECT concat_ws(
    '/',
    (SELECT system_identifier FROM pg_control_system()),
    (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT oid FROM pg_database WHERE datname = current_database()),
    'followups_origin'::regclass::oid
)
"""


def check(*, now: datetime) -> bool:
    """Place a hold on every clinic if the database is not where it was; return whether it is so.

    The first look only remembers the place.
    """
    place = _place()
    known = Origin.objects.first()
    if known is None:
        Origin.objects.bulk_create([Origin(place=place, seen_at=now)], ignore_conflicts=True)
        return False
    return known.place != place and note_restore(now=now) >= 0


@transaction.atomic
def note_restore(*, now: datetime) -> int:
    """Hold every clinic; return how many messages somebody has to look at."""
    place = {"place": _place(), "seen_at": now}
    Origin.objects.update_or_create(only=True, defaults=place)
    clinics = apps.get_model("staff", "Clinic").objects.order_by("pk")
    return holds.restored(list(clinics), now=now)


def _place() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_PLACE)
        place: str = cursor.fetchone()[0]
    return place
