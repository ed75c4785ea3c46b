"""What staff hear of besides pages: a case given to them, a target running out, the day ahead."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from followups.choices import StaffMessageKind
from followups.models import FollowUp, Notice, StaffMessage
from followups.protocol import MESSAGES
from followups.services.staff_messages import recipients

if TYPE_CHECKING:
    from clinic.staff.models import Clinic, User

LASTS = timedelta(hours=MESSAGES.notice_lasts_hours)
DIGEST_LASTS = timedelta(hours=6)


def assigned(case: FollowUp, *, to: "User", by: "User", now: datetime) -> bool:
    """Tell somebody that a colleague gave them a case; nobody is told what they did themselves."""
    if to.pk == by.pk or not to.email or case.lead_flag is None:
        return False
    key = f"assigned:{case.pk}:{int(now.timestamp())}"
    message = recipients.mail(
        to, StaffMessageKind.ASSIGNED, key=key, flag=case.lead_flag, now=now, lasts=LASTS
    )
    return bool(recipients.add([message]))


def target_due(*, now: datetime) -> int:
    """Mail each notice of a response target that runs out; return how many mails that makes."""
    notices = list(Notice.objects.filter(made_at__gt=now - LASTS).select_related("flag", "to"))
    everybody: dict[int, list[User]] = {}
    for person in recipients.reviewers({each.clinic_id for each in notices if each.to is None}):
        everybody.setdefault(person.clinic_id or 0, []).append(person)
    made = [
        recipients.mail(
            person,
            StaffMessageKind.TARGET,
            key=f"notice:{notice.pk}",
            flag=notice.flag,
            now=now,
            lasts=LASTS,
        )
        for notice in notices
        for person in ([notice.to] if notice.to else everybody.get(notice.clinic_id, []))
        if person.email and person.is_active and person.clinic_id == notice.clinic_id
    ]
    return recipients.add(made)


def digest_due(*, now: datetime) -> int:
    """Mail the morning's numbers to everybody who reviews, where anything waits; once a day."""
    due = [each for each in recipients.clinics().values() if _is_time(each, now)]
    done = StaffMessage.objects.filter(
        clinic__in=due, kind=StaffMessageKind.DIGEST, not_before__gt=now - DIGEST_LASTS
    )
    held = set(done.values_list("clinic", flat=True))
    open_cases = FollowUp.objects.queue().awaiting_contact().order_by()
    busy = set(open_cases.filter(clinic__in=due).values_list("clinic", flat=True).distinct())
    zones = {each.pk: each.today(now) for each in due if each.pk in busy - held}
    made = [
        recipients.mail(
            person,
            StaffMessageKind.DIGEST,
            key=f"digest:{zones[person.clinic_id or 0]:%Y-%m-%d}",
            flag=None,
            now=now,
            lasts=DIGEST_LASTS,
        )
        for person in recipients.reviewers(zones)
    ]
    return recipients.add(made)


def _is_time(clinic: "Clinic", now: datetime) -> bool:
    """Whether it is the clinic's morning; later than that nobody needs the numbers."""
    local = now.astimezone(clinic.zone)
    begins = datetime.combine(local.date(), MESSAGES.digest_at, tzinfo=clinic.zone)
    return begins <= now < begins + timedelta(hours=2)
