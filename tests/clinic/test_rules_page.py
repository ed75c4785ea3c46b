"""The rules as staff read them: the catalogue's own words and numbers."""

import pytest
from bs4 import BeautifulSoup

from clinic.staff.models import Role
from followups.choices import Severity
from followups.protocol import RULE_SET_VERSION, STANDARD
from followups.rules import CATALOGUE
from tests.counting import queries
from tests.factories import make_user

pytestmark = pytest.mark.django_db

FRAME_AND_SESSION = 5  # session, person, reach; the frame: counts, heartbeat


@pytest.fixture
def page(client):
    client.force_login(make_user("nurse"))
    return BeautifulSoup(client.get("/rules/").content, "html.parser")


def words(element):
    return " ".join(element.get_text(" ", strip=True).split())


@pytest.mark.parametrize("role", Role)
def test_everybody_on_the_staff_may_read_the_rules(client, role):
    client.force_login(make_user(role.value))
    assert client.get("/rules/").status_code == 200


def test_patients_and_strangers_may_not(client):
    assert client.get("/rules/").status_code == 302


def test_the_version_is_named(page):
    assert f"Rule set {RULE_SET_VERSION}, {len(CATALOGUE)} rules" in words(page.main)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.rule.value)
def test_each_rule_is_there_with_trigger_severities_and_source(client, page, entry):
    section = words(page.find(id=entry.rule.value))
    number = CATALOGUE.index(entry) + 1
    assert section.startswith(f"{number}. {entry.rule.label}")
    for said in (entry.text, entry.source, entry.limits):
        assert " ".join(said.split()) in section
    for severity in entry.severities:
        hours = STANDARD.response.hours(entry.rule, severity)
        within = f"{hours} h" if hours < 48 else f"{hours // 24} days"
        assert f"{Severity(severity).label} call within {within}" in section


def test_nothing_can_be_changed_here(client, page):
    assert not page.main.find_all(["form", "input", "select", "textarea"])
    assert client.post("/rules/").status_code == 405


def test_the_rules_cost_no_queries_of_their_own(client, page):
    with queries(FRAME_AND_SESSION):
        client.get("/rules/")
