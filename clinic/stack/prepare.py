"""Brings the database up to date and, on the first start of a demo, loads the demonstration clinic.

One process for both, because starting Django twice is what a second start would notice.
"""

import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.db import OperationalError


def main() -> None:
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        sys.exit(f"The database cannot be migrated: {error}")
    if settings.FUSELINE_DEMO and "demo_clinic" in get_commands():
        call_command("demo_clinic", if_empty=True)


if __name__ == "__main__":
    main()
