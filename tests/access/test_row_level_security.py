"""With the application's own filters gone, the database alone still keeps clinics apart."""

import pytest

from clinic.audit import models as audit
from clinic.staff.models import Role
from patients.models import tenancy
from tests.access.tables import PAGES, by_name, foreign_addresses, may_open, own_address

pytestmark = pytest.mark.django_db

VIEWS = by_name()
READERS = (Role.NURSE, Role.SURGEON, Role.AUDITOR)


@pytest.fixture(autouse=True)
def _no_filters(monkeypatch):
    """Let every query ask for the rows of every clinic, closed or not."""

    def everything(rows, user):
        return rows.all()

    for queryset in (tenancy.ClinicQuerySet, audit.EntryQuerySet, audit.ValuesQuerySet):
        for name in ("for_user", "veiled_for", "in_clinic"):
            if name in vars(queryset):
                monkeypatch.setattr(queryset, name, everything)


@pytest.mark.parametrize("person", READERS)
def test_another_clinics_id_is_still_answered_as_one_that_never_was(two, person):
    by = two.visitors[person]
    for name, page in PAGES.items():
        if not may_open(person, VIEWS[name].access):
            continue
        for method in set(page.methods) - {"HEAD"}:
            for theirs, _ in foreign_addresses(name, own=two.b, other=two.a):
                found = by.ask(method, theirs)
                assert found.status == page.unknown, found.what
                assert not found.tells_of(two.a), found.what


@pytest.mark.parametrize("person", Role.values)
def test_no_page_holds_a_word_of_another_clinic(two, person):
    for name, page in PAGES.items():
        for method in set(page.methods) - {"HEAD"}:
            if not may_open(person, VIEWS[name].access):
                continue
            given = two.visitors[person].ask(method, own_address(name, two.b))
            assert not given.tells_of(two.a), given.what


def test_the_filters_were_gone(two):
    """Otherwise the tests above would show nothing: here the closed record is open."""
    given = two.visitors[Role.NURSE].ask("GET", f"/patients/{two.b.closed.pk}/")
    assert given.status == 200
    assert two.b.closed.family_name in given.text
