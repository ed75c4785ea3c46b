"""Two people at one record, and one person pressing twice: nothing is lost, nothing doubled."""

import pytest
from bs4 import BeautifulSoup

from followups.models import CheckIn, ContactAttempt, Flag, Visit
from patients import services as records
from patients.models import ImagingStudy, Patient, Surgery
from tests.bad_input.forms import FORMS, filled
from tests.bad_input.rows import Row

ROWS = {Row.STALE}
COLLEAGUE = {"edit": "given_name", "correct": "levels", "status": "status"}


def open_page(world, form, role="nurse"):
    """Return what the form on the page would send as it stands."""
    page = world.browser(role).get(world.address(FORMS[form].address))
    soup = BeautifulSoup(page.content, "html.parser")
    return {"seen": soup.find("input", attrs={"name": "seen"})["value"]}


def send(world, form, role="nurse", **typed):
    address = world.address(FORMS[form].address)
    return world.browser(role).post(address, filled(form, world, **typed))


def test_a_record_a_colleague_changed_is_not_overwritten(world):
    mine = open_page(world, "edit")
    send(world, "edit", "surgeon", given_name="Rear", **open_page(world, "edit", "surgeon"))

    page = send(world, "edit", given_name="Amazing", bmi="30", **mine)

    patient = Patient.objects.get(pk=world.patient.pk)
    assert page.status_code == 409
    assert patient.given_name == "Rear"
    assert "a colleague changed this record" in page.text
    assert "Given name: On record now: Rear." in page.text
    assert 'value="Amazing"' in page.text


def test_whoever_has_seen_both_may_save(world):
    mine = open_page(world, "edit")
    send(world, "edit", "surgeon", given_name="Rear", **open_page(world, "edit", "surgeon"))
    page = send(world, "edit", given_name="Amazing", **mine)
    seen = BeautifulSoup(page.content, "html.parser").find("input", attrs={"name": "seen"})

    again = send(world, "edit", given_name="Amazing", seen=seen["value"])

    assert again.status_code == 302
    assert Patient.objects.get(pk=world.patient.pk).given_name == "Amazing"


def test_an_operation_a_colleague_corrected_is_not_overwritten(world):
    mine = open_page(world, "correct")
    send(world, "correct", "surgeon", levels="L5-S1", **open_page(world, "correct"))

    page = send(world, "correct", levels="L3-S1", **mine)

    assert page.status_code == 409
    assert "On record now: L5-S1." in page.text
    assert Surgery.objects.get(pk=world.surgery.pk).levels == ["L5-S1"]


def test_a_status_a_colleague_changed_is_not_overwritten(world):
    mine = open_page(world, "status")
    send(world, "status", "surgeon", **open_page(world, "status"))

    page = send(world, "status", status="deceased", **mine)

    assert page.status_code == 409
    assert "On record now: Withdrew from follow-up" in page.text
    assert Patient.objects.get(pk=world.patient.pk).status == "withdrawn"


def test_a_change_elsewhere_in_the_record_is_in_nobodys_way(world):
    mine = open_page(world, "edit")
    records.set_status(world.patient, status="withdrawn", since=world.patient.date_of_birth)

    assert send(world, "edit", **mine).status_code == 302
    world.patient.refresh_from_db()


@pytest.mark.parametrize("version", ["0", "-1", "1_0", "x", "", "9" * 5000, "\x00"])
@pytest.mark.usefixtures("untouched")
def test_a_case_is_resolved_only_as_it_was_seen(world, version):
    page = send(world, "resolve", version=version, note="My words.")

    assert page.status_code == 409
    assert "nothing of yours was saved" in page.text
    assert "My words." in page.text


def test_a_visit_a_colleague_completed_is_not_booked(world):
    send(world, "complete", "surgeon")

    page = send(world, "book")

    assert page.status_code == 409
    assert "a colleague was first" in page.text


def test_a_case_a_colleague_owns_is_not_claimed(world):
    address = world.address("/queue/case/<case>/claim/")
    assert world.browser("surgeon").post(address).status_code == 302
    assert world.browser().post(address).status_code == 409


# form, how often it may succeed, what a second press is answered with
TWICE = [
    ("register", Patient, 1, 422),
    ("surgery", Surgery, 1, 422),
    ("contact", ContactAttempt, 1, 302),
    ("resolve", None, 0, 302),
    ("book", None, 0, 302),
    ("complete", None, 0, 409),
    ("snooze", None, 0, 409),
    ("hand_over", None, 0, 409),
    ("pin", None, 0, 409),
    ("imaging", ImagingStudy, 1, 409),
]


@pytest.mark.parametrize(("form", "model", "made", "status"), TWICE)
def test_the_second_press_changes_nothing(world, form, model, made, status):
    before = model.objects.count() if model else 0

    first, second = send(world, form), send(world, form)

    assert (first.status_code, second.status_code) == (302, status)
    assert (model.objects.count() if model else 0) == before + made
    assert Flag.objects.filter(pk=world.flag.pk, closed_at=None).exists() == (form != "resolve")


STEPS = [
    ("/queue/case/<case>/claim/", 302),
    ("/queue/case/<case>/release/", 302),
    ("/queue/case/<case>/acknowledge/", 302),
    ("/patients/<patient>/surgery/<surgery>/ask/", 302),
    ("/patients/<patient>/check-in/<check_in>/unlock/", 302),
    ("/patients/<patient>/visit/<booked>/cancel/", 302),
]


@pytest.mark.parametrize(("address", "status"), STEPS)
def test_a_step_taken_twice_is_taken_once(world, address, status):
    browser, seen = world.browser(), {"version": world.case.version, "reason": "patient"}
    assert browser.post(world.address(address), seen).status_code == 302
    once = (CheckIn.objects.count(), Visit.objects.get(pk=world.booked.pk).no_show_at)

    assert browser.post(world.address(address), seen).status_code == status
    assert (CheckIn.objects.count(), Visit.objects.get(pk=world.booked.pk).no_show_at) == once
