"""Who is written to: by their own address, or by the clinic's on-call route."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from followups.choices import StaffMessageKind
from followups.models import Flag, StaffMessage
from patients.choices import ChannelKind

if TYPE_CHECKING:
    from clinic.staff.models import Clinic, User

REVIEW = ("surgeon", "nurse")  # the roles that review cases


def clinics() -> "Mapping[int, Clinic]":
    return apps.get_model("staff", "Clinic").objects.in_bulk()


def reviewers(clinics: Iterable[int]) -> "QuerySet[User]":
    """Return everybody who reviews cases in these clinics and has an address."""
    people = get_user_model().objects.filter(is_active=True, role__in=REVIEW)
    return people.filter(clinic__in=list(clinics)).exclude(email="").order_by("pk")


def mail(
    to: "User",
    kind: StaffMessageKind,
    *,
    key: str,
    flag: Flag | None,
    now: datetime,
    lasts: timedelta,
) -> StaffMessage:
    """Return one e-mail to a member of staff, not stored yet."""
    return StaffMessage(
        clinic_id=to.clinic_id or 0,
        to=to,
        kind=kind,
        flag=flag,
        key=f"{key}:{to.pk}",
        channel=ChannelKind.EMAIL,
        not_before=now,
        not_after=now + lasts,
    )


def add(messages: list[StaffMessage]) -> int:
    """Store those that are new; return how many that were."""
    keys = {message.key for message in messages}
    known = set(StaffMessage.objects.filter(key__in=keys).values_list("clinic", "key", "channel"))
    new = [each for each in messages if (each.clinic_id, each.key, each.channel) not in known]
    StaffMessage.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
