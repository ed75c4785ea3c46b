"""Break the rules and the protocol on purpose and see whether a test notices.

Every number of the protocol that a rule reads is moved by one, up and down; in the rules every
comparison, "and", "or", "not", any and all, max and min, True and False, and every severity is
turned into its neighbour. One fault at a time, in a fork of its own, never on disk. The tests
of the broken module run first, then all of the rules' tests; a fault is killed when one fails.

    python scripts/mutate_rules.py [--minutes 10] [--seed 1] [--only pain] [--properties] [--list]

With --properties the slow search for counterexamples has its try as well. Without time for
all, a sample is taken, the same for the same seed. Ends with 1 if fewer than 95 % are killed.
Not part of ./test.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "followups" / "rules"
PROTOCOL = ROOT / "followups" / "protocol.py"
TESTS = ROOT / "tests" / "followups" / "rules"
SLOW = TESTS / "test_properties.py"
WANTED_PERCENT = 95
SECONDS_A_FAULT = 90

# What a rule never reads: planning, queue and risk have tests of their own elsewhere.
NOT_RULES = {"Phase", "CheckIns", "VisitWindow", "Response", "Snooze", "RiskPoints", "QueueOrder"}
# Explanations and the page for clinicians; their numbers come from the protocol.
NOT_LOGIC = {"catalogue", "__init__.py"}
FIRST_TESTS = {
    "assessment": ["test_assessment"],
    "contact": ["test_contact"],
    "course": ["test_course", "test_pain"],
    "data": ["test_assessment"],
    "domains": ["test_pain", "test_pain_change"],
    "history": ["test_assessment", "test_cord"],
    "nerve": ["test_nerve"],
    "outcomes": ["test_assessment"],
    "signs": ["test_cord", "test_chest", "test_spine"],
    "clinic_days": ["test_contact", "test_imaging"],
    "risk": ["test_assessment", "test_vignettes"],
    "protocol": ["test_pain", "test_function", "test_wound", "test_spine"],
}

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.GtE: ast.Gt,
    ast.Gt: ast.GtE,
    ast.LtE: ast.Lt,
    ast.Lt: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
NAMES = {"any": "all", "all": "any", "max": "min", "min": "max"}
SEVERITIES = {"EMERGENCY": "URGENT", "URGENT": "SOON", "SOON": "ROUTINE", "ROUTINE": "SOON"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One change of one module."""

    path: Path
    line: int
    what: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.what}"


def rule_faults() -> Iterator[Fault]:
    """Yield every fault of the rules' own code."""
    for path in sorted(RULES.glob("*.py")):
        if path.name in NOT_LOGIC:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for number, node in enumerate(ast.walk(tree)):
            for what, change in _changes(node):
                broken = copy.deepcopy(tree)
                target = list(ast.walk(broken))[number]
                change(target)
                yield Fault(
                    path, getattr(node, "lineno", 0), what, ast.fix_missing_locations(broken)
                )


def protocol_faults() -> Iterator[Fault]:
    """Yield every number a rule reads, one higher and one lower."""
    tree = ast.parse(PROTOCOL.read_text(encoding="utf-8"))
    for place, thresholds in enumerate(tree.body):
        if not isinstance(thresholds, ast.ClassDef) or thresholds.name in NOT_RULES:
            continue
        for number, node in enumerate(ast.walk(thresholds)):
            value = getattr(node, "value", None)
            if not isinstance(value, int | float) or isinstance(value, bool):
                continue
            for step in (1, -1):
                broken = copy.deepcopy(tree)
                change = _Field("value", value + step)
                change(list(ast.walk(broken.body[place]))[number])
                what = f"{thresholds.name}: {value} becomes {value + step}"
                yield Fault(PROTOCOL, getattr(node, "lineno", 0), what, broken)


def _changes(node: ast.AST) -> Iterator[tuple[str, "_Change"]]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = COMPARISONS[type(operator)]
            yield f"{type(operator).__name__} becomes {other.__name__}", _Operator(place, other)
    elif isinstance(node, ast.BoolOp):
        swapped = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} becomes {swapped.__name__}", _Field("op", swapped())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not is dropped", _Field("op", ast.UAdd())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
        name = NAMES[node.func.id]
        yield f"{node.func.id} becomes {name}", _Field("func", ast.Name(name, ast.Load()))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} becomes {not node.value}", _Field("value", not node.value)
    elif isinstance(node, ast.Attribute) and node.attr in SEVERITIES:
        yield f"{node.attr} becomes {SEVERITIES[node.attr]}", _Field("attr", SEVERITIES[node.attr])


@dataclass(frozen=True, slots=True)
class _Field:
    """Replaces one field of a node."""

    name: str
    value: object

    def __call__(self, node: ast.AST) -> None:
        setattr(node, self.name, self.value)


@dataclass(frozen=True, slots=True)
class _Operator:
    """Replaces one operator of a comparison."""

    place: int
    operator: type[ast.cmpop]

    def __call__(self, node: ast.AST) -> None:
        operators: list[ast.cmpop] = getattr(node, "ops")  # noqa: B009 - a Compare
        operators[self.place] = self.operator()


_Change = _Field | _Operator


class _Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with its fault; everything else as it is."""

    def __init__(self, fault: Fault) -> None:
        self.name = fault.module
        self.code: CodeType = compile(fault.tree, str(fault.path), "exec")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)  # noqa: S102 - our own source  # nosec B102


def is_killed(fault: Fault, *, properties: bool) -> bool:
    """Whether a test notices; one that takes too long has noticed too."""
    child = os.fork()
    if child == 0:
        _run_tests(fault, properties=properties)
    _, status = os.waitpid(child, 0)
    return status != 0


def _run_tests(fault: Fault, *, properties: bool) -> None:
    """Run the tests of a broken module in this process, which ends with 1 if one failed."""
    import pytest

    signal.alarm(SECONDS_A_FAULT)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.meta_path.insert(0, _Broken(fault))
    names = FIRST_TESTS.get(fault.path.stem, [f"test_{fault.path.stem}"])
    first = [TESTS / f"{name}.py" for name in names]
    rest = [path for path in sorted(TESTS.glob("test_*.py")) if path not in {*first, SLOW}]
    slow = [SLOW] if properties else []
    options = ["-x", "-q", "-c", os.devnull, "--rootdir", str(ROOT), "--noconftest"]
    options += [f"-pno:{name}" for name in ("cacheprovider", "xdist", "django", "playwright")]
    try:
        code = pytest.main([*options, *(str(path) for path in (*first, *rest, *slow))])
    except BaseException:  # a module that cannot be imported is noticed as well
        code = 1
    os._exit(1 if code else 0)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="faults whose place contains this text")
    parser.add_argument("--properties", action="store_true", help="also search, which is slow")
    parser.add_argument("--list", action="store_true", help="show the faults and stop")
    chosen = parser.parse_args()
    faults = [each for each in (*protocol_faults(), *rule_faults()) if chosen.only in str(each)]
    if chosen.list:
        print(*faults, f"{len(faults)} faults", sep="\n")
        return 0
    Random(chosen.seed).shuffle(faults)  # noqa: S311 - the same every time
    _import_once()
    until = time.monotonic() + 60 * chosen.minutes
    return _try(faults, until=until, properties=chosen.properties)


def _import_once() -> None:
    """Import what every fork needs, but nothing that may be broken."""
    sys.path.insert(0, str(ROOT))
    sys.dont_write_bytecode = True
    import django.db.models  # noqa: F401
    import hypothesis  # noqa: F401
    import pytest  # noqa: F401
    import yaml  # noqa: F401


def _try(faults: Sequence[Fault], *, until: float, properties: bool) -> int:
    survivors: list[Fault] = []
    tried = 0
    for fault in faults:
        if time.monotonic() > until:
            break
        tried += 1
        if not is_killed(fault, properties=properties):
            survivors.append(fault)
            print(f"survived  {fault}", flush=True)
    killed = tried - len(survivors)
    percent = 100 * killed / tried if tried else 0.0
    print(f"{killed} of {tried} faults killed ({percent:.1f} %), {len(faults)} in all.")
    return 0 if percent >= WANTED_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main())
