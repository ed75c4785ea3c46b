import json
from time import process_time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from followups.simulation.lives import RECHECK_ANSWERED
from followups.simulation.measures import lines, simulate

MONTHS = range(1, 25)  # the plan ends after two years


class Command(BaseCommand):
    help = "Measure the rules on made-up patients: what they find, how late, and how often wrongly."
    requires_system_checks = ()  # needs neither database nor configuration

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=300, help="in each of six groups")
        parser.add_argument("--months", type=int, default=24)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--rechecks-like-others",
            action="store_true",
            help="re-checks are answered as rarely as any other check-in of that day",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["patients"] < 1 or options["months"] not in MONTHS:
            raise CommandError("At least 1 patient, and 1 to 24 months.")
        began = process_time()
        result = simulate(
            options["patients"],
            options["months"],
            options["seed"],
            recheck_answered=None if options["rechecks_like_others"] else RECHECK_ANSWERED,
        )
        seconds = process_time() - began
        if options["json"]:
            data = result.as_data() | {"seconds": round(seconds, 1)}
            self.stdout.write(json.dumps(data, indent=2))
            return
        self.stdout.write("\n".join(lines(result)))
        self.stdout.write(f"{result.evaluations} reports judged in {seconds:.0f} s.")
