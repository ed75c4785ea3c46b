from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Clinics, and the people who work in them."""

    name = "clinic.staff"
    label = "staff"
    verbose_name = "Clinics and staff"
