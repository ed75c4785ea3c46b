"""Read a file of cases: everything that is wrong with it, or the cases."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from followups.vignettes import cases, schema
from followups.vignettes.contradictions import contradictions
from followups.vignettes.problems import BadFile, Problem
from followups.vignettes.values import shown


class _Loader(yaml.SafeLoader):
    """Refuses a key that is there twice; YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} is there twice", node.value[number][0].start_mark
                )
        return super().construct_mapping(node, deep)


def read(path: Path) -> list[cases.Case]:
    """Return the cases of a file.

    Raises:
        BadFile: it cannot be read, or says anything that is not known; with all of it.
    """
    found = _parsed(path)
    names = [_name(case, number) for number, case in enumerate(found, start=1)]
    problems = [
        problem
        for number, (case, name) in enumerate(zip(found, names, strict=True))
        for problem in _problems(case, name, names[:number])
    ]
    if problems:
        raise BadFile(path.name, problems)
    return [cases.build(case, name) for case, name in zip(found, names, strict=True)]


def _parsed(path: Path) -> list[Any]:
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - is safe  # nosec B506
    except OSError as error:
        raise BadFile(path.name, [Problem("", "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise BadFile(path.name, [Problem("", "", "is not a UTF-8 text")]) from error
    except (yaml.YAMLError, ValueError) as error:  # a date that does not exist is a ValueError
        raise BadFile(path.name, [Problem("", "", _fault(error))]) from error
    if not isinstance(found, list) or not found:
        raise BadFile(path.name, [Problem("", "", "does not hold a list of cases")])
    return found


def _problems(case: Any, name: str, earlier: list[str]) -> list[Problem]:
    if not isinstance(case, dict):
        return [Problem(name, "", "is not a list of keys with values")]
    found = []
    if case.get("id") in (None, ""):
        found.append(Problem(name, "id", "this key is missing"))
    elif isinstance(case["id"], bool) or not isinstance(case["id"], str | int):
        found.append(Problem(name, "id", f"{shown(case['id'])} is not a text"))
    elif name in earlier:
        found.append(Problem(name, "id", "another case has it too"))
    found += schema.problems(case, name)
    # what does not fit together can only be said of values that are possible each
    return found or list(contradictions(case, name))


def _name(case: Any, number: int) -> str:
    given = case.get("id") if isinstance(case, dict) else None
    return f"number {number}" if given in (None, "") else str(given)


def _fault(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    what = getattr(error, "problem", None) or str(error)
    return f"{place}{' '.join(what.split())}"
