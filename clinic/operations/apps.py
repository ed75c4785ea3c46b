from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Whether the system itself is awake: heartbeat, health, the demo's outbox."""

    name = "clinic.operations"
    label = "operations"
    verbose_name = "Operations"
