from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Restricted records, copies for patients, retention and erasure."""

    name = "clinic.privacy"
    label = "privacy"
    verbose_name = "Privacy"
