"""The visit pack: a patient's course on paper, for the surgeon's appointment.

Pure, like the charts: plain values in, the bytes of a PDF out. The fonts it prints with lie
beside it, since no server can be counted on to have them; each with its licence.
"""

from followups.packs.content import Content, Course, Section, Table
from followups.packs.document import draw

__all__ = ["Content", "Course", "Section", "Table", "draw"]
