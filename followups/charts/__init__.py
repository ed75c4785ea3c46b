"""Draw a patient's course as SVG on the server. Pure: plain values in, markup out.

Colours come from CSS classes, so one drawing serves light, dark and print, and every
chart says its values as text. Nothing here reads a database or judges a value; an
expected range is drawn only where the caller has one with a source.
"""

from followups.charts.drawing import Point, Range, Series
from followups.charts.recovery import Event, RecoveryChart, Rise
from followups.charts.sparkline import sparkline
from followups.charts.spine import spine

__all__ = [
    "Event",
    "Point",
    "Range",
    "RecoveryChart",
    "Rise",
    "Series",
    "sparkline",
    "spine",
]
