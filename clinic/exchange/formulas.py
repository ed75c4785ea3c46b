"""Cells that a spreadsheet would run as a formula, made harmless and restored.

Only what leaves the system is guarded; the record keeps what was typed.
"""

_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")  # the last four: full width
_GUARD = "'"
# spaces and marks nobody sees; tabs and line ends are dangerous themselves
_TRIMMED = " \u00a0\u2007\u202f\u3000\u200b\u200c\u200d\u2060\ufeff"


def guard(text: str) -> str:
    """Return the cell as a spreadsheet may open it: shown, never calculated."""
    return _GUARD + text if _is_dangerous(text) else text


def unguard(text: str) -> str:
    """Return the cell as it was before ``guard``, so that a returned file imports whole."""
    bare = text.removeprefix(_GUARD)
    return bare if bare != text and _is_dangerous(bare) else text


def _is_dangerous(text: str) -> bool:
    """Say whether it is a formula behind what is trimmed, or would read as a guarded one."""
    is_formula = text.startswith(_STARTS) or text.lstrip(_TRIMMED).startswith(_STARTS)
    return is_formula or (text.startswith(_GUARD) and _is_dangerous(text[1:]))
