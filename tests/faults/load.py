"""Fills a database: made-up people, each with one check-in that is due and one message for it.

The people are inserted in bulk, the messages are planned by the product itself.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from clinic.staff.models import Clinic
from followups.choices import CheckInKind
from followups.models import CheckIn, FollowUp, Reminder
from followups.services import reminders
from followups.services.check_ins import ANSWER_WINDOW
from patients.choices import Approach, ChannelKind, Region
from patients.models import ContactChannel, Patient, Surgery
from tests.faults.planted.mail import POISON
from tests.privacy import canaries

BORN = date(1961, 7, 23)  # the canary's
DAY = 7
CHUNK = 2000


def noon() -> str:
    """Return a zone in which it is about noon: no quiet hours hold a message back."""
    hours_east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours_east:+d}" if hours_east else "Etc/GMT"


def clinics() -> list[Clinic]:
    """Return two clinics, made at the first call: rows of one must not point to the other's."""
    facts = {
        "time_zone": noon(),
        "emergency_number": "911",
        "urgent_phone": "+12125550100",
        "crisis_line": "988",
        "quiet_from": time(20),
        "quiet_until": time(8),
    }
    for code in ("north", "south"):
        Clinic.objects.get_or_create(code=code, defaults={"name": f"Clinic {code}"} | facts)
    return list(Clinic.objects.order_by("pk"))


@transaction.atomic
def add_people(
    number: int, *, now: datetime, poisoned: int = 0, channel: str = ChannelKind.EMAIL
) -> list[CheckIn]:
    """Add so many people with a check-in due for an hour; the first ones' addresses are poison."""
    homes = clinics()
    first = Patient.objects.count()
    made = []
    for start in range(0, number, CHUNK):
        numbers = range(start, min(start + CHUNK, number))
        people = Patient.objects.bulk_create(
            Patient(
                clinic=homes[each % len(homes)],
                mrn=f"{canaries.MRN}-{first + each}",
                given_name=canaries.GIVEN,
                family_name=canaries.FAMILY,
                date_of_birth=BORN,
            )
            for each in numbers
        )
        ContactChannel.objects.bulk_create(_channels(people, numbers, poisoned, channel, now))
        made += _check_ins(people, now)
    return made


def _channels(
    people: list[Patient], numbers: range, poisoned: int, channel: str, now: datetime
) -> Iterator[ContactChannel]:
    for person, number in zip(people, numbers, strict=True):
        name = POISON if number < poisoned else "person"
        is_text = channel == ChannelKind.SMS  # to numbers that are not the canary's
        yield ContactChannel(
            clinic_id=person.clinic_id,
            patient=person,
            kind=channel,
            address=f"+1212{5560000 + person.pk}" if is_text else f"{name}-{person.pk}@a.example",
            consented_on=now.date(),
        )


def _check_ins(people: list[Patient], now: datetime) -> list[CheckIn]:
    operated = now.date() - timedelta(days=DAY)
    surgeries = Surgery.objects.bulk_create(
        Surgery(
            clinic_id=person.clinic_id,
            patient=person,
            performed_on=operated,
            region=Region.LUMBAR,
            approach=Approach.TLIF,
        )
        for person in people
    )
    FollowUp.objects.bulk_create(
        FollowUp(clinic_id=each.clinic_id, surgery=each, planned_from=operated)
        for each in surgeries
    )
    return CheckIn.objects.bulk_create(
        CheckIn(
            clinic_id=each.clinic_id,
            surgery=each,
            kind=CheckInKind.SCHEDULED,
            plan_day=DAY,
            due_on=now.date(),
            due_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=2),
        )
        for each in surgeries
    )


def add_outage(people: int, *, days: int, now: datetime) -> None:
    """Add people who came due on one of the last days; half were planned for as it happened."""
    for number, planned in ((people // 2, True), (people - people // 2, False)):
        check_ins = add_people(number, now=now)
        for place, check_in in enumerate(check_ins):
            ago = timedelta(days=place % days)
            check_in.due_on -= ago
            check_in.due_at -= ago
            check_in.closes_at = check_in.due_at + ANSWER_WINDOW
        CheckIn.objects.bulk_update(check_ins, ["due_on", "due_at", "closes_at"])
        for day in reversed(range(days)):
            if planned:
                plan_messages(now=now - timedelta(days=day, minutes=30))


def plan_messages(*, now: datetime) -> None:
    """Let the product put every message that is due in its outbox."""
    know_the_size()
    while reminders.plan_due(now=now):
        pass
    know_the_size()


def know_the_size() -> None:
    """Let PostgreSQL count its tables now, as it does by itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def due_references(*, now: datetime) -> set[str]:
    """Return the references of all messages that ought to leave now; poison never can."""
    poisoned = ContactChannel.objects.filter(address__startswith=POISON).values("patient")
    due = Reminder.objects.unsent().filter(not_before__lte=now)
    due = due.exclude(check_in__surgery__patient__in=poisoned)
    return {str(each) for each in due.values_list("public_id", flat=True)}
