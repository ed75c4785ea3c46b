"""Copies of the English file, changed as a translator might change it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from followups.texts import FOLDER
from followups.texts.reading import LOADER

Write = Callable[..., Path]
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds the English file alone."""
    (tmp_path / "en.yaml").write_bytes((FOLDER / "en.yaml").read_bytes())
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    """Return what writes another language: the English file with some lines changed."""

    def write(language: str, changes: dict[str, Any] | None = None, **header: Any) -> Path:
        found = yaml.load((FOLDER / "en.yaml").read_bytes(), Loader=LOADER)  # noqa: S506 - is safe
        found |= {"language": language, "locale": language, **header}
        for path, value in (changes or {}).items():
            _change(found, path.split("."), value)
        text = yaml.dump(found, Dumper=DUMPER, allow_unicode=True, sort_keys=False)
        file = folder / f"{language}.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def _change(found: Any, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        found = found[part]
    if value is None:
        del found[path[-1]]
    else:
        found[path[-1]] = value
