"""The import as administrators meet it: a file is checked, then that very file is imported."""

import os
import stat
import time

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.audit.models import Entry, Kind
from clinic.exchange import kept, views
from clinic.exchange.reader import MAX_BYTES
from clinic.staff.models import Role
from patients.models import Patient
from tests.factories import make_clinic, make_patient, make_user

pytestmark = pytest.mark.django_db

IMPORTS, APPLY = "/imports/", "/imports/apply/"
HEADER = "mrn,family_name,given_name,date_of_birth,sex"
ROWS = ("A1,Byron,Ada,1975-12-10,f", "A2,Hopper,Grace,1966-12-09,f")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / kept.FOLDER


@pytest.fixture
def administrator(client):
    user = make_user("administrator", is_staff=True)
    client.force_login(user)
    return user


def listed(*rows, header=HEADER):
    return SimpleUploadedFile("list.csv", "\n".join([header, *rows]).encode(), "text/csv")


def check(client, *rows, file=None, layout="fuseline"):
    return client.post(IMPORTS, {"file": file or listed(*rows), "layout": layout})


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


def offered(response):
    """Return what the button of a checked file sends."""
    form = page_of(response).find("form", action=APPLY)
    return {field["name"]: field["value"] for field in form.select("input[name]")}


def counts(response):
    tiles = page_of(response).select(".counts > div")
    return {tile.dt.get_text(): int(tile.dd.get_text()) for tile in tiles}


def test_a_check_counts_and_stores_nothing(client, administrator):
    make_patient(mrn="A2", family_name="Hopper", given_name="Grace", date_of_birth="1966-12-09")
    answer = check(client, *ROWS, "A3,,Nobody,1970-01-01,f")
    assert answer.status_code == 200
    assert counts(answer) == {
        "New patients": 1,
        "Patients to change": 0,
        "Already as in the file": 1,
        "Rows with problems": 1,
    }
    assert Patient.objects.count() == 1


def test_each_problem_names_line_record_and_column(client, administrator):
    answer = check(client, *ROWS, "A3,Curie,Marie,1967-11-07,q", "A1,Twice,Ada,1975-12-10,f")
    said = [
        [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in page_of(answer).select(".problems tbody tr")
    ]
    assert said[0][:3] == ["Line 4", "Record A3", "sex"]
    assert "The file says “q”" in said[0][3]
    assert said[1][0] == "Line 5"
    assert "already in line 2" in said[1][3]


def test_the_checked_file_is_imported_whole(client, administrator):
    answer = client.post(APPLY, offered(check(client, *ROWS)), follow=True)
    assert answer.redirect_chain == [(IMPORTS, 302)]
    assert "Imported: 2 new, 0 changed" in page_of(answer).get_text()
    assert set(Patient.objects.values_list("mrn", "clinic")) == {
        ("A1", administrator.clinic_id),
        ("A2", administrator.clinic_id),
    }


def test_an_import_leaves_an_entry_with_counts(client, administrator):
    client.post(APPLY, offered(check(client, *ROWS)))
    left = Entry.objects.get(kind=Kind.EVENT, what=views.IMPORTED)
    assert left.user == administrator
    assert left.detail == {"create": 2, "update": 0, "unchanged": 0, "error": 0}


def test_a_file_is_imported_once(client, administrator, django_capture_on_commit_callbacks):
    asked = offered(check(client, *ROWS))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(APPLY, asked)
    again = client.post(APPLY, asked)
    assert again.status_code == 422
    assert "not here any more" in page_of(again).get_text()
    assert Patient.objects.count() == 2


def test_rows_with_problems_are_left_out_only_where_the_button_says_so(client, administrator):
    checked = check(client, *ROWS, "A3,,Nobody,1970-01-01,f")
    assert "Import the other 2 rows" in page_of(checked).get_text()
    asked = offered(checked)
    refused = client.post(APPLY, {"checked": asked["checked"]})
    assert refused.status_code == 422
    assert not Patient.objects.exists()
    client.post(APPLY, asked)
    assert Patient.objects.count() == 2


@pytest.mark.parametrize("whose", ["colleague", "other clinic"])
def test_nobody_else_imports_a_checked_file(client, administrator, whose):
    asked = offered(check(client, *ROWS))
    clinic = administrator.clinic if whose == "colleague" else make_clinic()
    client.force_login(make_user("administrator", clinic=clinic))
    assert client.post(APPLY, asked).status_code == 422
    assert not Patient.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"checked": "made-up"}, {"checked": "x" * 2000}])
def test_what_was_not_checked_is_not_imported(client, administrator, sent):
    answer = client.post(APPLY, sent)
    assert answer.status_code == 422
    assert "There is a problem" in page_of(answer).get_text()


def test_a_file_that_was_changed_meanwhile_is_not_imported(client, administrator, folder):
    asked = offered(check(client, *ROWS))
    [path] = folder.iterdir()
    name = path.name.split("-")[-1]
    path.unlink()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("secrets.token_hex", lambda size: name)
        other = listed("B1,Curie,Marie,1967-11-07,f").read()
        kept.keep(other, user=administrator, clinic=administrator.clinic)
    assert client.post(APPLY, asked).status_code == 422
    assert not Patient.objects.exists()


def test_a_kept_file_is_sealed_and_private(client, administrator, folder):
    check(client, *ROWS)
    [path] = folder.iterdir()
    assert b"Byron" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_kept_file_is_gone_after_an_hour(client, administrator, folder):
    asked = offered(check(client, *ROWS))
    [path] = folder.iterdir()
    old = time.time() - kept.KEPT_SECONDS - 1
    os.utime(path, (old, old))
    assert client.post(APPLY, asked).status_code == 422
    assert not list(folder.iterdir())


def test_a_folder_open_to_others_is_not_used(client, administrator, folder):
    folder.mkdir(mode=0o700)
    folder.chmod(0o755)
    with pytest.raises(PermissionError):
        kept.keep(b"x", user=administrator, clinic=administrator.clinic)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (b"nothing,known\n1,2\n", "No header row was found"),
        (b"mrn,family_name,given_name\nA1,B,C\n", "lacks a required column: date_of_birth"),
        (b'mrn,family_name,given_name,date_of_birth\n"A1,B,C,1970-01-01\n', "never closed"),
        (b"\xff\xfeab\0", "marked as UTF-16 but is damaged"),
        (b"PK\x03\x04\0\0\0", "NUL character"),
        (b"x" * (MAX_BYTES + 1), "larger than 5 MB"),
        (
            "\n".join([HEADER, *(f"A{n},B,C,1970-01-01,f" for n in range(20_001))]).encode(),
            "20,000",
        ),
    ],
    ids=["empty", "blank", "unknown", "lacking", "open quote", "damaged", "zip", "large", "long"],
)
def test_a_bad_file_is_refused_in_a_sentence(client, administrator, folder, content, reason):
    answer = check(client, file=SimpleUploadedFile("list.csv", content))
    assert answer.status_code == 422
    assert reason in page_of(answer).select_one(".errsum").get_text()
    assert not folder.exists() or not list(folder.iterdir())


def test_without_a_file_the_page_says_so_and_keeps_the_rest(client, administrator):
    answer = client.post(IMPORTS, {"layout": "synthea"})
    assert answer.status_code == 422
    page = page_of(answer)
    assert "Choose the file." in page.select_one(".errsum").get_text()
    assert page.select_one("option[selected]")["value"] == "synthea"


def test_a_file_too_long_for_a_page_is_checked_and_not_offered(client, administrator, monkeypatch):
    asked = offered(check(client, *ROWS))
    monkeypatch.setattr(views, "MOST_AT_ONCE", 1)
    answer = check(client, *ROWS)
    assert counts(answer)["New patients"] == 2
    assert "Split it into parts" in page_of(answer).get_text()
    assert page_of(answer).find("form", action=APPLY) is None
    assert client.post(APPLY, asked).status_code == 422
    assert not Patient.objects.exists()


def test_the_page_never_shows_who_a_row_is_about(client, administrator):
    answer = check(client, *ROWS, "A3,Curie,Marie,1967-11-07,q")
    for secret in (b"Byron", b"Hopper", b"Curie", b"1967-11-07"):
        assert secret not in answer.content


@pytest.mark.parametrize("role", [Role.NURSE, Role.SURGEON, Role.AUDITOR])
def test_only_administrators_import(client, role):
    client.force_login(make_user(role.value))
    assert client.get(IMPORTS).status_code == 403
    assert client.post(APPLY).status_code == 403


def test_whoever_works_in_no_clinic_imports_nothing(client):
    client.force_login(make_user("administrator", is_superuser=True, clinic=None))
    assert client.get(IMPORTS).status_code == 403
