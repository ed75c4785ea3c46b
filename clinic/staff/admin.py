"""Clinics and staff in Django's admin: for superusers, and for administrators their own.

What somebody may do follows from the role alone; Django's groups and permissions are
not used, so they are not shown. Nobody chooses a password for somebody else: new staff are
invited by e-mail.
"""

from typing import Any, cast

# their admin modules register these; we take them out again
from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from clinic.staff import invitations
from clinic.staff.models import Clinic, Role, User
from clinic.staff.reauthentication import recently_signed_in
from patients.admin import TidyAdmin

FOR_SUPERUSERS = {"clinic", "is_superuser"}


def sign_in_like_everybody(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    """Use the product's own sign-in: one door, guarded once."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def change_password_like_everybody(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    return redirect("account_change_password")


for model in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)
admin.site.site_header = admin.site.site_title = settings.PRODUCT_NAME
admin.site.login = sign_in_like_everybody  # type: ignore[method-assign]
admin.site.password_change = change_password_like_everybody  # type: ignore[assignment, method-assign]


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

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Offer no choice among clinics to those who work in one."""
        offered = super().get_list_filter(request)
        if cast(User, request.user).is_superuser:
            return offered
        return [name for name in offered if name != "clinic"]


@admin.register(Clinic)
class ClinicAdmin(HouseAdmin):
    own_rows = "pk"
    list_display = ("name", "code", "time_zone", "emergency_number", "has_on_call", "is_demo")
    list_filter = ("has_on_call", "is_demo")
    search_fields = ("^name", "^code")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and cast(User, request.user).is_superuser

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer administrators the people of their own clinic."""
        user = cast(User, request.user)
        if not user.is_superuser:
            kwargs["queryset"] = User.objects.filter(clinic=user.clinic_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class UserForm(ModelForm):
    """User names are stored as they are compared at sign-in: NFKC."""

    class Meta:
        model = User
        fields: tuple[str, ...] = ("username",)
        field_classes = {"username": UsernameField}


class NewUserForm(UserForm):
    """Somebody new, who chooses a password from the invitation."""

    class Meta(UserForm.Meta):
        fields = ("username", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].help_text = "The invitation goes here."


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
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("title", "first_name", "last_name", "email")}),
        ("Work", {"fields": ("role", "clinic", "is_active")}),
        ("Administration", {"fields": ("is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = fieldsets[:4]
    add_form_template = None

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
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self._invite(request, obj)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        raise PermissionDenied  # an administrator who knows it could act as somebody else

    # What an administrator does for somebody who cannot sign in, each on a page that asks first

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(recently_signed_in(self.act_view))
        return [path("<id:pk>/do/<slug:act>/", act, name="staff_user_act"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = context.get("original")
        context["acts"] = invitations.acts_for(user) if user else {}
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_http_methods(["GET", "POST"]))
    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Ask, then do one of the acts for a user of the own clinic."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        user: User = get_object_or_404(self.get_queryset(request), pk=pk)
        asked = invitations.acts_for(user).get(act)
        if asked is None:
            raise Http404
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": asked.title,
                "act": asked,
                "original": user,
                "opts": self.opts,
            }
            return TemplateResponse(request, "admin/staff/user/act.html", context)
        if act == invitations.INVITE:
            self._invite(request, user)
        else:
            asked.do(user, request)
            self.message_user(request, asked.done)
        self.log_change(request, user, asked.title)
        return redirect("admin:staff_user_change", user.pk)

    def _invite(self, request: HttpRequest, user: User) -> None:
        """Send the invitation once the user is stored, and say whether it has left."""

        def send() -> None:
            try:
                invitations.invite(user, request)
            except OSError:
                said = "The invitation could not be sent. Send it again from this user’s page."
                self.message_user(request, said, messages.WARNING)
            else:
                self.message_user(request, f"An invitation was sent to {user.email}.")

        transaction.on_commit(send)
