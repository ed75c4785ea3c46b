"""The record: facts about people. It knows nothing of follow-up."""

from patients.models.findings import ImagingStudy, InstrumentScore, KnownDeficit
from patients.models.person import ContactChannel, Patient, RiskProfile
from patients.models.report import SymptomReport
from patients.models.restriction import Member, Opening, Restriction
from patients.models.surgery import Surgery

__all__ = [
    "ContactChannel",
    "ImagingStudy",
    "InstrumentScore",
    "KnownDeficit",
    "Member",
    "Opening",
    "Patient",
    "Restriction",
    "RiskProfile",
    "Surgery",
    "SymptomReport",
]
