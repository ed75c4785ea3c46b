"""Looks for secrets in every file and in all that was ever committed. Ends with 1 if there are any.

Knows the shapes of common keys, and takes for one whatever long and irregular text is assigned
to a name like "token". What is none stands in ALLOWED with its reason. Never prints a secret.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from math import log2
from pathlib import Path
from typing import NamedTuple

SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY",
    "Amazon key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google key": r"\bAIza[\w-]{35}",
    "GitHub token": r"\b(?:gh[oprsu]_\w{36}|github_pat_\w{60})",
    "GitLab token": r"\bglpat-[\w-]{20}",
    "Slack token": r"\bxox[abeoprs]-[\w-]{10}",
    "Stripe key": r"\b[rs]k_live_\w{16}",
    "SendGrid key": r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    "Twilio key": r"\bSK[0-9a-f]{32}\b",
    "package registry token": r"\b(?:npm_\w{36}|pypi-[\w-]{50})",
    "signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "password in an address": r"\b[a-z+]{3,}://[^\s:/@\"'{]+:(?!password@|p%2Fw@)[^\s@/\"'{}]{3,}@\w",
}
KNOWN = {name: re.compile(shape) for name, shape in SHAPES.items()}
ASSIGNED = re.compile(
    r"\w*(?:secret|token|passw(?:or)?d|api_?key|keys?|credential)\w*[\"']?\s*[:=]+\s*"
    r"[\"']?([A-Za-z0-9+/_=-]{20,})(?![A-Za-z0-9+/_=.(-])",
    re.IGNORECASE,
)
IRREGULAR = 3.7  # bits a sign; words joined by _ stay below, 20 random signs come to 4
IRREGULAR_HEX = 3.0  # of 16 different signs no more can come

# file and what was found there: why it is none
ALLOWED = {
    ("scripts/check.py", "assigned secret"): "public values to check production's settings with",
    (
        "tests/clinic/operations/test_views.py",
        "assigned secret",
    ): "signs of tokens, in order",
    ("tests/followups/test_check_in_messages.py", "assigned secret"): "signs of tokens, in order",
    ("tests/clinic/test_settings.py", "password in an address"): "made up, to see it is not shown",
}


class Find(NamedTuple):
    place: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.what}"


def secrets_in(line: str) -> Iterator[str]:
    """Say what a line seems to hold."""
    for name, shape in KNOWN.items():
        if shape.search(line):
            yield name
    if any(is_random(found) for found in ASSIGNED.findall(line)):
        yield "assigned secret"


def is_random(text: str) -> bool:
    """Whether a text is too irregular for a name: digits among letters, few repetitions."""
    shares = [count / len(text) for count in Counter(text).values()]
    entropy = -sum(share * log2(share) for share in shares)
    mixed = re.search("[0-9]", text) and re.search("[A-Za-z]", text)
    is_hex = len(text) >= 32 and re.fullmatch("[0-9a-f]+", text)
    return bool(mixed) and entropy >= (IRREGULAR_HEX if is_hex else IRREGULAR)


def scan(lines: Iterable[tuple[str, int, str]]) -> list[Find]:
    """Return what was found in (file, line number, text) and is not allowed there."""
    return [
        Find(place, number, what)
        for place, number, text in lines
        for what in secrets_in(text)
        if (place, what) not in ALLOWED
    ]


def git(*arguments: str) -> str:
    """Return what git says; nothing where this is no repository."""
    command = ["git", "-c", "safe.directory=*", "-c", "core.quotePath=off", *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True)
    except FileNotFoundError:
        return ""
    return done.stdout.decode(errors="replace")


def present() -> Iterator[tuple[str, int, str]]:
    """Every line of every file that is committed or could be."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in listed or unlisted():
        if (path := Path(name)).is_file() and b"\0" not in (content := path.read_bytes()):
            for number, text in enumerate(content.decode(errors="replace").splitlines(), 1):
                yield name, number, text


def unlisted() -> Iterator[str]:
    """Every file of a copy without git, but for what is made in running it."""
    for path in Path().rglob("*"):
        if path.parts[0] not in (".venv", "var") and "__pycache__" not in path.parts:
            yield str(path)


def past() -> Iterator[tuple[str, int, str]]:
    """Every line that was ever added; the number is that of its line in the log."""
    place = ""
    log = git("log", "--all", "--patch", "--unified=0", "--no-color", "--no-ext-diff")
    for number, text in enumerate(log.splitlines(), 1):
        if text.startswith("+++ b/"):
            place = text.removeprefix("+++ b/")
        elif text.startswith("+"):
            yield place, number, text[1:]


def main() -> int:
    found = scan(present())
    if before := scan(past()):
        found += [Find(f"history of {each.place}", each.line, each.what) for each in before]
    said = [str(each) for each in found] or ["No secret in the files and their history."]
    print(*said, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
