from typing import Any

from django.core.management.base import BaseCommand, CommandError

from followups.clock import database_now
from followups.services import reassessment


class Command(BaseCommand):
    help = "Compare the evaluations of the last 30 days with what the rules say today."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = reassessment.run(now=database_now())
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
        if counts["different"]:
            raise CommandError("Stored evaluations differ from what the rules say today.")
