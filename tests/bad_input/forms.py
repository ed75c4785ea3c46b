"""Every form staff fill in: where it is, who may, and an answer that is accepted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bad_input.world import World

Values = dict[str, Any]

PERSON = {
    "mrn": "N-1",
    "given_name": "Mary",
    "family_name": "Seacole",
    "date_of_birth": "1958-12-09",
    "sex": "female",
    "language": "en",
    "email": "mary@example.org",
    "sms": "",
    "phone": "(212) 555-0123",
    "hba1c": "5.5",
    "bmi": "24.5",
    "smoking": "never",
}
OPERATION = {
    "performed_on": "2026-04-01",
    "region": "lumbosacral",
    "levels": "L4-S1",
    "approach": "TLIF",
    "surgeon": "",
    "restriction_end_pod": "84",
    "is_revision": "",
    "supersedes": "",
}


@dataclass(frozen=True)
class Form:
    """One form; ``good`` is what it accepts, ``fixed`` what depends on the rows there are."""

    address: str
    good: Values
    fixed: Callable[[World], Values] = lambda _: {}
    role: str = "nurse"
    refused: int = 422


FORMS: dict[str, Form] = {
    "register": Form("/patients/new/", PERSON),
    "edit": Form("/patients/<patient>/edit/", PERSON | {"mrn": "M-1"}),
    "status": Form("/patients/<patient>/status/", {"status": "withdrawn", "since": "2026-04-20"}),
    "surgery": Form("/patients/<patient>/surgery/new/", OPERATION),
    "correct": Form("/patients/<patient>/surgery/<surgery>/edit/", OPERATION),
    "book": Form(
        "/patients/<patient>/visit/<visit>/book/",
        {"on": "2026-05-11", "at": "09:30", "clinician": ""},
    ),
    "complete": Form("/patients/<patient>/visit/<visit>/complete/", {"on": "2026-04-30"}),
    "cancel": Form("/patients/<patient>/visit/<booked>/cancel/", {"reason": "patient"}),
    "call": Form(
        "/schedule/visit/<visit>/call/",
        {"result": "no_answer", "note": "Rang long.", "promised_on": "", "slot": ""},
        lambda world: {"seen": world.newest_attempt},
    ),
    "find_visit": Form("/schedule/book/", {"q": "Hopper"}),
    "contact": Form(
        "/queue/case/<case>/contact/",
        {"method": "phone", "outcome": "no_answer", "note": "Will call again."},
    ),
    "resolve": Form(
        "/queue/case/<case>/resolve/",
        {"disposition": "advice", "next_step": "", "note": "Called; will rest."},
        lambda world: {"version": world.case.version, "flags": world.open_flags},
    ),
    "emergency": Form(
        "/queue/case/<emergency>/resolve/",
        {"disposition": "admitted", "safe_confirmed_by": "Dr Reyes, by phone", "note": ""},
        lambda world: {
            "version": world.emergency.version,
            "flags": [world.emergency.lead_flag_id],
        },
    ),
    "snooze": Form(
        "/queue/case/<case>/snooze/",
        {"days": "7", "until": "", "reason": "Seen today; back in a week."},
        lambda world: {"version": world.case.version, "flags": world.open_flags},
    ),
    "imaging": Form(
        "/queue/case/<case>/imaging/",
        {"study": "mri-nerve_compression", "note": "Left leg."},
        lambda world: {"version": world.case.version},
    ),
    "hand_over": Form(
        "/queue/case/<case>/hand-over/",
        {"note": "You know her best."},
        lambda world: {"version": world.case.version, "to": world.staff["surgeon"].pk},
    ),
    "pin": Form(
        "/queue/case/<case>/pin/",
        {"reason": "The family is worried."},
        lambda world: {"version": world.case.version},
    ),
    "note": Form(
        "/patients/<patient>/notes/",
        {"body": "Walks well.", "form_id": "5f0c7e0e-6f1d-4f43-9b2c-2b6d6a3f9d11", "seen": ""},
    ),
    "restrict": Form(
        "/patients/<patient>/restrict/",
        {"reason": "Works here and asked for it."},
        lambda world: {"members": [world.staff["nurse"].pk]},
        role="surgeon",
    ),
    "find": Form("/patients/", {"q": "Hopper", "status": "", "after": ""}, refused=400),
}


def filled(name: str, world: World, **typed: Any) -> Values:
    """Return a form filled in well, except for what is typed."""
    form = FORMS[name]
    return form.good | form.fixed(world) | typed
