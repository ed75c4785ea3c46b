"""Import patients from a CSV file of another system. Without --commit nothing is stored."""

import json
import logging
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from clinic.exchange import importing, report
from clinic.exchange.importing import Import, RowsInError
from clinic.exchange.problems import Stopped
from clinic.exchange.profiles import PROFILES, Profile
from clinic.exchange.reader import MAX_BYTES
from clinic.staff.models import Clinic

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Import a patient list. Shows what would happen; --commit stores it, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--clinic", required=True, help="code of the clinic they belong to")
        layout = parser.add_mutually_exclusive_group(required=True)
        layout.add_argument("--profile", choices=PROFILES, help="a known layout")
        layout.add_argument("--map", type=Path, help="JSON file that says what the columns mean")
        parser.add_argument("--source", help="name of the system the file is from")
        parser.add_argument("--commit", action="store_true", help="store what was found")
        parser.add_argument(
            "--skip-errors", action="store_true", help="store the other rows if some are in error"
        )
        parser.add_argument("--errors", type=Path, help="new file for the rows in error")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._import(options)
        except Stopped as stopped:
            raise CommandError(str(stopped)) from None
        except (IntegrityError, OperationalError):
            # The database's own words may quote a patient.
            raise CommandError(
                "Somebody else is changing the same records; nothing was stored. Try again."
            ) from None
        self._tell(found, options)
        if options["commit"] and not found.committed:
            raise CommandError(
                "Nothing was stored, because rows are in error. Correct them, or store the"
                " others with --skip-errors."
            )

    def _import(self, options: dict[str, Any]) -> Import:
        """Return what was found, and done.

        Raises:
            Stopped: if the clinic, the mapping or the file is unusable.
        """
        data, profile = _content(options["file"]), _profile(options)
        clinic, now = _clinic(options["clinic"]), timezone.now()
        if not options["commit"]:
            return importing.dry_run(data, profile=profile, clinic=clinic, now=now)
        skip_errors = options["skip_errors"]
        try:
            return importing.commit(
                data, profile=profile, clinic=clinic, now=now, skip_errors=skip_errors
            )
        except RowsInError as refused:
            return refused.found

    def _tell(self, found: Import, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(found), ensure_ascii=False, indent=2))
        else:
            for line in report.as_text(found):
                self.stdout.write(line)
            if not options["commit"]:
                self.stdout.write("Nothing was stored: this was a dry run. Store with --commit.")
        counts = {kind.value: count for kind, count in found.counts.items()}
        logger.info("import of patients, stored=%s: %s", found.committed, counts)
        if options["errors"] and found.failing:
            try:
                report.write_failing(found, options["errors"])
            except Stopped as stopped:
                raise CommandError(str(stopped)) from None


def _content(path: Path) -> bytes:
    """Return the file's bytes; of one too large only enough to say so."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Stopped(f"{path} cannot be read: {error.strerror}.") from None


def _profile(options: dict[str, Any]) -> Profile:
    if options["profile"]:
        profile = PROFILES[options["profile"]]
    else:
        try:
            profile = Profile.from_json(_content(options["map"]).decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise Stopped("The mapping must be UTF-8 text.") from None
    return replace(profile, source=options["source"]) if options["source"] else profile


def _clinic(code: str) -> Clinic:
    found = Clinic.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Clinic.objects.values_list("code", flat=True)) or "none yet"
        raise Stopped(f"There is no clinic “{code}”. Known codes: {known}.")
    return found
