"""Shortens the product's waits in this process and plants what a scenario asks for."""

import os
from datetime import timedelta

from django.apps import AppConfig


class PlantedConfig(AppConfig):
    name = "tests.faults.planted"
    label = "planted"

    def ready(self) -> None:
        from tests.faults.planted import crashes, mistakes

        _shorten_waits()
        if os.environ.get("FAULTS_MISTAKE"):
            mistakes.MISTAKES[os.environ["FAULTS_MISTAKE"]]()
        if os.environ.get("FAULTS_CRASHES"):
            crashes.plant(os.environ["FAULTS_CRASHES"])


def _shorten_waits() -> None:
    """Shorten what production waits for minutes."""
    from followups.notify import sms
    from followups.services.sending import circuit, outcomes

    timeout = float(os.environ.get("FAULTS_TIMEOUT", "2"))
    sms.TIMEOUTS = (timeout, timeout)  # type: ignore[assignment]
    circuit.OPEN_FOR = timedelta(seconds=2)
    circuit.LONGEST_WAIT = timedelta(seconds=2)
    outcomes.FIRST_WAIT = timedelta(seconds=0.5)
