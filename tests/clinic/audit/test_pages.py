"""The audit's pages: who looked at whom, what changed, and the file of a search."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.audit import export, vocabulary
from clinic.audit.models import Entry, Kind, Values
from clinic.audit.search import Place, Search
from clinic.staff.models import Role
from followups.choices import VisitStatus
from followups.models import Visit
from patients.models import Opening, Patient, Restriction
from patients.reach import reach
from tests.counting import BOOKKEEPING, queries
from tests.factories import (
    make_clinic,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
    the_clinic,
)

pytestmark = pytest.mark.django_db

AUDIT = "/audit/"
# the session and its person, reach, the search form's colleagues, entries, the patients they
# name, the entry of this very page; the frame: clinic, heartbeat, counts
ALWAYS = 10


@pytest.fixture(autouse=True)
def _just_signed_in(monkeypatch):
    """Who just signed in is not asked again; the asking itself is tested with the sign-in."""
    monkeypatch.setattr(
        "allauth.account.internal.flows.reauthentication.is_reauthentication_required",
        lambda request, app="": False,
    )


@pytest.fixture
def auditor(client):
    user = make_user("auditor")
    client.force_login(user)
    return user


@pytest.fixture
def nurse():
    return make_user("nurse", first_name="Joanna", last_name="Kowalczyk")


def make_entry(**overrides):
    facts = {
        "kind": Kind.READ,
        "what": "patients:detail",
        "clinic": the_clinic(),
        "login": "",
        "request": "0123456789ab",
        "detail": {"method": "GET", "status": 200},
    }
    return Entry.objects.create(**(facts | overrides))


def sentences(response):
    page = BeautifulSoup(response.content, "html.parser")
    rows = page.select(".entries tbody tr td:nth-of-type(2)")
    return [" ".join(row.get_text(" ", strip=True).split()) for row in rows]


def seen(client, where=AUDIT, **asked):
    response = client.get(where, asked)
    assert response.status_code == 200
    return sentences(response)


def restricted(patient, by):
    return Restriction.objects.create(
        clinic=patient.clinic, patient=patient, reason="A colleague", since=timezone.now(), by=by
    )


def opening(patient, user, reason="Called in from the emergency room"):
    now = timezone.now()
    with reach([patient.clinic_id], user=user.pk, request="aaaaaaaaaaaa"):
        return Opening.objects.create(
            clinic=patient.clinic,
            patient=patient,
            user=user,
            reason=reason,
            at=now,
            until=now + timedelta(minutes=30),
            day=patient.clinic.today(now),
            number=1,
        )


# Who may look


@pytest.mark.parametrize("role", [Role.NURSE, Role.SURGEON, Role.ADMINISTRATOR])
def test_only_auditors_open_the_audit(client, role):
    client.force_login(make_user(role.value))
    assert client.get(AUDIT).status_code == 403


def test_an_auditor_sees_the_own_clinic_only(client, auditor):
    make_entry(clinic=make_clinic(), what="followups:queue")
    make_entry(clinic=None, what="patients:list")
    assert not [each for each in seen(client) if "queue" in each or "list" in each]


def test_a_superuser_sees_every_clinic(client):
    client.force_login(make_user("administrator", is_superuser=True, clinic=None))
    there = make_user("nurse", clinic=make_clinic(), last_name="Elsewhere")
    make_entry(clinic=there.clinic, user=there, what="followups:queue")
    assert any("Elsewhere opened the review queue" in each for each in seen(client))


# What it says


def test_a_page_that_was_opened_reads_as_a_sentence(client, auditor, nurse):
    patient = make_patient()
    make_entry(user=nurse, what="followups:case", patients=[patient.pk])
    assert seen(client)[0] == f"Nurse J. Kowalczyk opened the case of {patient.mrn}"


def test_a_change_says_what_from_and_to(client, auditor, nurse):
    visit = Visit.objects.filter(surgery=make_follow_up().surgery).earliest("pk")
    with reach([visit.clinic_id], user=nurse.pk, request="aaaaaaaaaaaa"):
        visit.status = VisitStatus.CANCELLED
        visit.save()
    mrn = visit.surgery.patient.mrn
    said = "status Not booked yet → Cancelled"
    assert seen(client)[0] == f"Nurse J. Kowalczyk changed the visit of {mrn}: {said}"


def test_what_somebody_is_called_stays_off_the_list(client, auditor):
    patient = make_patient()
    with reach([patient.clinic_id], user=auditor.pk):
        Patient.objects.filter(pk=patient.pk).update(family_name="Byron")
    page = client.get(AUDIT)
    assert "family name" in sentences(page)[0]
    assert b"Byron" not in page.content
    assert b"Lovelace" not in page.content


def test_reading_the_audit_is_in_the_audit(client, auditor):
    patient = make_patient()
    make_entry(user=auditor, patients=[patient.pk])
    client.get(AUDIT)
    read = Entry.objects.filter(kind=Kind.READ, what="audit:list").latest("pk")
    assert read.user == auditor
    assert patient.pk in read.patients


def test_times_are_those_of_the_clinic(client, auditor):
    make_entry(at=datetime(2026, 7, 1, 3, 30, tzinfo=UTC))
    page = client.get(AUDIT, {"until": "2026-06-30"})
    assert b"Tue, Jun 30, 2026" in page.content
    assert b"11:30:00 PM" in page.content
    assert b"America/New_York" in page.content


def test_every_page_with_a_right_can_be_searched(auditor):
    names = {name for _, group in vocabulary.searchable() for name, _ in group}
    assert {"followups:case", "audit:list", "exchange:imports", "patients_patient"} <= names


def test_an_event_of_an_older_version_is_still_readable(client, auditor):
    make_entry(kind=Kind.EVENT, what="patients imported", detail={}, user=auditor)
    make_entry(kind=Kind.EVENT, what="odd {thing", detail={}, user=auditor)
    said = seen(client)
    assert said[0].endswith("odd {thing")
    assert said[1].endswith("patients imported")


# The search


def test_each_condition_narrows(client, auditor, nurse):
    patient, other = make_patient(), make_patient()
    long_ago = datetime(2026, 3, 8, 12, tzinfo=UTC)
    make_entry(user=nurse, patients=[patient.pk], at=long_ago, row=77, request="feedfeedfeed")
    make_entry(user=auditor, patients=[other.pk], what="followups:case")
    for asked in (
        {"who": nurse.pk},
        {"patient": patient.pk, "what": "patients:detail"},
        {"until": "2026-03-08"},
        {"request": "feedfeedfeed"},
        {"row": 77},
    ):
        found = [each for each in seen(client, **asked) if "opened" in each]
        assert found == [f"Nurse J. Kowalczyk opened the record of {patient.mrn}"], asked
    assert seen(client, what="followups:case") == [
        f"Auditor F. Nightingale {auditor.last_name.split()[-1]} opened the case of {other.mrn}"
    ]


@pytest.mark.parametrize(
    ("day", "is_found"), [("2026-03-07", False), ("2026-03-08", True), ("2026-03-09", False)]
)
def test_a_day_is_the_clinics_own_even_when_the_clocks_change(client, auditor, day, is_found):
    for at in (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, 3, 59, tzinfo=UTC)):
        make_entry(at=at, what="followups:queue")
    assert len(seen(client, since=day, until=day)) == 2 * is_found


def test_closed_doors_can_be_listed_alone(client, auditor, nurse):
    make_entry(user=nurse)
    for what in ("refused", "not found"):
        make_entry(kind=Kind.EVENT, what=what, user=nurse, detail={"page": "audit:list"})
    assert seen(client, closed=1) == [
        "Nurse J. Kowalczyk asked for something that does not exist: the audit Not found",
        "Nurse J. Kowalczyk was refused the audit Refused",
    ]


def test_broken_glass_can_be_listed_alone_with_its_reason(client, auditor, nurse):
    patient = make_patient()
    restricted(patient, by=nurse)
    broken = opening(patient, nurse)
    make_entry(user=nurse, patients=[patient.pk], reason=f"opening {broken.pk}")
    make_entry(user=nurse, patients=[patient.pk])
    said = seen(client, glass=1)
    assert len(said) == 2
    assert "broke the glass" in said[1]
    assert all("Called in from the emergency room" in each for each in said)
    assert patient.mrn not in "".join(said)  # the record is closed to the auditor as well


def test_a_record_number_that_was_typed_does_not_stand_in_the_address(client, auditor):
    patient = make_patient()
    answer = client.post(AUDIT, {"patient": patient.mrn.lower()})
    assert answer.status_code == 302
    assert answer.url == f"{AUDIT}?patient={patient.pk}"
    page = BeautifulSoup(client.get(answer.url).content, "html.parser")
    assert page.select_one("#id_patient")["value"] == patient.mrn


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"patient": "NOBODY1"}, "Nobody you can reach has this record number"),
        ({"patient": "#x"}, "Write # and digits"),
        ({"since": "2026-06-31"}, "Enter a date as year-month-day"),
        ({"since": "2026-06-02", "until": "2026-06-01"}, "This is before the first day"),
        ({"request": "<script>"}, "A reference has only letters and digits"),
        ({"row": "1_0"}, "Write the id in digits"),
        ({"kind": "drop"}, "Select a valid choice"),
        ({"who": "999999999"}, "Select a valid choice"),
    ],
)
def test_a_bad_search_says_what_to_do_and_keeps_what_was_typed(client, auditor, typed, reason):
    answer = client.post(AUDIT, typed)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.content, "html.parser")
    assert reason in page.select_one(".errsum").get_text()
    for name, text in typed.items():
        field = page.select_one(f"#id_{name}")
        assert field.name == "select" or field["value"] == text


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=1-x", "patient=1%2B", "since=x", "who=x", "row=-1"],
)
def test_a_strange_address_is_refused_without_an_error(client, auditor, query):
    assert client.get(f"{AUDIT}?{query}").status_code == 400


def test_the_mrn_of_another_clinic_is_nobody(client, auditor):
    elsewhere = make_patient(clinic=make_clinic())
    assert client.post(AUDIT, {"patient": elsewhere.mrn}).status_code == 422


# Pages


def test_older_pages_miss_nothing_and_repeat_nothing(client, auditor, monkeypatch):
    monkeypatch.setattr("clinic.audit.views.PAGE", 3)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = [make_entry(at=at, row=row, what="followups:queue").pk for row in range(1, 8)]
    found, where = [], f"{AUDIT}?until=2026-01-05"
    while where:
        page = BeautifulSoup(client.get(where).content, "html.parser")
        found += [int(link["href"].split("/")[-2]) for link in page.select(".entries a.nm")]
        older = page.find("a", string="Older entries")
        where = AUDIT + older["href"] if older else ""
    assert found == made[::-1]


def test_a_place_survives_its_spelling():
    place = Place(datetime(2026, 7, 1, 3, 30, 0, 123456, tzinfo=UTC), 42)
    assert Place.parse(str(place)) == place
    assert Search(who=0, before=place).query == f"who=0&before={place}"


def test_fifty_entries_cost_no_more_queries_than_one(client, auditor, nurse):
    visits = list(Visit.objects.filter(surgery=make_follow_up().surgery))
    client.get(AUDIT)  # what is asked for once is known by now
    with reach([visits[0].clinic_id], user=nurse.pk, request="bbbbbbbbbbbb"):
        for visit in visits:
            visit.status = VisitStatus.CANCELLED
            visit.save()
    one, many = (count(client, f"{AUDIT}?row={row}") for row in (visits[0].pk, ""))
    assert one == many


def count(client, where):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return len([each for each in asked if not BOOKKEEPING.match(each["sql"])])


# One entry


def changed_name(patient, by):
    with reach([patient.clinic_id], user=by.pk, request="cccccccccccc"):
        Patient.objects.filter(pk=patient.pk).update(family_name="Byron")
    return Entry.objects.filter(kind=Kind.UPDATE, what="patients_patient").latest("pk")


def test_an_entry_shows_old_and_new_and_is_itself_written_down(client, auditor, nurse):
    patient = make_patient()
    changed = changed_name(patient, nurse)
    page = BeautifulSoup(client.get(f"/audit/{changed.pk}/").content, "html.parser")
    row = page.select_one(".values tbody tr").get_text(" ", strip=True)
    assert row == "Family name Before Lovelace After Byron"
    read = Entry.objects.filter(what="audit:entry").latest("pk")
    assert (read.user, read.patients) == (auditor, [patient.pk])


def test_what_was_replaced_in_a_closed_record_stays_closed(client, auditor, nurse):
    patient = make_patient()
    changed = changed_name(patient, nurse)
    restricted(patient, by=nurse)
    for where in (AUDIT, f"/audit/{changed.pk}/"):
        page = client.get(where).content.decode()
        assert "Byron" not in page
        assert patient.mrn not in page
    assert "cannot be shown" in page
    assert not Values.objects.for_user(auditor).filter(pk=changed.pk).exists()
    assert Entry.objects.for_user(auditor).filter(pk=changed.pk).exists()


def test_another_clinics_entry_is_not_found(client, auditor):
    elsewhere = make_entry(clinic=make_clinic())
    assert client.get(f"/audit/{elsewhere.pk}/").status_code == 404


# Who saw this patient


def rows_of(response):
    page = BeautifulSoup(response.content, "html.parser")
    return [
        [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.select("th, td")]
        for row in page.select(".visitors tbody tr")
    ]


def test_who_saw_a_patient_is_told_by_day_and_person(client, nurse):
    patient = make_patient()
    surgeon = make_user("surgeon", title="Dr", last_name="Reyes")
    noon = datetime(2026, 6, 1, 16, tzinfo=UTC)
    for minutes in (0, 5):
        at = noon + timedelta(minutes=minutes)
        make_entry(user=nurse, patients=[patient.pk], at=at)
    make_entry(user=nurse, patients=[patient.pk], at=noon, what="followups:case")
    make_entry(
        user=surgeon, kind=Kind.UPDATE, what="followups_visit", patients=[patient.pk], at=noon
    )
    client.force_login(nurse)
    found = rows_of(client.get(f"/patients/{patient.pk}/access/?until=2026-06-01"))
    assert found == [
        [
            "J. Kowalczyk Nurse",
            "12:00 PM – 12:05 PM",
            "Opened 3",
            "Changed 0",
            "The record, the case",
        ],
        ["Dr F. Reyes Surgeon", "12:00 PM", "Opened 0", "Changed 1", "Changed visit"],
    ]


def test_broken_glass_is_marked_with_its_reason(client):
    patient, surgeon = make_patient(), make_user("surgeon", last_name="Reyes")
    restricted(patient, by=surgeon)
    opening(patient, surgeon)
    client.force_login(surgeon)
    found = rows_of(client.get(f"/patients/{patient.pk}/access/"))
    mine = next(row for row in found if "Reyes" in row[0])
    assert "Break-glass" in mine[0]
    assert "Called in from the emergency room" in mine[4]


def test_earlier_days_are_one_step_away(client, nurse):
    patient = make_patient()
    make_entry(user=nurse, patients=[patient.pk], at=datetime(2026, 1, 5, 16, tzinfo=UTC))
    client.force_login(nurse)
    page = BeautifulSoup(
        client.get(f"/patients/{patient.pk}/access/?until=2026-06-01").content, "html.parser"
    )
    assert "Nobody in these days" in page.get_text()
    earlier = page.find("a", string="Earlier days")["href"]
    assert rows_of(client.get(f"/patients/{patient.pk}/access/{earlier}"))[0][0].startswith("J. K")


def test_who_saw_a_patient_of_another_clinic_is_nobodys_business(client, nurse):
    client.force_login(nurse)
    elsewhere = make_patient(clinic=make_clinic())
    assert client.get(f"/patients/{elsewhere.pk}/access/").status_code == 404
    assert client.get(f"/patients/{make_patient().pk}/access/?until=x").status_code == 404


def test_administrators_do_not_see_who_saw_a_patient(client):
    client.force_login(make_user("administrator"))
    assert client.get(f"/patients/{make_patient().pk}/access/").status_code == 403


def test_a_hundred_visits_cost_no_more_queries_than_one(client, nurse):
    patient = make_patient()
    client.force_login(nurse)
    where = f"/patients/{patient.pk}/access/"
    client.get(where)
    few = count(client, where)
    for number in range(20):
        make_entry(user=make_user("nurse"), patients=[patient.pk], request=f"{number:012x}")
    assert count(client, where) == few


def test_the_patient_page_leads_there(client, nurse):
    client.force_login(nurse)
    patient = make_surgery().patient
    page = client.get(reverse("patients:detail", args=[patient.pk]))
    assert reverse("audit:access", args=[patient.pk]).encode() in page.content


# The export


def exported(response):
    assert response.status_code == 200, response.content
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_search_comes_as_a_file_and_leaves_an_entry(client, auditor, nurse):
    patient = make_patient()
    make_entry(user=nurse, patients=[patient.pk])
    answer = client.post(f"/audit/export/?patient={patient.pk}&kind=read")
    [row] = exported(answer)
    assert row["person"] == "Nurse J. Kowalczyk"
    assert row["sentence"] == f"Nurse J. Kowalczyk opened the record of record #{patient.pk}"
    assert row["patient ids"] == str(patient.pk)
    assert patient.mrn not in answer.content.decode()
    name = answer["Content-Disposition"]
    assert name.startswith('attachment; filename="audit-20')
    left = Entry.objects.filter(kind=Kind.EVENT).latest("pk")
    assert (left.what, left.user, left.detail) == (export.EXPORTED, auditor, {"rows": 1})


def test_a_cell_is_never_a_formula(client, auditor):
    patient = make_patient()
    make_entry(reason="=HYPERLINK(1)", patients=[patient.pk])
    [row] = exported(client.post(f"/audit/export/?patient={patient.pk}&kind=read"))
    assert row["reason"] == "'=HYPERLINK(1)"


def test_every_cell_is_quoted(client, auditor):
    text = client.post("/audit/export/").content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith('"entry","time","person"')


def test_the_sixth_export_within_an_hour_waits(client, auditor):
    for _ in range(export.TIMES_AN_HOUR):
        assert client.post("/audit/export/").status_code == 200
    refused = client.post("/audit/export/")
    assert refused.status_code == 429
    assert b"Wait, then export again" in refused.content
    client.force_login(make_user("auditor"))
    assert client.post("/audit/export/").status_code == 200


def test_too_many_rows_are_refused_with_a_way_out(client, auditor, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 1)
    make_entry()
    make_entry()
    refused = client.post("/audit/export/")
    assert refused.status_code == 429
    assert b"Choose fewer days" in refused.content
    assert not Entry.objects.filter(what=export.EXPORTED).exists()


def test_the_export_asks_again_who_it_is(client, auditor, monkeypatch):
    monkeypatch.undo()
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    answer = client.post("/audit/export/")
    assert answer.status_code == 302
    assert answer.url.startswith("/account/again/")


def test_an_export_is_asked_for_with_a_form(client, auditor):
    assert client.get("/audit/export/").status_code == 405


def test_queries_of_the_list_are_pinned(client, auditor, nurse):
    patient = make_patient()
    make_entry(user=nurse, patients=[patient.pk])
    client.get(AUDIT)
    with queries(ALWAYS):
        client.get(f"{AUDIT}?what=patients:detail")
