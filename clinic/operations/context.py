"""What every staff page shows about the system itself."""

from typing import Any

from django.http import HttpRequest


def staff_page(request: HttpRequest) -> dict[str, Any]:
    return {}
