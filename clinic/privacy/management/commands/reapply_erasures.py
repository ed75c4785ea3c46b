from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.privacy import erasure, ledger


class Command(BaseCommand):
    help = "After a restore: erase again everybody the list outside the database names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ledger", type=Path, default=Path(settings.ERASURE_LEDGER))

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["ledger"]
        if not path.exists():
            raise CommandError(f"{path} does not exist; name the list of erasures with --ledger.")
        try:
            outcomes = erasure.reapply(list(ledger.read(path)))
        except ValueError as error:
            raise CommandError(f"{error} Nothing was erased.") from error
        for outcome in outcomes:
            self.stdout.write(f"patient {outcome.patient}: {outcome.said}")
        self.stdout.write(f"{len(outcomes)} erasures in the list.")
