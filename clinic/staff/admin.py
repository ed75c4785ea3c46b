"""Clinics and staff in Django's admin: for superusers, and for administrators their own.

What somebody may do follows from the role alone; Django's groups and permissions are
not used, so they are not shown.
"""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clinic.staff.models import Clinic, Role, User
from patients.admin import TidyAdmin

FOR_SUPERUSERS = {"clinic", "is_superuser"}


def sign_in_like_everybody(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    """Use the product's own sign-in: one door, guarded once."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


admin.site.unregister(Group)
admin.site.site_header = admin.site.site_title = settings.PRODUCT_NAME
admin.site.login = sign_in_like_everybody  # type: ignore[method-assign]


class HouseAdmin(TidyAdmin):
    """Rows of one clinic: its administrators see and change their own clinic's."""

    own_rows: str  # the path from a row to its clinic

    def has_module_permission(self, request: HttpRequest) -> bool:
        user = cast(User, request.user)
        return user.is_active and (user.is_superuser or user.role == Role.ADMINISTRATOR)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # somebody who left is made inactive: what they did stays theirs

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        user = cast(User, request.user)
        rows = super().get_queryset(request)
        return rows if user.is_superuser else rows.filter(**{self.own_rows: user.clinic_id})


@admin.register(Clinic)
class ClinicAdmin(HouseAdmin):
    own_rows = "pk"
    list_display = ("name", "code", "time_zone", "emergency_number", "has_on_call", "is_demo")
    list_filter = ("has_on_call", "is_demo")
    search_fields = ("^name", "^code")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and cast(User, request.user).is_superuser


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username",)


class UserForm(UserChangeForm):
    class Meta:
        model = User
        fields = ("username",)


@admin.register(User)
class StaffAdmin(HouseAdmin, UserAdmin):
    own_rows = "clinic"
    form = UserForm
    add_form = NewUserForm
    filter_horizontal = ()
    list_display = ("username", "title", "first_name", "last_name", "role", "clinic", "is_active")
    list_filter = ("role", "is_active", "clinic")
    list_select_related = ("clinic",)
    search_fields = ("^username", "^first_name", "^last_name")
    autocomplete_fields = ("clinic",)
    ordering = ("last_name", "first_name", "username")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("title", "first_name", "last_name", "email")}),
        ("Work", {"fields": ("role", "clinic", "is_active")}),
        ("Administration", {"fields": ("is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        *fieldsets[1:4],
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows if cast(User, request.user).is_superuser else rows.filter(is_superuser=False)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Hide from administrators what would take them beyond their own clinic."""
        found = super().get_fieldsets(request, obj)
        if cast(User, request.user).is_superuser:
            return found
        return [
            (title, {"fields": [name for name in part["fields"] if name not in FOR_SUPERUSERS]})
            for title, part in found
        ]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change and not obj.is_superuser and obj.clinic_id is None:
            obj.clinic = cast(User, request.user).clinic
        super().save_model(request, obj, form, change)
