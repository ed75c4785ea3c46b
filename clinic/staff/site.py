"""Django's admin inside our rules: the same sign-in, reach and audit as every other page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse

from clinic.staff.access import within_reach
from clinic.staff.admin_index import grouped


class HouseSite(AdminSite):
    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def reached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                response: HttpResponse = guarded(request, *args, **kwargs)
                return response
            return within_reach(request, lambda: guarded(request, *args, **kwargs))

        return reached

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return one app's models as Django does; all of them grouped by what they are for."""
        apps = super().get_app_list(request, app_label)
        return apps if app_label else grouped(apps, request)
