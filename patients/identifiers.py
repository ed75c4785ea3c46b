"""One spelling for each record number and each name, however it was typed."""

import re
import unicodedata

from django.core.exceptions import ValidationError

MRN_LENGTH = 20
_MRN = re.compile(rf"[A-Z0-9-]{{1,{MRN_LENGTH}}}")
# Marks that reverse or hide text: a name must look the way it is stored.
_INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _visible(text: str) -> str:
    """Return ``text`` without control, format and private-use characters."""
    return "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE_CATEGORIES)


def normalise_mrn(text: str) -> str:
    """Return the stored form of a record number: upper case, no spaces.

    Raises:
        ValidationError: if anything but letters A-Z, digits and hyphens remains.
    """
    folded = unicodedata.normalize("NFKC", _visible(text))
    mrn = "".join(folded.split()).upper()
    if not _MRN.fullmatch(mrn):
        raise ValidationError(f"Use 1 to {MRN_LENGTH} letters A–Z, digits or hyphens.", code="mrn")
    return mrn


def normalise_name(text: str) -> str:
    """Return a name in composed form with single spaces.

    Raises:
        ValidationError: if nothing a reader could see remains.
    """
    # Tabs and line ends separate words, so they go before the invisible ones do.
    spaced = " ".join(text.split())
    name = " ".join(unicodedata.normalize("NFC", _visible(spaced)).split())
    if not any(char.isalnum() for char in name):
        raise ValidationError("Enter at least one letter.", code="name")
    return name
