from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """The record: who people are, what was done, what they reported."""

    name = "patients"
    verbose_name = "Patient record"
