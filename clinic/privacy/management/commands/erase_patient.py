from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from clinic.privacy import erasure
from clinic.privacy.models import REASON_LENGTH
from clinic.staff.models import Clinic
from followups.clock import database_now
from patients.models import Patient


class Command(BaseCommand):
    help = "Make a patient unknown for good; without --apply only say what would change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", required=True, help="its short name")
        parser.add_argument("--mrn", required=True, help="the record number")
        parser.add_argument("--reason", required=True, help="why; it is kept, so name nobody")
        parser.add_argument("--apply", action="store_true", help="do it; there is no way back")

    def handle(self, *args: Any, **options: Any) -> None:
        patient, reason = self.patient(options), options["reason"].strip()
        if not reason or len(reason) > REASON_LENGTH:
            raise CommandError(f"Give a reason of 1 to {REASON_LENGTH} characters.")
        if patient.mrn in reason or patient.family_name.casefold() in reason.casefold():
            raise CommandError("The reason is kept: leave out the name and the record number.")
        with transaction.atomic():
            counts = self.erase(patient, reason, listed=not options["apply"])
            transaction.set_rollback(not options["apply"])
        for what, count in counts.items():
            self.stdout.write(f"{what}: {count}")
        self.stdout.write(
            f"Patient {patient.pk} is erased."
            if options["apply"]
            else "Nothing was changed. Add --apply to do it; there is no way back."
        )

    def patient(self, options: dict[str, Any]) -> Patient:
        clinic = Clinic.objects.filter(code=options["clinic"]).first()
        if clinic is None:
            raise CommandError("No clinic has this short name.")
        found = Patient.objects.select_related("clinic").filter(clinic=clinic, mrn=options["mrn"])
        if not found:
            raise CommandError("No patient of this clinic has this record number.")
        return found[0]

    def erase(self, patient: Patient, reason: str, *, listed: bool) -> dict[str, int]:
        try:
            erasure.check(patient)
        except erasure.OpenFlags as error:
            raise CommandError(
                f"{error} open flags: somebody has to resolve this case first."
            ) from None
        return erasure.erase(patient, reason=reason, now=database_now(), listed=listed)
