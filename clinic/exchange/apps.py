from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Data in from other systems, and out to them."""

    name = "clinic.exchange"
    label = "exchange"
    verbose_name = "Data exchange"
