"""What is broken, one file for each kind of thing that breaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from clinic.stack.refusal import Refusal
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan

Run = Callable[[Ground, Plan, str], Outcome]


@dataclass(frozen=True)
class Scenario:
    name: str
    run: Run
    seconds: Callable[[Plan], float]  # a guess, for saying how long all of it will take
    in_quick: bool

    def __call__(self, ground: Ground, plan: Plan) -> Outcome:
        return self.run(ground, plan, self.name)


_known: list[Scenario] = []


def scenario(
    name: str, *, seconds: Callable[[Plan], float], in_quick: bool = True
) -> Callable[[Run], Run]:
    """Add a function to the suite under a name."""

    def add(run: Run) -> Run:
        _known.append(Scenario(name, run, seconds, in_quick))
        return run

    return add


def every() -> list[Scenario]:
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return _known


def named(name: str) -> Scenario:
    return next(each for each in every() if each.name == name)


def chosen(plan: Plan, parts: Sequence[str]) -> list[Scenario]:
    """Return the scenarios called or containing one of the parts; without any, all of them.

    Raises:
        Refusal: if nothing is called that.
    """
    if not parts:
        return [each for each in every() if each.in_quick or not plan.quick]
    names = {each.name for each in every()}
    found = [each for each in every() if any(_means(part, each.name, names) for part in parts)]
    if not found:
        raise Refusal("\n  ".join(["There is no such scenario; there are:", *sorted(names)]))
    return found


def _means(part: str, name: str, names: set[str]) -> bool:
    return part == name if part in names else part in name
