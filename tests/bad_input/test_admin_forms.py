"""The admin's forms have one spelling for each fact too, and say what is wrong at its field."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

from clinic.staff.models import User
from tests.bad_input.rows import Row

PATIENT = {
    "clinic": "<clinic>",
    "mrn": "N-2",
    "family_name": "Seacole",
    "given_name": "Mary",
    "date_of_birth": "1958-12-09",
    "sex": "female",
    "language": "en",
}
SURGERY = {
    "patient": "<patient>",
    "performed_on": "2026-04-01",
    "region": "lumbosacral",
    "levels": "L4-S1",
    "n_levels": "2",
    "approach": "TLIF",
    "restriction_end_pod": "84",
}
IMAGING = {"surgery": "<surgery>", "modality": "ct", "question": "bone_fusion"}
SCORE = {
    "surgery": "<surgery>",
    "instrument": "odi",
    "score": "22.5",
    "item_9": "",
    "recorded_at_0": "2026-04-20",
    "recorded_at_1": "10:00:00",
    "entered_by": "<nurse>",
}
DEFICIT = {
    "surgery": "<surgery>",
    "item": "saddle",
    "assessed_on": "2026-04-20",
    "assessor": "<nurse>",
}
CLINIC = {
    "name": "Harbor Spine Clinic",
    "code": "harbor-x",
    "time_zone": "America/New_York",
    "emergency_number": "911",
    "urgent_phone": "+12125550100",
    "office_phone": "",
    "crisis_line": "call 988",
    "quiet_from": "20:00",
    "quiet_until": "08:00",
}
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "patient": ("/admin/patients/patient/add/", PATIENT),
    "surgery": ("/admin/patients/surgery/add/", SURGERY),
    "imaging": ("/admin/patients/imagingstudy/add/", IMAGING),
    "score": ("/admin/patients/instrumentscore/add/", SCORE),
    "deficit": ("/admin/patients/knowndeficit/add/", DEFICIT),
    "clinic": ("/admin/staff/clinic/add/", CLINIC),
}
DATE = "year-month-day"
DIGITS = "digits 0 to 9"
CHOICE = "Select a valid choice"
SHOWN = "cannot be shown"

# kind, page, field, what was typed, what is said: at the field, or * anywhere on the page
CASES: list[tuple[Row, str, str, Any, str]] = [
    (Row.NUL_FORM, "patient", "family_name", "a\x00b", SHOWN),
    (Row.NUL_FORM, "clinic", "crisis_line", "a\x00b", SHOWN),
    (Row.NUL_FORM, "surgery", "levels", "L4\x00", SHOWN),
    (Row.SCORE_FORMAT, "score", "score", "1_0", DIGITS),
    (Row.SCORE_FORMAT, "score", "score", "٢٢", DIGITS),
    (Row.SCORE_FORMAT, "score", "item_9", "1_0", DIGITS),
    (Row.SCORE_FORMAT, "score", "item_9", "1.0", "whole number"),
    (Row.SCORE_FORMAT, "surgery", "n_levels", "1_0", DIGITS),
    (Row.SCORE_FORMAT, "surgery", "n_levels", "٢", DIGITS),
    (Row.SCORE_RANGE, "score", "score", "-1", DIGITS),
    (Row.SCORE_RANGE, "score", "score", "NaN", DIGITS),
    (Row.SCORE_RANGE, "score", "score", "1e999", DIGITS),
    (Row.SCORE_RANGE, "score", "score", "101", "*no such score"),
    (Row.SCORE_RANGE, "surgery", "n_levels", "21", "20"),
    (Row.SCORE_RANGE, "surgery", "n_levels", "32768", "20"),
    (Row.SCORE_RANGE, "surgery", "restriction_end_pod", "731", "*a day from 0 to 730"),
    (Row.BIG_INTEGER, "score", "score", "9" * 5000, DIGITS),
    (Row.BIG_INTEGER, "surgery", "n_levels", "9" * 5000, DIGITS),
    (Row.BIRTH_SHORT_YEAR, "patient", "date_of_birth", "2/3/68", DATE),
    (Row.BIRTH_AMBIGUOUS, "patient", "date_of_birth", "10/12/1980", DATE),
    (Row.BIRTH_IMPOSSIBLE, "patient", "date_of_birth", "2027-01-01", "future"),
    (Row.BIRTH_IMPOSSIBLE, "patient", "date_of_birth", "1905-01-01", "120 years"),
    (Row.SURGERY_DATE, "surgery", "performed_on", "1970-01-01", "before the patient"),
    (Row.SURGERY_DATE, "surgery", "performed_on", "2028-01-01", "more than a year"),
    (Row.SURGERY_DATE, "surgery", "performed_on", "4/1/26", DATE),
    (Row.MOMENT, "imaging", "done_on", "4/1/26", DATE),
    (Row.MOMENT, "imaging", "done_on", "2026-05-03", "still to come"),
    (Row.MOMENT, "imaging", "window_closes_on", "9999-12-31", "too far ahead"),
    (Row.MOMENT, "deficit", "assessed_on", "10/4/2026", DATE),
    (Row.MOMENT, "deficit", "assessed_on", "2026-05-03", "still to come"),
    (Row.MOMENT, "score", "recorded_at_0", "9999-12-31", "too far ahead"),
    (Row.MOMENT, "score", "recorded_at_0", "0001-01-01", "too long ago"),
    (Row.MOMENT, "score", "recorded_at_0", "4/20/26", DATE),
    (Row.MOMENT, "score", "recorded_at_0", "٢٠٢٦-٠٤-٢٠", DATE),
    (Row.MOMENT, "score", "recorded_at_1", "10", "09:30"),
    (Row.MOMENT, "score", "recorded_at_1", "24:00:00", "09:30"),
    (Row.MOMENT, "score", "recorded_at_1", "", "required"),
    (Row.REPORT_DATE, "score", "recorded_at_0", "2026-05-02", "still to come"),
    (Row.REPORT_DATE, "score", "recorded_at_0", "2026-01-01", "30 days before"),
    (Row.MRN_VARIANT, "patient", "mrn", "M/1", "letters"),
    (Row.MRN_TWICE, "patient", "mrn", " m-1\u200b", "*already in use"),
    (Row.NAME, "patient", "given_name", "\u200b", "at least one letter"),
    (Row.LONG_TEXT, "patient", "given_name", "A" * 121, "at most 120"),
    (Row.LONG_TEXT, "clinic", "name", "A" * 121, "at most 120"),
    (Row.MAIL_HEADER, "clinic", "name", "Harbor\r\nBcc: all@example.org", "one line"),
    (Row.MAIL_HEADER, "clinic", "crisis_line", "a\u2028b", "one line"),
    (Row.PHONE, "clinic", "urgent_phone", "911", "one telephone number"),
    (Row.PHONE, "clinic", "urgent_phone", "+1 900 555 0123", "one telephone number"),
    (Row.PHONE, "clinic", "office_phone", "+1 (555) 010;ext=1", "one telephone number"),
    (Row.ID_BROKEN, "surgery", "patient", "x", CHOICE),
    (Row.ID_ODD, "surgery", "patient", "<patient>_0", CHOICE),
    (Row.ID_ODD, "surgery", "patient", "١", CHOICE),
    (Row.ID_ODD, "patient", "clinic", "1_0", CHOICE),
    (Row.BIG_INTEGER, "surgery", "surgeon", "9" * 5000, CHOICE),
    (Row.OTHER_CLINIC, "surgery", "supersedes", "<other_surgery>", "of this patient"),
    (Row.ID_BROKEN, "imaging", "question", "why", CHOICE),
    (Row.ID_BROKEN, "imaging", "findings", "gold", "gold"),
    (Row.ID_BROKEN, "clinic", "time_zone", "Mars/Olympus", "time zone"),
    (Row.ID_BROKEN, "clinic", "code", "har bor", "valid"),
]


@pytest.mark.parametrize(("row", "page", "field", "typed", "said"), CASES)
@pytest.mark.usefixtures("untouched")
def test_it_is_refused_at_its_field(world, row, page, field, typed, said):
    answer = _send(world, page, {field: typed})

    assert answer.status_code == 200
    main = BeautifulSoup(answer.content, "html.parser", parse_only=SoupStrainer(id="content"))
    name = field.removesuffix("_0").removesuffix("_1")
    errors = [each.get_text(" ") for each in main.select(f".field-{name} .errorlist")]
    everywhere = [each.get_text(" ") for each in main.select(".errorlist")]
    looked_at = everywhere if said.startswith("*") else errors
    assert any(said.strip("*") in text for text in looked_at), everywhere


@pytest.mark.parametrize("page", PAGES)
def test_the_same_page_filled_in_well_is_taken(world, page):
    assert _send(world, page, {}).status_code == 302


def _send(world, page, typed):
    address, good = PAGES[page]
    values = {name: _named(world, value) for name, value in (good | typed).items()}
    return world.browser("root").post(address, values)


def _named(world, value):
    return world.address(value).replace("<nurse>", str(world.staff["nurse"].pk))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("username", "ｒｏｏｔ\x00", "ull characters"),
        ("email", "a@[127.0.0.1]", "one e-mail address"),
        ("email", "a@example.org, b@example.org", "one e-mail address"),
        ("first_name", "Ada\nBcc: all@example.org", "one line"),
        ("last_name", "a\x00b", SHOWN),
        ("title", "x" * 21, "at most 20"),
        ("role", "king", CHOICE),
    ],
)
@pytest.mark.usefixtures("untouched")
def test_staff_are_entered_by_the_same_rules(world, field, typed, said):
    good = {
        "username": "seacole",
        "usable_password": "false",
        "password1": "",
        "password2": "",
        "first_name": "Mary",
        "last_name": "Seacole",
        "email": "mary@example.org",
        "role": "nurse",
        "is_active": "on",
    }
    page = world.browser("administrator").post("/admin/staff/user/add/", good | {field: typed})

    assert page.status_code == 200
    assert said in page.text


def test_a_user_name_has_one_spelling(world):
    good = {"username": "ｓｅａｃｏｌｅ", "email": "mary@example.org", "role": "nurse"}
    page = world.browser("administrator").post("/admin/staff/user/add/", good)

    assert page.status_code == 302
    assert User.objects.filter(username="seacole").exists()
