"""Django's admin x everybody: superusers see all of it, administrators their clinic's staff."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.urls import resolve, reverse

from clinic.staff.models import Role
from tests.access.story import Story
from tests.access.tables import NOBODYS
from tests.access.visits import PEOPLE, Two, Visit
from tests.routes import routes

pytestmark = pytest.mark.django_db

ADMINISTRATORS_ALSO = {
    *("staff_clinic", "staff_user", "followups_expectedrange"),
    *("followups_slottemplate", "followups_closedday", "followups_visitprotocol"),
}
OF_A_ROW = ("history", "delete", "change")
# Pages that are of no table, and what they answer to a superuser.
OTHERS = {
    "admin:index": {200},
    "admin:app_list": {200, 404},
    "admin:login": {403},
    "admin:logout": {405},
    "admin:password_change": {302},
    "admin:password_change_done": {200},
    "admin:autocomplete": {403},
    "admin:jsi18n": {200},
    "admin:view_on_site": {404},
    "admin:staff_user_act": {404},
    "admin:auth_user_password_change": {403, 404},
}
MODELS = {
    f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry
}
NAMES = {
    resolve(route.path).view_name: route.path
    for route in routes()
    if route.path.startswith("/admin/") and route.pattern.name
}


def table_of(name: str) -> str:
    return name.removeprefix("admin:").rpartition("_")[0]


OF_TABLES = sorted(name for name in NAMES if table_of(name) in MODELS and name not in OTHERS)


def row_of(model: type[models.Model], story: Story) -> int:
    found = [row.pk for row in story.rows().values() if type(row) is model]
    return found[0] if found else NOBODYS


def address(name: str, story: Story) -> str:
    table, _, what = name.removeprefix("admin:").rpartition("_")
    return reverse(name, args=[row_of(MODELS[table], story)] if what in OF_A_ROW else [])


def expected(person: str, name: str) -> set[int]:
    """Return what somebody may be answered at a page about the rows of their clinic."""
    table, _, what = name.removeprefix("admin:").rpartition("_")
    if person not in (Role.ADMINISTRATOR, "superuser"):
        return {302}  # to the sign-in, which refuses whoever is signed in
    if what == "delete" or (person == Role.ADMINISTRATOR and table not in ADMINISTRATORS_ALSO):
        return {403}
    return {200, 403} if what == "add" else {200}


def test_every_page_of_the_admin_stands_in_a_table():
    assert set(NAMES) == set(OTHERS) | set(OF_TABLES)


@pytest.mark.parametrize("person", PEOPLE)
def test_each_table_opens_for_whom_it_is(two, person):
    by, wrong = two.visitors[person], {}
    for name in OF_TABLES:
        given = by.ask("GET", address(name, two.b))
        nowhere = {302} if f"/{NOBODYS}/" in given.what else set()  # a table without a row
        if given.status not in expected(person, name) | nowhere:
            wrong[given.what] = given.status
        if person != "superuser":
            assert not given.tells_of(two.a), given.what
            assert not two.b.patients_in(given.text), given.what
        assert given.unseen(two.a) == given.unseen(two.b) == set(), given.what
    assert wrong == {}


@pytest.mark.parametrize("person", PEOPLE)
def test_the_other_pages_name_nobody(two, person):
    for name, statuses in OTHERS.items():
        given = two.visitors[person].ask("GET", NAMES[name])
        assert given.status in (statuses if person == "superuser" else {200, 302, 403, 404, 405})
        assert not two.b.patients_in(given.text), given.what
        assert person == "superuser" or not given.tells_of(two.a), given.what


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in OF_TABLES
        if table_of(name) in ADMINISTRATORS_ALSO and name.endswith(OF_A_ROW)
    ],
)
def test_an_administrator_finds_no_staff_of_another_clinic(two, name):
    table = table_of(name)
    found = [ask(two, method, name, row_of(MODELS[table], two.a)) for method in ("GET", "POST")]
    never = [ask(two, method, name, NOBODYS) for method in ("GET", "POST")]
    assert [each.status for each in found] == [each.status for each in never]
    assert {each.status for each in found} <= {302, 403, 404}
    assert not any(each.tells_of(two.a) for each in found)
    assert not any(entry.clinic_id == two.a.clinic.pk for each in found for entry in each.entries)


def ask(two: Two, method: str, name: str, pk: int) -> Visit:
    return two.visitors[Role.ADMINISTRATOR].ask(method, reverse(name, args=[pk]))


def test_an_administrator_cannot_name_another_clinic_or_take_more_rights(two):
    nurse, other = two.b.nurse, two.a.clinic.pk
    form = {
        "username": nurse.username,
        "first_name": nurse.first_name,
        "last_name": nurse.last_name,
        "title": nurse.title,
        "email": nurse.email,
        "role": nurse.role,
        "is_active": "on",
        "clinic": other,
        "is_superuser": "on",
    }
    where = reverse("admin:staff_user_change", args=[nurse.pk])
    client = two.visitors[Role.ADMINISTRATOR].client
    assert client.post(where, form).status_code == 302
    nurse.refresh_from_db()
    assert (nurse.clinic_id, nurse.is_superuser) == (two.b.clinic.pk, False)


@pytest.mark.parametrize("field", ["patient", "surgeon", "supersedes"])
def test_a_search_for_a_field_finds_no_patient_and_no_other_clinic(two, field):
    query = f"?app_label=patients&model_name=surgery&field_name={field}&term="
    given = two.visitors[Role.ADMINISTRATOR].ask("GET", f"/admin/autocomplete/{query}")
    assert given.status == (200 if field == "surgeon" else 403)  # a surgeon is one of the staff
    assert not given.tells_of(two.a)
    assert not two.b.patients_in(given.text)


def test_what_is_corrected_here_leaves_no_name_outside_the_record(two):
    """Django's own log of the admin would keep it where no clinic and no erasure reaches."""
    by, patient = two.visitors["superuser"], two.b.patient
    form = {
        "mrn": patient.mrn,
        "family_name": patient.family_name,
        "given_name": "Grace",
        "date_of_birth": patient.date_of_birth.isoformat(),
        "sex": patient.sex,
        "language": patient.language,
    }
    where = reverse("admin:patients_patient_change", args=[patient.pk])
    assert by.client.post(where, form).status_code == 302
    assert type(patient).objects.get(pk=patient.pk).given_name == "Grace"
    assert not LogEntry.objects.exists()
