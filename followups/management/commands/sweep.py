from typing import Any

from django.core.management.base import BaseCommand

from followups.clock import database_now
from followups.services import sweep


class Command(BaseCommand):
    help = "Plan, evaluate, re-rank and fill the outbox now; safe beside the worker."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = sweep.run(now=database_now())
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
