"""A check-in from the link to the ending, as a patient without scripts or cookies sees it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from followups.choices import CheckInKind, Family, Severity
from followups.models import CheckIn, Flag, Reminder
from followups.questionnaire import VERSION
from patients.models import SymptomReport
from patients.services import record_risks
from tests.factories import answer, at, make_check_in, make_patient, make_surgery
from tests.followups.forms.test_check_in import BAD_REST, BAD_SAFETY
from tests.followups.views.answering import REST, SAFE, SAFE_NECK, Patient, parts

pytestmark = pytest.mark.django_db

FORBIDDEN = ("normal", "on track", "all is well", "you are fine", "healthy", "✓", "✔")


@pytest.fixture
def clock(monkeypatch):
    """Set the time of day: noon of postoperative day 3 unless a test moves it."""

    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(at(3))
    return set_to


@pytest.fixture
def check_in(clock):
    return make_check_in(day=3)


@pytest.fixture
def patient(check_in):
    return Patient.with_link_to(check_in)


def report_of(check_in):
    check_in.refresh_from_db()
    return check_in.report


# The way through


def test_from_the_link_to_thanks(patient, check_in):
    patient.open()
    assert patient.page.status_code == 200
    patient.send(parts())
    assert patient.heading == "First, your safety"
    patient.send(SAFE)
    assert patient.heading == "How you have been"
    patient.send(REST | {"message": "Sleeping better."})
    patient.follow()

    assert patient.heading == "Thank you"
    assert "Your answers were saved on March 5, 2026, 12:00 PM" in patient.text
    assert "not a medical opinion and nobody may have read it yet" in patient.text
    report = report_of(check_in)
    assert report.is_complete
    assert report.questionnaire_version == VERSION
    assert (report.pain_back, report.pain_leg, report.func) == (3, 0, 1)
    assert report.saddle is report.bladder is report.chest is report.fever is False
    assert report.wound == []
    assert report.gic == "better"
    assert report.message == "Sleeping better."


def test_what_was_not_asked_is_null(patient, check_in):
    patient.start().send(SAFE).send(REST)

    report = report_of(check_in)
    for item in ("pain_neck", "pain_arm", "gait_hand", "instab", "swallow", "nicotine", "temp_c"):
        assert getattr(report, item) is None
    for item in ("limb_side", "numb_side", "numb_site", "over_rx", "weak_side", "weak_severe"):
        assert getattr(report, item) is None


def test_every_follow_up_question_is_stored(patient, check_in):
    patient.start()
    patient.send(
        SAFE
        | {
            "weak": "worse",
            "weak_side": "left",
            "weak_severe": "no",
            "weak_rapid": "no",
            "temp_c": "99.5",
        }
    )
    patient.send(
        REST
        | {
            "pain_leg": "10",
            "limb_side": "left",
            "pain_quality": ["sharp", "burning"],
            "numb": "new",
            "numb_site": ["leg", "foot"],
            "numb_side": "left",
            "numb_kind": ["tingling"],
            "opioid": "daily",
            "med_change": "more",
            "over_rx": "no",
        }
    )

    report = report_of(check_in)
    assert (report.weak, report.weak_side) == ("worse", "left")
    assert report.weak_severe is report.weak_rapid is report.over_rx is False
    assert report.temp_c == Decimal("37.5")
    assert (report.pain_leg, report.limb_side) == (10, "left")
    assert report.pain_quality == ["sharp", "burning"]
    assert (report.numb, report.numb_site, report.numb_side) == ("new", ["leg", "foot"], "left")
    assert report.numb_kind == ["tingling"]
    assert (report.opioid, report.med_change) == ("daily", "more")


def test_not_being_able_to_lift_the_foot_is_stored_as_severe(patient, check_in):
    patient.start().send(
        SAFE | {"weak": "new", "weak_side": "left", "weak_severe": "yes", "weak_rapid": "no"}
    )

    assert SymptomReport.objects.get().weak_severe is True


def test_answers_that_another_answer_made_pointless_are_dropped(patient, check_in):
    patient.start()
    patient.send(SAFE | {"weak_side": "both", "weak_severe": "yes", "weak_rapid": "rubbish"})
    patient.send(REST | {"limb_side": "left", "over_rx": "yes", "numb_side": "both"})

    report = report_of(check_in)
    assert report.weak_side is report.weak_severe is report.weak_rapid is None
    assert report.limb_side is report.over_rx is report.numb_side is None


def test_neck_surgery_is_asked_about_neck_hands_and_swallowing(clock):
    surgery = make_surgery(region="cervical", approach="ACDF", levels=["C5-C6"])
    record_risks(surgery.patient, facts={"smoking": "current"}, recorded_on=at(0).date())
    check_in = make_check_in(surgery, day=3)
    patient = Patient.with_link_to(check_in).start().send(SAFE_NECK)
    neck = {item: value for item, value in REST.items() if not item.startswith("pain")}
    patient.send(neck | {"pain_neck": "4", "pain_arm": "0", "swallow": "mild", "nicotine": "yes"})

    report = report_of(check_in)
    assert (report.pain_neck, report.pain_arm, report.pain_back) == (4, 0, None)
    assert (report.swallow, report.nicotine, report.gait_hand) == ("mild", True, False)


def test_going_back_keeps_the_answers_of_both_pages(patient, check_in):
    patient.start().send(SAFE | {"temp_c": "37.2"})
    patient.send(REST | {"back": "1", "message": "Wait"})

    assert patient.heading == "First, your safety"
    assert patient.page.status_code == 200
    assert patient.soup.select_one("input[name=weak][value=none]").has_attr("checked")
    assert patient.soup.select_one("input[name=temp_c]")["value"] == "37.2"
    patient.send(SAFE | {"temp_c": "37.4"})
    assert patient.soup.textarea.get_text().removeprefix("\n") == "Wait"
    assert patient.soup.select_one("input[name=pain_back][value='3']").has_attr("checked")
    patient.send(REST | {"message": "Done"})

    report = report_of(check_in)
    assert (report.temp_c, report.message) == (Decimal("37.4"), "Done")


def test_no_answer_is_preset(patient):
    patient.start()
    assert not patient.soup.select("[checked]")
    patient.send(SAFE)
    assert not patient.soup.select("[checked]")
    assert len(patient.soup.select("input[name=pain_back]")) == 11


def test_two_tabs_work_on_their_own(patient, check_in):
    other = patient.another_tab()
    patient.start().send(SAFE)
    other.start().send(SAFE | {"temp_c": "36.6"})
    other.send(REST)
    patient.send(REST)

    assert other.follow().heading == "Thank you"
    assert patient.page.status_code == 200
    assert patient.heading == "We already have your answers"
    assert report_of(check_in).temp_c == Decimal("36.6")


def test_no_page_sets_a_cookie_or_needs_one(patient):
    for page in (patient.open(), patient.send(parts()), patient.send(SAFE), patient.send(REST)):
        assert not page.page.cookies
        page.client.cookies.clear()

    assert patient.page.status_code == 303


def test_what_was_asked_stays_asked_past_midnight(clock, patient, check_in):
    clock(at(3, 23, 59))
    patient.start()
    check_in.surgery.restriction_end_pod = 3
    check_in.surgery.save()
    clock(at(4, 0, 5))
    patient.send(SAFE)

    assert patient.soup.select("[name=adh]")


# Emergencies


EMERGENCY = {"since_surgery": ["saddle", "bladder"]}


def test_an_emergency_is_answered_at_once_and_stored_at_once(patient, check_in):
    patient.start().send(SAFE | EMERGENCY)

    assert patient.page.status_code == 200
    assert patient.heading == "Call 911 now"
    assert patient.soup.select_one(".stop a[href='tel:911']")
    assert "Tell them you had spine surgery. Do not wait for us to call." in patient.text
    assert "We have also told the team, but they may not see this straight away." in patient.text
    report = SymptomReport.objects.get()
    assert not report.is_complete
    assert (report.saddle, report.bladder, report.bowel) == (True, True, False)
    assert report_of(check_in) is None
    flag = Flag.objects.get(family=Family.CORD)
    assert flag.severity == Severity.EMERGENCY


def test_an_emergency_comes_before_answers_that_are_missing(patient):
    patient.start().send({"since_surgery": "saddle", "temp_c": "warm"})

    assert patient.heading == "Call 911 now"
    report = SymptomReport.objects.get()
    assert report.saddle is True
    assert report.chest is report.weak is report.temp_c is None


def test_after_the_emergency_page_the_other_questions_can_be_answered(patient, check_in):
    patient.start().send(SAFE | EMERGENCY)
    patient.send()
    assert patient.heading == "How you have been"
    patient.send(REST)
    patient.follow()

    assert patient.heading == "Call 911 now"
    assert report_of(check_in).saddle is True
    assert SymptomReport.objects.count() == 2


def test_after_the_emergency_page_missing_answers_are_asked_for(patient):
    patient.start().send({"since_surgery": "saddle"})
    patient.send()

    assert patient.page.status_code == 422
    assert patient.heading == "First, your safety"
    assert "right_now" in patient.errors()
    assert patient.soup.select_one("input[value=saddle]").has_attr("checked")


def test_loading_the_emergency_page_again_stores_nothing_new(patient):
    patient.start()
    sent = patient.hidden() | SAFE | EMERGENCY
    for _ in range(3):
        patient.page = patient.client.post(patient.address, sent)

    assert patient.heading == "Call 911 now"
    assert SymptomReport.objects.count() == 1


def test_a_further_sign_after_going_back_is_stored_too(patient):
    patient.start()
    sent = patient.hidden() | SAFE
    patient.client.post(patient.address, sent | {"right_now": "chest"})
    patient.client.post(patient.address, sent | {"right_now": ["chest", "unwell"]})

    assert SymptomReport.objects.filter(chest=True, is_complete=False).count() == 2
    assert SymptomReport.objects.filter(unwell=True).count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"right_now": "chest"},
        {"right_now": "airway"},
        {"right_now": "unwell"},
        {"right_now": "unwell", "signs": "fever"},
        {"right_now": "unwell", "temp_c": "38.0"},
        {"weak": "new", "weak_side": "both", "weak_severe": "no", "weak_rapid": "no"},
        {"weak": "worse", "weak_side": "left", "weak_severe": "yes", "weak_rapid": "no"},
        {"weak": "worse", "weak_side": "left", "weak_severe": "no", "weak_rapid": "yes"},
    ],
)
def test_every_kind_of_emergency_shows_the_emergency_page(patient, told):
    patient.start().send(SAFE | told)

    assert patient.heading == "Call 911 now"
    assert SymptomReport.objects.count() == 1


def test_the_emergency_page_tells_nobody_whose_it_is(patient, check_in):
    patient.start().send(SAFE | EMERGENCY)

    assert "March" not in patient.text
    assert "lumbar" not in patient.text.lower()
    assert "numb" not in patient.text.lower()


def test_before_surgery_nobody_is_told_to_say_they_had_it(clock):
    surgery = make_surgery(performed_on=at(40).date())
    check_in = make_check_in(
        surgery, day=-30, kind=CheckInKind.BASELINE, due_at=at(2), closes_at=at(6)
    )
    weak = {"weak": "new", "weak_side": "both", "weak_severe": "no", "weak_rapid": "no"}
    patient = Patient.with_link_to(check_in).start().send(weak)

    assert patient.heading == "Call 911 now"
    assert "you had spine surgery" not in patient.text


# Endings


URGENT_SAFETY = [
    {"weak": "new", "weak_side": "left", "weak_severe": "no", "weak_rapid": "no"},
    {"signs": "calf"},
    {"signs": "fever"},
    {"temp_c": "100.4"},
    {"wound": ["pus", "redness"]},
    {"wound": "clear"},
    {"headache_upright": "yes"},
]


@pytest.mark.parametrize("told", URGENT_SAFETY)
def test_an_urgent_answer_asks_to_call_today_at_once_and_at_the_end(patient, check_in, told):
    patient.start().send(SAFE | told)

    assert patient.heading == "Call us today"
    assert patient.soup.select("[name=pain_back]")
    assert not SymptomReport.objects.get().is_complete

    patient.send(REST).follow()
    assert patient.heading == "Call us today"
    assert "Please call (212) 555-0100 today." in patient.text
    assert patient.soup.select_one(".stop a[href='tel:+12125550100']")
    assert report_of(check_in).is_complete


@pytest.mark.parametrize(
    "told",
    [
        {
            "numb": "new",
            "numb_side": "both",
            "numb_site": "leg",
        },
        {"opioid": "some", "over_rx": "yes"},
        {"fall": "yes", "pain_back": "7"},
    ],
)
def test_an_urgent_answer_on_the_second_page_asks_to_call_at_the_end(patient, told):
    patient.start().send(SAFE).send(REST | told).follow()

    assert patient.heading == "Call us today"


def test_severe_trouble_swallowing_asks_to_call(clock):
    surgery = make_surgery(region="cervical", approach="ACDF", levels=["C5-C6"])
    patient = Patient.with_link_to(make_check_in(surgery, day=3)).start().send(SAFE_NECK)
    neck = {item: value for item, value in REST.items() if not item.startswith("pain")}
    patient.send(neck | {"pain_neck": "4", "pain_arm": "0", "swallow": "severe"}).follow()

    assert patient.heading == "Call us today"


def test_the_ending_does_not_depend_on_flags(patient, check_in):
    answer(make_check_in(check_in.surgery, day=7), now=at(3, 8), saddle=True)
    assert Flag.objects.exists()

    patient.start().send(SAFE).send(REST).follow()

    assert patient.heading == "Thank you"


def test_the_address_of_an_ending_tells_neither_the_link_nor_an_answer(patient, check_in):
    patient.start().send(SAFE | EMERGENCY)
    patient.send().send(REST)

    location = patient.page["Location"]
    assert location.startswith("/c/end/emergency/?about=")
    assert patient.address.split("/")[2] not in location
    assert not patient.follow().soup.select("form")


@pytest.mark.parametrize("ending", ["emergency", "urgent", "crisis", "thanks", "other"])
@pytest.mark.parametrize("about", ["", "?about=", "?about=forged", "?about=a:b:c"])
def test_an_ending_without_its_receipt_claims_nothing(client, ending, about):
    page = client.get(f"/c/end/{ending}/{about}")

    assert page.status_code == 410
    assert b"saved" not in page.content
    assert b"emergency number" in page.content


def test_a_receipt_holds_for_a_day(client, patient, monkeypatch):
    patient.start().send(SAFE).send(REST)
    location = patient.page["Location"]
    assert client.get(location).status_code == 200

    later = timezone.now().timestamp() + 10**9
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.get(location).status_code == 410


def test_the_crisis_text_names_the_clinics_line(client, patient):
    patient.start().send(SAFE).send(REST)
    page = client.get(patient.page["Location"].replace("/thanks/", "/crisis/"))

    assert b"feel unsafe, call or text 988, or go to an emergency department" in page.content


# The same on every page


def every_page(patient):
    other = patient.another_tab()
    yield patient.open()
    yield patient.send(parts())
    yield patient.send({})
    yield patient.send(SAFE | EMERGENCY)
    yield patient.send()
    yield patient.send(REST).follow()
    yield other.open()


def test_every_page_says_that_nobody_is_watching_and_whom_to_call(patient):
    for page in every_page(patient):
        assert (
            "This form is not watched all the time. If you think you are in danger or getting "
            "worse quickly, call 911 now. For urgent advice call (212) 555-0100 ." in page.text
        )
        header = page.soup.header
        assert [a["href"] for a in header.select("a")] == ["tel:911", "tel:+12125550100"]
        assert "next working day" not in page.text


def test_where_nobody_is_on_call_every_page_says_so(patient, check_in):
    check_in.clinic.has_on_call = False
    check_in.clinic.save()

    for page in every_page(patient):
        assert "nobody may see your answers until the next working day" in page.text


def test_no_page_names_the_patient_the_operation_or_an_earlier_answer(patient, check_in):
    answer(make_check_in(check_in.surgery, day=2), now=at(2), pain_back=9, message="Secret words")
    check_in.surgery.patient.given_name = "Zebulon"
    check_in.surgery.patient.save()
    known = ("Zebulon", "Lovelace", "1975", "TLIF", "L4", "lumbar", "March 2", "Secret")

    for page in every_page(patient):
        for fact in known:
            assert fact.lower() not in page.source().lower()


def test_no_page_judges_or_reassures(patient):
    for page in every_page(patient):
        for word in FORBIDDEN:
            assert word not in page.text.lower()


def test_what_a_page_carries_along_tells_no_date_of_birth(patient, check_in):
    patient.start()

    assert "Sitting(numbers=" in patient.source()
    assert not re.search(r"1975|12-10|date\(1975", patient.source())


# Answers that cannot be taken


@pytest.mark.parametrize("group", ["since_surgery", "right_now", "signs", "wound"])
def test_none_of_these_must_be_ticked(patient, group):
    patient.start().send(SAFE | {group: []})

    assert patient.page.status_code == 422
    assert patient.errors().keys() == {group}
    assert "None of these" in patient.errors()[group]
    assert patient.soup.title.get_text().startswith("Error: ")
    assert not SymptomReport.objects.exists()


@pytest.mark.parametrize(
    ("group", "item"),
    [("since_surgery", "saddle"), ("right_now", "chest"), ("signs", "fever"), ("wound", "pus")],
)
def test_none_of_these_together_with_something_is_asked_again(patient, group, item):
    patient.start().send(SAFE | {group: ["none", item]})

    assert patient.page.status_code == 422
    assert patient.errors().keys() == {group}
    assert patient.soup.select_one(f"input[value={item}]").has_attr("checked")
    assert not SymptomReport.objects.exists()


def test_new_weakness_needs_its_three_answers(patient):
    patient.start().send(SAFE | {"weak": "new"})

    assert patient.page.status_code == 422
    assert patient.errors().keys() == {"weak_side", "weak_severe", "weak_rapid"}


def test_every_bad_answer_is_named_and_nothing_is_stored(patient):
    patient.start()
    first = patient.hidden() | SAFE
    second = patient.send(SAFE).hidden() | REST
    for sent, bad in ((first, BAD_SAFETY), (second, BAD_REST)):
        for item, value in bad:
            patient.page = patient.client.post(patient.address, sent | {item: value})
            assert (patient.page.status_code, *patient.errors()) == (422, item), value

    assert not SymptomReport.objects.exists()


def test_what_was_typed_is_still_there_after_an_error(patient):
    patient.start().send(SAFE | {"temp_c": "37.4"})
    patient.send(REST | {"func": "", "message": "<b>my & words</b>"})

    assert patient.page.status_code == 422
    assert patient.soup.textarea.get_text().removeprefix("\n") == "<b>my & words</b>"
    assert patient.soup.select_one("[name=pain_back][value='3']").has_attr("checked")
    patient.send(REST | {"message": "<b>my & words</b>"})
    assert patient.page.status_code == 303
    assert SymptomReport.objects.get().message == "<b>my & words</b>"
    assert SymptomReport.objects.get().temp_c == Decimal("37.4")


def test_unknown_fields_are_ignored(patient, check_in):
    patient.start().send(SAFE, is_complete="no", clinic="7", phq4_down="3", source="paper")
    patient.send(REST, walk_minutes="<5", reported_at="2020-01-01", pain_neck="9")

    report = report_of(check_in)
    assert (report.source, report.phq4_down, report.walk_minutes) == ("link", None, None)
    assert report.pain_neck is None


def test_the_second_page_is_worth_nothing_without_the_first(patient):
    patient.start()
    patient.send(REST, step="rest")

    assert patient.page.status_code == 422
    assert patient.heading == "First, your safety"
    assert not SymptomReport.objects.exists()


# The date of birth


@pytest.mark.parametrize(
    ("part", "value"), [("day", "32"), ("month", "13"), ("year", "75"), ("year", "")]
)
def test_an_impossible_date_is_named_and_costs_no_try(patient, check_in, part, value):
    patient.open().send(parts() | {part: value})

    assert patient.page.status_code == 422
    assert patient.errors().keys() == {part}
    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 0


def test_a_wrong_date_costs_a_try_and_tells_nothing(patient, check_in):
    patient.open().send(parts() | {"day": "11"})

    assert patient.page.status_code == 422
    assert patient.errors() == {"day": "This is not the date we have. Check it and try again."}
    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 1
    assert not patient.soup.select("[name=since_surgery]")


def test_after_five_wrong_dates_even_the_right_one_is_refused(patient, check_in):
    patient.open()
    for _ in range(5):
        assert patient.send(parts() | {"day": "11"}).page.status_code == 422
    patient.send(parts())

    assert patient.page.status_code == 403
    assert patient.heading == "Please call us"
    assert patient.open().page.status_code == 403
    assert patient.soup.select("a[href='tel:+12125550100']")


def test_whoever_was_let_in_may_finish_although_somebody_else_locks_the_link(patient, check_in):
    patient.start()
    CheckIn.objects.update(birth_date_tries=5)

    patient.send(SAFE).send(REST)

    assert patient.page.status_code == 303


@pytest.mark.parametrize("step", ["safety", "rest", "go_on"])
def test_no_step_works_without_the_date_of_birth(patient, step):
    patient.open().send(SAFE | REST | EMERGENCY, step=step)

    assert patient.page.status_code == 422
    assert patient.heading == "Your check-in"
    assert not SymptomReport.objects.exists()


def test_another_links_proof_is_worth_nothing(patient, check_in):
    other = Patient.with_link_to(make_check_in(make_surgery(make_patient()), day=3))
    proof = patient.start().hidden()["sitting"]
    other.open().send(SAFE, sitting=proof, step="safety")

    assert other.page.status_code == 422
    assert other.heading == "Your check-in"


def test_after_two_hours_the_date_is_asked_again_and_the_answers_are_kept(clock, patient, check_in):
    patient.start().send(SAFE | {"temp_c": "37.1"})
    clock(at(3, 14))
    patient.send(REST | {"message": "I was away"})

    assert patient.page.status_code == 422
    assert patient.heading == "Your check-in"
    assert "still here, but not sent yet" in patient.text
    patient.send(parts())
    assert patient.heading == "First, your safety"
    patient.send(SAFE | {"temp_c": "37.1"})
    assert patient.soup.textarea.get_text().removeprefix("\n") == "I was away"
    patient.send(REST | {"message": "I was away"})
    assert report_of(check_in).message == "I was away"


def test_just_under_two_hours_still_counts(clock, patient):
    patient.start()
    clock(at(3, 13, 59))

    assert patient.send(SAFE).heading == "How you have been"


def test_an_emergency_told_too_late_still_says_what_to_do(clock, patient):
    patient.start()
    clock(at(3, 15))
    patient.send(SAFE | EMERGENCY)

    assert patient.heading == "Call 911 now"
    assert "Your team may not have been told." in patient.text
    assert not SymptomReport.objects.exists()


# Sent twice


def test_sending_twice_stores_once_and_is_no_error(patient, check_in):
    patient.start().send(SAFE)
    sent = patient.hidden() | REST
    first = patient.client.post(patient.address, sent)
    patient.page = patient.client.post(patient.address, sent)

    assert first.status_code == 303
    assert patient.page.status_code == 200
    assert patient.heading == "We already have your answers"
    assert "March 5, 2026, 12:00 PM" in patient.text
    assert "was not added" not in patient.text
    assert SymptomReport.objects.count() == 1


def test_sending_urgent_answers_twice_still_asks_to_call(patient):
    patient.start().send(SAFE)
    sent = patient.hidden() | REST | {"fall": "yes", "pain_back": "9"}
    patient.client.post(patient.address, sent)
    patient.page = patient.client.post(patient.address, sent)

    assert patient.heading == "Call us today"
    assert "We already have your answers" in patient.text


def test_an_emergency_told_after_answering_still_says_what_to_do(patient, check_in):
    other = patient.another_tab()
    patient.start()
    other.start().send(SAFE).send(REST)
    patient.send(SAFE | EMERGENCY)

    assert patient.page.status_code == 200
    assert patient.heading == "Call 911 now"
    assert "Your team may not have been told." in patient.text
    assert "What you have sent now was not added." in patient.text


def test_an_answered_link_says_so(patient, check_in):
    answer(check_in, now=at(3))
    patient.open()

    assert patient.page.status_code == 410
    assert patient.heading == "We already have your answers"


# Links that have ended


def close(check_in, **_):
    CheckIn.objects.filter(due_on=check_in.due_on).update(closes_at=at(3, 11))


def cancel(check_in, **_):
    CheckIn.objects.update(cancelled_at=at(3, 10))


def leave(status):
    def end(check_in, **_):
        patient = check_in.surgery.patient
        patient.status, patient.status_since = status, at(3).date()
        patient.save()

    return end


def finish(check_in, **_):
    follow_up = check_in.surgery.follow_up
    follow_up.ended_at, follow_up.end_reason = at(3, 10), "finished"
    follow_up.save()


ENDED = [close, cancel, leave("deceased"), leave("withdrawn"), leave("transferred"), finish]


@pytest.mark.parametrize("ended", ENDED)
def test_an_ended_link_says_so_in_the_same_words_whatever_the_reason(patient, check_in, ended):
    ended(check_in)
    patient.open()

    assert patient.page.status_code == 410
    assert patient.heading == "This link has ended"
    assert patient.soup.select("a[href='tel:+12125550100']")
    other = Patient.with_link_to(make_check_in(make_surgery(make_patient()), day=3))
    close(check_in)
    assert other.open().page.content == patient.page.content


@pytest.mark.parametrize("ended", ENDED[1:])
def test_nothing_is_stored_once_a_check_in_has_ended(patient, check_in, ended):
    patient.start().send(SAFE)
    ended(check_in)
    patient.send(REST | {"fall": "yes", "pain_back": "9"})

    assert patient.page.status_code == 410
    assert patient.heading == "Call us today"
    assert "Your answers were not sent." in patient.text
    assert not SymptomReport.objects.exists()


@pytest.mark.parametrize(
    ("opened", "sent", "is_taken"),
    [
        (timedelta(seconds=-1), timedelta(0), True),
        (timedelta(seconds=-1), timedelta(minutes=60, seconds=-1), True),
        (timedelta(seconds=-1), timedelta(minutes=60), False),
    ],
)
def test_a_page_opened_in_time_may_be_sent_an_hour_late(
    clock, patient, check_in, opened, sent, is_taken
):
    closes_at = check_in.closes_at
    clock(closes_at + opened)
    patient.start().send(SAFE)
    clock(closes_at + sent)
    patient.send(REST)

    assert (patient.page.status_code == 303) is is_taken
    assert SymptomReport.objects.exists() is is_taken


def test_a_page_asked_for_at_closing_time_has_ended(clock, patient, check_in):
    clock(check_in.closes_at)

    assert patient.open().page.status_code == 410


def test_the_birth_date_page_opened_in_time_is_in_time(clock, patient, check_in):
    clock(check_in.closes_at - timedelta(seconds=1))
    patient.open()
    clock(check_in.closes_at + timedelta(minutes=59))
    patient.send(parts()).send(SAFE).send(REST)

    assert patient.page.status_code == 303


# A new link


def asked_for(surgery):
    return CheckIn.objects.filter(surgery=surgery, kind=CheckInKind.ON_DEMAND)


def test_a_new_link_is_asked_for_on_an_ended_page(patient, check_in):
    close(check_in)
    patient.open().send()

    assert patient.page.status_code == 200
    assert patient.heading == "New link asked for"
    made = asked_for(check_in.surgery).get()
    assert made.due_at == at(3)
    assert not Reminder.objects.filter(check_in=check_in).exists()


def test_a_new_link_is_made_once_in_ten_minutes(clock, patient, check_in):
    close(check_in)
    for _ in range(5):
        patient.open().send()
    assert asked_for(check_in.surgery).count() == 1
    answer(asked_for(check_in.surgery).get(), now=at(3))

    clock(at(3, 12, 9))
    patient.open().send()
    assert asked_for(check_in.surgery).count() == 1
    clock(at(3, 12, 11))
    patient.open().send()
    assert asked_for(check_in.surgery).count() == 2


@pytest.mark.parametrize("ended", ENDED)
def test_the_answer_to_asking_for_a_new_link_is_always_the_same(patient, check_in, ended):
    ended(check_in)
    content = patient.open().send().page.content
    CheckIn.objects.exclude(pk=check_in.pk).delete()

    other = Patient.with_link_to(make_check_in(make_surgery(make_patient()), day=7))
    other.page = other.client.post(other.address, {"step": "new_link"})

    assert other.page.content == content
    assert not asked_for(CheckIn.objects.get(plan_day=7, surgery__gt=check_in.surgery_id).surgery)


@pytest.mark.parametrize("ended", ENDED[2:])
def test_nobody_who_is_no_longer_followed_gets_a_new_link(patient, check_in, ended):
    ended(check_in)
    patient.open().send()

    assert not asked_for(check_in.surgery).exists()


# Unknown links


def test_unknown_and_broken_links_get_one_identical_page(client, patient):
    patient.open()
    addresses = ["/c/" + "0" * 26 + "/", "/c/x/", "/c/" + "é" * 26 + "/", "/c/" + "a" * 2000 + "/"]
    pages = [client.get(address) for address in addresses]
    pages += [client.post(address, parts()) for address in addresses]
    pages += [client.post(addresses[0], {"step": "new_link"})]

    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert b"Harbor" not in pages[0].content
    assert b"tel:" not in pages[0].content


def test_a_link_that_lost_its_last_character_in_the_mail_works(patient):
    patient.address = patient.address.removesuffix("/")
    patient.start().send(SAFE).send(REST)

    assert patient.page.status_code == 303


def test_a_get_changes_nothing_however_often(patient, check_in):
    before = CheckIn.objects.values().get(pk=check_in.pk)
    for _ in range(100):
        patient.client.get(patient.address)
        patient.client.head(patient.address)
        patient.client.options(patient.address)

    assert CheckIn.objects.values().get(pk=check_in.pk) == before
    assert not SymptomReport.objects.exists()
    patient.start().send(SAFE).send(REST)
    assert patient.page.status_code == 303


def test_a_scanner_that_sends_forms_unfilled_changes_nothing(patient, check_in):
    before = CheckIn.objects.values().get(pk=check_in.pk)
    patient.client.post(patient.address)
    patient.open()
    for _ in range(20):
        patient.client.post(patient.address, patient.hidden())

    assert CheckIn.objects.values().get(pk=check_in.pk) == before


def test_a_patient_signed_in_as_staff_elsewhere_sees_the_same(patient, django_user_model):
    client = Client()
    staff = django_user_model.objects.create_superuser("root", role="surgeon")
    client.force_login(staff)

    assert b"root" not in client.get(patient.address).content
