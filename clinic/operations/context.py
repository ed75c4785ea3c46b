"""What every staff page shows about the system itself; asked for only where it is shown."""

from datetime import datetime
from functools import cached_property
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, QuerySet
from django.db.models.functions import JSONObject, Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from clinic.audit import recent
from clinic.operations.heartbeats import Pulse, pulse
from clinic.staff import preferences
from clinic.staff.models import Clinic, Preferences, User
from followups.models import FollowUp, Hold, InboundMessage, Visit
from followups.presenters import found
from patients.models import Opening, Patient

MOST_CASES = 999
MOST_PATIENTS = 9_999
MOST_TEXTS = 99


class _StaffPage:
    """The frame of a page for whoever is signed in; for anybody else every answer is None."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self.request, "user", None)  # error pages may come before sign-in
        return user if isinstance(user, User) else None

    @cached_property
    def counts(
        self,
    ) -> tuple[int, int, list[dict[str, Any]], int, list[dict[str, Any]], int]:
        """Cases to contact, patients, records opened, texts, holds, overdue visits: one query.

        The counts are of the whole clinic, records closed to this person among them.
        """
        user = cast(User, self.user)
        cases = FollowUp.objects.in_clinic(user).queue().awaiting_contact()
        patients = Patient.objects.in_clinic(user).active()
        opened = Opening.objects.filter(user=user, until__gt=Now()).order_by("until")
        texts = InboundMessage.objects.in_clinic(user).for_role_of(user).unhandled()
        held = Hold.objects.in_clinic(user).active().order_by("at")
        counted: tuple[int, int, list[dict[str, Any]], int, list[dict[str, Any]], int] = (
            User.objects.filter(pk=user.pk)
            .values_list(
                _up_to(MOST_CASES, cases),
                _up_to(MOST_PATIENTS, patients),
                ArraySubquery(opened.values(row=JSONObject(pk="pk", until="until"))),
                _up_to(MOST_TEXTS, texts),
                ArraySubquery(held.values(row=JSONObject(reason="reason", at="at"))[:1]),
                _up_to(MOST_CASES, self._overdue(user)),
            )
            .get()
        )
        return counted

    @staticmethod
    def _overdue(user: User) -> QuerySet:
        """Visits whose window has closed without them, of patients who are followed."""
        visits = Visit.objects.in_clinic(user).filter(surgery__follow_up__ended_at=None)
        today = user.clinic.today(timezone.now()) if user.clinic else timezone.now().date()
        return visits.overdue(today)

    def clinic(self) -> Clinic | None:
        return self.user.clinic if self.user else None

    def clinic_zone(self) -> ZoneInfo:
        """The time zone moments are shown in; a superuser may belong to no clinic."""
        clinic = self.clinic()
        return clinic.zone if clinic else ZoneInfo(settings.TIME_ZONE)

    def preferences(self) -> Preferences | None:
        return preferences.of(self.user) if self.user else None

    def heartbeat(self) -> Pulse | None:
        return pulse() if self.user else None

    def queue_count(self) -> str | None:
        return _shown(self.counts[0], MOST_CASES) if self.user else None

    def overdue_count(self) -> str | None:
        return _shown(self.counts[5], MOST_CASES) if self.user else None

    def openings(self) -> list[dict[str, Any]]:
        """Restricted records this person has open at the moment, and until when."""
        opened = self.counts[2] if self.user else []
        return [each | {"until": datetime.fromisoformat(each["until"])} for each in opened]

    def recent_patients(self) -> list[found.Line]:
        """Whom this person looked at last; for pages within a reach."""
        now = timezone.now()
        return [found.line(each, now=now) for each in recent.patients(cast(User, self.user))]

    def hold(self) -> dict[str, Any] | None:
        """Why nothing leaves the clinic at the moment, and since when."""
        held = self.counts[4] if self.user else []
        return held[0] | {"at": datetime.fromisoformat(held[0]["at"])} if held else None

    def patient_count(self) -> str | None:
        return _shown(self.counts[1], MOST_PATIENTS) if self.user else None

    def inbox_count(self) -> str:
        """Texts of patients that nobody has seen to; "" for none."""
        waiting = self.counts[3] if self.user else 0
        return _shown(waiting, MOST_TEXTS) if waiting else ""


def _up_to(most: int, rows: QuerySet) -> Func:
    """Count rows, but no further than just past the most that is shown."""
    capped = rows.order_by().values("pk")[: most + 1]
    return Func(ArraySubquery(capped), function="cardinality", output_field=IntegerField())


def _shown(count: int, most: int) -> str:
    return f"{most}+" if count > most else str(count)


def staff_page(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's facts, each unasked until a template uses it."""
    page = _StaffPage(request)
    return {
        "product_name": settings.PRODUCT_NAME,
        "is_demo": settings.FUSELINE_DEMO,
        "clinic": SimpleLazyObject(page.clinic),
        "clinic_zone": SimpleLazyObject(page.clinic_zone),
        "preferences": SimpleLazyObject(page.preferences),
        "heartbeat": SimpleLazyObject(page.heartbeat),
        "queue_count": SimpleLazyObject(page.queue_count),
        "patient_count": SimpleLazyObject(page.patient_count),
        "overdue_count": SimpleLazyObject(page.overdue_count),
        "openings": SimpleLazyObject(page.openings),
        "inbox_count": SimpleLazyObject(page.inbox_count),
        "hold": SimpleLazyObject(page.hold),
        "recent_patients": SimpleLazyObject(page.recent_patients),
    }
