"""Whoever changes a row leaves an entry, whatever they change it with; whoever reads one too."""

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.urls import reverse

from clinic.audit import services as audit
from clinic.audit.models import Entry, Kind, Values
from clinic.staff.models import User
from followups.models import FollowUp, Visit
from followups.services import ranks
from patients import restrictions
from patients.models import ContactChannel, Patient
from patients.reach import reach
from tests.access.story import make_superuser, sign_in
from tests.factories import (
    at,
    make_clinic,
    make_flag,
    make_follow_up,
    make_patient,
    make_user,
)

pytestmark = pytest.mark.django_db

REQUEST = "0f1e2d3c4b5a"


@pytest.fixture
def nurse():
    return make_user("nurse")


@pytest.fixture
def patient(nurse):
    return make_patient(clinic=nurse.clinic)


@pytest.fixture
def page(nurse):
    """The transaction of a page the nurse is on."""
    with reach([nurse.clinic_id], user=nurse.pk, request=REQUEST):
        yield


def the_last(**facts) -> Entry:
    return Entry.objects.filter(**facts).latest("pk")


def test_a_new_row_leaves_an_entry_with_who_and_where(page, nurse):
    patient = make_patient(clinic=nurse.clinic)

    entry = the_last(what="patients_patient")
    assert (entry.kind, entry.row, entry.patients) == (Kind.INSERT, patient.pk, [patient.pk])
    assert (entry.user, entry.request, entry.clinic) == (nurse, REQUEST, nurse.clinic)
    assert entry.login == connection.settings_dict["USER"]
    assert not Values.objects.filter(entry=entry).exists()  # the row itself says what it holds


def by_saving(patient: Patient) -> None:
    patient.given_name = "Grace"
    patient.save()


def by_update(patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(given_name="Grace")


def by_bulk_update(patient: Patient) -> None:
    patient.given_name = "Grace"
    Patient.objects.bulk_update([patient], ["given_name"])


def by_hand(patient: Patient) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE patients_patient SET given_name = 'Grace' WHERE id = %s", [patient.pk]
        )


@pytest.mark.parametrize("changed", [by_saving, by_update, by_bulk_update, by_hand])
def test_a_change_leaves_what_it_replaced(patient, page, nurse, changed):
    changed(patient)

    entry = the_last(what="patients_patient", kind=Kind.UPDATE)
    assert (entry.row, entry.patients, entry.user) == (patient.pk, [patient.pk], nurse)
    assert entry.request == REQUEST
    assert entry.values.columns == {"given_name": ["Ada", "Grace"]}


def test_rows_stored_in_bulk_leave_an_entry_each(patient, page):
    before = Entry.objects.count()
    ContactChannel.objects.bulk_create(
        ContactChannel(clinic=patient.clinic, patient=patient, kind=kind, address="+12125550100")
        for kind in ("sms", "phone")
    )
    assert Entry.objects.count() == before + 2


def test_a_deleted_row_stays_in_the_audit_as_a_whole(patient, page):
    ContactChannel.objects.filter(patient=patient).delete()

    entry = the_last(what="patients_contactchannel", kind=Kind.DELETE)
    assert entry.values.columns["address"].endswith("@example.org")
    assert entry.patients == [patient.pk]


def test_a_change_in_the_admin_names_who_made_it(client, patient):
    superuser = make_superuser()
    sign_in(client, superuser)
    form = {
        "mrn": patient.mrn,
        "family_name": "Hopper",
        "given_name": patient.given_name,
        "date_of_birth": patient.date_of_birth.isoformat(),
        "sex": patient.sex,
        "language": patient.language,
    }
    given = client.post(reverse("admin:patients_patient_change", args=[patient.pk]), form)

    entry = the_last(what="patients_patient", kind=Kind.UPDATE)
    assert (entry.user, entry.request) == (superuser, given["X-Request-Id"])
    assert entry.values.columns == {"family_name": ["Lovelace", "Hopper"]}


def test_a_change_on_a_page_names_who_made_it_and_what_was_read(client, nurse, patient):
    sign_in(client, nurse)
    given = client.post(
        f"/patients/{patient.pk}/status/", {"status": "withdrawn", "status_since": "2026-04-01"}
    )
    entries = Entry.objects.filter(request=given["X-Request-Id"])
    read = entries.get(kind=Kind.READ)
    assert (read.user, read.patients, read.what) == (nurse, [patient.pk], "patients:status")
    assert {entry.user for entry in entries} == {nurse}


def test_a_system_without_a_person_is_named_by_its_login(patient):
    by_update(patient)
    entry = the_last(what="patients_patient", kind=Kind.UPDATE)
    assert (entry.user, entry.login) == (None, connection.settings_dict["USER"])


def test_who_is_on_a_restricted_record_s_team_is_written_down(patient, page, nurse):
    colleague = make_user(clinic=nurse.clinic)
    restrictions.restrict(patient, members=[colleague], reason="Works here", by=nurse, now=at(1))
    restrictions.restrict(patient, members=[], reason="Works here", by=nurse, now=at(1))

    entries = Entry.objects.filter(what="patients_restriction_members").order_by("pk")
    assert [entry.kind for entry in entries] == [Kind.INSERT, Kind.INSERT, Kind.DELETE]
    assert {entry.patients[0] for entry in entries} == {patient.pk}
    assert {entry.clinic for entry in entries} == {nurse.clinic}
    assert entries[2].values.columns["user_id"] == colleague.pk


# --- what leaves none --------------------------------------------------------------------


def test_places_in_the_queue_are_worked_out_and_leave_no_entry():
    follow_up = FollowUp.objects.get(surgery=make_flag().surgery)
    before = Entry.objects.count()
    ranks.refresh(follow_up, now=at(63), changed=True)
    follow_up.refresh_from_db()

    assert follow_up.version > 0
    assert Entry.objects.count() == before


def test_a_claim_leaves_one_with_the_claim_alone(page, nurse):
    flag = make_flag()
    FollowUp.objects.filter(surgery=flag.surgery).update(
        owner=nurse, owned_since=at(60), version=9, risk_points=3
    )
    entry = the_last(what="followups_followup", kind=Kind.UPDATE)
    assert set(entry.values.columns) == {"owner_id", "owned_since"}


def test_saving_without_a_change_leaves_none(patient, page):
    before = Entry.objects.count()
    patient.save()
    assert Entry.objects.count() == before


def test_no_secret_of_a_person_is_kept(page, nurse):
    nurse.set_password("another horse battery staple")
    nurse.title = "RN"
    nurse.save()
    assert set(the_last(what="staff_user").values.columns) == {"title"}


# --- reading -----------------------------------------------------------------------------


def test_who_opens_a_record_is_written_down(client, nurse, patient):
    sign_in(client, nurse)
    given = client.get(f"/patients/{patient.pk}/")

    [entry] = Entry.objects.filter(kind=Kind.READ)
    assert (entry.user, entry.patients) == (nurse, [patient.pk])
    assert (entry.what, entry.request) == ("patients:detail", given["X-Request-Id"])
    assert entry.detail == {"method": "GET", "status": 200}


def test_a_list_names_everybody_on_it_once(client, nurse):
    shown = {make_patient(clinic=nurse.clinic).pk for _ in range(3)}
    make_patient(clinic=make_clinic())
    sign_in(client, nurse)
    client.get("/patients/")
    [entry] = Entry.objects.filter(kind=Kind.READ)
    assert entry.patients == sorted(shown)


def test_a_page_without_a_patient_leaves_no_entry(client, nurse):
    sign_in(client, nurse)
    client.get("/rules/")
    assert not Entry.objects.filter(kind=Kind.READ).exists()


def test_without_its_entry_there_is_no_page(client, nurse, patient, monkeypatch):
    def refuses(*args, **kwargs):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(audit, "note_read", refuses)
    sign_in(client, nurse)
    client.raise_request_exception = False
    given = client.get(f"/patients/{patient.pk}/")

    assert given.status_code == 500
    assert patient.family_name not in given.content.decode()
    assert patient.mrn not in given.content.decode()


def test_without_its_entry_a_change_is_none(patient):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_entry RENAME TO audit_elsewhere")
    with pytest.raises(ProgrammingError, match="audit_entry"), transaction.atomic():
        by_update(patient)
    patient.refresh_from_db()
    assert patient.given_name == "Ada"


def test_a_change_with_a_failing_page_leaves_neither(client, nurse, monkeypatch):
    visit = Visit.objects.filter(surgery=make_follow_up().surgery).first()
    sign_in(client, nurse)
    before = Entry.objects.count()

    def refuses(*args, **kwargs):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(audit, "note_read", refuses)
    client.raise_request_exception = False
    patient = visit.surgery.patient_id
    assert client.post(f"/patients/{patient}/visit/{visit.pk}/cancel/").status_code == 500
    assert Entry.objects.count() == before
    visit.refresh_from_db()
    assert visit.status == "planned"


# --- events ------------------------------------------------------------------------------


def test_an_event_says_who_what_and_why_and_holds_no_patient(nurse):
    audit.note("exported", user=nurse, request=REQUEST, reason="Asked for it", rows=3)
    entry = the_last(kind=Kind.EVENT)
    assert (entry.what, entry.user, entry.clinic) == ("exported", nurse, nurse.clinic)
    assert (entry.reason, entry.detail, entry.patients) == ("Asked for it", {"rows": 3}, [])


def test_an_event_outlives_the_page_that_was_refused(client, nurse):
    sign_in(client, nurse)
    assert client.get("/audit/").status_code == 403
    entry = the_last(what="refused")
    assert (entry.user, entry.detail) == (nurse, {"page": "audit:list"})


def test_an_event_of_nobody_is_for_superusers_alone():
    audit.note("too many tries", user=None)
    [entry] = Entry.objects.filter(what="too many tries")
    clinic = make_clinic()
    with reach([clinic.pk]):
        assert not Entry.objects.filter(pk=entry.pk).exists()
    with reach(None):
        assert Entry.objects.filter(pk=entry.pk).exists()


def test_a_page_writes_down_what_is_of_no_clinic():
    """Signing in touches a user before any clinic is named; its entry must not be in the way."""
    user = make_user()
    with reach([]):
        User.objects.filter(pk=user.pk).update(title="RN")
    assert the_last(what="staff_user").values.columns == {"title": ["", "RN"]}
