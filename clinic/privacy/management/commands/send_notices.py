from typing import Any

from django.core.management.base import BaseCommand

from clinic.privacy import notices
from followups.clock import DatabaseClock


class Command(BaseCommand):
    help = "Tell administrators of restricted records that were opened; safe beside the worker."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"sent {notices.send_due(clock=DatabaseClock())}")
