"""What becomes of rows: compared with the record, then stored together or not at all."""

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.exchange import importing
from clinic.exchange.importing import CHUNK, Import, Kind, RowsInError
from clinic.exchange.problems import Stopped
from clinic.exchange.profiles import PROFILES, Field
from clinic.staff.models import Clinic
from followups.choices import EndReason
from followups.models import CheckIn, FollowUp
from followups.services import plans
from patients import services as records
from patients.choices import ChannelKind, PatientStatus, Sex
from patients.models import ContactChannel, Patient, Surgery
from tests.factories import OPERATED, at, make_clinic, make_patient, make_surgery

pytestmark = pytest.mark.django_db

NOW = at(10)
ADA = {
    "mrn": "A1",
    "family_name": "Lovelace",
    "given_name": "Ada",
    "date_of_birth": "1975-12-10",
}
SURGERY = ADA | {
    "surgery_on": OPERATED.isoformat(),
    "region": "lumbar",
    "levels": "L4-L5; L5-S1",
    "approach": "TLIF",
}


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def file(*rows: dict[str, str]) -> bytes:
    """Return the rows as a file in our own layout, with the columns they use."""
    headings = [each.value for each in Field if any(each.value in row for row in rows)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headings, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def dry_run(clinic: Clinic, *rows: dict[str, str]) -> Import:
    profile = PROFILES["fuseline"]
    return importing.dry_run(file(*rows), profile=profile, clinic=clinic, now=NOW)


def commit(
    clinic: Clinic, *rows: dict[str, str], skip_errors: bool = False, now: datetime = NOW
) -> Import:
    profile = PROFILES["fuseline"]
    return importing.commit(
        file(*rows), profile=profile, clinic=clinic, now=now, skip_errors=skip_errors
    )


def kinds(found: Import) -> list[str]:
    return [outcome.kind.value for outcome in found.outcomes]


def state(*models: Any) -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in models]


def everything() -> list[Any]:
    return state(Patient, ContactChannel, Surgery, FollowUp, CheckIn)


def test_a_dry_run_stores_nothing(clinic):
    found = dry_run(clinic, SURGERY | {"email": "ada@example.org", "deceased_on": "2026-03-05"})
    assert kinds(found) == ["create"]
    assert not found.committed
    assert everything() == [[], [], [], [], []]


def test_a_new_patient_comes_with_channels_surgery_and_plan(clinic):
    commit(
        clinic,
        SURGERY
        | {"email": "ada@example.org", "mobile": "+12125550100", "consented_on": "2026-02-01"},
    )
    patient = Patient.objects.get(clinic=clinic)
    assert (patient.mrn, patient.name, patient.sex) == ("A1", "Ada Lovelace", Sex.UNKNOWN)
    assert {c.kind: (c.address, c.consented_on) for c in patient.channels.all()} == {
        ChannelKind.EMAIL: ("ada@example.org", date(2026, 2, 1)),
        ChannelKind.SMS: ("+12125550100", date(2026, 2, 1)),
    }
    surgery = patient.surgeries.get()
    assert (surgery.label, surgery.n_levels) == ("TLIF L4–S1", 2)
    assert surgery.follow_up.is_active
    assert surgery.check_ins.exists()


def test_a_channel_without_consent_is_stored_and_not_used(clinic):
    commit(clinic, ADA | {"email": "ada@example.org"})
    assert not ContactChannel.objects.usable().exists()


def test_the_second_time_nothing_changes(clinic):
    rows = [
        SURGERY | {"email": "ada@example.org", "consented_on": "2026-02-01", "sex": "f"},
        ADA | {"mrn": "A2", "deceased_on": "2026-03-01", "phone": "+12125550100"},
    ]
    assert kinds(commit(clinic, *rows)) == ["create", "create"]
    before = everything()
    assert kinds(commit(clinic, *rows, now=at(40))) == ["unchanged", "unchanged"]
    assert everything() == before


def test_a_record_number_is_recognised_however_it_is_written(clinic):
    commit(clinic, ADA)
    assert kinds(dry_run(clinic, ADA | {"mrn": " a1\u200b"})) == ["unchanged"]


def test_only_what_differs_is_changed(clinic):
    commit(clinic, ADA | {"sex": "f", "email": "ada@example.org", "consented_on": "2026-02-01"})
    found = commit(clinic, ADA | {"given_name": "Augusta", "email": "", "sex": ""})
    assert kinds(found) == ["update"]
    patient = Patient.objects.get()
    assert (patient.given_name, patient.sex) == ("Augusta", Sex.FEMALE)
    assert patient.channels.get().consented_on == date(2026, 2, 1)


def test_a_known_patient_needs_no_more_than_a_record_number(clinic):
    commit(clinic, ADA)
    blank = dict.fromkeys(ADA, "")
    found = commit(clinic, blank | {"mrn": "A1", "phone": "+12125550100"})
    assert kinds(found) == ["update"]
    assert Patient.objects.get().name == "Ada Lovelace"


def test_a_new_address_keeps_the_consent_for_its_channel(clinic):
    commit(clinic, ADA | {"email": "ada@example.org", "consented_on": "2026-02-01"})
    assert kinds(commit(clinic, ADA | {"email": "countess@example.org"})) == ["update"]
    channel = ContactChannel.objects.get()
    assert (channel.address, channel.consented_on) == ("countess@example.org", date(2026, 2, 1))


def test_consent_can_be_added_once_and_erased(clinic):
    commit(clinic, ADA | {"email": "ada@example.org"})
    commit(clinic, ADA | {"consented_on": "2026-02-01"})
    assert ContactChannel.objects.get().consented_on == date(2026, 2, 1)
    assert kinds(dry_run(clinic, ADA | {"consented_on": "2026-02-09"})) == ["unchanged"]
    commit(clinic, ADA | {"consented_on": "<clear>"})
    assert ContactChannel.objects.get().consented_on is None


def test_clear_erases_a_channel_and_the_sex(clinic):
    commit(clinic, ADA | {"email": "ada@example.org", "sex": "f"})
    assert kinds(commit(clinic, ADA | {"email": "<clear>", "sex": "<clear>"})) == ["update"]
    assert Patient.objects.get().sex == Sex.UNKNOWN
    assert not ContactChannel.objects.exists()


def test_a_death_ends_the_plan_and_taking_it_back_resumes_it(clinic):
    commit(clinic, SURGERY)
    commit(clinic, SURGERY | {"deceased_on": "2026-03-05"})
    patient = Patient.objects.get()
    assert (patient.status, patient.status_since) == (PatientStatus.DECEASED, date(2026, 3, 5))
    assert FollowUp.objects.get().end_reason == EndReason.DECEASED
    commit(clinic, SURGERY | {"deceased_on": "<clear>"})
    assert Patient.objects.get().is_active
    assert FollowUp.objects.get().is_active


def test_clear_does_not_bring_back_who_left_for_another_reason(clinic):
    patient = make_patient(clinic=clinic)
    plans.change_status(patient, status=PatientStatus.WITHDRAWN, since=OPERATED, now=NOW)
    row = dict.fromkeys(ADA, "") | {"mrn": patient.mrn, "deceased_on": "<clear>"}
    assert kinds(dry_run(clinic, row)) == ["unchanged"]


def test_a_corrected_surgery_moves_its_plan(clinic):
    commit(clinic, SURGERY)
    assert kinds(commit(clinic, SURGERY | {"approach": "ALIF"})) == ["update"]
    assert Surgery.objects.get().approach == "ALIF"


def test_a_revision_replaces_the_latest_operation(clinic):
    commit(clinic, SURGERY)
    revision = SURGERY | {"surgery_on": "2026-03-09", "revision": "yes"}
    commit(clinic, revision)
    assert kinds(commit(clinic, revision)) == ["unchanged"]
    first, second = Surgery.objects.order_by("performed_on")
    assert second.supersedes == first
    assert first.follow_up.end_reason == EndReason.REVISION


def test_a_second_date_without_revision_is_an_error_not_a_second_plan(clinic):
    commit(clinic, SURGERY)
    found = dry_run(clinic, SURGERY | {"surgery_on": "2026-03-03"})
    assert kinds(found) == ["error"]
    assert "Another operation" in found.problems[0].reason


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"family_name": ""}, "family_name", "A new patient needs this."),
        ({"family_name": "x" * 121}, "family_name", "at most 120 characters"),
        ({"deceased_on": "1975-12-09"}, "deceased_on", "before the patient was born"),
        ({"surgery_on": ""}, "surgery_on", "An operation needs its date."),
        ({"surgery_on": "1975-12-09"}, "surgery_on", "before the patient was born"),
        ({"surgery_on": "2027-06-01"}, "surgery_on", "more than a year ahead"),
        ({"region": ""}, "region", "A new operation needs this."),
        ({"levels": "L4+L5"}, "levels", "is not a level"),
        ({"levels": "", "levels_fused": ""}, "levels_fused", "how many levels"),
    ],
)
def test_what_could_not_be_stored_is_found_before_storing(clinic, changed, column, reason):
    found = dry_run(clinic, SURGERY | changed)
    assert kinds(found) == ["error"]
    assert [problem.column for problem in found.problems] == [column]
    assert reason in found.problems[0].reason


def test_everything_a_new_patient_lacks_is_said_at_once(clinic):
    found = dry_run(clinic, ADA | {"family_name": "", "date_of_birth": ""})
    assert [problem.column for problem in found.problems] == ["family_name", "date_of_birth"]


def test_a_birth_date_after_the_known_death_is_an_error(clinic):
    commit(clinic, ADA | {"deceased_on": "2026-03-01"})
    found = dry_run(clinic, ADA | {"date_of_birth": "2026-03-02"})
    assert "after the patient's status" in found.problems[0].reason


def test_the_same_record_number_twice_is_an_error_on_the_second(clinic):
    found = dry_run(clinic, ADA, ADA | {"mrn": "a1 ", "given_name": "Eve"})
    assert kinds(found) == ["create", "error"]
    assert found.problems[0].reason == "This record number is already in line 2."


def test_a_duplicate_is_seen_across_chunks(clinic):
    others = [ADA | {"mrn": f"B{number}"} for number in range(CHUNK)]
    found = dry_run(clinic, ADA, *others, ADA)
    assert found.counts == {"create": CHUNK + 1, "update": 0, "unchanged": 0, "error": 1}


def test_one_row_in_error_stores_nothing(clinic):
    with pytest.raises(RowsInError) as refused:
        commit(clinic, ADA, ADA | {"mrn": "A2", "sex": "x"})
    assert refused.value.found.counts[Kind.ERROR] == 1
    assert not refused.value.found.committed
    assert not Patient.objects.exists()


def test_the_other_rows_are_stored_when_told_to_skip_errors(clinic):
    found = commit(clinic, ADA, ADA | {"mrn": "A2", "sex": "x"}, skip_errors=True)
    assert found.committed
    assert Patient.objects.get().mrn == "A1"


def refuse_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the record's service refuse A2, as it may for a reason no dry run can see."""
    register = records.register

    def refusing(**given: Any) -> Patient:
        patient: Patient = register(**given)
        if patient.mrn == "A2":
            raise ValidationError({"mrn": "Taken a moment ago.", "__all__": "No."})
        return patient

    monkeypatch.setattr(records, "register", refusing)


def test_a_refusal_while_storing_undoes_every_row(clinic, monkeypatch):
    refuse_second(monkeypatch)
    with pytest.raises(RowsInError) as refused:
        commit(clinic, ADA, ADA | {"mrn": "A2"})
    assert [str(problem) for problem in refused.value.found.problems] == [
        "line 3, mrn: Taken a moment ago.",
        "line 3: No.",
    ]
    assert not Patient.objects.exists()


def test_a_refusal_while_storing_undoes_its_own_row_when_skipping(clinic, monkeypatch):
    refuse_second(monkeypatch)
    found = commit(clinic, ADA, ADA | {"mrn": "A2"}, skip_errors=True)
    assert kinds(found) == ["create", "error"]
    assert Patient.objects.get().mrn == "A1"


def test_another_clinics_patient_is_neither_found_nor_changed(clinic):
    theirs = make_patient(clinic=make_clinic(), mrn="A1", given_name="Eve")
    assert kinds(commit(clinic, ADA)) == ["create"]
    theirs.refresh_from_db()
    assert theirs.given_name == "Eve"


def test_a_colleagues_edit_of_another_field_stays(clinic, monkeypatch):
    commit(clinic, ADA)
    store = importing._store

    def edited_meanwhile(*given: Any) -> None:
        Patient.objects.update(given_name="Augusta")
        store(*given)

    monkeypatch.setattr(importing, "_store", edited_meanwhile)
    commit(clinic, ADA | {"sex": "f"})
    assert Patient.objects.get().given_name == "Augusta"


@pytest.mark.parametrize("patients", [1, 5])
def test_planning_asks_three_questions_per_chunk(clinic, patients):
    known = [make_surgery(make_patient(clinic=clinic)).patient.mrn for _ in range(patients)]
    rows = [dict.fromkeys(ADA, "") | {"mrn": mrn} for mrn in known]
    with CaptureQueriesContext(connection) as queries:
        found = dry_run(clinic, *rows, *(ADA | {"mrn": f"B{number}"} for number in range(50)))
    assert found.counts[Kind.UNCHANGED] == patients
    assert len(queries) == 3


def test_dates_in_two_orders_stop_the_file(clinic):
    with pytest.raises(Stopped, match="mixed up"):
        dry_run(clinic, ADA, ADA | {"date_of_birth": "1975-13-10"})


def as_file_text(text: str) -> str:
    return text.replace("\0", "").encode(errors="replace").decode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "mrn": st.sampled_from(["A1", "a1", "A2", "", "A_1"]) | st.text(max_size=5),
                "family_name": st.sampled_from(["Lovelace", ""]) | st.text(max_size=5),
                "given_name": st.text(max_size=5),
                "date_of_birth": st.dates().map(str) | st.text(max_size=5),
                "sex": st.sampled_from(["f", "", "<clear>", "x"]),
                "email": st.emails() | st.text(max_size=5),
                "surgery_on": st.dates().map(str) | st.just(""),
                "region": st.sampled_from(["lumbar", "", "x"]),
                "approach": st.sampled_from(["TLIF", ""]),
                "levels_fused": st.sampled_from(["1", "", "0"]),
                "deceased_on": st.dates().map(str) | st.just(""),
            }
        ),
        max_size=8,
    )
)
def test_whatever_the_rows_every_one_has_an_outcome(clinic, rows):
    if not Patient.objects.exists():
        make_patient(clinic=clinic, mrn="A1")
    clean = [{name: as_file_text(text) for name, text in row.items()} for row in rows]
    try:
        found = dry_run(clinic, dict.fromkeys(ADA, ""), *clean)
    except Stopped:
        return  # dates in two orders
    assert sum(found.counts.values()) == len(found.table.rows) <= len(clean)
    assert all(bool(each.problems) == (each.kind is Kind.ERROR) for each in found.outcomes)
