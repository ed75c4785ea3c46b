"""Every address x everybody x every method: who gets in, and what is written down about it.

What is expected follows from ``ALLOWED`` and ``tables``; a route that stands in neither fails.
"""

import pytest

from clinic.staff.access import Action
from clinic.staff.models import Role
from tests.access.tables import (
    OWN,
    PAGES,
    PUBLIC,
    REFUSED_EVERYWHERE,
    WITHOUT_CLINIC,
    by_name,
    may_open,
)
from tests.access.visits import PEOPLE
from tests.routes import routes

pytestmark = pytest.mark.django_db

VIEWS = by_name()

each_person = pytest.mark.parametrize("person", PEOPLE)


# --- the tables ------------------------------------------------------------------------


def test_every_view_says_who_may_open_it():
    assert {name for name, view in VIEWS.items() if not hasattr(view, "access")} == set()


def test_every_route_stands_in_a_table():
    who = {name: getattr(view, "access", None) for name, view in VIEWS.items()}
    assert {name for name, access in who.items() if isinstance(access, Action)} == set(PAGES)
    assert {name for name, access in who.items() if access == "public"} == set(PUBLIC)
    assert {name for name, access in who.items() if access == "signed_in"} == OWN


def test_the_words_of_a_clinic_are_found_where_they_may_stand(two):
    """Without this, a search for another clinic's words would prove nothing."""
    visits, b = two.visits("surgeon"), two.b
    case, record = visits["followups:case", "GET"].text, visits["patients:detail", "GET"].text
    listed = visits["patients:list", "GET"].text
    assert b.patients_in(listed) == {b.patient.pk, b.closed.pk}
    assert b.patients_in(record) == {b.patient.pk}
    for words in (
        b.patient.family_name,
        b.patient.mrn,
        b.report.message,
        b.flag.evidence[0]["explanation"],
        b.attempt.note,
        b.event.text,
        b.phone[-4:],
        b.surgeon.last_name,
        b.clinic.name,
    ):
        assert words in case + record + listed, words


# --- who gets in -----------------------------------------------------------------------


@each_person
def test_each_page_opens_for_whom_the_table_names(two, person):
    given = {
        (name, method): visit.status
        for (name, method), visit in two.visits(person).items()
        if visit.status not in expected(person, name, method)
    }
    assert given == {}


def expected(person: str, name: str, method: str) -> set[int]:
    """Return what somebody may be answered who asks for a page of their own clinic."""
    page, action = PAGES[name], VIEWS[name].access
    wrong_method = set() if method in page.methods else {405}
    if person == "anonymous":
        return {302} | wrong_method
    if not may_open(person, action):
        return {403} | wrong_method
    if person == "superuser" and name in WITHOUT_CLINIC:
        return {403} | wrong_method
    if method == "POST":
        return wrong_method or {200, 302, 400, 409, 422, 429}
    return wrong_method or set(page.found)


@pytest.mark.parametrize("person", ["anonymous", "superuser"])
def test_no_address_takes_another_method(two, person):
    client = two.visitors[person].client
    given = {
        (method, route.path): getattr(client, method.lower())(route.path).status_code
        for route in routes()
        for method in REFUSED_EVERYWHERE
    }
    assert {asked: status for asked, status in given.items() if status != 405} == {}


@each_person
def test_public_pages_answer_everybody_and_name_nobody(two, person):
    for name, statuses in PUBLIC.items():
        given = two.visitors[person].ask("GET", VIEWS_AT[name])
        assert given.status in statuses, given.what
        assert not given.tells_of(two.a), given.what
        assert not two.b.patients_in(given.text), given.what


@each_person
def test_pages_about_oneself_name_nobody_else(two, person):
    for name in OWN:
        given = two.visitors[person].ask("GET", VIEWS_AT[name])
        assert given.status in ({302} if person == "anonymous" else {200, 302, 404, 405}), (
            given.what
        )
        assert not given.tells_of(two.a), given.what
        assert not two.b.patients_in(given.text), given.what


VIEWS_AT = {
    name: next(route.path for route in routes() if route.pattern.callback is view)
    for name, view in VIEWS.items()
}


# --- closed records --------------------------------------------------------------------


@pytest.mark.parametrize("person", ["anonymous", Role.NURSE, Role.ADMINISTRATOR, Role.AUDITOR])
def test_no_page_holds_a_word_of_a_closed_record(two, person):
    for (name, _), visit in two.visits(person).items():
        found = {match[0] for match in two.b.words("v").finditer(visit.text)}
        # why the glass was broken is what auditors are there to read
        may_read = {two.b.opening_word} if person == Role.AUDITOR else set()
        assert found <= may_read, f"{name}: {visit.what}"


# --- the audit -------------------------------------------------------------------------


@pytest.mark.parametrize("person", [*Role.values, "superuser"])
def test_every_page_with_a_patient_leaves_an_entry_that_names_them(two, person):
    visits = two.visits(person).values()
    assert {visit.what: visit.unseen(two.b) for visit in visits if visit.unseen(two.b)} == {}
    if person not in (Role.ADMINISTRATOR,):
        assert sum(bool(two.b.patients_in(visit.text)) for visit in visits) >= 3


@pytest.mark.parametrize("person", Role.values)
def test_a_closed_door_leaves_an_entry_too(two, person):
    for (name, _), visit in two.visits(person).items():
        refused = [entry for entry in visit.entries if entry.what == "refused"]
        if visit.status == 403 and not may_open(person, VIEWS[name].access):
            assert [entry.user_id for entry in refused] == [visit.user], visit.what
            assert refused[0].detail["page"] == name
