"""Tell the clinic that somebody broke the glass: an outbox of e-mails, at least once each.

A claim counts the attempt and moves the next one on, and commits; then the message is sent
with no transaction open; then the end is recorded. Whoever dies in between has only delayed.
The text names nobody: mailboxes are shared.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.privacy.models import Notice
from clinic.staff.models import Role, User
from followups.models import Hold
from patients.models import Opening

FIRST_WAIT = timedelta(minutes=1)  # longer than any sending: until then the claim holds
LONGEST_WAIT = timedelta(minutes=30)

Clock = Callable[[], datetime]


def plan(opening: Opening, *, now: datetime) -> int:
    """Put a message for each who must know in the outbox; return how many that are."""
    found = [
        Notice(clinic_id=opening.clinic_id, opening=opening, to=user, due_at=now)
        for user in _told_of(opening)
    ]
    Notice.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def send_due(*, clock: Clock, limit: int = 200) -> int:
    """Send what is due, one message after the other; return how many were sent."""
    sent = 0
    for _ in range(limit):
        notice = _claim(clock())
        if notice is None:
            break
        sent += _send(notice, clock)
    return sent


def _told_of(opening: Opening) -> Iterator[User]:
    """The clinic's administrators and its lead nurse."""
    staff = User.objects.filter(is_active=True, clinic_id=opening.clinic_id)
    leads = Q(pk=opening.clinic.lead_nurse_id)
    yield from staff.filter(Q(role=Role.ADMINISTRATOR) | leads)


@transaction.atomic
def _claim(now: datetime) -> Notice | None:
    notice = (
        Notice.objects.due(now)
        .filter(~Exists(Hold.objects.active().filter(clinic=OuterRef("clinic"))))
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("to")
        .first()
    )
    if notice is not None:
        wait = min(FIRST_WAIT * 2**notice.attempts, LONGEST_WAIT)
        Notice.objects.filter(pk=notice.pk).update(attempts=F("attempts") + 1, due_at=now + wait)
    return notice


def _send(notice: Notice, clock: Clock) -> bool:
    mine = Notice.objects.filter(pk=notice.pk)
    if not notice.to.email:
        mine.update(failure="No e-mail address on record.")
        return False
    try:
        _message(notice).send()
    except (SMTPException, OSError, ValueError) as error:  # its words may quote the address
        mine.update(failure=type(error).__name__)
        return False
    return bool(mine.update(sent_at=clock(), failure=""))


def _message(notice: Notice) -> EmailMessage:
    context = {
        "product": settings.PRODUCT_NAME,
        "url": settings.SITE_URL + reverse("privacy:openings"),
    }
    subject, _, body = render_to_string("privacy/opened.txt", context).partition("\n")
    return EmailMessage(subject, body.strip() + "\n", to=[notice.to.email])
