from typing import Any

from django.core.management.base import BaseCommand

from clinic.privacy import retention
from followups.clock import database_now


class Command(BaseCommand):
    help = "Delete what has been kept long enough (see docs/privacy.md); safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = retention.run(now=database_now())
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
