from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who saw, changed and opened what; nobody can rewrite it unnoticed."""

    name = "clinic.audit"
    label = "audit"
    verbose_name = "Audit"
