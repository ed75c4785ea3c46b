"""What can be wrong with a file: a stop for all of it, or a problem with one row."""

from dataclasses import dataclass


class Stopped(Exception):
    """Nothing of this file can be imported; the text says why, in plain words."""


@dataclass(frozen=True)
class Problem:
    """Why one row cannot be imported, and where to look.

    ``value`` is given only for columns that identify nobody: problems are printed.
    """

    line: int
    column: str  # the heading as the file writes it; empty for the row as a whole
    reason: str
    value: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        shown = f" (“{self.value}”)" if self.value else ""
        return f"{where}: {self.reason}{shown}"
