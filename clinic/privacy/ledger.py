"""The list of erasures outside the database, because a restored database has forgotten them.

One JSON line each: an id, when that row was made, when and why it was erased. No personal data.
The moment a row was made tells it from another row that has the same id after a restore.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    clinic: str
    patient: int
    created_at: datetime
    erased_at: datetime
    reason: str


def append(path: Path, line: Line) -> None:
    """Write a line through to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(line), default=datetime.isoformat)
    with path.open("a", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Iterator[Line]:
    """Yield the lines, oldest first; none if nothing was ever erased.

    Raises:
        ValueError: if a line is damaged; which one is said.
    """
    if not path.exists():
        return
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            said = json.loads(text)
            yield Line(
                clinic=said["clinic"],
                patient=int(said["patient"]),
                created_at=datetime.fromisoformat(said["created_at"]),
                erased_at=datetime.fromisoformat(said["erased_at"]),
                reason=said["reason"],
            )
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"Line {number} of {path} cannot be read.") from error
