"""Compare every sealed audit entry with the chain; exit 1 if anything was tampered with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.audit import chain

SHOWN = 20


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        chain.seal()
        verdict = chain.check()
        self.stdout.write(f"{verdict.sealed} entries sealed, {verdict.unsealed} not yet.")
        self.stdout.write(f"Head of the chain: {verdict.head}")
        for sentence in verdict.broken[:SHOWN]:
            self.stdout.write(sentence)
        if verdict.broken:
            raise CommandError(f"{len(verdict.broken)} entries do not fit their seals.")
