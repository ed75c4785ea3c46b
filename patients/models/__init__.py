"""The record: facts about people. It knows nothing of follow-up."""

from patients.models.findings import ImagingStudy, InstrumentScore, KnownDeficit
from patients.models.person import ContactChannel, Patient, RiskProfile
from patients.models.report import SymptomReport
from patients.models.restriction import Member, Opening, Restriction
from patients.models.search import KeyKind, SearchKey
from patients.models.surgery import Surgery

__all__ = [
    "ContactChannel",
    "ImagingStudy",
    "InstrumentScore",
    "KeyKind",
    "KnownDeficit",
    "Member",
    "Opening",
    "Patient",
    "Restriction",
    "RiskProfile",
    "SearchKey",
    "Surgery",
    "SymptomReport",
]
