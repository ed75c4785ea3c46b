"""Say that this database was restored: nothing leaves until somebody releases the hold."""

from typing import Any

from django.core.management.base import BaseCommand

from followups.clock import database_now
from followups.services import origin


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        number = origin.note_restore(now=database_now())
        self.stdout.write(
            f"Every clinic is held. {number} messages may have left before: see the system page."
        )
