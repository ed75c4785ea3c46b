"""One plain spelling for names that are written in many: what a search compares.

Case, accents and compatibility forms go; letters that are no accent (ø, ł, æ) and the Cyrillic
and Greek alphabets get their usual Latin letters beside the spelling itself. Pure; what is
stored on record is never changed by it.
"""

import unicodedata
from collections.abc import Iterable

LONGEST = 32  # letters of a word that are compared
MOST_WORDS = 12  # of one name
SHORTEST_VARIANT = 2

_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e"}
)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_CYRILLIC = "абвгдезийклмнопрстуфхцчшщъыьэюяёіїєґў"
_CYRILLIC_AS = "a b v g d e z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya e i yi ye g u"
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_AS = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_LATIN = str.maketrans(
    dict(zip(_CYRILLIC, _CYRILLIC_AS.split(" "), strict=True))
    | dict(zip(_GREEK, _GREEK_AS.split(" "), strict=True))
    | {"ж": "zh"}
)
# Accents and points over, in and under letters; signs that are a letter of their own stay.
_HEBREW_AND_ARABIC_POINTS = range(10, 37)
_ACCENTS = range(200, 256)


def fold(text: str) -> str:
    """Return the text in small letters without accents: “Łukasz Müller” is “lukasz muller”."""
    return _bare(_small(text)).translate(_PLAIN)


def words(name: str) -> list[str]:
    """Return every word somebody may type for this name, each folded and once.

    Parts of a double name stand alone and joined; ö is also oe, and Иванов is also ivanov.
    """
    small = _small(name)
    spellings = {small: None}
    if not small.isascii():
        spellings |= {small.translate(_SPELT_OUT): None, _romanised(small): None}
    found: dict[str, None] = {}
    for spelling in spellings:
        for chunk in _bare(spelling).translate(_PLAIN).split():
            parts = _letters(chunk)
            found |= dict.fromkeys([*parts, "".join(parts)] if len(parts) > 1 else parts)
    return [word[:LONGEST] for word in found if word][:MOST_WORDS]


def typed(text: str) -> list[str]:
    """Return the folded words of a search; O'Brien and Smith-Jones are one word each."""
    joined = ("".join(_letters(chunk)) for chunk in fold(text).split())
    return [word[:LONGEST] for word in dict.fromkeys(joined) if word]


def variants(word: str) -> set[str]:
    """Return a word and what is left of it when any one letter is missing.

    Two words that differ by one letter typed wrong, left out, added or swapped with its
    neighbour always share one of these, so equality finds them, whatever the index.
    """
    shorter = (word[:at] + word[at + 1 :] for at in range(len(word)))
    return {word, *(each for each in shorter if len(each) >= SHORTEST_VARIANT)}


def distance(one: str, other: str) -> int:
    """Return how many letters have to change: replaced, left out, added or swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _small(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _bare(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(char for char in apart if not _is_accent(char)))


def _is_accent(char: str) -> bool:
    place = unicodedata.combining(char)
    return place in _ACCENTS or place in _HEBREW_AND_ARABIC_POINTS


def _romanised(text: str) -> str:
    """Return Cyrillic and Greek in Latin letters; an accent on a letter we know stays with it."""
    plain = "".join(char if char in _CYRILLIC else _bare(char) for char in text)
    return plain.translate(_LATIN)


def _letters(chunk: str) -> list[str]:
    """Return the runs of letters and digits of a text without spaces."""
    kept = (
        char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in chunk
    )
    return "".join(kept).split()


def share(names: Iterable[str]) -> list[str]:
    """Return the words of several names together, each once."""
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(words(name))
    return list(found)
