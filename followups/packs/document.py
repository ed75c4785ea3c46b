"""Set a visit pack on letter sheets, black on white, with a footer on each."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from followups.packs import course, fonts
from followups.packs.content import Content, Section, Table

MARGIN, LINE = 16, 4.8  # millimetres
GREY, BLACK = 90, 0


class _Sheets(FPDF):
    """Letter paper with the same footer on every sheet."""

    def __init__(self, content: Content) -> None:
        super().__init__(format="Letter")
        self.footer_text = content.footer
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN + 6)
        self.set_creation_date(content.made_at)
        self.set_title("Visit pack")
        self.set_lang("en")
        fonts.add(self, "".join(_texts(content)))

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font(fonts.FAMILY, size=7)
        self.set_text_color(GREY)
        text = f"{self.footer_text} Sheet {self.page_no()} of {{nb}}."
        self.multi_cell(0, 3.4, fonts.printable(self, text), align="L")
        self.set_text_color(BLACK)

    def say(self, text: str, *, size: float = 9, bold: bool = False, gap: float = 0) -> None:
        """Write lines of text from the left margin."""
        self.set_font(fonts.FAMILY, "B" if bold else "", size)
        shown = fonts.printable(self, text)
        self.multi_cell(0, LINE * size / 9, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if gap:
            self.ln(gap)


def draw(content: Content) -> bytes:
    """Return the pack as a PDF."""
    pdf = _Sheets(content)
    pdf.add_page()
    pdf.say(content.name, size=16, bold=True, gap=1)
    _pairs(pdf, content.facts)
    for section in content.before:
        _section(pdf, section)
    _heading(pdf, "Pain since surgery")
    pdf.say(content.course.said, gap=1)
    course.draw(pdf, content.course)
    _table(pdf, content.symptoms)
    for section in content.after:
        _section(pdf, section)
    return bytes(pdf.output())


def _heading(pdf: _Sheets, title: str) -> None:
    if pdf.will_page_break(18):  # a heading does not stand alone at the foot of a sheet
        pdf.add_page()
    pdf.ln(3)
    pdf.say(title, size=11, bold=True, gap=0.8)


def _pairs(pdf: _Sheets, facts: Iterable[tuple[str, str]]) -> None:
    for name, value in facts:
        pdf.set_font(fonts.FAMILY, "", 9)
        pdf.set_text_color(GREY)
        pdf.cell(30, LINE, name)
        pdf.set_text_color(BLACK)
        pdf.say(value)


def _section(pdf: _Sheets, section: Section) -> None:
    _heading(pdf, section.title)
    if not section.lines:
        pdf.say(section.none)
    for lead, text in section.lines:
        pdf.say(lead, bold=True)
        if text:
            pdf.say(text, gap=1)


def _table(pdf: _Sheets, table: Table) -> None:
    _heading(pdf, table.title)
    if len(table.rows) < 2 or len(table.rows[0]) < 2:
        pdf.say("No check-in has been answered or missed yet.")
        return
    pdf.set_font(fonts.FAMILY, "", 7)
    pdf.set_line_width(0.15)
    pdf.set_draw_color(GREY)
    cells = len(table.rows[0]) - 1
    with pdf.table(
        line_height=4.2,
        text_align=("LEFT", *("CENTER",) * cells),
        col_widths=(30, *(100 / max(cells, 6),) * cells),
        borders_layout="HORIZONTAL_LINES",
        width=min(30 + 14 * cells, 184),
        align="LEFT",
    ) as drawn:
        for row in table.rows:
            drawn.row([fonts.printable(pdf, cell) for cell in row])
    if table.note:
        pdf.say(table.note, size=7)


def _texts(value: Any) -> Iterable[str]:
    """Yield every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
