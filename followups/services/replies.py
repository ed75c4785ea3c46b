"""What a text from a patient means. Pure: words in, a meaning out.

A word alone counts, whatever its case and punctuation. Providers act on their opt-out words
alone; "stop please" is ours to understand, while "stop the pain" is for a human.
"""

import re
import unicodedata

from followups.choices import Meaning

STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "parar", "alto", "baja"}
START = {"start", "yes", "unstop"}
HELP = {"help", "info", "ayuda"}
# digits only: carriers take words like yes and cancel for themselves
# Said politely, the other words could be about a visit or a life.
CLEAR_STOP = {"stop", "stopall", "unsubscribe", "parar", "alto", "baja"}
CODES = {"1": Meaning.CONFIRM, "2": Meaning.CALL, "3": Meaning.CHANGED}
# What people add to be polite, or to say which messages; nothing that could be a complaint.
BESIDES = {
    *("please", "pls", "plz", "thanks", "thank", "you", "now", "me", "my", "these", "the", "this"),
    *("sending", "send", "text", "texts", "texting", "message", "messages", "messaging", "sms"),
    *("por", "favor", "gracias", "mensaje", "mensajes", "los", "de", "enviar", "mandar"),
}
LONGEST_COMMAND = 40  # characters, with whatever stands around the word
SAID_BY_PROVIDER = {"STOP": Meaning.STOP, "START": Meaning.START, "HELP": Meaning.HELP}


def meaning(text: str, said_by_provider: str = "") -> Meaning:
    """Return what a text asks for; what the provider already acted on counts."""
    if acted_on := SAID_BY_PROVIDER.get(said_by_provider.upper()):
        return acted_on
    words = _words(text)
    if is_opt_out(words):
        return Meaning.STOP
    if len(words) != 1 or len(text) > LONGEST_COMMAND:
        return Meaning.TEXT
    [word] = words
    if word in START:
        return Meaning.START
    return Meaning.HELP if word in HELP else CODES.get(word, Meaning.TEXT)


def is_opt_out(words: list[str]) -> bool:
    """Whether nothing is said but one opt-out word, and how to be polite about it."""
    if len(words) == 1:
        return words[0] in STOP
    meant = [word for word in words if word not in BESIDES]
    return words == ["stop", "all"] or (len(meant) == 1 and meant[0] in CLEAR_STOP)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
