"""One clinic with one of everything, as the database and as the browsers of its staff."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client

from clinic.staff.models import Clinic, Throttle, User
from followups import tokens
from followups.choices import (
    ContactMethod,
    ContactOutcome,
    Family,
    FlagEventKind,
    Rule,
    Severity,
    VisitStatus,
)
from followups.models import (
    CheckIn,
    ClosedDay,
    ContactAttempt,
    Flag,
    FlagEvent,
    FollowUp,
    Heartbeat,
    Notice,
    Reminder,
    SlotTemplate,
    Visit,
)
from followups.services import visits
from patients.choices import ChannelKind
from patients.models import (
    ImagingStudy,
    InstrumentScore,
    KnownDeficit,
    Patient,
    RiskProfile,
    Surgery,
)
from tests.factories import (
    at,
    make_clinic,
    make_flag,
    make_patient,
    make_surgery,
    make_user,
    store_report,
)
from tests.followups.views import answering

NOW = at(60, 14)
TODAY = NOW.date()
ROLES = ("nurse", "surgeon", "auditor", "administrator", "root", "nobody")
OURS = ("staff", "patients", "followups")


@dataclass
class World:
    """What the cases name: rows of one clinic, one case of another, and who is signed in."""

    clinic: Clinic
    elsewhere: Clinic
    staff: dict[str, User]
    patient: Patient
    surgery: Surgery
    case: FollowUp
    flag: Flag
    emergency: FollowUp
    check_in: CheckIn
    visit: Visit
    booked: Visit
    other: Surgery
    other_case: FollowUp
    cookies: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    link: str = ""
    answers: dict[Any, Any] = field(default_factory=dict)
    as_made: str = ""  # the sum over all rows

    def browser(self, role: str = "nurse", **options: Any) -> Client:
        """Return a fresh window of somebody who is signed in already."""
        client = Client(**options)
        client.cookies.load(self.cookies[role])
        return client

    def address(self, text: str) -> str:
        """Return an address of the tables with the ids of this world."""
        for name, row in self._named().items():
            text = text.replace(f"<{name}>", str(row))
        return text

    @property
    def open_flags(self) -> list[int]:
        return list(Flag.objects.open().filter(surgery=self.surgery).values_list("pk", flat=True))

    @property
    def newest_attempt(self) -> int:
        return ContactAttempt.objects.filter(surgery=self.surgery).latest().pk

    def _named(self) -> dict[str, Any]:
        return {
            "patient": self.patient.pk,
            "surgery": self.surgery.pk,
            "case": self.case.pk,
            "flag": self.flag.pk,
            "emergency": self.emergency.pk,
            "check_in": self.check_in.pk,
            "visit": self.visit.pk,
            "booked": self.booked.pk,
            "clinic": self.clinic.pk,
            "other_patient": self.other.patient_id,
            "other_surgery": self.other.pk,
            "other_case": self.other_case.pk,
            "other_clinic": self.elsewhere.pk,
            "link": self.link,
        }


def make_world() -> World:
    clinic, elsewhere = make_clinic(), make_clinic()
    staff = {
        "nurse": make_user("nurse", clinic=clinic, title="RN"),
        "surgeon": make_user("surgeon", clinic=clinic),
        "auditor": make_user("auditor", clinic=clinic),
        "administrator": make_user("administrator", clinic=clinic, is_staff=True),
        "root": make_user("administrator", clinic=clinic, is_staff=True, is_superuser=True),
    }
    patient = make_patient(clinic=clinic, mrn="M-1", given_name="Grace", family_name="Hopper")
    surgery = make_surgery(patient, surgeon=staff["surgeon"])
    flag = make_flag(surgery)
    store_report(surgery, day=3, pain_back=4, message="Fine so far.")
    store_report(surgery, day=59, pain_back=6)
    emergency = make_flag(
        make_surgery(make_patient(clinic=clinic)),
        family=Family.CORD,
        rule=Rule.EMG_CES,
        severity=Severity.EMERGENCY,
    )
    other = make_surgery(make_patient(clinic=elsewhere))
    make_flag(other)
    found = Visit.objects.filter(surgery=surgery, status=VisitStatus.PLANNED).order_by("target_on")
    booked, visit = found[0], found[1]
    visits.book(booked, booked_for=NOW + timedelta(days=2), now=NOW)
    world = World(
        clinic=clinic,
        elsewhere=elsewhere,
        staff=staff,
        patient=patient,
        surgery=surgery,
        case=FollowUp.objects.get(surgery=surgery),
        flag=flag,
        emergency=FollowUp.objects.get(surgery=emergency.surgery),
        check_in=_check_in(surgery),
        visit=visit,
        booked=booked,
        other=other,
        other_case=FollowUp.objects.get(surgery=other),
    )
    _record_the_rest(world)
    _sign_in(world)
    _sit_down(world)
    return world


def _check_in(surgery: Surgery) -> CheckIn:
    planned = CheckIn.objects.awaited().filter(surgery=surgery, due_at__lte=NOW)
    found = planned.filter(closes_at__gt=NOW).first()
    return found or CheckIn.objects.create(
        clinic=surgery.clinic,
        surgery=surgery,
        kind="on_demand",
        due_on=TODAY,
        due_at=NOW - timedelta(hours=2),
        closes_at=NOW + timedelta(days=3),
    )


def _record_the_rest(world: World) -> None:
    of_clinic: dict[str, Any] = {"clinic": world.clinic}
    of_surgery = of_clinic | {"surgery": world.surgery}
    nurse = world.staff["nurse"]
    RiskProfile.objects.create(
        **of_clinic, patient=world.patient, recorded_on=date(2026, 3, 1), source="Kowalczyk"
    )
    FlagEvent.objects.create(
        **of_clinic, flag=world.flag, kind=FlagEventKind.NOTE, at=at(60), severity=2, by=nurse
    )
    ContactAttempt.objects.create(
        **of_surgery,
        at=at(58),
        by=nurse,
        method=ContactMethod.PHONE,
        outcome=ContactOutcome.NO_ANSWER,
    )
    Reminder.objects.create(
        **of_clinic,
        patient=world.patient,
        check_in=world.check_in,
        channel=ChannelKind.EMAIL,
        step=0,
        not_before=NOW,
        not_after=NOW + timedelta(days=1),
    )
    Notice.objects.create(
        **of_clinic, flag=world.flag, level="owner", clock_started_at=at(60), made_at=at(60)
    )
    SlotTemplate.objects.create(
        **of_clinic, weekday=0, starts_at=time(9), clinician=world.staff["surgeon"]
    )
    ClosedDay.objects.create(**of_clinic, on=date(2026, 11, 26), name="Thanksgiving")
    ImagingStudy.objects.create(**of_surgery, modality="ct", question="bone_fusion")
    InstrumentScore.objects.create(
        **of_surgery, instrument="odi", score=22, recorded_at=at(50), entered_by=nurse
    )
    KnownDeficit.objects.create(
        **of_surgery, item="weak", assessed_on=date(2026, 3, 9), assessor=nurse
    )
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": NOW})


def _sign_in(world: World) -> None:
    for role, user in world.staff.items():
        client = Client()
        client.force_login(user)
        world.cookies[role] = {name: morsel.value for name, morsel in client.cookies.items()}
    world.cookies["nobody"] = {}


def _sit_down(world: World) -> None:
    """Open the check-in, pass the birth date, and keep what each page would send unseen."""
    world.link = tokens.new_link(world.check_in, now=NOW)
    tab = answering.Patient(f"/c/{world.link}/", Client())
    world.steps["birth_date"] = tab.open().hidden()
    world.steps["questions"] = tab.send(answering.parts()).hidden()
    assert tab.step == "since_surgery"


def stored() -> str:
    """Return one sum over every row of the record, the process and the house."""
    tables = sorted(model._meta.db_table for model in _models())
    sums = " UNION ALL ".join(
        f"SELECT '{table}' AS name, "  # noqa: S608  our own names
        f"md5(coalesce(string_agg(row::text, '' ORDER BY row::text), '')) AS sum "
        f'FROM "{table}" AS row'
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(sums)
        return hashlib.sha256(repr(sorted(cursor.fetchall())).encode()).hexdigest()


def rows() -> dict[tuple[str, Any], dict[str, Any]]:
    """Return every row by its table and key, to see which columns a request has changed."""
    return {
        (model._meta.label, row[model._meta.pk.attname]): row
        for model in _models()
        for row in model._base_manager.values()
    }


def _models() -> list[Any]:
    """Return the tables that hold something; a counted search or try is nothing of anybody's."""
    kept = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return [model for model in kept if model is not Throttle]
