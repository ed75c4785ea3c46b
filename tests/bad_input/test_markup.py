"""Markup in every column of text, shown on every page to every role: it stays text."""

import re
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse

from followups.models import Flag, Heartbeat
from tests.bad_input.fuzzing import routes
from tests.bad_input.world import OURS, ROLES

# Each begins with what short columns hold and goes on with more ways out. Each role meets one.
PAYLOADS = {
    "nurse": "\"'><xprobe xprobe=1></textarea></title><xprobe><svg/onload=xprobe()>",
    "surgeon": "' xprobe='1' x='</script><script>xprobe()</script>",
    "auditor": '" xprobe="1" x="--><!--<xprobe>--><xprobe>',
    "administrator": "<xprobe>x</xprobe><img src=x onerror=xprobe()>",
    "root": "<svg/xprobe>&lt;xprobe&gt;{{ xprobe }}{% xprobe %}</option><xprobe>",
    "nobody": "javascript:xprobe()",
}
# Written by no form, with a shape of their own that a constraint or a reader relies on.
SHAPED = {
    *("code", "mrn", "time_zone", "emergency_number", "urgent_phone", "office_phone", "password"),
    *("username", "address", "rule_set_version", "questionnaire_version", "levels", "name_of"),
}


class Probe(HTMLParser):
    """Collects what only markup from a payload can have made of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if "xprobe" in tag:
            self.found.append(tag)
        for name, value in attrs:
            target = re.sub(r"[\x00-\x20]", "", (value or "").casefold())
            if "xprobe" in name or (name.startswith("on") and "xprobe" in target):
                self.found.append(f"{tag} {name}")
            if name in {"href", "src", "action", "formaction", "data"} and target.startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                self.found.append(f"{tag} {name}={value}")
        if tag == "script":
            self.script = True

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and "xprobe" in data:
            self.found.append("script")


def columns() -> list[tuple[type[models.Model], models.Field]]:
    """Return every column somebody's words are stored in."""
    return [
        (model, field)
        for model in apps.get_models()
        if model._meta.app_label in OURS and model is not Heartbeat
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField))
        and not field.choices
        and field.name not in SHAPED
    ]


def write(payload: str) -> int:
    """Write the payload into every column of text; return how many rows took it."""
    taken = 0
    for model, field in columns():
        text = payload[: field.max_length] if field.max_length else payload
        # a column with a shape of its own refuses it, and says which
        with suppress(IntegrityError), transaction.atomic():
            taken += model._base_manager.update(**{field.name: text})
    return taken


def allow_changes() -> None:
    """Let rows be changed that never are: what is append-only may hold markup as well."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in {model._meta.db_table for model, _ in columns()}:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')


def pages(world: Any, role: str) -> list[str]:
    """Return the addresses that show one of the rows, as far as the role may open them."""
    ids = {"pk": world.patient.pk, "surgery_pk": world.surgery.pk, "visit_pk": world.visit.pk}
    found = []
    for route in routes():
        if (
            route.startswith(("/admin/", "/queue/case/"))
            or "signout" in route
            or route == "/healthz"
        ):
            continue
        text = route
        for name, value in ids.items():
            text = text.replace(f"<id:{name}>", str(value))
        if "<" not in text:
            found.append(text)
    found += [f"/queue/case/{world.case.pk}/", f"/queue/case/{world.case.pk}/contact/"]
    found += [f"/queue/case/{world.case.pk}/resolve/", "/queue/?view=resolved-today"]
    found += ["/queue/?view=contacted", f"/c/{world.link}/", "/c/end/thanks/"]
    if role == "root":
        found += admin_pages()
    if role == "administrator":
        found += ["/admin/", "/admin/staff/user/", f"/admin/staff/clinic/{world.clinic.pk}/change/"]
    return found


def admin_pages() -> list[str]:
    found = ["/admin/"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        row = model._base_manager.order_by("pk").first()
        if row is not None and "/audit/" not in found[-1]:
            found.append(reverse(f"{name}_change", args=[row.pk]))
    return found


def test_the_probe_sees_what_it_is_for():
    for text in PAYLOADS.values():
        probe = Probe()
        probe.feed(f"<p title='{text}'>{text}</p><a href=\"{text}\">x</a>")
        assert probe.found, text


def test_every_column_of_words_is_tried():
    names = {f"{model.__name__}.{field.name}" for model, field in columns()}
    assert names >= {
        *("Patient.given_name", "Patient.family_name", "Clinic.name", "Clinic.crisis_line"),
        *("User.first_name", "User.last_name", "User.title", "SymptomReport.message"),
        *("ContactAttempt.note", "Flag.note", "Flag.explanation", "FlagEvent.text"),
        *("FollowUp.pin_reason", "RiskProfile.source"),
    }


@pytest.mark.parametrize("role", ROLES)
def test_markup_is_shown_never_obeyed(world, role):
    allow_changes()
    Flag.objects.filter(pk=world.flag.pk).update(contacted_at=world.flag.raised_at)
    assert write(PAYLOADS[role]) > 20
    browser, shown = world.browser(role), 0
    for address in pages(world, role):
        page = browser.get(address)
        assert page.status_code < 500, address
        if page.streaming or "html" not in page.headers.get("Content-Type", ""):
            continue
        shown += "xprobe" in page.text
        probe = Probe()
        probe.feed(page.text)
        assert probe.found == [], address
    assert shown
