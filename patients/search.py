"""Find patients by what is typed about them: the few that fit, the surest first.

Candidates come from ``SearchKey`` by equality and order of plain text, which row-level
security lets an index answer; names are compared with what was typed afterwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from patients.asked import Asked
from patients.folding import distance, share, variants
from patients.models import KeyKind, Patient, SearchKey

if TYPE_CHECKING:
    from clinic.staff.models import User

MOST = 25  # found and shown
ENOUGH = 8  # sure ones; nobody reads on to similar names behind them
CANDIDATES = 200  # looked at
# how sure a match is: the worst of these counts first, then their sum
RECORD, EXACT, PREFIX, SIMILAR, NONE = 0, 1, 2, 3, 99
TWO_LETTERS = 7  # letters from which on two may be wrong
_LAST = "\U0010ffff"  # behind every text that begins the same


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """One patient found, and how: the order is that of a list of results."""

    grades: tuple[int, ...]
    family: str
    given: str
    pk: int

    @property
    def is_similar(self) -> bool:
        """Whether a name is only like what was typed."""
        return self.grades[0] >= SIMILAR


@dataclass(frozen=True, slots=True)
class _Candidate:
    pk: int
    family: str
    given: str
    mrn: str
    born: date

    def match(self, *grades: int) -> Match:
        ordered = (max(grades), sum(grades))
        return Match(ordered, self.family.casefold(), self.given.casefold(), self.pk)


def find(user: "User", asked: Asked) -> list[Match]:
    """Return the patients of this user's clinic that fit best, one more than are shown."""
    found = {match.pk: match for match in sorted(_matches(user, asked), reverse=True)}
    return sorted(found.values())[: MOST + 1]


def _matches(user: "User", asked: Asked) -> Iterator[Match]:
    if asked.record and asked.record != asked.number:
        yield from _by_record(user, asked.record)
    if asked.born:
        yield from _that_fit(_born(user, asked.born), asked)
        return
    is_numbered = asked.number or asked.tail
    if is_numbered:
        yield from _that_fit(_numbered(user, asked), asked)
    if words := asked.spelt if is_numbered else asked.words:
        yield from _named(user, words)


def _by_record(user: "User", record: str) -> Iterator[Match]:
    for each in _looked_at(user, _beginning(user, KeyKind.RECORD, record)):
        yield each.match(RECORD if each.mrn == record else PREFIX)


def _born(user: "User", days: Iterable[date]) -> list[_Candidate]:
    return _candidates(Patient.objects.for_user(user).filter(date_of_birth__in=days))


def _numbered(user: "User", asked: Asked) -> list[_Candidate]:
    found = []
    if asked.number:
        found += _looked_at(user, _beginning(user, KeyKind.RECORD, asked.number))
    if asked.tail:
        found += _looked_at(user, _beginning(user, KeyKind.PHONE, asked.tail))
    return found


def _that_fit(candidates: Iterable[_Candidate], asked: Asked) -> Iterator[Match]:
    """Yield who also has the name, and the number where a birth date was the first thing said."""
    for each in candidates:
        grades = _grades(each, asked.words)
        is_numbered = not (asked.born and asked.number) or each.mrn.startswith(asked.number)
        if grades is not None and is_numbered:
            yield each.match(RECORD if each.mrn == asked.number else EXACT, *grades)


def _named(user: "User", words: tuple[str, ...]) -> Iterator[Match]:
    """Yield who has the words of a name or names that begin so; with too few, similar ones."""
    first, *others = sorted(words, key=len, reverse=True)
    sure = _beginning(user, KeyKind.WORD, first)
    for word in others:
        sure = sure.filter(patient__in=_beginning(user, KeyKind.WORD, word).values("patient"))
    matches = list(_graded(_looked_at(user, sure), words))
    yield from matches
    is_sure = others and any(match.grades[0] == EXACT for match in matches)
    if is_sure or len(matches) >= ENOUGH:
        return  # a whole name is there as it was typed, or a screen of names that begin so
    for rows in (_near(user, first), _beginning(user, KeyKind.WORD, first)):
        for word in others:
            begun = _beginning(user, KeyKind.WORD, word).values("patient")
            near = _near(user, word).values("patient")
            rows = rows.filter(Q(patient__in=begun) | Q(patient__in=near))
        yield from _graded(_looked_at(user, rows), words)
        if not others:
            return


def _graded(candidates: Iterable[_Candidate], words: tuple[str, ...]) -> Iterator[Match]:
    for each in candidates:
        grades = _grades(each, words)
        if grades is not None:
            yield each.match(*grades)


def _grades(candidate: _Candidate, words: tuple[str, ...]) -> tuple[int, ...] | None:
    """Return how well each word fits some word of the name; None if one fits none."""
    names = share([candidate.family, candidate.given]) or [""]
    grades = tuple(min(grade(word, name) for name in names) for word in words)
    return None if NONE in grades else grades


def grade(word: str, name: str) -> int:
    """Return how well a typed word fits a word of a name."""
    if word == name:
        return EXACT
    if name.startswith(word):
        return PREFIX
    most = 2 if len(word) >= TWO_LETTERS else 1
    if abs(len(word) - len(name)) > most:
        return NONE
    wrong = distance(word, name)
    return SIMILAR + wrong if wrong <= most else NONE


# --- rows by key --------------------------------------------------------------------------


def _beginning(user: "User", kind: KeyKind, text: str) -> Any:
    rows = SearchKey.objects.for_user(user).filter(kind=kind)
    return rows.filter(key__gte=text, key__lt=text + _LAST).order_by("key")


def _near(user: "User", word: str) -> Any:
    return SearchKey.objects.for_user(user).filter(kind=KeyKind.NEAR, key__in=variants(word))


def _looked_at(user: "User", rows: Any) -> list[_Candidate]:
    """Return the patients of the first rows; of near ones those that share most."""
    if not rows.query.order_by:
        rows = rows.values("patient").annotate(shared=Count("pk")).order_by("-shared")
    return _candidates(
        Patient.objects.for_user(user).filter(pk__in=rows.values("patient")[:CANDIDATES])
    )


def _candidates(patients: QuerySet) -> list[_Candidate]:
    """Return names and numbers without loading patients: only who is shown has been seen."""
    columns = ("pk", "family_name", "given_name", "mrn", "date_of_birth")
    return [_Candidate(*row) for row in patients.values_list(*columns)[:CANDIDATES]]
