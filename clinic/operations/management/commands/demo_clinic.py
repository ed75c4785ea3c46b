import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.operations.demo import load
from clinic.staff.models import Clinic


class Command(BaseCommand):
    help = "Fill an empty database with the demo clinic: made-up patients in every phase."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Do nothing, quietly, where a clinic exists already.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Clinic.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError(
                "There is a clinic in this database already; the demo is only loaded "
                "into an empty one."
            )
        patients = load.load(now=timezone.now(), processes=os.cpu_count() or 1)
        self.stdout.write(f"Demo clinic loaded: {patients} patients.")
