"""An erased person is found nowhere, stays so after a restore, and the numbers are kept."""

import json
import os
import subprocess
import sys
from datetime import date

import psycopg
import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from clinic.audit import chain
from clinic.audit.models import Entry, Values
from clinic.privacy import erasure, holdings, ledger
from clinic.privacy.models import Erasure
from clinic.stack.binaries import postgres_folders
from clinic.stack.state import PROJECT
from followups import tokens
from followups.choices import ContactMethod, ContactOutcome
from followups.models import CheckIn, Flag, FollowUp
from followups.services import cases, contacts, pins
from patients import restrictions
from patients import services as records
from patients.choices import ChannelKind
from patients.models import ContactChannel, Patient, Restriction, SymptomReport
from patients.reach import reach
from tests.factories import (
    HOW_IT_ENDED,
    at,
    make_check_in,
    make_flag,
    make_patient,
    make_report,
    make_surgery,
    make_user,
)
from tests.privacy import canaries

pytestmark = pytest.mark.django_db

WHY = "Asked for by letter."


@pytest.fixture(autouse=True)
def ledger_path(settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path / "apart" / "erasures.jsonl"
    return settings.ERASURE_LEDGER


@pytest.fixture
def nurse():
    return make_user("nurse")


@pytest.fixture
def person(nurse) -> Patient:
    """A patient with a canary in every place where somebody can write something."""
    patient = make_patient(
        given_name=canaries.GIVEN,
        family_name=f"{canaries.FAMILY}-Old",
        mrn=canaries.MRN,
        date_of_birth=date.fromisoformat(canaries.BORN),
        email=canaries.EMAIL,
    )
    records.update(
        patient,
        facts={"family_name": canaries.FAMILY},
        channels={ChannelKind.PHONE: canaries.PHONE},
        consented_on=None,
        today=at(0).date(),
    )
    records.record_risks(
        patient, facts={"osteoporosis": True}, recorded_on=at(0).date(), source=canaries.NOTED
    )
    surgery = make_surgery(patient)
    make_report(surgery, day=3, pain_back=8, message=canaries.SAID, overdid_what=canaries.SAID)
    write_everywhere(patient, surgery, nurse)
    tokens.new_link(make_check_in(surgery, day=7), now=at(7))
    content = ContentType.objects.get_for_model(Patient)
    LogEntry.objects.create(
        user=nurse,
        content_type=content,
        object_id=str(patient.pk),
        object_repr=str(patient),
        action_flag=CHANGE,
    )
    return patient


def write_everywhere(patient, surgery, nurse):
    flag = make_flag(surgery)
    case = FollowUp.objects.get(surgery=surgery)
    contacts.record(
        case,
        by=nurse,
        now=at(61),
        method=ContactMethod.PHONE,
        outcome=ContactOutcome.REACHED,
        note=canaries.NOTED,
    )
    pins.pin(case, reason=canaries.NOTED, by=nurse, now=at(61))
    case.refresh_from_db()
    sleep = {"until": at(70), "reason": canaries.NOTED, "version": case.version}
    cases.snooze(case, flags=[flag], by=nurse, now=at(61), **sleep)
    case.refresh_from_db()
    ending = HOW_IT_ENDED | {"note": canaries.NOTED}
    open_flags = list(Flag.objects.open().filter(surgery=surgery))
    cases.resolve(case, flags=open_flags, by=nurse, version=case.version, now=at(62), **ending)
    colleague = make_user("nurse")
    restriction = restrictions.restrict(
        patient, members=[nurse], reason=canaries.NOTED, by=nurse, now=at(1)
    )
    restrictions.break_glass(restriction, by=colleague, reason=canaries.NOTED, now=timezone.now())


def erase(patient, **options) -> dict[str, int]:
    return erasure.erase(patient, reason=WHY, now=timezone.now(), **options)


EVERYTHING = (*canaries.PERSON, *canaries.WORDS)


def test_the_canaries_are_where_they_were_put(person):
    """The search finds what is there: else it would prove nothing."""
    hits = canaries.found_in_database(EVERYTHING)
    assert {canary for held in hits.values() for canary in held} == set(EVERYTHING)
    assert set(hits) >= {
        "patients_patient",
        "patients_contactchannel",
        "patients_riskprofile",
        "patients_symptomreport",
        "patients_restriction",
        "patients_opening",
        "followups_flag",
        "followups_flagevent",
        "followups_contactattempt",
        "audit_values",
        "django_admin_log",
    }


def test_nothing_of_an_erased_person_is_left_anywhere(person):
    erase(person)
    assert canaries.found_in_database(EVERYTHING) == {}
    assert not ContactChannel.objects.filter(patient=person).exists()
    assert not Restriction.objects.exists()


def test_the_clinical_numbers_stay_under_a_pseudonym(person):
    erase(person)
    person.refresh_from_db()
    assert person.mrn == f"ERASED-{person.pk}"
    assert person.date_of_birth == date(1961, 1, 1)
    report = SymptomReport.objects.get(surgery__patient=person)
    assert (report.pain_back, report.message) == (8, erasure.WORD)
    person.full_clean()


def test_the_follow_up_ends_and_nothing_is_sent(person):
    erase(person)
    person.refresh_from_db()
    assert not person.is_active
    assert not FollowUp.objects.active().exists()
    assert not CheckIn.objects.awaited().filter(closes_at__gt=timezone.now()).exists()


def test_the_audit_keeps_its_entries_and_its_chain(person):
    chain.seal()
    entries = Entry.objects.about(person.pk).count()
    erase(person)
    chain.seal()
    assert Entry.objects.about(person.pk).count() > entries
    assert not Values.objects.filter(entry__patients__contains=[person.pk]).exists()
    verdict = chain.check()
    assert verdict.broken == []
    assert verdict.unsealed == 0


def test_others_are_left_alone(person):
    other = make_patient(family_name="Noether")
    make_report(make_surgery(other), day=3, message="Mine.")
    erase(person)
    other.refresh_from_db()
    assert other.family_name == "Noether"
    assert SymptomReport.objects.get(surgery__patient=other).message == "Mine."


def test_reports_are_as_unchangeable_as_before(person):
    erase(person)
    with pytest.raises(DatabaseError), transaction.atomic():
        SymptomReport.objects.update(message="x")


def test_twice_changes_nothing(person, ledger_path):
    assert erase(person)
    assert erase(person) == {}
    assert Erasure.objects.count() == 1
    assert len(ledger_path.read_text().splitlines()) == 1


def test_the_list_outside_the_database_names_nobody(person, ledger_path):
    erase(person)
    text = ledger_path.read_text()
    assert json.loads(text)["patient"] == person.pk
    assert canaries.found_in(text, EVERYTHING) == []


def test_if_the_list_cannot_be_written_nothing_is_erased(person, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.ERASURE_LEDGER = tmp_path / "file" / "erasures.jsonl"
    with pytest.raises(OSError, match="file"):
        erase(person)
    person.refresh_from_db()
    assert person.family_name == canaries.FAMILY
    assert not Erasure.objects.exists()


def test_every_text_there_is_was_decided_about():
    """A new column of text about patients has to be named in one of the two lists."""
    whole = {model._meta.label for model in erasure.WHOLE}
    decided = {
        (label, name)
        for known in (erasure.WRITTEN, erasure.KEPT)
        for label, names in known.items()
        for name in names
    }
    names = ("mrn", "family_name", "given_name")
    emptied = ("calling_note", "emergency_contact", "emergency_phone")
    renamed = {("patients.Patient", name) for name in (*names, *emptied)}
    texts = {
        (model._meta.label, field.name)
        for model in holdings.models()
        for field in holdings.fields(model)
        if is_free_text(field) and model._meta.label not in whole
    }
    assert texts == decided | renamed


def is_free_text(field: models.Field) -> bool:
    inner = getattr(field, "base_field", field) if isinstance(field, ArrayField) else field
    return isinstance(inner, models.CharField | models.TextField | models.JSONField) and not (
        inner.choices
    )


# --- commands ---


def command(*options: str) -> None:
    clinic = Patient.objects.get().clinic.code
    call_command("erase_patient", f"--clinic={clinic}", f"--reason={WHY}", *options)


def test_without_apply_it_only_says_what_would_change(person, capsys, ledger_path):
    command(f"--mrn={canaries.MRN}")
    said = capsys.readouterr().out
    assert "patients.SymptomReport.message: 1" in said
    assert "Nothing was changed" in said
    assert canaries.found_in(said, EVERYTHING) == []
    person.refresh_from_db()
    assert person.family_name == canaries.FAMILY
    assert not ledger_path.exists()


def test_with_apply_it_is_done(person, capsys):
    command(f"--mrn={canaries.MRN}", "--apply")
    assert f"Patient {person.pk} is erased." in capsys.readouterr().out
    assert canaries.found_in_database(EVERYTHING) == {}


def test_a_patient_whom_somebody_has_to_look_at_is_not_erased(person):
    make_flag(person.surgeries.get())
    with pytest.raises(CommandError, match="1 open flags"):
        command(f"--mrn={canaries.MRN}", "--apply")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mrn=NOBODY"], "No patient"),
        ([f"--mrn={canaries.MRN}", "--clinic=nowhere"], "No clinic"),
        ([f"--mrn={canaries.MRN}", "--reason= "], "1 to 200"),
        ([f"--mrn={canaries.MRN}", f"--reason={canaries.FAMILY} asked"], "leave out the name"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(person, options, said):
    with pytest.raises(CommandError, match=said):
        command(*options)


def test_workers_have_the_rights_it_takes_and_pages_have_not(person):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE fuseline_service")
        erase(person)
        cursor.execute("RESET ROLE")
    assert canaries.found_in_database(EVERYTHING) == {}


def test_pages_could_not_do_it(person):
    with reach([person.clinic_id]), pytest.raises(DatabaseError), transaction.atomic():
        erase(person)


# --- after a restore ---


def test_a_damaged_list_erases_nobody(person, ledger_path):
    ledger_path.parent.mkdir()
    for text in ("{", "[]", '{"patient": 1}', "1"):
        ledger_path.write_text(f"{text}\n")
        with pytest.raises(CommandError, match=r"Line 1 of .* cannot be read"):
            call_command("reapply_erasures")


def test_a_missing_list_is_said(ledger_path):
    with pytest.raises(CommandError, match="does not exist"):
        call_command("reapply_erasures")


def test_somebody_new_with_the_same_id_is_not_erased(person, ledger_path, capsys):
    made = timezone.now()
    ledger.append(ledger_path, ledger.Line("x", person.pk, made, made, WHY))
    call_command("reapply_erasures")
    assert f"patient {person.pk}: not in this database" in capsys.readouterr().out
    person.refresh_from_db()
    assert person.family_name == canaries.FAMILY


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_restored_database_forgets_them_again(person, ledger_path, tmp_path):
    """Dump, erase, restore into another database: they are back; then reapply."""
    programs, dump = next(postgres_folders()), tmp_path / "nightly.dump"
    url, query = os.environ["DATABASE_URL"].rsplit("?", 1)
    here = url.rsplit("/", 1)[0]
    name = connection.settings_dict["NAME"]
    restored = f"{here}/restored?{query}"
    run(programs / "pg_dump", "-Fc", "-f", dump, f"{here}/{name}?{query}")
    erase(person)
    with psycopg.connect(f"{here}/postgres?{query}", autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS restored")
        server.execute("CREATE DATABASE restored")
        run(programs / "pg_restore", "--exit-on-error", "-d", restored, dump)
        try:
            with psycopg.connect(restored) as database:
                assert canaries.found_in_database(EVERYTHING, database)
            said = manage("reapply_erasures", DATABASE_URL=restored, ERASURE_LEDGER=ledger_path)
            assert f"patient {person.pk}: erased again" in said
            with psycopg.connect(restored) as database:
                assert canaries.found_in_database(EVERYTHING, database) == {}
            said = manage("reapply_erasures", DATABASE_URL=restored, ERASURE_LEDGER=ledger_path)
            assert f"patient {person.pk}: erased already" in said
            assert "Head of the chain" in manage("check_audit", DATABASE_URL=restored)
        finally:
            server.execute("DROP DATABASE restored WITH (FORCE)")


def run(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def manage(command: str, **environment: object) -> str:
    known = os.environ | {name: str(value) for name, value in environment.items()}
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=PROJECT,
        env=known | {"DJANGO_SETTINGS_MODULE": "clinic.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_apps_named_in_the_lists_exist():
    for label in (*erasure.WRITTEN, *erasure.KEPT):
        assert apps.get_model(label)
