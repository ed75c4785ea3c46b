"""A form changes the columns it is about and no others, whatever else is sent with it."""

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from tests.bad_input.forms import FORMS, filled
from tests.bad_input.test_admin_forms import PAGES, _named
from tests.bad_input.world import OURS, rows
from tests.followups.views.answering import NONE, parts

# What differs between two posts of one form in any case.
MADE = {
    "id",
    "created_at",
    "since",
    "token_hash",
    "submission_id",
    "public_id",
    "claim_token",
    "facts",
}

FIELDS = sorted(
    {
        name
        for model in apps.get_models()
        if model._meta.app_label in {*OURS, "auth", "admin"}
        for field in model._meta.get_fields()
        for name in (field.name, getattr(field, "attname", field.name))
    }
    | {"pk", "clinic_id", "is_staff", "is_superuser", "role", "score", "owner", "by", "user"}
)


def extra(world: Any, form_fields: Any) -> dict[str, Any]:
    """Return every column there is, with values that would show, but the form's own."""
    telling = {
        "clinic": world.elsewhere.pk,
        "clinic_id": world.elsewhere.pk,
        "patient": world.other.patient_id,
        "patient_id": world.other.patient_id,
        "surgery": world.other.pk,
        "surgery_id": world.other.pk,
        "role": "administrator",
        "is_staff": "on",
        "is_superuser": "on",
        "status": "deceased",
        "severity": "1",
    }
    return {name: telling.get(name, "1") for name in FIELDS if name not in form_fields}


def difference(world: Any, send: Any) -> list[Any]:
    """Return what a request changes, row by row and column by column, and undo it."""
    with transaction.atomic():
        before = rows()
        status = send().status_code
        after = rows()
        transaction.set_rollback(True)
    made = {(table, str(key)) for table, key in after if (table, key) not in before}
    changes: list[Any] = [("status", status)]
    for (table, key), row in after.items():
        old = before.get((table, key), {})
        new = {name: value for name, value in row.items() if old.get(name) != value}
        known = {
            name: "made" if (_target(table, name), str(value)) in made else str(value)
            for name, value in new.items()
            if name not in MADE
        }
        if new:
            changes.append((table, "new" if not old else key, sorted(known.items())))
    gone = [key for key in before if key not in after]
    return [*sorted(changes, key=repr), *gone]


def _target(table: str, column: str) -> str:
    """Return the table a column points to, if it points anywhere."""
    for field in apps.get_model(table)._meta.concrete_fields:
        if field.attname == column and field.related_model:
            return str(field.related_model._meta.label)
    return ""


@pytest.mark.parametrize("form", FORMS)
def test_columns_no_form_has_change_nothing(world, form):
    posted = filled(form, world)
    own = {*posted, *_names_of(world, form)}
    address = world.address(FORMS[form].address)
    role = FORMS[form].role

    plain = difference(world, lambda: world.browser(role).post(address, posted))
    more = difference(world, lambda: world.browser(role).post(address, posted | extra(world, own)))

    assert plain[-1] in (("status", 302), ("status", 200)) or ("status", 302) in plain
    assert more == plain


def _names_of(world, form):
    """Return the names of all boxes on a form's page, those left empty too."""
    page = world.browser(FORMS[form].role).get(world.address(FORMS[form].address)).text
    return {part.split('"')[0] for part in page.split(' name="')[1:]}


@pytest.mark.parametrize("page", PAGES)
def test_nor_in_the_admin(world, page):
    address, good = PAGES[page]
    posted = {name: _named(world, value) for name, value in good.items()}
    text = world.browser("root").get(address).text
    own = {part.split('"')[0] for part in text.split(' name="')[1:]}

    plain = difference(world, lambda: world.browser("root").post(address, posted))
    more = difference(
        world, lambda: world.browser("root").post(address, posted | extra(world, own))
    )

    assert ("status", 302) in plain
    assert more == plain


def test_an_administrator_cannot_rise_by_columns_the_page_does_not_show(world):
    nurse = world.staff["nurse"]
    posted = {
        "username": nurse.username,
        "role": "nurse",
        "is_active": "on",
        "is_superuser": "on",
        "clinic": world.elsewhere.pk,
        "password": "x",
        "last_login_0": "2020-01-01",
    }
    page = world.browser("administrator").post(f"/admin/staff/user/{nurse.pk}/change/", posted)
    before = (nurse.is_superuser, nurse.clinic_id, nurse.password)

    nurse.refresh_from_db()
    assert page.status_code == 302
    assert (nurse.is_superuser, nurse.clinic_id, nurse.password) == before


@pytest.mark.parametrize("step", ["birth_date", "weak", "check"])
def test_nor_in_a_check_in(world, step):
    posted = world.steps["birth_date"] | parts()
    if step != "birth_date":
        posted = world.steps["questions"] | NONE | ({"send": "1"} if step == "check" else {})
    address = f"/c/{world.link}/{step}/"
    more = extra(world, {*posted, "message", "weak_side", "weak_severe", "weak_rapid"})
    # choosing a language is a button of every page
    asked = {name for name in more if not hasattr(world.surgery.reports.model, name)} - {"language"}
    browser = world.browser("nobody")

    plain = difference(world, lambda: browser.post(address, posted))
    with_more = difference(
        world,
        lambda: browser.post(address, posted | {name: more[name] for name in asked}),
    )

    assert with_more == plain
