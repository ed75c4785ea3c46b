"""How easy a text is to read, by the usual formula of its language.

English: Flesch-Kincaid grade = 0.39 x words/sentences + 11.8 x syllables/words - 15.59
(Kincaid 1975). Spanish: Fernández-Huerta ease (1959, as corrected) = 206.84 - 60 x
syllables/words - 1.02 x words/sentences; by its table 70 and more is read in grade 6, so
both are told as "at most grade 6" here. Syllables are counted by the vowels, which is off
by one for some words; a number counts as one word of one syllable.
"""

import re

WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
END = re.compile(r"[.!?:;…]+(?:\s|$)")
SILENT = re.compile(r"(?:[^laeiouycghsxz]es|[^dtlaeiouy]ed|[^laeiouy]e)$")
STRONG = "aeoáéó"
GRADE_6_EASE = 70


def flesch_kincaid(text: str) -> float:
    words, sentences = _counts(text)
    syllables = sum(map(english_syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def fernandez_huerta(text: str) -> float:
    words, sentences = _counts(text)
    syllables = sum(map(spanish_syllables, words))
    return 206.84 - 60 * syllables / len(words) - 1.02 * len(words) / sentences


def is_for_grade_6(language: str, text: str) -> bool:
    if language == "es":
        return fernandez_huerta(text) >= GRADE_6_EASE
    return flesch_kincaid(text) <= 6


def english_syllables(word: str) -> int:
    stem = SILENT.sub("", word.lower()) if len(word) > 2 else word.lower()
    return max(1, len(re.findall(r"[aeiouy]+", stem)))


def spanish_syllables(word: str) -> int:
    """Count groups of vowels; two strong ones, or a stressed weak one, are two syllables."""
    lower = re.sub(r"y$", "i", re.sub(r"[qg]u(?=[eéií])", "q", word.lower()))
    count = 0
    for group in re.findall(r"[aeiouáéíóúü]+", lower):
        strong = sum(letter in STRONG for letter in group)
        count += max(1, strong) + sum(letter in "íú" for letter in group if len(group) > 1)
        if strong == 0 and len(group) > 1 and any(letter in "íú" for letter in group):
            count -= 1
    return max(1, count)


def _counts(text: str) -> tuple[list[str], int]:
    return WORD.findall(text), max(1, len(END.findall(text)))
