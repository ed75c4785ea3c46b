"""Set letters for envelopes with a window, a sheet each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from followups.packs import fonts

MARGIN, LINE = 25, 6  # millimetres
WINDOW = (22, 51, 90)  # of a number 10 envelope: from the left, from the top, width


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter: who writes, to whom, and what."""

    sender: str
    address: Sequence[str]
    date: str
    title: str
    paragraphs: Sequence[str]
    language: str

    @property
    def text(self) -> str:
        return "".join([self.sender, *self.address, self.date, self.title, *self.paragraphs])


def draw(sheets: Sequence[Sheet], *, made_at: datetime) -> bytes:
    """Return all letters as one PDF to print and fold."""
    pdf = FPDF(format="Letter")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.set_creation_date(made_at)
    pdf.set_title("Letters")
    fonts.add(pdf, "".join(sheet.text for sheet in sheets))
    for sheet in sheets:
        _sheet(pdf, sheet)
    return bytes(pdf.output())


def _sheet(pdf: FPDF, sheet: Sheet) -> None:
    pdf.add_page()
    _write(pdf, [sheet.sender], size=11, bold=True)
    left, top, width = WINDOW
    pdf.set_xy(left, top)
    for line in sheet.address:
        pdf.set_x(left)
        _line(pdf, line, width)
    pdf.set_y(top + 48)
    _write(pdf, [sheet.date])
    pdf.ln(LINE)
    _write(pdf, [sheet.title], size=13, bold=True)
    for paragraph in sheet.paragraphs:
        pdf.ln(LINE / 2)
        _write(pdf, [paragraph])


def _write(pdf: FPDF, texts: Iterable[str], *, size: float = 11, bold: bool = False) -> None:
    for text in texts:
        pdf.set_font(fonts.FAMILY, "B" if bold else "", size)
        pdf.set_x(MARGIN)
        _line(pdf, text, 0)


def _line(pdf: FPDF, text: str, width: float) -> None:
    shown = fonts.printable(pdf, text)
    pdf.multi_cell(width, LINE, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
