"""Store one row; what the database refuses is said in the words of its constraint."""

from django.db import IntegrityError, transaction
from django.db.models import Model


def store(row: Model) -> None:
    """Check the fields of a row and write it.

    Django would ask about each constraint beforehand, three statements apiece, and the database
    decides all the same. So it is asked which one it was only when it has refused.

    Raises:
        ValidationError: by field.
        IntegrityError: if the row is refused for what no constraint of its model says.
    """
    row.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.validate_constraints()
        raise
