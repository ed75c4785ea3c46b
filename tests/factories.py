"""Plain builders: everything has a default, so a test names only its point.

People are built through the services, so that what a test starts from can exist.
"""

import uuid
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator

from clinic.staff.models import Clinic, User
from clinic.staff.sealing import seal
from followups.choices import (
    CheckInKind,
    Disposition,
    EvaluationTrigger,
    Family,
    NextStep,
    PainRegion,
    ProcedureGroup,
    Rule,
    Severity,
)
from followups.models import (
    CheckIn,
    Evaluation,
    ExpectedRange,
    ExpectedScore,
    Flag,
    FollowUp,
)
from followups.services import check_ins, expected_ranges, plans, ranks
from patients import services as records
from patients.choices import Approach, ChannelKind, Region, Source
from patients.models import Patient, Surgery, SymptomReport

_serial = count(1)

ZONE = ZoneInfo("America/New_York")
OPERATED = date(2026, 3, 2)
PASSWORD = "correct horse battery staple"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def at(postoperative_day: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return a moment on the default clinic's clock, counted from the default surgery."""
    day = OPERATED + timedelta(days=postoperative_day)
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def make_clinic(**overrides: Any) -> Clinic:
    number = next(_serial)
    facts: dict[str, Any] = {
        "name": f"Harbor Spine Clinic {number}",
        "code": f"harbor-{number}",
        "time_zone": ZONE.key,
        "emergency_number": "911",
        "urgent_phone": "+12125550100",
        "office_phone": "+12125550101",
        "crisis_line": "988",
        "has_on_call": True,
        "quiet_from": time(20),
        "quiet_until": time(8),
    }
    return Clinic.objects.create(**(facts | overrides))


def the_clinic() -> Clinic:
    """Return the clinic that everything belongs to unless a test says otherwise."""
    return Clinic.objects.order_by("pk").first() or make_clinic()


def make_user(role: str = "nurse", **overrides: Any) -> User:
    number = next(_serial)
    facts: dict[str, Any] = {
        "username": f"{role}-{number}",
        "password": PASSWORD,
        "first_name": "Florence",
        "last_name": f"Nightingale {number}",
        "role": role,
    }
    if "clinic" not in overrides:
        overrides["clinic"] = the_clinic()
    has_app = overrides.pop("has_app", True)
    user = User.objects.create_user(**(facts | overrides))
    if has_app:
        give_app(user)
    return user


def give_app(user: User) -> None:
    """Let somebody have set up an authenticator app, with a secret the tests know."""
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": seal(APP_SECRET)}
    )


def make_patient(**overrides: Any) -> Patient:
    number = f"MRN{next(_serial):05}"
    clinic = overrides.pop("clinic", None) or the_clinic()
    email = overrides.pop("email", f"{number.lower()}@example.org")
    facts: dict[str, Any] = {
        "mrn": number,
        "given_name": "Ada",
        "family_name": "Lovelace",
        "date_of_birth": date(1975, 12, 10),
        "sex": "female",
    }
    return records.register(
        clinic=clinic,
        facts=facts | overrides,
        channels={ChannelKind.EMAIL: email} if email else {},
        consented_on=OPERATED,
        today=OPERATED,
    )


def surgery_facts(**overrides: Any) -> dict[str, Any]:
    return {
        "performed_on": OPERATED,
        "region": Region.LUMBAR,
        "levels": ["L4-L5"],
        "n_levels": 1,
        "approach": Approach.TLIF,
    } | overrides


def make_surgery(patient: Patient | None = None, **overrides: Any) -> Surgery:
    """Record an operation without planning anything."""
    patient = patient or make_patient()
    return records.save_surgery(
        Surgery(clinic=patient.clinic, patient=patient),
        facts=surgery_facts(**overrides),
        today=OPERATED,
    )


def make_follow_up(
    surgery: Surgery | None = None, *, now: datetime | None = None, **overrides: Any
) -> FollowUp:
    """Plan a surgery's follow-up as of the day of surgery, or of ``now``."""
    surgery = surgery or make_surgery(**overrides)
    return plans.start(surgery, now=now or at(0))


def make_check_in(surgery: Surgery | None = None, *, day: int = 3, **overrides: Any) -> CheckIn:
    """Return the planned check-in of a day, or make one for that day."""
    surgery = surgery or make_surgery()
    if not FollowUp.objects.filter(surgery=surgery).exists():
        make_follow_up(surgery)
    planned = CheckIn.objects.filter(surgery=surgery, plan_day=day).first()
    if planned is not None:
        return planned
    facts: dict[str, Any] = {
        "clinic": surgery.clinic,
        "surgery": surgery,
        "kind": CheckInKind.ON_DEMAND,
        "due_on": surgery.performed_on + timedelta(days=day),
        "due_at": at(day, 9),
        "closes_at": at(day + 3, 9),
    }
    return CheckIn.objects.create(**(facts | overrides))


def answer(
    check_in: CheckIn,
    *,
    now: datetime | None = None,
    complete: bool = True,
    **answers: Any,
) -> SymptomReport:
    """Submit answers to a check-in, by default at noon of its day."""
    return check_ins.submit(
        check_in,
        answers=answers,
        complete=complete,
        submission_id=uuid.uuid4(),
        now=now or check_in.due_at + timedelta(hours=3),
    )


def make_report(
    surgery: Surgery, *, day: int, now: datetime | None = None, **answers: Any
) -> SymptomReport:
    """Answer on a postoperative day, through the service, rules and all."""
    return answer(make_check_in(surgery, day=day), now=now or at(day), **answers)


def store_report(surgery: Surgery, *, day: int, **answers: Any) -> SymptomReport:
    """Store a report without running anything: history a test starts from."""
    facts: dict[str, Any] = {
        "clinic": surgery.clinic,
        "surgery": surgery,
        "submission_id": uuid.uuid4(),
        "reported_at": at(day),
        "reported_on": surgery.performed_on + timedelta(days=day),
        "questionnaire_version": "test",
        "source": Source.LINK,
        "is_complete": True,
    }
    return SymptomReport.objects.create(**(facts | answers))


def make_flag(surgery: Surgery | None = None, **overrides: Any) -> Flag:
    """Open a flag by hand, with the case it makes."""
    surgery = surgery or make_surgery()
    follow_up = make_follow_up(surgery)
    raised = overrides.pop("raised_at", at(60))
    evaluation = Evaluation.objects.create(
        clinic=surgery.clinic,
        surgery=surgery,
        trigger=EvaluationTrigger.CLOCK,
        at=raised,
        made_at=raised,
        rule_set_version="test",
        facts={"reports": []},
        outcomes={},
    )
    facts: dict[str, Any] = {
        "clinic": surgery.clinic,
        "surgery": surgery,
        "family": Family.PAIN,
        "rule": Rule.PAIN_PERSIST,
        "severity": Severity.SOON,
        "explanation": "Back pain 5/10 beyond 8 weeks.",
        "evidence": [],
        "since": raised,
        "rule_set_version": "test",
        "evaluation": evaluation,
        "raised_at": raised,
        "clock_started_at": raised,
        "respond_by": raised + timedelta(hours=72),
    }
    flag = Flag.objects.create(**(facts | overrides))
    ranks.refresh(follow_up, now=raised, changed=True)
    return flag


def make_expected_range(
    *days: tuple[int, float, float], signed_off: bool = True, **overrides: Any
) -> ExpectedRange:
    """Store a version of a range of back pain after lumbar fusion: days, lows and highs."""
    facts: dict[str, Any] = {
        "group": ProcedureGroup.LUMBAR,
        "region": PainRegion.BACK,
        "version": 100 + next(_serial),
        "source": "A publication",
    }
    made = ExpectedRange.objects.create(**(facts | overrides))
    for day, low, high in days or ((0, 4, 8), (56, 1, 4)):
        ExpectedScore.objects.create(range=made, day=day, low=low, high=high)
    if signed_off:
        expected_ranges.sign_off(made, by="Dr A. Lead", on=OPERATED)
        made.refresh_from_db()
    return made


HOW_IT_ENDED: dict[str, Any] = {
    "disposition": Disposition.ADVICE,
    "next_step": NextStep.ROUTINE_FOLLOW_UP,
    "note": "Called; will rest.",
}
