"""Patients found by a search: what of each fits what was typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import dateformat

from followups.presenters import people
from patients import folding, search
from patients.asked import Asked
from patients.models import Patient

_RUNS = re.compile(r"\S+|\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a name or number; pages mark the ones that fit."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One patient found."""

    pk: int
    name: tuple[Part, ...]
    mrn: tuple[Part, ...]
    born: str
    age_and_sex: str
    how: str  # where it is not plain to see
    status: str  # where it is not active


def line(patient: Patient, asked: Asked | None = None, *, now: datetime) -> Line:
    """Return one line; ``asked`` is what it was found by."""
    asked = asked or Asked()
    return Line(
        pk=patient.pk,
        name=name(patient, asked),
        mrn=number(patient, asked),
        born=born(patient),
        age_and_sex=people.age_and_sex(patient, patient.clinic.today(now)),
        how=how(patient, asked),
        status="" if patient.is_active else patient.get_status_display(),
    )


def name(patient: Patient, asked: Asked) -> tuple[Part, ...]:
    """Return “family, given” in parts."""
    words = asked.spelt or asked.words
    return (*_marked(patient.family_name, words), Part(", "), *_marked(patient.given_name, words))


def number(patient: Patient, asked: Asked) -> tuple[Part, ...]:
    """Return the record number in parts: what begins like the number that was typed."""
    for typed in (asked.record, asked.number):
        if typed and patient.mrn.startswith(typed):
            return tuple(_parts(patient.mrn, len(typed)))
    return (Part(patient.mrn),)


def born(patient: Patient) -> str:
    return dateformat.format(patient.date_of_birth, "M j, Y")


def how(patient: Patient, asked: Asked) -> str:
    """Say how a patient fits where the marks alone would puzzle; usually nothing."""
    said = []
    if any(_grade(word, patient) > search.PREFIX for word in asked.words):
        said.append("similar name")
    if asked.born:
        said.append("birth date")
    if asked.tail and not any(part.is_match for part in number(patient, asked)):
        said.append(f"telephone ends in {asked.tail[::-1]}")
    sentence = ", ".join(said)
    return sentence[:1].upper() + sentence[1:]


def _grade(word: str, patient: Patient) -> int:
    names = folding.share([patient.family_name, patient.given_name])
    return min((search.grade(word, each) for each in names), default=search.NONE)


def _marked(text: str, words: tuple[str, ...]) -> Iterator[Part]:
    for run in _RUNS.findall(text):
        yield from _parts(run, _length_of_match(run, words))


def _parts(run: str, fitting: int) -> Iterator[Part]:
    if fitting:
        yield Part(run[:fitting], is_match=True)
    if run[fitting:]:
        yield Part(run[fitting:])


def _length_of_match(run: str, words: tuple[str, ...]) -> int:
    """Return how many letters of a name a typed word stands for; all if it is only like it."""
    plain = "".join(folding.typed(run))
    for word in words:
        if plain.startswith(word):
            ends = range(1, len(run) + 1)
            return next(end for end in ends if len("".join(folding.typed(run[:end]))) >= len(word))
    fits = (search.grade(word, each) for word in words for each in folding.words(run))
    return len(run) if min(fits, default=search.NONE) < search.NONE else 0
