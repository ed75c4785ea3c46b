"""Compare every sealed audit entry with the chain; exit 1 if anything was tampered with."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.audit import chain

SHOWN = 20


def head(text: str) -> tuple[int, str]:
    """Return the place and hash of a head as the log writes it: “12:9f86…”."""
    if not re.fullmatch("[0-9]{1,18}:[0-9a-f]{64}", text):
        raise ArgumentTypeError("Give a head as the log has it: the seal’s number, “:”, its hash.")
    place, hash_ = text.split(":")
    return int(place), hash_


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            type=head,
            action="append",
            default=[],
            help="a head of the chain from an earlier log, which must still be part of it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = chain.check(dict(options["head"]))
        self.stdout.write(f"{verdict.sealed} entries sealed, {verdict.unsealed} not yet.")
        self.stdout.write(f"Head of the chain: {verdict.sealed}:{verdict.head}")
        for sentence in verdict.broken[:SHOWN]:
            self.stdout.write(sentence)
        if verdict.broken:
            raise CommandError(f"{len(verdict.broken)} faults in the chain.")
