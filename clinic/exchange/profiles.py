"""What a file's columns mean, declared before it is read; nothing is guessed from values."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self

from django.core.exceptions import ValidationError

from clinic.exchange.dates import DateFormat
from clinic.exchange.problems import Stopped
from clinic.exchange.reader import folded
from patients.choices import Sex
from patients.fields import readable


class Field(StrEnum):
    """What an imported column can say; also the headings of our own layout."""

    MRN = "mrn"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    DATE_OF_BIRTH = "date_of_birth"
    SEX = "sex"
    LANGUAGE = "language"
    EMAIL = "email"
    MOBILE = "mobile"
    PHONE = "phone"
    CONSENTED_ON = "consented_on"
    DECEASED_ON = "deceased_on"
    SURGERY_ON = "surgery_on"
    REGION = "region"
    LEVELS = "levels"
    LEVELS_FUSED = "levels_fused"
    APPROACH = "approach"
    COMPLEX = "complex"
    REVISION = "revision"

    @property
    def is_date(self) -> bool:
        return self.value.endswith("_on") or self is Field.DATE_OF_BIRTH


REQUIRED = (Field.MRN, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.DATE_OF_BIRTH)
WITH_SURGERY = (Field.REGION, Field.APPROACH)

SEX_WORDS: Mapping[str, Sex] = MappingProxyType(
    {
        "f": Sex.FEMALE,
        "female": Sex.FEMALE,
        "woman": Sex.FEMALE,
        "m": Sex.MALE,
        "male": Sex.MALE,
        "man": Sex.MALE,
        "other": Sex.OTHER,
        "unknown": Sex.UNKNOWN,
    }
)


@dataclass(frozen=True)
class Profile:
    """The layout of one source system's patient list.

    Raises:
        Stopped: when made without a required field, or with one mapped twice.
    """

    source: str
    columns: Mapping[str, Field]  # heading -> what it says
    date_format: str = "YYYY-MM-DD"
    sexes: Mapping[str, Sex] = field(default_factory=lambda: SEX_WORDS)
    constants: Mapping[Field, str] = field(default_factory=dict)
    phone_region: str = ""  # country of numbers written without +, such as US; empty: refused

    def __post_init__(self) -> None:
        self.dates  # noqa: B018  an impossible format stops here, not at the first row
        if len(self.by_heading) < len(self.columns):
            raise Stopped("The mapping names one heading twice, in different spellings.")
        given = [*self.columns.values(), *self.constants]
        twice = sorted({each for each in given if given.count(each) > 1})
        if twice:
            raise Stopped(f"The mapping gives {_listed(twice)} more than once.")
        missing = [each for each in REQUIRED if each not in given]
        if missing:
            raise Stopped(f"The mapping lacks {_listed(missing)}: every patient needs them.")
        if Field.SURGERY_ON in given and (lacks := set(WITH_SURGERY) - set(given)):
            raise Stopped(f"The mapping has surgery dates but lacks {_listed(sorted(lacks))}.")

    @cached_property
    def dates(self) -> DateFormat:
        return DateFormat.declared(self.date_format)

    @cached_property
    def by_heading(self) -> dict[str, Field]:
        """The columns by their folded headings."""
        return {folded(heading): each for heading, each in self.columns.items()}

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the profile a mapping file declares.

        Raises:
            Stopped: saying which part of the file is wrong.
        """
        declared = _object(text)
        unknown = sorted(set(declared) - set(_KEYS))
        if unknown:
            raise Stopped(f"The mapping has an unknown part: {', '.join(unknown)}.")
        if "columns" not in declared:
            raise Stopped("The mapping has no “columns”: headings and what they mean.")
        if "source" not in declared:
            raise Stopped("The mapping has no “source”: the name of the system.")
        parts: dict[str, Any] = {name: _KEYS[name](name, part) for name, part in declared.items()}
        return cls(**parts)


def _listed(fields: list[Field]) -> str:
    return ", ".join(each.value for each in fields)


def _object(text: str) -> dict[str, Any]:
    try:
        declared = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise Stopped(f"The mapping is not valid JSON: {error}.") from None
    if not isinstance(declared, dict):
        raise Stopped("The mapping must be a JSON object.")
    return declared


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"“{repeated[0]}” is given twice")
    return dict(pairs)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Stopped(f"“{name}” in the mapping must be text.")
    try:
        return readable(value)
    except ValidationError:
        raise Stopped("The mapping holds characters that cannot be shown.") from None


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        raise Stopped(f"“{name}” in the mapping must be a JSON object.")
    for key, each in value.items():
        yield key, _text(f"{name}: {key}", each)


def _columns(name: str, value: object) -> dict[str, Field]:
    return {heading: _field(word) for heading, word in _pairs(name, value)}


def _constants(name: str, value: object) -> dict[Field, str]:
    return {_field(word): constant for word, constant in _pairs(name, value)}


def _sexes(name: str, value: object) -> dict[str, Sex]:
    found = {}
    for word, meaning in _pairs(name, value):
        if meaning not in Sex.values:
            raise Stopped(f"“{meaning}” in the mapping is none of {', '.join(Sex.values)}.")
        found[word.casefold()] = Sex(meaning)
    return found


def _field(word: str) -> Field:
    try:
        return Field(word)
    except ValueError:
        known = ", ".join(each.value for each in Field)
        raise Stopped(f"“{word}” in the mapping is none of {known}.") from None


_KEYS: Mapping[str, Callable[[str, object], Any]] = {
    "source": _text,
    "columns": _columns,
    "date_format": _text,
    "sexes": _sexes,
    "constants": _constants,
    "phone_region": _text,
}

PROFILES: Mapping[str, Profile] = {
    "fuseline": Profile(source="fuseline", columns={each.value: each for each in Field}),
    "synthea": Profile(
        source="synthea",
        # its Id is longer than a record number can be; this number is as unique
        columns={
            "SSN": Field.MRN,
            "LAST": Field.FAMILY_NAME,
            "FIRST": Field.GIVEN_NAME,
            "BIRTHDATE": Field.DATE_OF_BIRTH,
            "GENDER": Field.SEX,
            "DEATHDATE": Field.DECEASED_ON,
        },
        sexes={"m": Sex.MALE, "f": Sex.FEMALE},
    ),
    "febrl": Profile(
        source="febrl",
        columns={
            "rec_id": Field.MRN,
            "surname": Field.FAMILY_NAME,
            "given_name": Field.GIVEN_NAME,
            "date_of_birth": Field.DATE_OF_BIRTH,
        },
        date_format="YYYYMMDD",
    ),
}
