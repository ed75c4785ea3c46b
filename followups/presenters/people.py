"""Patients, operations and colleagues in one line each."""

from datetime import date
from typing import TYPE_CHECKING

from patients.choices import Sex
from patients.models import Patient, Surgery

if TYPE_CHECKING:
    from clinic.staff.models import User

_SEX = {Sex.FEMALE: "F", Sex.MALE: "M"}


def age_and_sex(patient: Patient, today: date) -> str:
    """Return “67 F”; the letter is left out where it is not recorded."""
    return f"{patient.age(today)} {_SEX.get(Sex(patient.sex), '')}".strip()


def weeks_since(surgery: Surgery, today: date) -> str:
    """Return “week 11”, or “before surgery”."""
    pod = surgery.postoperative_day(today)
    return f"week {pod // 7}" if pod >= 0 else "before surgery"


def surname(user: "User | None") -> str:
    """Return “Dr Reyes-Holm”; empty for nobody."""
    if user is None:
        return ""
    return f"{user.title} {user.last_name}".strip() or user.username


def telephone(number: str) -> str:
    """Return a number of North America as people there write it, any other as it is."""
    if number.startswith("+1") and len(number) == 12:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number
