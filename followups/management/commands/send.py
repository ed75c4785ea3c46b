from typing import Any

from django.core.management.base import BaseCommand

from followups.clock import DatabaseClock
from followups.services import post


class Command(BaseCommand):
    help = "Send the messages that are due now; safe beside the worker."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"sent {post.send_due(clock=DatabaseClock())}")
