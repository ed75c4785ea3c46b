"""What a text means: a word alone is a command, a sentence is for a human."""

import pytest

from followups.choices import Meaning
from followups.services.replies import meaning

STOP = ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "parar", "alto", "baja"]
AROUND = ["{}", " {} ", "{}.", "“{}!!”", "\n{}\t", "*{}*", "{} 🙏", "- {} -"]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("word", STOP)
def test_each_opt_out_word_counts_in_any_case_with_anything_around_it(word, around):
    for written in (word, word.upper(), word.title(), word[0] + word[1:].upper()):
        assert meaning(around.format(written)) == Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        *("stop please", "Please STOP.", "STOP ALL", "stop texting me", "Stop sending these texts"),
        *("unsubscribe me please", "alto por favor", "BAJA, gracias", "stop now"),
    ],
)
def test_politeness_does_not_hide_an_opt_out(text):
    assert meaning(text) == Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        *("stop the pain", "can't feel my legs", "Please cancel my visit on Monday", "end it all"),
        *("I want to end it", "please end this", "cancel please", "cannot stop bleeding"),
        *("help me", "I need help please", "yes it hurts", "no", "ok", "", "  ", "👍", "1 or 2?"),
        *("stop " * 40, "x" * 10_000, "don't stop"),
    ],
)
def test_anything_else_is_for_a_human(text):
    assert meaning(text) == Meaning.TEXT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("START", Meaning.START),
        ("yes", Meaning.START),
        ("Unstop.", Meaning.START),
        ("help", Meaning.HELP),
        ("INFO?", Meaning.HELP),
        ("1", Meaning.CONFIRM),
        ("1.", Meaning.CONFIRM),
        ("１", Meaning.CONFIRM),
        ("2", Meaning.CALL),
        (" 3 ", Meaning.CHANGED),
        ("4", Meaning.TEXT),
        ("11", Meaning.TEXT),
    ],
)
def test_words_and_digits_we_know(text, expected):
    assert meaning(text) == expected


def test_what_the_provider_acted_on_counts_whatever_the_text_looks_like():
    assert meaning("Please do stop writing", "STOP") == Meaning.STOP
    assert meaning("hola", "UNHEARD_OF") == Meaning.TEXT
