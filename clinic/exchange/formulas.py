"""Cells that a spreadsheet would run as a formula, made harmless and restored.

Only what leaves the system is guarded; the record keeps what was typed.
"""

_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")  # the last four: full width
_GUARD = "'"


def guard(text: str) -> str:
    """Return the cell as a spreadsheet may open it: shown, never calculated."""
    return _GUARD + text if text.lstrip(" ").startswith(_STARTS) else text


def unguard(text: str) -> str:
    """Return the cell as it was before ``guard``, so that a returned file imports whole."""
    bare = text.removeprefix(_GUARD)
    return bare if guard(bare) == text else text
