"""Administrators keep the expected ranges: change, sign off, look back."""

import pytest
from django.contrib.admin.models import LogEntry

from clinic.audit.models import Entry
from clinic.staff.models import Role
from followups.models import ExpectedRange
from tests.factories import make_clinic, make_expected_range, make_user

pytestmark = pytest.mark.django_db
ADD = "/admin/followups/expectedrange/add/"


@pytest.fixture
def administrator(client):
    user = make_user(Role.ADMINISTRATOR, is_staff=True)
    client.force_login(user)
    return user


def typed(*days, **changes):
    scores = {
        "scores-TOTAL_FORMS": str(len(days)),
        "scores-INITIAL_FORMS": "0",
    }
    for number, (day, low, high) in enumerate(days):
        scores |= {
            f"scores-{number}-day": day,
            f"scores-{number}-low": low,
            f"scores-{number}-high": high,
        }
    facts = {
        "group": "lumbar",
        "region": "pain_back",
        "version": "50",
        "source": "Our own registry, 2026",
        "signed_off_by": "",
        "signed_off_on": "",
    }
    return facts | scores | changes


def page_of(expected):
    return f"/admin/followups/expectedrange/{expected.pk}/change/"


def test_an_administrator_enters_a_range_and_signs_it_off_at_once(client, administrator):
    signed = {"signed_off_by": "Dr A. Lead", "signed_off_on": "2026-04-01"}
    answer = client.post(ADD, typed(("0", "4.5", "8"), ("56", "1", "4"), **signed))

    assert answer.status_code == 302
    made = ExpectedRange.objects.get(version=50)
    assert (made.signed_off_by, made.scores.count()) == ("Dr A. Lead", 2)
    assert Entry.objects.filter(what="followups_expectedrange", user=administrator).exists()


def test_a_range_is_changed_after_its_sign_off_is_taken_back(client, administrator):
    expected = make_expected_range()
    before = {"scores-TOTAL_FORMS": "0", "scores-INITIAL_FORMS": "0"}
    assert 'name="source"' not in client.get(page_of(expected)).text

    client.post(page_of(expected), before | {"signed_off_by": "", "signed_off_on": ""})

    expected.refresh_from_db()
    assert not expected.is_signed_off
    assert 'name="source"' in client.get(page_of(expected)).text
    assert LogEntry.objects.filter(object_id=str(expected.pk), user=administrator).exists()
    assert "Signed off by" in client.get(page_of(expected).replace("change", "history")).text


@pytest.mark.parametrize(
    ("days", "changes", "said"),
    [
        ([("0", "8", "4")], {}, "the lower one first"),
        ([("0", "4", "11")], {}, "the lower one first"),
        ([("0", "4", "8"), ("0", "4", "8")], {}, "duplicate"),
        ([("1_0", "4", "8")], {}, "digits 0 to 9"),
        ([("1097", "4", "8")], {}, "from 0 to 1096"),
        ([("9" * 40, "4", "8")], {}, "Please correct the error"),
        ([("0", "NaN", "8")], {}, "digits 0 to 9"),
        ([], {"source": ""}, "required"),
        ([], {"source": "a\x00b"}, "cannot be shown"),
        ([], {"region": "pain_neck"}, "not asked about after these operations"),
        ([], {"group": "toe"}, "Select a valid choice"),
        ([], {"signed_off_by": "Dr A. Lead"}, "a name and a date"),
        ([], {"signed_off_by": "A", "signed_off_on": "2126-01-01"}, "still to come"),
        ([], {"signed_off_by": "A", "signed_off_on": "1/2/26"}, "year-month-day"),
        ([], {"signed_off_by": "A", "signed_off_on": "2026-04-01"}, "at least two days"),
    ],
)
@pytest.mark.usefixtures("administrator")
def test_what_cannot_be_is_refused_with_a_sentence(client, days, changes, said):
    answer = client.post(ADD, typed(*days, **changes))

    assert answer.status_code == 200
    assert said in answer.text
    assert not ExpectedRange.objects.filter(version=50).exists()


def test_a_range_shared_by_clinics_is_not_one_administrators_to_change(client, administrator):
    expected = make_expected_range(signed_off=False)
    make_clinic()

    assert client.get(page_of(expected)).status_code == 200
    assert client.post(page_of(expected), typed()).status_code == 403
    assert client.get(ADD).status_code == 403
