"""What raises a patient's risk, and what about it nobody has recorded."""

from dataclasses import dataclass
from datetime import date

from followups.protocol import STANDARD
from followups.services.histories import OBESE_FROM
from patients.choices import Diabetes, Smoking
from patients.models import RiskProfile, Surgery

_PLAIN = {
    "osteoporosis": "Osteoporosis",
    "autoimmune": "Autoimmune disease or immunosuppressants",
    "chronic_opioids": "Long-term opioids before surgery",
    "mental_health": "Depression or anxiety",
    "vitamin_d_deficiency": "Vitamin D deficiency",
}
_ASKED = {
    "smoking": "smoking",
    "diabetes": "diabetes",
    "osteoporosis": "osteoporosis",
    "autoimmune": "autoimmune disease",
    "bmi": "BMI",
    "chronic_opioids": "opioids before surgery",
    "mental_health": "depression or anxiety",
    "vitamin_d_deficiency": "vitamin D",
}


@dataclass(frozen=True, slots=True)
class Risks:
    """Factors present, and factors not recorded: unknown is never absent."""

    present: list[str]
    unknown: list[str]


def risks(surgery: Surgery, profile: RiskProfile | None, today: date) -> Risks:
    """Return the risk factors of a patient for one operation."""
    known = profile or RiskProfile()
    unknown = [word for item, word in _ASKED.items() if getattr(known, item) is None]
    if surgery.n_levels is None:
        unknown.append("number of levels")
    return Risks(
        present=[*_of_the_patient(known), *_of_the_operation(surgery)],
        unknown=unknown,
    )


def _of_the_patient(known: RiskProfile) -> list[str]:
    factors = [word for item, word in _PLAIN.items() if getattr(known, item)]
    if known.smoking in (Smoking.CURRENT, Smoking.EX_RECENT):
        factors.insert(0, str(Smoking(known.smoking).label))
    if known.diabetes and known.diabetes != Diabetes.NONE:
        control = f", HbA1c {known.hba1c}%" if known.hba1c is not None else ""
        factors.append(f"{Diabetes(known.diabetes).label} diabetes{control}")
    if known.bmi is not None and known.bmi >= OBESE_FROM:
        factors.append(f"BMI {known.bmi}")
    return factors


def _of_the_operation(surgery: Surgery) -> list[str]:
    age = surgery.patient.age(surgery.performed_on)
    levels = surgery.n_levels or 0
    facts = {
        f"Age {age} at surgery": age >= STANDARD.risk.older_from_years,
        f"{levels} levels": levels >= STANDARD.risk.some_levels,
        "Revision": surgery.is_revision,
        "Complex construct": surgery.is_complex,
    }
    return [word for word, holds in facts.items() if holds]
