"""Forms of staff: what cannot be meant is a 422 that names the field, keeps what was typed,
says what to do, and stores nothing."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

from tests.bad_input.forms import FORMS, filled
from tests.bad_input.rows import Row
from tests.bad_input.world import stored

WHOLE = "whole number from 0 to 730"
DECIMAL = "with at most one decimal"
DATE = "year-month-day"
SHOWN = "cannot be shown"
CHOICE = "Select a valid choice"
MAIL = "one e-mail address"
VALID = "valid email address"
PHONE = "one telephone number in digits"
LEVELS = "evel"
EMPTY = "required"

# kind, forms, field, what was typed, what is said
CASES: list[tuple[Row, str, str, Any, str]] = [
    # text that hides something
    (Row.NUL_FORM, "register edit", "given_name", "Ada\x00", SHOWN),
    (Row.NUL_FORM, "register edit", "family_name", "\x00", SHOWN),
    (Row.NUL_FORM, "register", "mrn", "N\x001", SHOWN),
    (Row.NUL_FORM, "register", "email", "mary\x00@example.org", SHOWN),
    (Row.NUL_FORM, "register", "phone", "212\x005550123", PHONE),
    (Row.NUL_FORM, "register", "date_of_birth", "1958-12-09\x00", SHOWN),
    (Row.NUL_FORM, "register", "sex", "female\x00", CHOICE),
    (Row.NUL_FORM, "surgery correct", "levels", "L4\x00", SHOWN),
    (Row.NUL_FORM, "surgery", "surgeon", "1\x00", CHOICE),
    (Row.NUL_FORM, "surgery", "performed_on", "2026-04-01\x00", SHOWN),
    (Row.NUL_FORM, "status", "since", "\x00", SHOWN),
    (Row.NUL_FORM, "book", "at", "09:30\x00", SHOWN),
    (Row.NUL_FORM, "complete", "on", "\x00", SHOWN),
    (Row.NUL_FORM, "contact resolve", "note", "a\x00b", SHOWN),
    (Row.NUL_FORM, "contact", "outcome", "reached\x00", CHOICE),
    (Row.NUL_FORM, "resolve", "flags", ["\x00"], "no longer open"),
    (Row.NUL_FORM, "emergency", "safe_confirmed_by", "Dr\x00", SHOWN),
    (Row.NUL_FORM, "find", "q", "a\x00b", SHOWN),
    (Row.NUL_FORM, "contact resolve", "note", "a\x1b[31mb", SHOWN),
    (Row.MAIL_TEXT, "contact resolve", "note", "a\ue000b", SHOWN),
    (Row.MAIL_TEXT, "register", "given_name", "Ada\uffff", SHOWN),
    (Row.MAIL_HEADER, "emergency", "safe_confirmed_by", "Dr\nBcc: all@example.org", "one line"),
    (Row.MAIL_HEADER, "register edit", "email", "a@example.org\r\nBcc: b@example.org", MAIL),
    (Row.MAIL_HEADER, "register", "email", "a@example.org\u2028b", MAIL),
    # numbers
    (Row.SCORE_FORMAT, "surgery correct", "restriction_end_pod", "8_4", WHOLE),
    (Row.SCORE_FORMAT, "surgery correct", "restriction_end_pod", "٨٤", WHOLE),
    (Row.SCORE_FORMAT, "surgery", "restriction_end_pod", "８４", WHOLE),
    (Row.SCORE_FORMAT, "surgery", "restriction_end_pod", "84.0", WHOLE),
    (Row.SCORE_FORMAT, "surgery", "restriction_end_pod", "+84", WHOLE),
    (Row.SCORE_FORMAT, "surgery", "restriction_end_pod", "0x54", WHOLE),
    (Row.SCORE_FORMAT, "surgery", "restriction_end_pod", "1e2", WHOLE),
    (Row.SCORE_FORMAT, "surgery", "restriction_end_pod", "84 days", WHOLE),
    (Row.SCORE_RANGE, "surgery", "restriction_end_pod", "-1", WHOLE),
    (Row.SCORE_RANGE, "surgery", "restriction_end_pod", "731", WHOLE),
    (Row.SCORE_RANGE, "surgery", "restriction_end_pod", "32768", WHOLE),
    (Row.SCORE_RANGE, "surgery", "restriction_end_pod", "NaN", WHOLE),
    (Row.SCORE_RANGE, "surgery", "restriction_end_pod", "inf", WHOLE),
    (Row.SCORE_RANGE, "surgery", "restriction_end_pod", "", EMPTY),
    (Row.BIG_INTEGER, "surgery", "restriction_end_pod", "9" * 5000, WHOLE),
    (Row.BIG_INTEGER, "register", "hba1c", "9" * 5000, DECIMAL),
    (Row.DECIMAL, "register edit", "hba1c", "1_0", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "-0", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "٨", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "5,5", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "5.55", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "2.9", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "20.1", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "NaN", DECIMAL),
    (Row.DECIMAL, "register", "hba1c", "Infinity", DECIMAL),
    (Row.DECIMAL, "register", "bmi", "1e1", DECIMAL),
    (Row.DECIMAL, "register", "bmi", "9.9", DECIMAL),
    (Row.DECIMAL, "register", "bmi", "100.1", DECIMAL),
    # dates
    (Row.BIRTH_SHORT_YEAR, "register edit", "date_of_birth", "2/3/68", DATE),
    (Row.BIRTH_SHORT_YEAR, "register", "date_of_birth", "68-03-02", "4 digits"),
    (Row.BIRTH_AMBIGUOUS, "register edit", "date_of_birth", "10/12/1980", DATE),
    (Row.BIRTH_AMBIGUOUS, "register", "date_of_birth", "12.10.1980", DATE),
    (Row.BIRTH_AMBIGUOUS, "register", "date_of_birth", "19801012", DATE),
    (Row.BIRTH_AMBIGUOUS, "register", "date_of_birth", "Oct 12, 1980", DATE),
    (Row.BIRTH_IMPOSSIBLE, "register", "date_of_birth", "2026-02-30", DATE),
    (Row.BIRTH_IMPOSSIBLE, "register", "date_of_birth", "٢٠٠١-٠١-٠١", DATE),
    (Row.BIRTH_IMPOSSIBLE, "register", "date_of_birth", "2026-05-02", "future"),
    (Row.BIRTH_IMPOSSIBLE, "register", "date_of_birth", "1899-12-31", "too long ago"),
    (Row.BIRTH_IMPOSSIBLE, "register edit", "date_of_birth", "1905-01-01", "120 years"),
    (Row.BIRTH_IMPOSSIBLE, "register", "date_of_birth", "", EMPTY),
    (Row.BIRTH_IMPOSSIBLE, "edit", "date_of_birth", "2026-03-03", "after an operation"),
    (Row.SURGERY_DATE, "surgery correct", "performed_on", "1970-01-01", "before the patient"),
    (Row.SURGERY_DATE, "surgery correct", "performed_on", "2028-01-01", "more than a year"),
    (Row.SURGERY_DATE, "surgery", "performed_on", "2026-03-02", "already recorded"),
    (Row.SURGERY_DATE, "surgery", "performed_on", "3/2/26", DATE),
    (Row.SURGERY_DATE, "surgery", "performed_on", "", EMPTY),
    (Row.MOMENT, "surgery", "performed_on", "9999-12-31", "too far ahead"),
    (Row.MOMENT, "surgery", "performed_on", "0001-01-01", "too long ago"),
    (Row.MOMENT, "surgery", "performed_on", "99999-01-01", DATE),
    (Row.MOMENT, "register", "date_of_birth", "9999-12-31", "too far ahead"),
    (Row.MOMENT, "status", "since", "9999-12-31", "too far ahead"),
    (Row.MOMENT, "status", "since", "2026-05-02", "future"),
    (Row.MOMENT, "status", "since", "1970-01-01", "before the patient was born"),
    (Row.MOMENT, "status", "since", "2026-02-30", DATE),
    (Row.MOMENT, "status", "since", "", "Enter the date"),
    (Row.MOMENT, "book", "on", "9999-12-31", "too far ahead"),
    (Row.MOMENT, "book", "on", "2026-04-30", "has passed"),
    (Row.MOMENT, "book", "on", "2030-01-01", "3 years ahead"),
    (Row.MOMENT, "book", "on", "5/11/26", DATE),
    (Row.MOMENT, "book", "on", "", EMPTY),
    (Row.MOMENT, "book", "at", "24:00", "09:30"),
    (Row.MOMENT, "book", "at", "9:30", "09:30"),
    (Row.MOMENT, "book", "at", "2 pm", "09:30"),
    (Row.MOMENT, "book", "at", "٠٩:٣٠", "09:30"),
    (Row.MOMENT, "book", "at", "09:30+14:00", "09:30"),
    (Row.MOMENT, "complete", "on", "0001-01-01", "too long ago"),
    (Row.REPORT_DATE, "complete", "on", "2026-03-01", "before the operation"),
    (Row.REPORT_DATE, "complete", "on", "2026-05-02", "still to come"),
    # who
    (Row.MRN_VARIANT, "register edit", "mrn", "M/1", "letters"),
    (Row.MRN_VARIANT, "register", "mrn", "É1", "letters"),
    (Row.MRN_VARIANT, "register", "mrn", "\u200b", "letters"),
    (Row.MRN_VARIANT, "register", "mrn", "A" * 21, "1 to 20"),
    (Row.MRN_VARIANT, "register", "mrn", "A" * 41, "1 to 20"),
    (Row.MRN_VARIANT, "register", "mrn", "", EMPTY),
    (Row.MRN_TWICE, "register", "mrn", "M-1", "already in use"),
    (Row.MRN_TWICE, "register", "mrn", " m-1 ", "already in use"),
    (Row.MRN_TWICE, "register", "mrn", "Ｍ-１", "already in use"),
    (Row.MRN_TWICE, "register", "mrn", "M-1\u200b", "already in use"),
    (Row.MRN_TWICE, "register", "mrn", "M\u00a0-1", "already in use"),
    (Row.MRN_TWICE, "register", "mrn", "\u202eM-1", "already in use"),
    (Row.NAME, "register edit", "given_name", "   ", EMPTY),
    (Row.NAME, "register edit", "given_name", "\u200b", "at least one letter"),
    (Row.NAME, "register", "family_name", "\u202e\u202c", EMPTY),
    (Row.NAME, "register", "family_name", "---", "at least one letter"),
    (Row.NAME, "register", "family_name", "\u0301", "at least one letter"),
    (Row.LONG_TEXT, "register edit", "given_name", "A" * 121, "at most 120"),
    (Row.LONG_TEXT, "register", "email", f"{'a' * 250}@example.org", "254"),
    (Row.LONG_TEXT, "contact", "note", "x" * 2001, "at most 2000"),
    (Row.LONG_TEXT, "resolve", "note", "x" * 2001, "at most 18"),
    (Row.LONG_TEXT, "emergency", "safe_confirmed_by", "x" * 121, "at most 120"),
    (Row.LONG_TEXT, "surgery", "levels", "L4-L5," * 40, "at most 200"),
    (Row.LONG_TEXT, "note", "body", "x" * 10_001, "10,000 characters"),
    (Row.LONG_TEXT, "find", "q", "x" * 101, "at most 100"),
    # how to reach them
    (Row.MAIL_ADDRESS, "register edit", "email", "a@[127.0.0.1]", MAIL),
    (Row.MAIL_ADDRESS, "register", "email", '"<script>"@example.org', MAIL),
    (Row.MAIL_ADDRESS, "register", "email", '"a b"@example.org', MAIL),
    (Row.MAIL_ADDRESS, "register", "email", "a@example.org, b@example.org", MAIL),
    (Row.MAIL_ADDRESS, "register", "email", "a@example.org;b@example.org", MAIL),
    (Row.MAIL_ADDRESS, "register", "email", "Mary <mary@example.org>", MAIL),
    (Row.MAIL_ADDRESS, "register", "email", "mary", VALID),
    (Row.MAIL_ADDRESS, "register", "email", "mary@example", VALID),
    (Row.MAIL_ADDRESS, "register", "email", "marý@example.org", VALID),
    (Row.MAIL_ADDRESS, "register", "email", "mary@exa\u200bmple.org", MAIL),
    (Row.PHONE, "register edit", "phone", "+1 (555) 010;ext=1", PHONE),
    (Row.PHONE, "register", "phone", "911", PHONE),
    (Row.PHONE, "register", "phone", "1-800-FLOWERS", PHONE),
    (Row.PHONE, "register", "phone", "+1 900 555 0123", PHONE),
    (Row.PHONE, "register", "phone", "+979 123 456 789", PHONE),
    (Row.PHONE, "register", "phone", "+870 773 111 632", PHONE),
    (Row.PHONE, "register", "phone", "+999 123456789", PHONE),
    (Row.PHONE, "register", "sms", "２１２５５５０１２３", PHONE),
    (Row.PHONE, "register", "sms", "212 555 0123, 212 555 0124", PHONE),
    (Row.PHONE, "register", "sms", "0" * 5000, PHONE),
    # choices and records
    (Row.ID_BROKEN, "surgery correct", "surgeon", "x", CHOICE),
    (Row.ID_BROKEN, "surgery", "surgeon", "1.5", CHOICE),
    (Row.ID_BROKEN, "surgery", "supersedes", "-1", CHOICE),
    (Row.BIG_INTEGER, "surgery", "supersedes", "9" * 5000, CHOICE),
    (Row.BIG_INTEGER, "surgery", "surgeon", "9" * 18, CHOICE),
    (Row.ID_ODD, "surgery", "surgeon", "1_0", CHOICE),
    (Row.ID_ODD, "surgery", "surgeon", "١٢", CHOICE),
    (Row.ID_ODD, "resolve", "flags", ["1_0"], "no longer open"),
    (Row.ID_ODD, "resolve", "flags", ["١٢"], "no longer open"),
    (Row.ID_BROKEN, "resolve", "flags", ["x"], "no longer open"),
    (Row.ID_BROKEN, "resolve", "flags", ["1.5"], "no longer open"),
    (Row.ID_BROKEN, "resolve", "flags", [], "at least one flag"),
    (Row.BIG_INTEGER, "resolve", "flags", ["9" * 5000], "no longer open"),
    (Row.OTHER_CLINIC, "surgery", "supersedes", "<other_surgery>", CHOICE),
    (Row.OTHER_CLINIC, "surgery", "surgeon", "<other_case>", CHOICE),
    (Row.ID_BROKEN, "surgery correct", "region", "hip", CHOICE),
    (Row.ID_BROKEN, "surgery", "approach", "", EMPTY),
    (Row.ID_BROKEN, "surgery", "levels", "L9-S7", LEVELS),
    (Row.ID_BROKEN, "surgery", "levels", ",,,", EMPTY),
    (Row.ID_BROKEN, "surgery", "levels", "C3-C4", "do not fit"),
    (Row.ID_BROKEN, "register", "sex", "weiblich", CHOICE),
    (Row.ID_BROKEN, "register", "language", "tlh", CHOICE),
    (Row.ID_BROKEN, "register", "smoking", "often", CHOICE),
    (Row.ID_BROKEN, "status", "status", "asleep", CHOICE),
    (Row.ID_BROKEN, "contact", "method", "pigeon", CHOICE),
    (Row.ID_BROKEN, "contact", "outcome", "", "what happened"),
    (Row.ID_BROKEN, "resolve", "disposition", "cleared", CHOICE),
    (Row.ID_BROKEN, "resolve", "next_step", "nothing", CHOICE),
    (Row.ID_BROKEN, "emergency", "safe_confirmed_by", " ", "Say who confirmed"),
    (Row.ID_BROKEN, "find", "status", "asleep", CHOICE),
    (Row.NUL_FORM, "restrict", "reason", "Works here\x00 and asked", SHOWN),
    (Row.MAIL_HEADER, "restrict", "reason", "Works here\r\nBcc: all@example.org", "one line"),
    (Row.LONG_TEXT, "restrict", "reason", "x" * 201, "at most 200"),
    (Row.ID_BROKEN, "restrict", "reason", " ", EMPTY),
    (Row.ID_ODD, "restrict", "members", ["1_0"], CHOICE),
    (Row.ID_BROKEN, "restrict", "members", ["x"], CHOICE),
    (Row.BIG_INTEGER, "restrict", "members", ["9" * 5000], CHOICE),
    (Row.OTHER_CLINIC, "restrict", "members", ["999999999999999999"], CHOICE),
    (Row.DST, "book", "on+at", ("2027-03-14", "02:30"), "clocks are changed"),
    (Row.DST, "book", "on+at", ("2026-11-01", "01:30"), "clocks are changed"),
]


# Said only where everything else on the form is right.
ALONE = (
    "do not fit",
    "before the patient",
    "born",
    "year ahead",
    "more than a year",
    "120 years",
    "future",
    "Enter the",
)


def rounds() -> dict[tuple[str, int], list[tuple[str, Any, str]]]:
    """Return requests to try: each with one bad value in every field that has any left."""
    found: dict[tuple[str, int], list[tuple[str, Any, str]]] = {}
    for _, forms, field, typed, said in CASES:
        for form in forms.split():
            alone = "+" in field or said.startswith(ALONE) or said.endswith(ALONE)
            place = len(found) if alone else 0
            while any(alone or field == taken for taken, *_ in found.get((form, place), ())):
                place += 1
            found.setdefault((form, place), []).append((field, typed, said))
    return found


ROUNDS = rounds()


def each_case() -> list[Any]:
    return [
        pytest.param(form, place, *case, id=f"{form}-{case[0]}-{str(case[1])[:24]!a}")
        for (form, place), cases in ROUNDS.items()
        for case in cases
    ]


@pytest.mark.parametrize(("form", "place", "field", "typed", "said"), each_case())
def test_it_is_refused_in_words(world, form, place, field, typed, said):
    page = _answer(world, form, place)

    assert page.status_code == FORMS[form].refused
    name = field.split("+")[-1]
    assert any(said in text for text in page.problems.get(name, [])), page.problems
    assert name not in page.lost
    assert page.stored == world.as_made, "something was stored"


def _answer(world, form, place):
    """Send the request of a round once, for all of its cases."""
    if (form, place) not in world.answers:
        bad = {}
        for field, typed, _ in ROUNDS[form, place]:
            names = field.split("+")
            values = typed if len(names) > 1 else [typed]
            bad |= {n: _named(world, v) for n, v in zip(names, values, strict=True)}
        posted = filled(form, world, **bad)
        address = world.address(FORMS[form].address)
        page = world.browser(FORMS[form].role).post(address, posted)
        page.stored = stored()
        soup = BeautifulSoup(page.content, "html.parser", parse_only=SoupStrainer("main"))
        page.problems = _problems(soup)
        page.lost = _lost(soup, posted, address)
        world.answers[form, place] = page
    return world.answers[form, place]


def _named(world, value):
    return world.address(value) if isinstance(value, str) else value


def _problems(soup):
    """Return what the summary on top says, by the field that each line leads to."""
    found = {}
    for link in soup.select(".errsum a"):
        target = soup.find(id=link["href"][1:])
        if target is not None:
            found.setdefault(target.get("name"), []).append(link.get_text())
    return found


def _lost(soup, posted, address):
    """Return the fields of free text in which the page no longer shows what was typed."""
    lost = set()
    form = soup.find("form", action=address) or soup
    for name, typed in posted.items():
        box = form.select_one(f"[name='{name}']:not([type=radio]):not([type=checkbox])")
        if box is None or box.name == "select" or name == "version":
            continue
        shown = box.get_text() if box.name == "textarea" else box.get("value", "")
        if shown.strip() != str(typed).strip():
            lost.add(name)
    return lost


@pytest.mark.parametrize(
    "form", [name for name in FORMS if name not in {"find", "find_visit", "complete"}]
)
def test_the_same_form_filled_in_well_is_taken(world, form):
    page = world.browser(FORMS[form].role).post(
        world.address(FORMS[form].address), filled(form, world)
    )

    assert page.status_code == 302


# Taken as written: nothing that only looks dangerous is refused

TAKEN: list[tuple[Row, str, str, Any]] = [
    (Row.XSS, "register", "given_name", "<script>alert(1)</script>"),
    (Row.XSS, "register", "family_name", '" onmouseover="alert(1)'),
    (Row.XSS, "contact", "note", "<img src=x onerror=alert(1)>"),
    (Row.XSS, "snooze", "reason", "<script>alert(1)</script>"),
    (Row.CSV_FORMULA, "register", "family_name", "=cmd|calc!A0"),
    (Row.CSV_FORMULA, "contact", "note", "+1+1"),
    (Row.WILDCARD, "find", "q", "%"),
    (Row.WILDCARD, "find", "q", "_"),
    (Row.WILDCARD, "find", "q", "\\"),
    (Row.REGEX, "find", "q", "("),
    (Row.REGEX, "find", "q", "["),
    (Row.REGEX, "find", "q", ".*"),
    (Row.MAIL_ADDRESS, "register", "email", "mary@xn--bcher-kva.example"),
    (Row.PHONE, "register", "phone", "\u202a+1 (212) 555-0123\u202c"),
    (Row.NAME, "register", "given_name", "Zoe\u0308"),
    (Row.NAME, "register", "given_name", "Ada\u202e"),
    (Row.LONG_TEXT, "contact", "note", "x" * 2000),
    (Row.LONG_TEXT, "note", "body", "x" * 10_000),
    (Row.XSS, "note", "body", "<script>alert(1)</script>"),
    (Row.ID_BROKEN, "contact", "note", "'; DROP TABLE staff_user; --"),
]


@pytest.mark.parametrize(("row", "form", "field", "typed"), TAKEN)
def test_what_only_looks_dangerous_is_taken(world, row, form, field, typed):
    posted = filled(form, world, **{field: typed})

    page = world.browser().post(world.address(FORMS[form].address), posted)

    assert page.status_code == (200 if form == "find" else 302)
    assert b"Hopper" not in page.content


@pytest.mark.parametrize("form", ["register", "contact"])
def test_bytes_that_are_no_text_are_taken_and_pointed_out(world, form):
    field = "given_name" if form == "register" else "note"
    body = "&".join(f"{name}={value}" for name, value in filled(form, world).items())
    body = body.replace(f"{field}=", f"{field}=Zo%EB").replace("(212) 555-0123", "")
    browser = world.browser()
    address = world.address(FORMS[form].address)

    page = browser.post(address, body, content_type="application/x-www-form-urlencoded")

    assert page.status_code == 302
    assert "stands as “\ufffd”" in browser.get(page.url).text
