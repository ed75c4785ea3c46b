"""What is wrong with a file of cases, all of it at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that cannot be read; ``case`` and ``key`` are empty where there is none."""

    case: str
    key: str
    text: str

    def sentence(self, file: str) -> str:
        """Return it as one sentence with the file, the case and the key."""
        place = [file, f"case {self.case}" if self.case else "", self.key]
        return f"{': '.join(part for part in place if part)}: {self.text}."


class BadFile(Exception):
    """A file of cases that cannot be used; ``problems`` are all that were found."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        super().__init__("\n".join(each.sentence(file) for each in problems))
        self.file = file
        self.problems = tuple(problems)
