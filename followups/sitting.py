"""What a check-in page carries along, so that the server keeps nothing in between.

Signed, in a hidden field or in an address: two tabs, blocked cookies and a restart
between two pages change nothing. Signed is not secret: anybody who holds the page can
read it, so it holds only what the page itself shows.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.core import signing
from phonenumber_field.phonenumber import PhoneNumber

from followups.questionnaire import QUESTIONS, Sheet
from patients.choices import AnsweredBy

if TYPE_CHECKING:
    from clinic.staff.models import Clinic

BIRTH_DATE_HOLDS = timedelta(hours=2)
_SALT = "followups.check_in"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whom to call: what every page of a check-in says about the clinic."""

    clinic: str
    emergency: str
    urgent: str
    crisis: str
    has_on_call: bool
    time_zone: str

    @classmethod
    def of(cls, clinic: "Clinic") -> Self:
        return cls(
            clinic=clinic.name,
            emergency=clinic.emergency_number,
            urgent=str(clinic.urgent_phone.as_e164),
            crisis=clinic.crisis_line,
            has_on_call=clinic.has_on_call,
            time_zone=clinic.time_zone,
        )

    @property
    def urgent_as_read(self) -> str:
        return str(PhoneNumber.from_string(self.urgent).as_national)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One time somebody sits down with a check-in, from the first page to the last.

    ``sheet`` and ``proven_at`` are set once the birth date was right: before that, not
    even the questions are told. ``form_id`` names the report to come, so that sending
    it twice stores it once.
    """

    numbers: Numbers
    served_at: datetime
    form_id: uuid.UUID
    language: str
    answered_by: str = AnsweredBy.PATIENT
    sheet: Sheet | None = None
    proven_at: datetime | None = None

    @classmethod
    def begin(cls, clinic: "Clinic", *, language: str, now: datetime) -> Self:
        return cls(Numbers.of(clinic), served_at=now, form_id=uuid.uuid4(), language=language)

    def prove(self, sheet: Sheet, *, now: datetime) -> Self:
        """Return the sitting after the right birth date, with the questions to ask."""
        return replace(self, sheet=sheet, proven_at=now)

    @property
    def is_proxy(self) -> bool:
        return self.answered_by == AnsweredBy.PROXY

    def is_proven(self, now: datetime) -> bool:
        return self.proven_at is not None and now - self.proven_at < BIRTH_DATE_HOLDS

    def partial_id(self, answers: Mapping[str, Any]) -> uuid.UUID:
        """Return the id of a report of these safety answers, the same for the same."""
        given = sorted((item, str(answer)) for item, answer in answers.items())
        return uuid.uuid5(self.form_id, repr(given))

    def sealed(self, token: str) -> str:
        """Return it as signed text that holds for this token alone."""
        return signing.dumps(
            {
                "numbers": asdict(self.numbers),
                "served_at": self.served_at.isoformat(),
                "form_id": self.form_id.hex,
                "language": self.language,
                "answered_by": self.answered_by,
                "sheet": _plain_sheet(self.sheet),
                "proven_at": self.proven_at.isoformat() if self.proven_at else None,
            },
            salt=f"{_SALT}.{token}",
            compress=True,
        )

    @classmethod
    def unsealed(cls, text: str, token: str) -> Self | None:
        """Return what ``sealed`` made of it; None if it was changed or is another's."""
        try:
            facts = signing.loads(text, salt=f"{_SALT}.{token}")
            return cls(
                numbers=Numbers(**facts["numbers"]),
                served_at=datetime.fromisoformat(facts["served_at"]),
                form_id=uuid.UUID(facts["form_id"]),
                language=facts["language"],
                answered_by=facts["answered_by"],
                sheet=_sheet(facts["sheet"]),
                proven_at=_moment(facts["proven_at"]),
            )
        except (signing.BadSignature, KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the last page says: whom to call, and when the answers were stored."""

    numbers: Numbers
    saved_at: datetime
    language: str
    is_after_surgery: bool = True
    clinic_id: int = 0
    form_id: uuid.UUID = field(default_factory=uuid.uuid4)
    modules: tuple[str, ...] = ()

    holds = timedelta(days=1)

    def sealed(self) -> str:
        facts = {
            **asdict(self),
            "saved_at": self.saved_at.isoformat(),
            "form_id": self.form_id.hex,
        }
        return signing.dumps(facts, salt=f"{_SALT}.end", compress=True)

    @classmethod
    def unsealed(cls, text: str) -> Self | None:
        """Return the receipt; None if it was changed or is older than a day."""
        try:
            facts = signing.loads(text, salt=f"{_SALT}.end", max_age=cls.holds)
            return cls(
                numbers=Numbers(**facts["numbers"]),
                saved_at=datetime.fromisoformat(facts["saved_at"]),
                language=facts["language"],
                is_after_surgery=facts["is_after_surgery"],
                clinic_id=facts["clinic_id"],
                form_id=uuid.UUID(facts["form_id"]),
                modules=tuple(facts["modules"]),
            )
        except (signing.BadSignature, KeyError, TypeError, ValueError):
            return None


def _plain_sheet(sheet: Sheet | None) -> dict[str, Any] | None:
    if sheet is None:
        return None
    known = [(item, on.isoformat()) for item, on in sheet.known]
    return {"names": sheet.names, "recalls_a_day": sheet.recalls_a_day, "known": known}


def _sheet(facts: Any) -> Sheet | None:
    if not facts:
        return None
    known = tuple((item, date.fromisoformat(on)) for item, on in facts["known"])
    # a page may stay open while a question is taken out
    names = tuple(name for name in facts["names"] if name in QUESTIONS)
    return Sheet(names, facts["recalls_a_day"], known)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
