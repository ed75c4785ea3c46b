"""Ids of another clinic, wherever they can be put: in addresses, in forms, in queries."""

import pytest
from django.test import Client

from clinic.staff.models import Role
from patients.choices import Approach, Region
from tests.access.tables import (
    NOBODYS,
    PAGES,
    address,
    by_name,
    foreign_addresses,
    may_open,
    own_address,
)
from tests.access.visits import PEOPLE, Two, Visit, visitor

pytestmark = pytest.mark.django_db

VIEWS = by_name()

each_role = pytest.mark.parametrize("person", Role.values)


def changed(visit: Visit, two: Two) -> list[str]:
    """Return what of clinic a was changed: every change leaves an entry of its clinic."""
    return [entry.what for entry in visit.entries if entry.clinic_id == two.a.clinic.pk]


@each_role
def test_another_clinics_id_is_answered_as_one_that_never_was(two, person):
    by = two.visitors[person]
    for name, page in PAGES.items():
        if not may_open(person, VIEWS[name].access):
            continue  # refused before any id is looked at
        for method in set(page.methods) - {"HEAD"}:
            for theirs, nobodys in foreign_addresses(name, own=two.b, other=two.a):
                found, unknown = by.ask(method, theirs), by.ask(method, nobodys)
                assert found.status == unknown.status == page.unknown, found.what
                assert found.plain == unknown.plain, found.what
                assert not found.tells_of(two.a), found.what
                assert changed(found, two) == [], found.what


@each_role
def test_an_unknown_id_leaves_an_entry(two, person):
    if not may_open(person, VIEWS["patients:detail"].access):
        pytest.skip("refused before any id is looked at")
    given = two.visitors[person].ask("GET", f"/patients/{two.a.patient.pk}/")
    [entry] = given.entries
    assert (entry.kind, entry.what, entry.user_id) == ("event", "not found", given.user)
    assert entry.detail == {"page": "patients:detail", "pk": two.a.patient.pk}


@pytest.mark.parametrize("person", [person for person in PEOPLE if person != "superuser"])
def test_no_page_holds_a_word_of_another_clinic(two, person):
    assert [visit.what for visit in two.visits(person).values() if visit.tells_of(two.a)] == []


@pytest.mark.parametrize("person", [Role.NURSE, Role.AUDITOR])
def test_a_closed_record_is_as_unknown_as_another_clinics(two, person):
    closed = {"patient": "closed", "surgery": "closed_surgery", "follow_up": "closed_case"}
    by = two.visitors[person]
    for name, page in PAGES.items():
        ids = {key: closed.get(of) for key, of in page.ids.items()}
        if not ids or None in ids.values() or not may_open(person, VIEWS[name].access):
            continue
        theirs = {key: getattr(two.b, of).pk for key, of in ids.items()}
        for method in set(page.methods) - {"HEAD"}:
            found = by.ask(method, address(name, theirs))
            unknown = by.ask(method, address(name, dict.fromkeys(ids, NOBODYS)))
            assert found.status == 404, found.what
            assert found.plain == unknown.plain, found.what


# --- forms -----------------------------------------------------------------------------

OPERATION = {
    "performed_on": "2026-04-02",
    "region": Region.LUMBAR,
    "levels": "L4-L5",
    "approach": Approach.TLIF,
    "restriction_end_pod": "90",
}


def forms(two: Two) -> dict[str, tuple[str, dict[str, object]]]:
    """Return forms of clinic b, right but for one id of clinic a."""
    a, b = two.a, two.b
    return {
        "surgeon": (own_address("patients:surgery_new", b), OPERATION | {"surgeon": a.surgeon.pk}),
        "supersedes": (
            own_address("patients:surgery_new", b),
            OPERATION | {"is_revision": "on", "supersedes": a.surgery.pk},
        ),
        "flags": (
            own_address("followups:resolve", b),
            {
                "version": b.follow_up.version,
                "flags": a.flag.pk,
                "disposition": "advice",
                "next_step": "routine_follow_up",
                "note": "Called.",
            },
        ),
        "members": (
            own_address("privacy:restrict", b),
            {"reason": "Works here", "members": a.nurse.pk},
        ),
    }


@pytest.mark.parametrize("field", ["surgeon", "supersedes", "flags", "members"])
def test_an_id_of_another_clinic_is_none_of_a_forms_choices(two, field):
    where, form = forms(two)[field]
    given = two.visitors[Role.SURGEON].ask("POST", where, form)
    assert given.status == 422
    assert f'id="error_id_{field}' in given.text or f"id_{field}" in given.text
    assert not given.tells_of(two.a)
    assert {entry.kind for entry in given.entries} <= {"read", "event"}  # nothing was stored


@pytest.mark.parametrize("field", ["surgeon", "supersedes", "flags", "members"])
def test_the_same_form_with_an_own_id_is_taken(two, field):
    """Without this, the refusal above might have had another reason."""
    b = two.b
    where, form = forms(two)[field]
    own = {
        "surgeon": b.surgeon.pk,
        "supersedes": b.surgery.pk,
        "flags": b.flag.pk,
        "members": b.nurse.pk,
    }
    form = form | {field: own[field]}
    assert two.visitors[Role.SURGEON].ask("POST", where, form).status == 302


# --- queries ---------------------------------------------------------------------------


@pytest.mark.parametrize("person", [Role.NURSE, Role.SURGEON, Role.AUDITOR])
def test_an_id_of_another_clinic_in_a_query_finds_nothing(two, person):
    a, b = two.a, two.b
    for where in (
        f"/patients/?after={a.patient.pk}",
        f"{own_address('patients:detail', b)}?surgery={a.surgery.pk}",
        f"/queue/?after=4-1-4-9-9-0-0-{a.follow_up.pk}",
        f"/audit/?patient={a.patient.pk}",
        f"/audit/?who={a.nurse.pk}",
        f"/audit/?row={a.patient.pk}&what=patients_patient",
    ):
        given = two.visitors[person].ask("GET", where)
        assert given.status in (200, 400, 403, 404), where
        assert not given.tells_of(a), where


@pytest.mark.parametrize("text", ["mrn", "family_name", "given_name"])
def test_a_search_finds_no_patient_of_another_clinic(two, text):
    client = two.visitors[Role.NURSE].client
    assert client.post("/patients/", {"q": getattr(two.b.patient, text)}).context["rows"]
    assert client.post("/patients/", {"q": getattr(two.a.patient, text)}).context["rows"] == []


def test_a_link_of_one_clinic_says_nothing_of_another(two):
    given = visitor(None).ask("GET", f"/c/{two.b.token}/")
    assert given.status in (200, 403, 410)
    assert not given.tells_of(two.a)
    assert not two.b.patients_in(given.text.replace(two.b.phone[-4:], ""))
    assert Client().get("/c/0000000000000000000000000/").status_code == 404
