"""What an import found, for the person who ran it: as text, as JSON, and as rows to correct.

Text and JSON never hold who a row is about; the file of rows does and is its owner's alone.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clinic.exchange.formulas import guard
from clinic.exchange.importing import Import
from clinic.exchange.problems import Stopped


def as_text(found: Import) -> Iterator[str]:
    """Yield the lines of a report for the terminal."""
    table = found.table
    yield (
        f"Read {len(table.rows)} rows from {found.profile.source}: {table.encoding}, separated by"
        f" {table.delimiter}, header in line {table.header_line}."
    )
    yield from table.notices
    if found.layout.unmapped:
        yield f"Columns not imported: {', '.join(found.layout.unmapped)}."
    if found.layout.absent:
        yield f"Optional columns not in the file: {', '.join(found.layout.absent)}."
    for kind, count in found.counts.items():
        yield f"{kind.value:>10} {count:>6}"
    for problem in found.problems:
        yield str(problem)


def as_json(found: Import) -> dict[str, Any]:
    """Return the report as plain data."""
    table = found.table
    return {
        "source": found.profile.source,
        "committed": found.committed,
        "rows": len(table.rows),
        "counts": {kind.value: count for kind, count in found.counts.items()},
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "header_line": table.header_line,
        "notices": table.notices,
        "unmapped": found.layout.unmapped,
        "absent": found.layout.absent,
        "errors": [asdict(problem) for problem in found.problems],
    }


def write_failing(found: Import, path: Path) -> None:
    """Write the rows in error with the reason in front, to be corrected and imported again.

    Raises:
        Stopped: if the file exists already, or cannot be written.
    """
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Stopped(f"{path} exists already; it was not touched.") from None
    except OSError as error:
        raise Stopped(f"{path} cannot be written: {error.strerror}.") from None
    # The mark at the beginning makes spreadsheets read it as UTF-8.
    with os.fdopen(opened, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["error", *map(guard, found.layout.header)])
        for outcome in found.failing:
            parts = [(each.column, each.reason) for each in outcome.problems]
            reasons = "; ".join(": ".join(filter(None, part)) for part in parts)
            writer.writerow([guard(reasons), *map(guard, outcome.row.cells)])
