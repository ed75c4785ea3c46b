"""Sign an expected range off: from then on it is drawn, and its numbers stay as they are."""

from datetime import date

from django.core.exceptions import ValidationError

from followups.models import ExpectedRange

FEWEST_DAYS = 2  # a band needs a beginning and an end


def sign_off(expected: ExpectedRange, *, by: str, on: date) -> None:
    """Put a clinician's name and the day under a range.

    Raises:
        ValidationError: if there is nothing to draw.
    """
    if expected.scores.count() < FEWEST_DAYS:
        raise ValidationError("Enter the scores of at least two days before it is signed off.")
    ExpectedRange.objects.filter(pk=expected.pk).update(signed_off_by=by, signed_off_on=on)


def take_back(expected: ExpectedRange) -> None:
    """End the sign-off: the range is no longer drawn, and its numbers can be changed."""
    ExpectedRange.objects.filter(pk=expected.pk).update(signed_off_by="", signed_off_on=None)
