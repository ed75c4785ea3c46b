"""The audit in Django's admin: a bare look for superusers; the audit's own pages read better.

What a change replaced is not here: it is patient data, and reading it on its page is written
down.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.audit.models import Entry
from patients.admin import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    fields = (
        *("at", "kind", "what", "row", "clinic", "user", "patients", "detail"),
        *("reason", "request", "login", "page"),
    )
    readonly_fields = ("page",)
    list_display = ("at", "kind", "what", "row", "user", "clinic", "request", "page")
    list_filter = ("kind", "clinic")
    list_select_related = ("user", "clinic")
    search_fields = ("=request",)
    ordering = ("-at", "-pk")

    @admin.display(description="Read")
    def page(self, entry: Entry) -> SafeString:
        return format_html('<a href="{}">Read</a>', reverse("audit:entry", args=[entry.pk]))
