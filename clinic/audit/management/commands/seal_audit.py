"""Seal the audit entries that have none yet, and show the head of the chain."""

from typing import Any

from django.core.management.base import BaseCommand

from clinic.audit import chain


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{chain.seal()} entries sealed.")
        self.stdout.write(f"Head of the chain: {chain.head()}")
