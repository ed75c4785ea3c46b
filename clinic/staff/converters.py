"""Ids in addresses: plain ASCII digits that fit a database key, nothing else."""

from django.urls import register_converter


class IdConverter:
    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


def register() -> None:
    """Make ``<id:pk>`` known to every URLconf."""
    register_converter(IdConverter, "id")
