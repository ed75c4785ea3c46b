"""The order of Django's admin: by what somebody comes for, with our own pages among the lists."""

from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from clinic.staff.access import Action, may
from clinic.staff.models import User
from followups.models import SignOff

TEXTS = "followups:texts"
# What each group holds: rows of the admin, then pages of the product.
GROUPS: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, str, Action], ...]], ...] = (
    ("People & access", ("staff.User",), ()),
    ("Clinic", ("staff.Clinic", "followups.SlotTemplate", "followups.ClosedDay"), ()),
    (
        "Rules",
        ("followups.ExpectedRange", "followups.VisitProtocol"),
        (("Clinical rules", "followups:rules", Action.SEE_RULES),),
    ),
    ("Texts", (), (("Patients’ texts", TEXTS, Action.SEE_TEXTS),)),
    ("Imports", (), (("Import patients", "exchange:imports", Action.IMPORT_PATIENTS),)),
    ("Audit", ("audit.Entry",), (("Search the audit", "audit:list", Action.SEE_AUDIT),)),
)
REST = {"patients": "Record", "followups": "Follow-up"}


def grouped(apps: Iterable[dict[str, Any]], request: HttpRequest) -> list[dict[str, Any]]:
    """Return the admin's models and our pages in groups; what no group names comes last."""
    user = cast(User, request.user)
    models = {each["model"]._meta.label: each for app in apps for each in app["models"]}
    groups = []
    for name, labels, pages in GROUPS:
        rows = [models.pop(label) for label in labels if label in models]
        rows += [_link(title, page, user) for title, page, action in pages if may(user, action)]
        groups.append(_group(name, rows))
    for app in apps:
        left = [each for each in app["models"] if each["model"]._meta.label in models]
        groups.append(_group(REST.get(app["app_label"], app["name"]), left))
    return [group for group in groups if group["models"]]


def _group(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    label = name.lower().replace(" & ", "-").replace(" ", "-")
    return {"name": name, "app_label": label, "models": rows, "has_module_perms": True}


def _link(title: str, page: str, user: User) -> dict[str, Any]:
    name = page.replace(":", "-")
    if page == TEXTS and (missing := SignOff.objects.for_user(user).unsigned()):
        title = f"{title}: not signed off in {', '.join(missing)}"
    return {"name": title, "object_name": name, "admin_url": reverse(page), "view_only": True}
