"""What a trial came to, the limits it had to keep, and the table of all of them."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

COLUMNS = (
    *(("scenario", 34), ("faults", 8), ("messages", 10), ("lost", 6), ("duplicates", 12)),
    *(("most copies", 13), ("seconds", 9)),
)


@dataclass(frozen=True)
class Plan:
    """How much is asked for: the same seed draws the same faults."""

    messages: int
    kills: int
    seed: int
    quick: bool = False
    mistake: str = ""  # planted in the product's processes

    def at_most(self, messages: int) -> int:
        """Return how many messages a trial takes that gains nothing from more than these."""
        return min(messages, self.messages)

    def some(self, faults: int) -> int:
        """Return how many faults of a kind: the whole number, or a quarter in a quick run."""
        return max(1, faults // 4) if self.quick else faults


@dataclass
class Outcome:
    scenario: str
    faults: int
    messages: int
    lost: int = 0
    duplicates: int = 0
    most_copies: int = 0
    seconds: float = 0
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, scenario: str, *, faults: int, due: set[str], copies: Counter[str]) -> "Outcome":
        """Compare what was due with what a provider has accepted."""
        return cls(
            scenario,
            faults,
            messages=len(due),
            lost=len(due - copies.keys()),
            duplicates=sum(number - 1 for number in copies.values()),
            most_copies=max(copies.values(), default=0),
        )

    def require(self, holds: object, otherwise: str) -> None:
        """Note a broken limit unless the condition holds."""
        if not holds:
            self.broken.append(otherwise)

    def keep(self, *, duplicates: int, copies: int = 2) -> "Outcome":
        """Hold it to its limits: nothing lost, so many repeated, none more often than that."""
        self.require(self.lost == 0, f"{self.lost} lost")
        self.require(self.duplicates <= duplicates, f"more than {duplicates} duplicates")
        self.require(self.most_copies <= copies, f"more than {copies} copies of one message")
        return self

    @property
    def verdict(self) -> str:
        return "; ".join(f"BROKEN: {each}" for each in self.broken) or "kept"


def heading() -> str:
    first, *rest = COLUMNS
    return f"{first[0]:<{first[1]}}" + "".join(f"{name:>{width}}" for name, width in rest)


def line(outcome: Outcome) -> str:
    """Return its line of the table."""
    first, *rest = COLUMNS
    values = asdict(outcome) | {"seconds": round(outcome.seconds)}
    cells = [f"{values[name.replace(' ', '_')]:>{width},}" for name, width in rest]
    said = "; ".join([outcome.verdict, *outcome.notes])
    return f"{outcome.scenario:<{first[1]}}" + "".join(cells) + f"   {said}"


def as_json(plan: Plan, outcomes: Iterable[Outcome]) -> str:
    return json.dumps(asdict(plan) | {"outcomes": [asdict(each) for each in outcomes]})
