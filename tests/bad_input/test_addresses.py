"""Addresses, queries, headers and bodies: what cannot be meant is refused before it is stored."""

import gzip
import json
from typing import Any

import pytest

from followups.models import ContactAttempt
from tests.bad_input.forms import FORMS, filled
from tests.bad_input.rows import Row

LONG = "9" * 5000

# kind, who asks, address, status
ASKED: list[tuple[Row, str, str, int]] = [
    (Row.NUL_QUERY, "nurse", "/queue/?view=%00", 400),
    (Row.NUL_QUERY, "nurse", "/queue/?after=1%00", 400),
    (Row.NUL_QUERY, "nurse", "/patients/?status=%00", 400),
    (Row.NUL_QUERY, "nurse", "/patients/?after=%00", 400),
    (Row.NUL_QUERY, "nurse", "/patients/<patient>/?show=%00", 400),
    (Row.NUL_QUERY, "nurse", "/patients/<patient>/?surgery=%00", 400),
    (Row.NUL_QUERY, "nurse", "/patients/%00/", 400),
    (Row.NUL_QUERY, "nurse", "/queue/case/<case>%00/", 400),
    (Row.NUL_QUERY, "nurse", "/%1b/", 400),
    (Row.NUL_QUERY, "nobody", "/c/%00/", 400),
    (Row.NUL_QUERY, "nobody", "/c/end/thanks/?about=%00", 400),
    (Row.NUL_QUERY, "nobody", "/signin/?next=%00", 400),
    (Row.NUL_QUERY, "nobody", "/signin/?next=/%0d%0aSet-Cookie:x=1", 400),
    (Row.ID_BROKEN, "nurse", "/patients/abc/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/1.5/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/-1/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/0/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/999999999999999999/", 404),
    (Row.ID_BROKEN, "nurse", f"/patients/{LONG}/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/<patient>/surgery/0/edit/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/<patient>/visit/999999999999999999/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/0/visit/<visit>/", 404),
    (Row.ID_BROKEN, "nurse", "/patients/<patient>/?surgery=", 404),
    (Row.ID_BROKEN, "nurse", "/patients/<patient>/?surgery=abc", 404),
    (Row.ID_BROKEN, "nurse", "/patients/<patient>/?surgery=1.5", 404),
    (Row.ID_BROKEN, "nurse", f"/patients/<patient>/?surgery={LONG}", 404),
    (Row.ID_BROKEN, "nurse", "/queue/case/0/", 404),
    (Row.ID_BROKEN, "nurse", "/queue/case/x/contact/", 404),
    (Row.ID_BROKEN, "nurse", f"/queue/case/{LONG}/resolve/", 404),
    (Row.ID_ODD, "nurse", "/patients/1_0/", 404),
    (Row.ID_ODD, "nurse", "/patients/%D9%A1%D9%A2/", 404),
    (Row.ID_ODD, "nurse", "/patients/%EF%BC%91/", 404),
    (Row.ID_ODD, "nurse", "/patients/+1/", 404),
    (Row.ID_ODD, "nurse", "/patients/0x1/", 404),
    (Row.ID_ODD, "nurse", "/queue/case/1_0/", 404),
    (Row.ID_ODD, "nurse", "/patients/<patient>/?surgery=1_0", 404),
    (Row.ID_ODD, "nurse", "/patients/<patient>/?surgery=%D9%A1", 404),
    (Row.ID_ODD, "root", "/admin/patients/patient/<patient>_0/change/", 302),
    (Row.ID_ODD, "root", "/admin/patients/patient/%D9%A1/change/", 302),
    (Row.ID_ODD, "root", "/admin/patients/patient/+<patient>/change/", 302),
    (Row.ID_ODD, "root", "/admin/patients/patient/?clinic__id__exact=1_0", 400),
    (Row.ID_ODD, "root", "/admin/patients/patient/?clinic__id__exact=%D9%A1", 400),
    (Row.BIG_INTEGER, "root", f"/admin/patients/patient/{LONG}/change/", 302),
    (Row.BIG_INTEGER, "root", f"/admin/patients/patient/?clinic__id__exact={LONG}", 400),
    (Row.BIG_INTEGER, "root", f"/admin/patients/patient/?p={LONG}", 200),
    (Row.DATE_FILTER, "root", "/admin/patients/patient/?created_at__gte=2026-02-30", 302),
    (Row.DATE_FILTER, "root", "/admin/patients/patient/?created_at__gte=", 400),
    (Row.DATE_FILTER, "root", "/admin/patients/patient/?created_at__lt=99999-01-01", 400),
    (Row.DATE_FILTER, "root", "/admin/followups/checkin/?due_on__month=13", 400),
    (Row.DATE_FILTER, "root", "/admin/followups/checkin/?due_on__day=0", 400),
    (Row.DATE_FILTER, "root", "/admin/followups/checkin/?due_on__year=2026&due_on__day=x", 400),
    (Row.YEAR_FILTER, "root", "/admin/patients/patient/?created_at__year=0", 400),
    (Row.YEAR_FILTER, "root", "/admin/patients/patient/?created_at__year=10000", 400),
    (Row.YEAR_FILTER, "root", "/admin/patients/patient/?created_at__year=x", 400),
    (Row.YEAR_FILTER, "root", "/admin/patients/patient/?created_at__year=99999999999999", 400),
    (Row.YEAR_FILTER, "root", "/admin/patients/patient/?created_at__year=%D9%A2026", 400),
    (Row.ORDER_BY, "root", "/admin/patients/patient/?o=nope", 200),
    (Row.ORDER_BY, "root", "/admin/patients/patient/?o=99.-1.x", 200),
    (Row.ORDER_BY, "root", "/admin/patients/patient/?o=?", 200),
    (Row.ORDER_BY, "nurse", "/patients/?o=clinic__name", 200),
    (Row.ORDER_BY, "nurse", "/queue/?order_by=?", 200),
    (Row.LOOKUP, "root", "/admin/patients/patient/?clinic__name__startswith=A", 400),
    (Row.LOOKUP, "root", "/admin/patients/patient/?family_name__startswith=H", 400),
    (Row.LOOKUP, "root", "/admin/staff/user/?password__startswith=a", 400),
    (Row.LOOKUP, "nurse", "/patients/?clinic__name__startswith=A", 200),
    (Row.LOOKUP, "nurse", "/queue/?clinic=<other_clinic>", 200),
    (Row.LOOKUP, "nurse", "/queue/?_connector=OR", 200),
    (Row.REGEX, "root", "/admin/patients/patient/?q=(", 200),
    (Row.REGEX, "root", "/admin/patients/patient/?mrn__regex=(", 400),
    (Row.WILDCARD, "root", "/admin/patients/patient/?q=%25", 200),
    (Row.WILDCARD, "root", "/admin/patients/patient/?q=_", 200),
    (Row.WILDCARD, "root", "/admin/patients/patient/?q=%5C", 200),
    (Row.PAGE, "nurse", "/patients/?page=-1", 200),
    (Row.PAGE, "nurse", "/patients/?after=-1", 400),
    (Row.PAGE, "nurse", "/patients/?after=1e3", 400),
    (Row.PAGE, "nurse", "/patients/?after=%D9%A1", 400),
    (Row.PAGE, "nurse", f"/patients/?after={10**21}", 400),
    (Row.PAGE, "nurse", "/patients/?after=0", 404),
    (Row.PAGE, "nurse", "/patients/?after=<other_patient>", 404),
    (Row.PAGE, "nurse", "/queue/?after=-1", 200),
    (Row.PAGE, "nurse", "/queue/?after=1e3", 200),
    (Row.PAGE, "nurse", "/queue/?page=-1", 200),
    (Row.PAGE, "nurse", "/queue/changes/?since=-1&after=x&view=everything", 200),
    (Row.NUL_QUERY, "nurse", "/queue/changes/?since=%00", 400),
    (Row.PAGE, "nurse", f"/queue/?after={10**21}", 200),
    (Row.PAGE, "nurse", "/queue/?after=%D9%A1-0-0-0-0-0-0-1", 200),
    (Row.PAGE, "nurse", "/queue/?after=4-1-4-99-9-99999999999999999-99-999999999999999999", 200),
    (Row.PAGE, "nurse", "/queue/?view=everything", 200),
    (Row.PAGE, "nurse", "/queue/?severity=5&family=soul", 200),
    (Row.PAGE, "nurse", "/queue/?severity=urgent&severity=x", 200),
    (Row.PAGE, "nurse", "/patients/<patient>/?columns=none&show=everything", 200),
    (Row.PAGE, "root", "/admin/patients/patient/?p=-1", 200),
    (Row.PAGE, "root", "/admin/patients/patient/?p=1e3", 200),
    (Row.PREFILL, "root", "/admin/patients/imagingstudy/add/?resulted_at=x", 200),
    (Row.PREFILL, "root", "/admin/patients/instrumentscore/add/?recorded_at=9999-99-99", 200),
    (Row.PREFILL, "root", "/admin/patients/patient/add/?date_of_birth=2/3/68", 200),
    (Row.PREFILL, "administrator", "/admin/staff/user/add/?is_superuser=1&clinic=x", 200),
    (Row.PREFILL, "nurse", "/patients/new/?mrn=X&date_of_birth=x", 200),
    (Row.OTHER_CLINIC, "nurse", "/patients/<other_patient>/", 404),
    (Row.OTHER_CLINIC, "nurse", "/patients/<other_patient>/edit/", 404),
    (Row.OTHER_CLINIC, "nurse", "/patients/<patient>/surgery/<other_surgery>/edit/", 404),
    (Row.OTHER_CLINIC, "nurse", "/patients/<other_patient>/visit/<visit>/", 404),
    (Row.OTHER_CLINIC, "nurse", "/patients/<patient>/?surgery=<other_surgery>", 404),
    (Row.OTHER_CLINIC, "nurse", "/queue/case/<other_case>/", 404),
    (Row.OTHER_CLINIC, "nurse", "/queue/case/<other_case>/resolve/", 404),
    (Row.OTHER_CLINIC, "nurse", "/queue/case/<other_case>/snooze/", 404),
    (Row.OTHER_CLINIC, "administrator", "/admin/staff/clinic/<other_clinic>/change/", 302),
    (Row.ID_BROKEN, "nobody", "/c/x/", 404),
    (Row.ID_BROKEN, "nobody", f"/c/{LONG}/", 404),
    (Row.ID_BROKEN, "nobody", "/c/%D9%A1/", 404),
    (Row.ID_BROKEN, "nobody", "/c/<link>x/", 404),
    (Row.ID_BROKEN, "nobody", "/c/end/nowhere/?about=x", 410),
    (Row.ID_BROKEN, "nobody", "/c/end/thanks/", 410),
    (Row.ID_BROKEN, "nobody", "/c/end/thanks/?about=x:y:z", 410),
    (Row.ID_BROKEN, "nobody", f"/c/end/thanks/?about={LONG}", 410),
]


@pytest.mark.parametrize(("row", "role", "address", "status"), ASKED)
def test_an_address_nobody_could_mean(world, row, role, address, status):
    page = world.browser(role).get(world.address(address))

    assert page.status_code == status
    is_part = "/queue/changes/" in address  # what a page asks for by itself
    assert page.status_code == 302 or is_part or b"</html>" in page.content


@pytest.mark.parametrize(
    "query", ["view=everything", "severity=5", "family=soul", "after=-1", f"after={10**21}"]
)
def test_what_the_queue_does_not_know_is_left_out_and_said(world, query):
    page = world.browser().get(f"/queue/?{query}")

    assert "was left out" in page.text
    assert "Hopper" in page.text


@pytest.mark.parametrize(
    "address",
    [address for _, role, address, status in ASKED if role == "root" and status == 302],
)
def test_the_admin_says_so_where_it_leads_back(world, address):
    page = world.browser("root").get(world.address(address), follow=True)

    assert page.status_code == 200
    assert "?e=1" in page.redirect_chain[0][0] or "doesn’t exist" in page.text


def test_another_clinics_record_and_none_at_all_look_the_same(world):
    browser = world.browser()
    for address in ("/patients/{}/", "/patients/{}/edit/", "/queue/case/{}/"):
        other = world.address("<other_case>" if "case" in address else "<other_patient>")
        theirs = browser.get(address.format(other))
        nobodys = browser.get(address.format(10**17))
        assert (theirs.status_code, theirs.content) == (404, nobodys.content)


# Bodies

FORM = "application/x-www-form-urlencoded"
MANY = "&".join(f"a{number}=" for number in range(1001))
BODIES: list[tuple[Row, str, Any, dict[str, str], set[int]]] = [
    (Row.BODY_SIZE, FORM, "note=" + "x" * 2_700_000, {}, {413}),
    (Row.BODY_SIZE, FORM, MANY, {}, {400, 413}),
    (Row.COMPRESSED, FORM, gzip.compress(b"note=x"), {"Content-Encoding": "gzip"}, {415}),
    (Row.COMPRESSED, "application/gzip", gzip.compress(b"note=x"), {}, {415}),
    (Row.CONTENT_TYPE, f"{FORM}; charset=utf-7", "note=x", {}, {400, 415}),
    (Row.CONTENT_TYPE, f"{FORM}; charset=utf-16", "note=x", {}, {400, 415}),
    (Row.CONTENT_TYPE, "multipart/form-data", "--x", {}, {400, 415}),
    (Row.CONTENT_TYPE, "multipart/form-data; boundary=", "--x", {}, {400, 415}),
    (Row.CONTENT_TYPE, "text/plain", "note=x", {}, {415}),
    (Row.CONTENT_TYPE, "text/xml", "<note/>", {}, {415}),
    (Row.JSON_VALUES, "application/json", '{"note": "\\u0000"}', {}, {415}),
    (Row.JSON_VALUES, "application/json", '{"note": "\\ud800"}', {}, {415}),
    (Row.JSON_VALUES, "application/json", '{"score": NaN}', {}, {415}),
    (Row.JSON_VALUES, "application/json", '{"score": 1e999}', {}, {415}),
    (Row.JSON_DEPTH, "application/json", "[" * 5000 + "]" * 5000, {}, {415}),
    (Row.JSON_TOP, "application/json", "[1]", {}, {415}),
    (Row.JSON_TOP, "application/json", "null", {}, {415}),
    (Row.JSON_TWICE, "application/json", '{"note": 1, "note": 2}', {}, {415}),
    (Row.JSON_ENCODING, "application/json; charset=utf-16", "{}".encode("utf-16"), {}, {415}),
    (Row.FHIR_IMPORT, "application/fhir+json", '{"resourceType": "Bundle"}', {}, {415}),
]
TARGETS = ("/queue/case/<case>/contact/", "/c/<link>/")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("row", "content_type", "body", "headers", "statuses"),
    BODIES,
    ids=[f"{row.name}-{number}" for number, (row, *_) in enumerate(BODIES)],
)
@pytest.mark.usefixtures("untouched")
def test_a_body_that_is_no_form(world, target, row, content_type, body, headers, statuses):
    browser = world.browser("nobody" if target.startswith("/c/") else "nurse")
    sent = body if isinstance(body, bytes) else body.encode()
    page = browser.generic("POST", world.address(target), sent, content_type, headers=headers)

    assert page.status_code in statuses
    assert b"</html>" in page.content


def test_no_address_reads_json(world):
    for name in FORMS:
        body = json.dumps(filled(name, world))
        address = world.address(FORMS[name].address)
        page = world.browser().post(address, body, content_type="application/json")
        assert page.status_code == 415, address


def test_a_charset_nobody_knows_is_read_as_the_one_we_use(world):
    address = world.address(FORMS["contact"].address)
    body = b"method=phone&outcome=no_answer&note=Zo%C3%AB"
    page = world.browser().generic("POST", address, body, f"{FORM}; charset=bogus")

    assert page.status_code in {302, 400, 415}
    notes = set(ContactAttempt.objects.values_list("note", flat=True))
    assert notes <= {"", "Zoë"}


HOSTS = ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b", "x" * 300]


@pytest.mark.parametrize("host", [*HOSTS, "testserver,evil.example", "[::1", "testserver:x"])
def test_a_host_that_is_not_ours_is_refused(world, host):
    page = world.browser().get("/queue/", headers={"Host": host})

    assert page.status_code == 400
    assert b"evil" not in page.content


@pytest.mark.parametrize("forwarded", ["evil.example", "testserver, evil.example"])
def test_a_forwarded_host_changes_no_link(world, forwarded):
    page = world.browser("nobody").get("/queue/", headers={"X-Forwarded-Host": forwarded})

    assert page.status_code == 302
    assert "evil" not in page.url


COOKIES: list[tuple[str, int]] = [
    ("x" * 5000, 302),
    ("%00", 400),
    ("../../etc/passwd", 302),
    ("", 302),
]


@pytest.mark.parametrize(("value", "status"), COOKIES)
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_a_broken_cookie_is_a_visit_by_a_stranger(world, settings, name, value, status):
    browser = world.browser("nobody")
    browser.cookies[settings.SESSION_COOKIE_NAME if name == "sessionid" else name] = value

    assert browser.get("/queue/").status_code == status


ELSEWHERE = ["//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example"]


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, "https:evil.example", "/\t/evil.example"])
@pytest.mark.parametrize("address", ["/signin/", "/admin/login/"])
def test_nobody_is_led_elsewhere(world, address, elsewhere):
    """Signed in already, asked to be led on: the next page is ours."""
    page = world.browser("root").get(address, {"next": elsewhere})

    assert page.status_code in {200, 302, 400, 403}
    assert "evil" not in page.headers.get("Location", "")
    assert "javascript:" not in page.headers.get("Location", "")


@pytest.mark.parametrize("page", ["http://[", "javascript:x", "%", "http://testserver:x/", ""])
def test_a_page_htmx_cannot_have_asked_from_is_no_page(world, page):
    headers = {"HX-Request": "true", "HX-Current-URL": page}

    answer = world.browser("nobody").post("/queue/case/1/claim/", headers=headers)

    assert answer.status_code in {302, 401}
    assert "javascript" not in str(answer.headers)
