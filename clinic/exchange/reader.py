"""Read a CSV file as it really arrives: bytes in, a header and numbered rows out.

Detects encoding, delimiter and header row and says what it found. Knows nothing of
patients: which headings to look for is told to it.
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from clinic.exchange.formulas import unguard
from clinic.exchange.problems import Stopped

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
HEADER_WITHIN = 20  # rows of titles and remarks that may stand above the header
LONGEST_ROW = 50  # lines; a patient list has no longer value, an open quote has
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
LOST = "\ufffd"
UNSPLIT = (
    "This row cannot be split into values: a quotation mark inside a value is not"
    " doubled, or a value is far too long."
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_WINDOWS = "Windows-1252"
_EDGES = re.compile(r"^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


@dataclass(frozen=True)
class Row:
    """One row of values; ``fault`` says why it does not fit under the header."""

    line: int  # of the file, where the row begins
    cells: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A file that could be read, and what was detected about it."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    header_line: int
    encoding: str
    delimiter: str
    blank_rows: int = 0
    lost: bool = False  # holds the mark of a character that could not be read once

    @property
    def notices(self) -> list[str]:
        """What somebody should look at before trusting the values."""
        found = []
        if self.encoding == _WINDOWS:
            found.append(
                f"The file is not UTF-8 and was read as {_WINDOWS}: check names with accents."
            )
        if self.lost:
            found.append(f"Somewhere “{LOST}” stands for a letter that was lost: check names.")
        if self.blank_rows:
            found.append(f"Rows without any value, passed over: {self.blank_rows}.")
        if not self.rows:
            found.append("There is no row below the header.")
        return found


def folded(heading: str) -> str:
    """Return a heading for comparison: case, spaces, hyphens and underscores apart."""
    return _BETWEEN_WORDS.sub(" ", trimmed(heading).casefold())


def trimmed(text: str) -> str:
    """Return the text without spaces of any kind at its ends."""
    return _EDGES.sub("", text)


def read(data: bytes, *, headings: Collection[str]) -> Table:
    """Return the table below the row that names most of ``headings``.

    Raises:
        Stopped: if it is too large, no text, has no header or an open quotation mark.
    """
    if len(data) > MAX_BYTES:
        raise Stopped("The file is larger than 5 MB. Split it and import the parts.")
    text, encoding = _decoded(data)
    if not trimmed(text):
        raise Stopped("The file is empty.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Stopped(
            f"Line {line} holds a NUL character: this is not a text file, or its"
            " encoding is not marked. Save it as “CSV UTF-8”."
        )
    delimiter, header = _header(text, {folded(heading) for heading in headings})
    rows, blank = _below(header, _records(text, delimiter))
    return Table(
        header=header.cells,
        rows=rows,
        header_line=header.line,
        encoding=encoding,
        delimiter=DELIMITERS[delimiter],
        blank_rows=blank,
        lost=LOST in text,
    )


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _as_marked(data, codec, name), name
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), _WINDOWS
    except UnicodeDecodeError:
        raise Stopped(
            "The file is neither UTF-8 nor Windows-1252 text. Save it as “CSV UTF-8”."
        ) from None


def _as_marked(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        raise Stopped(f"The file is marked as {name} but is damaged. Export it again.") from None


def _header(text: str, headings: Collection[str]) -> tuple[str, Row]:
    """Return the delimiter under which a first row names most headings, and that row."""
    best: tuple[int, str, Row | None] = (0, "", None)
    for delimiter in DELIMITERS:
        for row in _first_rows(text, delimiter):
            found = len({folded(cell) for cell in row.cells} & set(headings))
            if found > best[0]:
                best = (found, delimiter, row)
    _, delimiter, header = best
    if header is None:
        raise Stopped(
            f"No header row was found: none of the first {HEADER_WITHIN} rows names a column"
            " of this mapping, with comma, semicolon, tab or vertical bar between them."
        )
    return delimiter, header


def _first_rows(text: str, delimiter: str) -> list[Row]:
    """Return the rows that may be the header if this is the delimiter."""
    rows: list[Row] = []
    # An open quotation mark is reported when the rows below the header are read.
    with suppress(Stopped):
        rows.extend(islice(_records(text, delimiter), HEADER_WITHIN))
    return rows


def _below(header: Row, records: Iterator[Row]) -> tuple[tuple[Row, ...], int]:
    """Return the rows under the header, and how many without any value lay between."""
    rows: list[Row] = []
    blank = 0
    for row in records:
        if row.line <= header.line:
            continue
        if not any(row.cells):
            blank += 1
            continue
        rows.append(_fitted(row, len(header.cells)))
        if len(rows) > MAX_ROWS:
            raise Stopped(
                f"The file has more than {MAX_ROWS:,} rows. Split it and import the parts."
            )
    return tuple(rows), blank


def _fitted(row: Row, width: int) -> Row:
    """Return the row, marked where it has more or fewer values than the header."""
    if row.fault or len(row.cells) == width:
        return row
    return Row(
        row.line,
        row.cells,
        f"This row has {len(row.cells)} values, the header has {width}.",
    )


def _records(text: str, delimiter: str) -> Iterator[Row]:
    """Yield every row with the line it begins on.

    Raises:
        Stopped: where a quotation mark is never closed.
    """
    lines = _Lines(text)
    parser = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        lines.begin_row()
        try:
            cells = next(parser)
        except StopIteration:
            return
        except csv.Error:
            # Asked for more lines than there are: the quotation mark never closed.
            if lines.ended:
                raise lines.never_closed() from None
            raw = trimmed("".join(lines.of_row))
            yield Row(lines.begin, (raw,), UNSPLIT)
        else:
            yield Row(lines.begin, tuple(unguard(trimmed(cell)) for cell in cells))


class _Lines:
    """Hands lines to the CSV parser and remembers which of them the row is made of."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.of_row: list[str] = []
        self.begin = 1
        self.ended = False

    def begin_row(self) -> None:
        self.begin += len(self.of_row)
        self.of_row = []

    def never_closed(self) -> Stopped:
        return Stopped(f"The quotation mark opened in line {self.begin} is never closed.")

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            self.ended = True
            raise StopIteration
        self.of_row.append(line)
        if len(self.of_row) > LONGEST_ROW:
            raise self.never_closed()
        return line
