"""Letters as they are printed: whom to call, and nothing about the patient but the address."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from followups.models import Letter
from followups.packs.letters import Sheet
from followups.texts import texts


def sheets(
    letters: Iterable[Letter], addresses: Mapping[int, str], *, now: datetime
) -> list[Sheet]:
    """Return a sheet for each letter whose patient has an address."""
    return [
        _sheet(letter, addresses[letter.surgery.patient_id], now)
        for letter in letters
        if letter.surgery.patient_id in addresses
    ]


def _sheet(letter: Letter, address: str, now: datetime) -> Sheet:
    clinic, patient = letter.clinic, letter.surgery.patient
    words = texts(patient.language)
    office = clinic.office_phone or clinic.urgent_phone
    body = words.say(
        "messages.letter.body",
        office=str(office.as_national),
        emergency=clinic.emergency_number,
        urgent=str(clinic.urgent_phone.as_national),
    )
    return Sheet(
        sender=clinic.name,
        address=[patient.name, *filter(None, map(str.strip, address.splitlines()))],
        date=words.date(clinic.today(now)),
        title=words.say("messages.letter.subject"),
        paragraphs=list(filter(None, map(str.strip, body.split("\n\n")))),
        language=patient.language,
    )
