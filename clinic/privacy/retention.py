"""How long which data is kept, what happens then and why; and the nightly job that does it.

Nothing here touches the record: it is kept as the law of the place says and taken out only by
``erase_patient``, by a person who has decided it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from clinic.privacy.models import Notice
from clinic.staff import sessions, throttle
from followups.models import CheckInLink, Heartbeat, ProviderEvent

NAME = "retention"
LINKS = timedelta(days=30)
NOTICES = timedelta(days=90)
RECEIPTS = timedelta(days=400)
DEMO_MESSAGES = timedelta(days=7)


def drop_links(now: datetime) -> int:
    """Forget the tokens of check-ins that closed long ago; return how many."""
    return CheckInLink.objects.filter(check_in__closes_at__lt=now - LINKS).delete()[0]


def drop_notices(now: datetime) -> int:
    return Notice.objects.filter(sent_at__lt=now - NOTICES).delete()[0]


def drop_receipts(now: datetime) -> int:
    return ProviderEvent.objects.filter(received_at__lt=now - RECEIPTS).delete()[0]


def drop_demo_messages(now: datetime) -> int:
    """Remove files of the outbox that stands in for a mail server."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    oldest = (now - DEMO_MESSAGES).timestamp()
    found = Path(folder).glob("*.log") if folder else ()
    gone = [path for path in found if path.is_file() and path.stat().st_mtime < oldest]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is kept, for how long, what happens then, and where that comes from.

    ``name`` is what the job counts under; without ``apply`` no job does anything.
    """

    name: str
    data: str
    kept: str
    then: str
    why: str
    apply: Callable[[datetime], int] | None = None


RULES = (
    Rule(
        "record",
        "Clinical record: patients, operations, reports, flags, notes, visits",
        "As long as the law where the clinic is requires",
        "Kept; a person may pseudonymise it with erase_patient",
        "State and national record laws; the system never decides this by itself",
    ),
    Rule(
        "audit",
        "Audit: who opened and changed what, openings of restricted records, erasures",
        "At least 6 years",
        "Kept; values of erased patients are taken out",
        "45 CFR 164.316(b)(2): documentation is kept six years",
    ),
    Rule(
        "links",
        "Links to check-ins (only their hashes)",
        "30 days after the check-in closed",
        "Deleted",
        "A link is of no use once its check-in has closed; 30 days to answer questions",
        drop_links,
    ),
    Rule(
        "sessions",
        "Sign-in sessions",
        "12 hours at most",
        "Deleted",
        "A sign-in ends after 15 minutes without use, at the latest after 12 hours",
        sessions.forget,
    ),
    Rule(
        "tries",
        "Counts of failed sign-ins (hashes of who tried)",
        "1 day",
        "Deleted",
        "They limit nobody any more",
        throttle.forget,
    ),
    Rule(
        "notices",
        "E-mails about openings: to whom and when, no patient",
        "90 days after they were sent",
        "Deleted",
        "The opening itself stays in the audit",
        drop_notices,
    ),
    Rule(
        "receipts",
        "What providers reported of messages: their ids and words, no address",
        "400 days",
        "Deleted; what became of each message stays with it",
        "Providers keep their own logs about 13 months; until then one of them may be sent again",
        drop_receipts,
    ),
    Rule(
        "demo",
        "Demo only: messages to invented patients, as files",
        "7 days",
        "Deleted",
        "Nobody real receives them",
        drop_demo_messages,
    ),
    Rule(
        "copies",
        "Copies made for patients",
        "Never stored",
        "They leave with the download; that one was made stays in the audit",
        "What is not stored cannot be lost",
    ),
    Rule(
        "backups",
        "Backups and logs of the servers",
        "35 days",
        "Deleted by whoever runs the servers",
        "Long enough to find a fault, short enough for erasures to hold (see docs/privacy.md)",
    ),
)


def run(*, now: datetime) -> dict[str, int]:
    """Delete what has been kept long enough; safe to repeat. Return how much of each."""
    counts = {rule.name: rule.apply(now) for rule in RULES if rule.apply}
    Heartbeat.objects.update_or_create(name=NAME, defaults={"at": now, "detail": counts})
    return counts


def last_run() -> Heartbeat | None:
    return Heartbeat.objects.filter(name=NAME).first()
