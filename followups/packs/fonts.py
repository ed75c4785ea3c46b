"""Letters for names in any script: one font for most, and others for what it lacks.

What no font has is printed as a square; the record number stands beside every name.
"""

import logging
from pathlib import Path

from fpdf import FPDF

FOLDER = Path(__file__).parent / "fonts"
FAMILY = "text"
# Family, file, and the letters it is brought in for: first and last, inclusive.
OTHERS: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...] = (
    ("devanagari", "NotoSansDevanagari.ttf", ((0x0900, 0x097F), (0xA8E0, 0xA8FF))),
    ("tamil", "NotoSansTamil.ttf", ((0x0B80, 0x0BFF),)),
    ("telugu", "NotoSansTelugu.ttf", ((0x0C00, 0x0C7F),)),
    ("thai", "NotoSansThai.ttf", ((0x0E00, 0x0E7F),)),
    ("khmer", "NotoSansKhmer.ttf", ((0x1780, 0x17FF),)),
    ("cjk", "NotoSansCJK-names.otf", ((0x2E80, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFFEF))),
)
for _name in ("fontTools", "fpdf"):  # both would log which letters a name has
    logging.getLogger(_name).setLevel(logging.ERROR)
UNKNOWN = "\N{WHITE SQUARE}"
BREAKS = "\n"


def add(pdf: FPDF, text: str) -> None:
    """Bring in what this text needs; the large fonts only where they are needed."""
    pdf.add_font(FAMILY, "", FOLDER / "DejaVuSans.ttf")
    pdf.add_font(FAMILY, "B", FOLDER / "DejaVuSans-Bold.ttf")
    places = {ord(letter) for letter in text}
    needed = [
        (family, file)
        for family, file, spans in OTHERS
        if any(first <= place <= last for place in places for first, last in spans)
    ]
    for family, file in needed:
        pdf.add_font(family, "", FOLDER / file)
        pdf.add_font(family, "B", FOLDER / file)
    pdf.set_fallback_fonts([family for family, _ in needed], exact_match=False)


def printable(pdf: FPDF, text: str) -> str:
    """Return the text with a square for each letter that no font at hand can print."""
    known = [font.cmap for font in pdf.fonts.values() if hasattr(font, "cmap")]
    return "".join(
        letter if letter in BREAKS or any(ord(letter) in each for each in known) else UNKNOWN
        for letter in text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    )
