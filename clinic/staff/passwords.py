"""What a password may be: long, and not what somebody who knows the clinic would try first.

Length is what counts (NIST SP 800-63B, 3.1.1.2), so no kind of character is asked for.
"""

import re

from django.conf import settings
from django.core.exceptions import ValidationError

from clinic.staff.models import User

SHORTEST, LONGEST = 15, 128
LEAST_OF_ONES_OWN = 8  # characters that are left without the words everyone here knows
LEAST_DIFFERENT = 5
HELP = (
    f"At least {SHORTEST} characters; a few words in a row are easy to remember. "
    "You can paste it from a password manager."
)
KNOWN = ("fuseline", "password", "spine", "spinal", "fusion", "clinic", "hospital", "surgeon")


class MaximumLength:
    """Refuse what is so long that only hashing it would keep the server busy."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(f"Use at most {LONGEST} characters.", code="too_long")

    def get_help_text(self) -> str:
        return f"At most {LONGEST} characters."


class NotOurWords:
    """Refuse a password made of the names of the product, the clinic and the person."""

    def validate(self, password: str, user: User | None = None) -> None:
        rest = password.casefold()
        for word in sorted(words_of(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < LEAST_OF_ONES_OWN:
            raise ValidationError(
                "This is mostly words that others here would try. Add words of your own.",
                code="our_words",
            )
        if len(set(rest)) < LEAST_DIFFERENT:
            raise ValidationError(
                "This repeats the same few characters. Use a few different words.",
                code="too_plain",
            )

    def get_help_text(self) -> str:
        return "Not only names of the clinic, the product or yourself."


def words_of(user: User | None) -> set[str]:
    """Return the words anybody can guess about somebody who works here."""
    said = [settings.PRODUCT_NAME, *KNOWN]
    if user is not None:
        said += [user.username, user.first_name, user.last_name, user.email]
        if user.clinic is not None:
            said += [user.clinic.name, user.clinic.code]
    words = {word for text in said for word in re.findall(r"\w+", text.casefold())}
    return {word for word in words if len(word) > 2}
