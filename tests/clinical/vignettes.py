"""The clinical vignettes: whole courses with the expected answer.

Any further file of cases in this folder is run with them.
"""

from functools import cache
from pathlib import Path

from followups.vignettes import Case, read

FILE = Path(__file__).parent / "vignettes.yaml"
FILES = sorted(FILE.parent.glob("*.yaml"))


@cache
def cases() -> list[Case]:
    return read(FILE)
