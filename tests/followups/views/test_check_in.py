"""A check-in from the link to the ending, as a patient without scripts or cookies sees it."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from followups.choices import CheckInKind, Family, Questionnaire, Severity
from followups.models import CheckIn, Draft, Flag, Reminder
from followups.services import drafts
from followups.texts import EDITION
from patients.models import KnownDeficit, SymptomReport
from patients.services import record_risks
from tests.factories import (
    answer,
    at,
    make_check_in,
    make_patient,
    make_surgery,
    make_user,
)
from tests.followups.forms.test_check_in import BAD
from tests.followups.views.answering import NONE, Patient, parts

pytestmark = pytest.mark.django_db

FORBIDDEN = ("normal", "on track", "all is well", "you are fine", "healthy", "✓", "✔")
# What somebody with a lumbar operation is asked on day 3, and the first time.
DAY_3 = [
    *("since_surgery", "right_now", "weak", "signs_healing", "wound", "pain_back", "pain_leg"),
    *("numb", "func", "opioid", "med_change", "adh", "activity", "gic"),
    *("phq4_nervous", "phq4_worry", "phq4_interest", "phq4_down"),
]
WEAK = {"weak": "new", "weak_side": "left", "weak_severe": "no", "weak_rapid": "no"}


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


def bring_to(patient, question):
    """Let somebody have answered everything before this question, who is weaker since."""
    behind = DAY_3.index(question) if question in DAY_3 else DAY_3.index("weak") + 1
    before = {name: NONE[name] for name in DAY_3[:behind]}
    if question in WEAK:
        before |= {name: WEAK[name] for name in list(WEAK)[: list(WEAK).index(question)]}
    patient.start()
    if before:
        patient.send(before)
    assert patient.step == question
    return patient


def after_neck_surgery(**facts):
    surgery = make_surgery(region="cervical", approach="ACDF", levels=["C5-C6"], **facts)
    return Patient.with_link_to(make_check_in(surgery, day=3)), surgery


# The way through


def test_from_the_link_to_thanks(patient, check_in):
    asked = []
    patient.open()
    assert patient.page.status_code == 200
    patient.send(parts())
    while patient.step != "check":
        asked.append(patient.step)
        assert patient.page.status_code == 200
        patient.press(NONE[patient.step])
    patient.finish("Sleeping better.").follow()

    assert asked == DAY_3
    assert patient.heading == "Thank you"
    assert "Your answers were saved on March 5, 2026, 12:00 PM" in patient.text
    assert "not a medical opinion and nobody may have read it yet" in patient.text
    report = report_of(check_in)
    assert report.is_complete
    assert report.questionnaire_version == EDITION
    assert (report.pain_back, report.pain_leg, report.func) == (3, 0, 1)
    assert report.saddle is report.bladder is report.chest is report.fever is False
    assert report.overdid is report.fall is False
    assert report.wound == []
    assert report.gic == "better"
    assert report.phq4_down == 0
    assert report.message == "Sleeping better."
    assert (report.source, report.answered_by) == ("link", "patient")


def test_one_question_is_asked_at_a_time_and_counted(patient):
    patient.start()
    assert "Question 1 of 19" in patient.text
    patient.press("none")

    assert "Question 2 of 19" in patient.text
    assert len(patient.soup.select("main h1")) == 1
    assert not patient.soup.select("[name=weak]")


def test_what_was_not_asked_is_null(patient, check_in):
    patient.start().fill().finish()

    report = report_of(check_in)
    for item in ("pain_neck", "pain_arm", "gait_hand", "instab", "swallow", "nicotine", "temp_c"):
        assert getattr(report, item) is None
    for item in ("limb_side", "numb_side", "numb_site", "over_rx", "weak_side", "weak_severe"):
        assert getattr(report, item) is None


def test_every_follow_up_question_is_asked_and_stored(patient, check_in):
    patient.start().go_through(
        weak="worse",
        weak_side="left",
        weak_severe="no",
        weak_rapid="no",
        signs_healing=["fever"],
        temp_c="99.5",
        pain_leg="10",
        limb_side="left",
        pain_quality=["sharp", "burning"],
        numb="new",
        numb_site=["leg", "foot"],
        numb_side="left",
        numb_kind=["tingling"],
        opioid="daily",
        med_change="more",
        over_rx="no",
        activity=["overdid"],
    ).finish()

    report = report_of(check_in)
    assert (report.weak, report.weak_side) == ("worse", "left")
    assert report.weak_severe is report.weak_rapid is report.over_rx is False
    assert (report.fever, report.calf, report.temp_c) == (True, False, Decimal("37.5"))
    assert (report.pain_leg, report.limb_side) == (10, "left")
    assert report.pain_quality == ["sharp", "burning"]
    assert (report.numb, report.numb_site, report.numb_side) == ("new", ["leg", "foot"], "left")
    assert report.numb_kind == ["tingling"]
    assert (report.opioid, report.med_change) == ("daily", "more")
    assert (report.overdid, report.fall) == (True, False)


def test_not_being_able_to_lift_the_foot_is_stored_as_severe(patient, check_in):
    patient.start().go_through(until="weak_severe", weak="new", weak_side="left")
    patient.send({"weak_severe": "yes"})

    assert SymptomReport.objects.get().weak_severe is True


def test_what_may_stay_empty_is_asked_once(patient, check_in):
    patient.start().go_through(
        signs_healing=["fever"],
        pain_back="7",
        numb="same",
        numb_site=["leg"],
        numb_side="left",
    )

    assert patient.step == "check"
    assert "You answered these earlier" not in patient.text
    patient.finish()
    report = report_of(check_in)
    assert report.temp_c is report.pain_quality is report.numb_kind is None


def test_answers_that_another_answer_made_pointless_are_dropped(patient, check_in):
    patient.start().fill(
        weak_side="both", weak_severe="yes", weak_rapid="rubbish", limb_side="left", over_rx="yes"
    ).finish()

    report = report_of(check_in)
    assert report.weak_side is report.weak_severe is report.weak_rapid is None
    assert report.limb_side is report.over_rx is report.numb_side is None


def test_neck_surgery_is_asked_about_neck_hands_and_swallowing(clock):
    patient, surgery = after_neck_surgery()
    record_risks(surgery.patient, facts={"smoking": "current"}, recorded_on=at(0).date())
    patient.start().go_through(pain_neck="4", swallow="mild", nicotine="yes").finish()

    report = SymptomReport.objects.get()
    assert (report.pain_neck, report.pain_arm, report.pain_back) == (4, 0, None)
    assert (report.swallow, report.nicotine, report.gait_hand) == ("mild", True, False)


def test_the_short_form_leaves_the_rest_null(clock, check_in):
    clock(at(112))
    short = make_check_in(check_in.surgery, day=112)
    assert short.questionnaire == Questionnaire.PULSE
    patient = Patient.with_link_to(short).start().go_through()
    patient.finish()

    report = report_of(short)
    assert (report.saddle, report.weak, report.pain_back, report.gic) == (
        *(False, "none", 3, "better"),
    )
    for item in ("calf", "fever", "wound", "numb", "func", "opioid", "fall", "adh", "phq4_down"):
        assert getattr(report, item) is None


def test_a_year_later_a_fall_is_still_asked_about(clock, check_in):
    clock(at(210))
    late = make_check_in(check_in.surgery, day=210)
    Patient.with_link_to(late).start().go_through(fall="yes").finish()

    report = report_of(late)
    assert (report.fall, report.overdid, report.instab) == (True, None, "none")
    assert report.headache_upright is report.wound is None
    assert report.calf is False


def test_before_surgery_the_baseline_is_taken(clock):
    surgery = make_surgery(performed_on=at(40).date())
    check_in = make_check_in(
        surgery, day=-30, kind=CheckInKind.BASELINE, due_at=at(2), closes_at=at(6)
    )
    Patient.with_link_to(check_in).start().go_through().finish()

    report = report_of(check_in)
    assert (report.pain_back, report.numb, report.func, report.phq4_down) == (3, "none", 1, 0)
    assert report.saddle is report.wound is report.gic is None


def test_what_a_clinician_knows_is_asked_about_since_then(patient, check_in):
    KnownDeficit.objects.create(
        clinic=check_in.clinic,
        surgery=check_in.surgery,
        item="bladder",
        assessed_on=at(2).date(),
        assessor=make_user("surgeon"),
    )
    patient.start()

    assert "that is new or worse since March 4, 2026" in patient.text


def test_somebody_who_helps_answers_for_the_patient(patient, check_in):
    patient.open().send(parts(), answering_for="proxy")
    assert "Give the answer of the person you are helping." in patient.text
    patient.fill().finish()

    assert report_of(check_in).answered_by == "proxy"


def test_what_a_helper_tells_of_an_emergency_is_theirs_too(patient):
    patient.open().send(parts(), answering_for="proxy").press("saddle")

    assert SymptomReport.objects.get().answered_by == "proxy"
    assert Draft.objects.get().answered_by == "proxy"


def test_no_answer_is_preset(patient):
    patient.start()
    for _ in DAY_3:
        assert not patient.soup.select("[checked], [aria-current], option[selected]")
        patient.press(NONE[patient.step])

    assert patient.step == "check"


def test_no_page_sets_a_cookie_or_needs_one(patient):
    patient.start()
    while patient.page.status_code == 200:
        assert not patient.page.cookies
        patient.client.cookies.clear()
        patient = patient.finish() if patient.step == "check" else patient.press(NONE[patient.step])

    assert patient.page.status_code == 303
    assert not patient.page.cookies


def test_what_was_asked_stays_asked_past_midnight(clock, patient, check_in):
    clock(at(3, 23, 59))
    patient.start()
    check_in.surgery.restriction_end_pod = 3
    check_in.surgery.save()
    clock(at(4, 0, 5))

    assert patient.go_through(until="adh").step == "adh"


# Back, change, another language


def test_back_shows_the_question_before_with_its_answer(patient):
    patient.start().press("none").press("none").press("same")
    patient.send(back="1").send(back="1")

    assert patient.step == "right_now"
    assert patient.soup.select_one("button[value=none][aria-current]")
    patient.press("none")
    assert patient.step == "signs_healing"  # what is answered is not asked again


def test_back_keeps_what_stood_on_the_page(patient):
    patient.start().go_through(until="temp_c", signs_healing=["calf", "fever"])
    patient.send({"temp_c": "37.4"}, back="1")

    assert patient.step == "signs_healing"
    assert len(patient.soup.select("[checked]")) == 2
    patient.send({"signs_healing": ["fever"]})
    patient.go_through().finish()
    report = SymptomReport.objects.get(is_complete=True)
    assert (report.calf, report.fever, report.temp_c) == (False, True, Decimal("37.4"))


def test_a_page_gone_back_from_unanswered_is_asked_again(patient):
    patient.start().go_through(until="pain_quality", pain_back="7").send(back="1")
    patient.press("0")

    assert patient.step == "pain_quality"


def test_the_last_page_shows_every_answer_of_this_sitting(patient):
    patient.start().fill(pain_back="7", pain_quality=["dull", "sharp"], weak="same")
    lines = {
        line.dt.get_text(): line.dd.find(string=True).strip()
        for line in patient.soup.select("dl.sum > div")
    }

    assert len(lines) == len(DAY_3) + 1
    assert lines["Back pain"] == "7"
    assert lines["Kind of pain"] == "Dull; Sharp"
    assert lines["Weakness"] == "Same as before"
    assert lines["New since your operation"] == "None of these"


def test_an_answer_can_be_changed_from_the_last_page(patient, check_in):
    patient.start().fill().send({"message": "Wait"}, change="pain_back")
    assert patient.step == "pain_back"
    assert patient.soup.select_one("button[aria-current]")["value"] == "3"
    patient.press("9")
    assert patient.step == "pain_quality"  # this answer asks one more
    patient.press(["dull"])
    assert patient.step == "check"
    assert patient.soup.textarea.get_text().removeprefix("\n") == "Wait"
    patient.finish("Wait")

    report = report_of(check_in)
    assert (report.pain_back, report.pain_quality, report.message) == (9, ["dull"], "Wait")


def test_an_answer_can_be_emptied_again(patient, check_in):
    patient.start().fill(signs_healing=["fever"], temp_c="37.4", message="Never mind")
    patient.send({"message": "Never mind"}, change="temp_c").send({"temp_c": ""})
    assert patient.step == "check"
    patient.finish("")

    report = report_of(check_in)
    assert (report.temp_c, report.message) == (None, "")


def test_back_from_the_last_page_is_the_last_question(patient):
    patient.start().fill().send({"message": "Wait"}, back="1")
    assert patient.step == "phq4_down"
    patient.press("1")

    assert patient.soup.textarea.get_text().removeprefix("\n") == "Wait"


def test_the_birth_date_page_in_another_language_keeps_what_was_typed(patient, check_in):
    patient.open().send(parts() | {"day": "1"}, answering_for="proxy", language="es")

    assert patient.page.status_code == 200
    assert patient.soup.html["lang"] == "es"
    assert patient.soup.select_one("[name=day]")["value"] == "1"
    assert patient.soup.select_one("option[selected]").get_text() == "diciembre"
    assert patient.soup.select_one("[name=answering_for]").has_attr("checked")
    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 0


def test_a_question_in_another_language_keeps_what_was_chosen(patient, check_in):
    patient.start().press("none").press("none").press("none")
    patient.send({"signs_healing": ["calf", "fever"]}, language="es")

    assert patient.step == "signs_healing"
    assert patient.soup.html["lang"] == "es"
    assert len(patient.soup.select("[checked]")) == 2
    patient.send({"signs_healing": ["fever"]}).go_through().finish().follow()
    assert patient.soup.html["lang"] == "es"
    assert report_of(check_in).saddle is False


def test_the_last_page_in_another_language_keeps_everything(patient, check_in):
    patient.start().fill().send({"message": "Hola"}, language="es")

    assert patient.step == "check"
    assert patient.soup.textarea.get_text().removeprefix("\n") == "Hola"
    patient.finish("Hola")
    assert report_of(check_in).message == "Hola"


def test_a_patient_is_asked_in_their_own_language(clock):
    check_in = make_check_in(make_surgery(make_patient(language="es")), day=3)
    patient = Patient.with_link_to(check_in)

    assert patient.open().soup.html["lang"] == "es"
    assert patient.open("?language=en").soup.html["lang"] == "en"
    assert patient.open("?language=xx").soup.html["lang"] == "es"


# Sitting down again


def test_a_new_sitting_goes_on_behind_the_answers_given(patient, check_in):
    patient.start().go_through(until="pain_leg", pain_back="6")
    again = patient.another_tab().start()

    assert again.step == "pain_leg"
    again.go_through().finish()
    report = report_of(check_in)
    assert (report.pain_back, report.saddle, report.gic) == (6, False, "better")


def test_a_new_sitting_never_shows_an_earlier_answer(patient):
    patient.start().go_through(until="opioid", pain_back="9", pain_quality=["burning"], func="4")
    again = patient.another_tab().start()
    pages = [again.source()]
    again.go_through()
    pages.append(again.source())

    assert again.step == "check"
    for page in pages:
        assert not re.search(r'name="(pain_back|pain_quality|func|weak|wound)"', page)
        assert "burning" not in page.lower()
    assert "You answered these earlier" in again.text
    assert not again.soup.select("dl.sum dd:-soup-contains('9')")


def test_a_new_sitting_can_change_an_earlier_answer_unseen(patient, check_in):
    patient.start().go_through(until="opioid", pain_back="9", pain_quality=["burning"])
    again = patient.another_tab().start().go_through().send(change="pain_back")
    assert again.step == "pain_back"
    assert not again.soup.select("[aria-current], [checked]")
    again.press("2")
    assert again.step == "check"
    again.finish()

    report = report_of(check_in)
    assert (report.pain_back, report.pain_quality) == (2, None)


def test_answers_given_in_two_sittings_decide_together(patient):
    patient.start().go_through(until="weak_severe", weak="new", weak_side="left")
    again = patient.another_tab().start()

    assert again.step == "weak_severe"
    assert again.press("yes").heading == "Call 911 now"


def test_who_answered_everything_and_went_away_need_only_send(patient, check_in):
    patient.start().fill(pain_back="6", pain_quality=["dull"])
    again = patient.another_tab().start()

    assert again.step == "check"
    again.finish().follow()
    assert report_of(check_in).pain_back == 6


def test_two_tabs_work_on_their_own(patient, check_in):
    other = patient.another_tab().start()
    patient.start().fill()
    other.fill(pain_back="2").finish()
    patient.finish()

    assert other.follow().heading == "Thank you"
    assert patient.page.status_code == 200
    assert patient.heading == "We already have your answers"
    assert report_of(check_in).pain_back == 2


def test_a_tab_sends_what_it_shows_whatever_another_one_said(patient, check_in):
    patient.start().go_through(pain_back="5")
    other = patient.another_tab().start()
    other.send(change="pain_back").press("8")
    patient.finish()

    assert report_of(check_in).pain_back == 5


def test_a_draft_is_saved_with_every_answer_and_gone_when_sent(patient):
    patient.start().press("none").press("none")
    assert Draft.objects.get().names == ["right_now", "since_surgery"]
    patient.fill()
    assert Draft.objects.get().answers["pain_back"] == 3
    patient.finish()

    assert not Draft.objects.exists()


def test_what_was_never_sent_becomes_an_incomplete_report(patient, check_in):
    patient.start().go_through(until="numb", pain_back="6")
    assert drafts.store_left(now=at(3, 14)) == 1

    report = SymptomReport.objects.get()
    assert (report.is_complete, report.pain_back, report.numb) == (False, 6, None)
    patient.another_tab().start().go_through().finish()
    assert report_of(check_in).is_complete


# Emergencies


EMERGENCIES = [
    ("since_surgery", "saddle"),
    ("since_surgery", "bladder"),
    ("since_surgery", "bowel"),
    ("right_now", "chest"),
    ("right_now", "airway"),
    ("right_now", "unwell"),
    ("weak_side", "both"),
    ("weak_severe", "yes"),
    ("weak_rapid", "yes"),
]


def is_emergency_page(patient):
    return patient.heading == "Call 911 now" and patient.page.status_code == 200


def tell(patient, hidden, question, answer, **more):
    """Send one answer from an open page of its question."""
    patient.page = patient.client.post(
        f"{patient.address}{question}/", hidden | {question: answer} | more
    )
    return patient


def weaker(patient):
    """Sit down, say that a side is weaker, and put the phone away."""
    return patient.start().send({name: NONE[name] for name in DAY_3[:2]} | WEAK)


@pytest.mark.parametrize(("question", "sign"), EMERGENCIES)
def test_an_emergency_is_answered_at_once_and_stored_at_once(patient, check_in, question, sign):
    bring_to(patient, question).press(sign)

    assert is_emergency_page(patient)
    assert patient.soup.select_one(".stop a[href='tel:911']")
    assert "Tell them you had spine surgery. Do not wait for us to call." in patient.text
    assert "We have also told the team, but they may not see this straight away." in patient.text
    report = SymptomReport.objects.get()
    assert not report.is_complete
    item = question if question in WEAK else sign
    assert getattr(report, item) in (True, "both")
    assert report.pain_back is None
    assert report_of(check_in) is None
    assert Flag.objects.filter(severity=Severity.EMERGENCY).exists()


def test_an_answer_changed_to_an_emergency_is_one(patient, check_in):
    patient.start().fill(**WEAK)
    for question, sign in EMERGENCIES:
        patient.send(change=question).press(sign)
        assert is_emergency_page(patient), question
        assert patient.send().step == "check"

    assert patient.finish().follow().heading == "Call 911 now"
    assert report_of(check_in).bowel is True


def test_an_emergency_told_after_going_back_is_one(patient):
    weaker(patient)
    for question in ("weak_rapid", "weak_severe", "weak_side", "weak", "right_now"):
        patient.send(back="1")
        assert patient.step == question

    assert is_emergency_page(patient.press("chest"))


@pytest.mark.parametrize("button", [{"back": "1"}, {"language": "es"}])
def test_whatever_button_brings_it_an_emergency_comes_first(patient, button):
    hidden = patient.start().hidden() | WEAK
    for question, sign in EMERGENCIES:
        tell(patient, hidden, question, sign, **button)

        assert patient.soup.select_one(".stop a[href='tel:911']"), question
        Draft.objects.all().delete()  # as if it was the first thing said
    assert SymptomReport.objects.filter(is_complete=False).count() == len(EMERGENCIES)


def test_an_emergency_in_another_tab_or_sitting_is_one(patient):
    weaker(patient)
    other = patient.another_tab().start()
    assert other.step == "signs_healing"
    hidden = other.hidden()
    for question, sign in EMERGENCIES:
        assert is_emergency_page(tell(other, hidden, question, sign)), question


def test_an_emergency_told_too_late_still_says_what_to_do(clock, patient):
    hidden = patient.start().hidden() | WEAK
    clock(at(3, 15))
    for question, sign in EMERGENCIES:
        tell(patient, hidden, question, sign)
        assert patient.heading == "Call 911 now", question
        assert "Your team may not have been told." in patient.text
    assert not SymptomReport.objects.exists()
    patient.send(parts())

    assert is_emergency_page(patient)
    assert "We have also told the team" in patient.text
    assert SymptomReport.objects.get().is_complete is False


def test_an_emergency_told_to_an_ended_link_still_says_what_to_do(patient):
    hidden = weaker(patient).another_tab().start().hidden()
    CheckIn.objects.update(cancelled_at=at(3))
    told = SymptomReport.objects.count()
    for question, sign in EMERGENCIES:
        tell(patient, hidden, question, sign)

        assert patient.page.status_code == 410
        assert patient.heading == "Call 911 now", question
        assert "Your answers were not sent." in patient.text
    assert SymptomReport.objects.count() == told


def test_an_emergency_told_to_a_used_link_still_says_what_to_do(patient, check_in):
    hidden = weaker(patient).another_tab().start().hidden()
    answer(check_in, now=at(3))
    drafts.drop(check_in)
    for question, sign in EMERGENCIES:
        tell(patient, hidden, question, sign)

        assert patient.page.status_code == 200
        assert patient.heading == "Call 911 now", question
        assert "Your team may not have been told." in patient.text
        assert "What you have sent now was not added." in patient.text


def test_an_emergency_on_a_link_that_was_locked_meanwhile_still_says_what_to_do(clock, patient):
    patient.start()
    clock(at(3, 15))
    patient.press("saddle")
    CheckIn.objects.update(birth_date_tries=5)
    patient.send(parts())

    assert patient.page.status_code == 403
    assert patient.heading == "Call 911 now"


def test_after_the_emergency_page_the_other_questions_can_be_answered(patient, check_in):
    patient.start().press(["saddle", "bladder"])
    patient.send()
    assert patient.step == "right_now"
    pages = [patient.press("none").heading, *(patient.press("none").heading for _ in range(2))]
    assert "Call 911 now" not in pages  # said once, not at every question
    patient.go_through().finish().follow()

    assert patient.heading == "Call 911 now"
    assert report_of(check_in).saddle is True


def test_a_further_sign_has_a_page_and_a_report_of_its_own(patient):
    patient.start().press("saddle").send()
    patient.press(["chest"])

    assert is_emergency_page(patient)
    reports = SymptomReport.objects.order_by("pk").values_list("saddle", "chest", "is_complete")
    assert list(reports) == [(True, None, False), (True, True, False)]


def test_an_emergency_comes_before_answers_that_are_missing(patient):
    patient.start().send({"right_now": "chest", "pain_back": "warm"})

    assert is_emergency_page(patient)
    report = SymptomReport.objects.get()
    assert report.chest is True
    assert report.saddle is report.weak is report.pain_back is None


def test_sending_an_emergency_again_stores_nothing_new(patient):
    patient.start()
    sent = patient.hidden() | {"since_surgery": ["saddle"]}
    for _ in range(3):
        patient.page = patient.client.post(f"{patient.address}since_surgery/", sent)
        assert is_emergency_page(patient)

    assert SymptomReport.objects.count() == 1


def test_an_emergency_taken_back_is_none_at_the_end_and_stays_on_record(patient, check_in):
    patient.start().press("saddle").send().send(back="1")
    patient.press("none").go_through().finish().follow()

    assert patient.heading == "Thank you"
    assert report_of(check_in).saddle is False
    assert SymptomReport.objects.filter(saddle=True, is_complete=False).exists()


def test_the_emergency_page_tells_nobody_whose_it_is(patient, check_in):
    patient.start().press("saddle")

    assert "March" not in patient.text
    assert "lumbar" not in patient.text.lower()
    assert "numb" not in patient.text.lower()


def test_before_surgery_nobody_is_told_to_say_they_had_it(clock):
    surgery = make_surgery(performed_on=at(40).date())
    check_in = make_check_in(
        surgery, day=-30, kind=CheckInKind.BASELINE, due_at=at(2), closes_at=at(6)
    )
    patient = Patient.with_link_to(check_in).start().press("new").press("both")

    assert patient.heading == "Call 911 now"
    assert "you had spine surgery" not in patient.text


# Urgent answers and endings


URGENT_SAFETY = [
    WEAK,
    {"signs_healing": ["calf"]},
    {"signs_healing": ["fever"]},
    {"signs_healing": ["headache_upright"]},
    {"wound": ["pus", "redness"]},
    {"wound": ["clear"]},
]


@pytest.mark.parametrize("told", URGENT_SAFETY)
def test_an_urgent_answer_asks_to_call_behind_the_safety_questions_and_at_the_end(
    patient, check_in, told
):
    safety = {name: NONE[name] for name in DAY_3[:4]} | {"temp_c": ""} | told
    last = safety.pop("wound", "none")
    patient.start().send(safety)
    assert patient.step == "wound"
    assert patient.heading != "Call us today"
    patient.press(last)

    assert patient.step == "pain_back"
    assert patient.heading == "Call us today"
    assert not SymptomReport.objects.get().is_complete
    patient.press("3")
    assert patient.heading != "Call us today"  # once is enough

    patient.fill(**told).finish().follow()
    assert patient.heading == "Call us today"
    assert "Please call (212) 555-0100 today." in patient.text
    assert patient.soup.select_one(".stop a[href='tel:+12125550100']")
    assert report_of(check_in).is_complete


def test_an_answer_changed_to_an_urgent_one_asks_to_call_at_once(patient):
    patient.start().fill().send(change="signs_healing").press(["calf"])

    assert patient.step == "check"
    assert patient.heading == "Call us today"
    assert SymptomReport.objects.get().calf is True


def test_clumsy_hands_ask_to_call(clock):
    patient, _ = after_neck_surgery()
    patient.start().fill(gait_hand="yes").finish().follow()

    assert patient.heading == "Call us today"


@pytest.mark.parametrize(
    "told",
    [
        {"numb": "new", "numb_side": "both", "numb_site": "leg"},
        {"opioid": "some", "over_rx": "yes"},
        {"activity": "fall", "pain_back": "7", "pain_quality": ""},
    ],
)
def test_an_urgent_answer_further_on_asks_to_call_at_the_end(patient, told):
    patient.start().fill(**told, numb_kind="").finish().follow()

    assert patient.heading == "Call us today"


def test_severe_trouble_swallowing_asks_to_call(clock):
    patient, _ = after_neck_surgery()
    patient.start().fill(swallow="severe").finish().follow()

    assert patient.heading == "Call us today"


def test_the_ending_does_not_depend_on_flags(patient, check_in):
    answer(make_check_in(check_in.surgery, day=7), now=at(3, 8), saddle=True)
    assert Flag.objects.filter(family=Family.CORD).exists()

    patient.start().fill().finish().follow()

    assert patient.heading == "Thank you"


def test_the_address_of_an_ending_tells_neither_the_link_nor_an_answer(patient, check_in):
    patient.start().fill(since_surgery=["saddle"]).send().finish()

    location = patient.page["Location"]
    assert location.startswith("/c/end/emergency/?about=")
    assert patient.address.split("/")[2] not in location


@pytest.mark.parametrize("ending", ["emergency", "urgent", "crisis", "thanks", "other"])
@pytest.mark.parametrize("about", ["", "?about=", "?about=forged", "?about=a:b:c"])
def test_an_ending_without_its_receipt_claims_nothing(client, ending, about):
    page = client.get(f"/c/end/{ending}/{about}")

    assert page.status_code == 410
    assert b"saved" not in page.content
    assert b"emergency number" in page.content


def test_a_receipt_holds_for_a_day(client, patient, monkeypatch):
    location = patient.start().fill().finish().page["Location"]
    assert client.get(location).status_code == 200

    later = timezone.now().timestamp() + 10**9
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.get(location).status_code == 410


def test_the_crisis_text_names_the_clinics_line(client, patient):
    location = patient.start().fill().finish().page["Location"]
    page = client.get(location.replace("/thanks/", "/crisis/"))

    assert b"feel unsafe, call or text 988, or go to an emergency department" in page.content


# What was sent today


def sent_and_opened_again(patient, **answers):
    patient.start().fill(**answers).finish("See <you>")
    return patient.another_tab().open()


def test_the_birth_date_shows_what_was_sent_today(patient):
    again = sent_and_opened_again(patient, pain_back="2", wound=["clear"])
    assert "Clear fluid" not in again.source()
    again.page = again.client.post(again.address, again.hidden() | parts() | {"do": "show"})

    assert again.page.status_code == 200
    assert again.heading == "What you sent today"
    lines = {
        line.dt.get_text(): line.dd.get_text(" ", strip=True)
        for line in again.soup.select("dl.sum > div")
    }
    assert lines["Back pain"] == "2"
    assert lines["Wound"] == "Clear fluid"
    assert lines["Your message"] == "See <you>"
    assert "Neck pain" not in lines
    assert len(lines) == len(DAY_3) + 1


def show(patient, born):
    patient.page = patient.client.post(patient.address, patient.hidden() | born | {"do": "show"})
    return patient


def test_a_wrong_birth_date_shows_nothing_and_says_so(patient, check_in):
    again = sent_and_opened_again(patient, wound=["clear"])
    show(again, parts() | {"day": "11"})

    assert again.page.status_code == 422
    assert "This is not the date we have." in again.text
    assert "Clear fluid" not in again.text
    assert show(again, parts() | {"day": "40"}).page.status_code == 422
    assert again.soup.select_one("[name=day]")["value"] == "40"
    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 1
    for _ in range(4):
        show(again, parts() | {"day": "11"})
    assert show(again, parts()).page.status_code == 403


def test_tomorrow_nothing_is_shown_any_more(clock, patient):
    sent_and_opened_again(patient, wound=["clear"])
    clock(at(4, 0, 1))
    again = patient.another_tab().open()
    assert not again.soup.select("[name=day]")
    show(again, parts())

    assert again.page.status_code == 410
    assert "Clear fluid" not in again.text


def test_of_a_link_nobody_has_answered_nothing_is_shown(patient):
    patient.open()
    CheckIn.objects.update(cancelled_at=at(3, 10))
    show(patient, parts())

    assert patient.heading == "This link has ended"


# The same on every page


def every_page(patient):
    other, late = patient.another_tab(), patient.another_tab()
    yield late.open()
    yield patient.open().send(parts() | {"year": "1974"})
    yield patient.send(parts())
    yield patient.send({})
    yield patient.press("saddle")
    yield patient.send()
    yield patient.fill(since_surgery=["saddle"])
    yield patient.finish().follow()
    yield other.open()
    yield show(other, parts())
    yield late.send(parts(), do="new_link")
    CheckIn.objects.update(report=None, cancelled_at=at(3, 10))
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
    known = ("Zebulon", "Lovelace", "1975", "TLIF", "L4", "lumbar", "March 2,", "Secret")

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


def test_before_the_birth_date_not_even_the_questions_are_told(patient):
    patient.open()

    assert "sheet=None" in patient.source()
    assert "since_surgery" not in patient.source()


# Answers that cannot be taken


GROUPS = [
    ("since_surgery", "saddle"),
    ("right_now", "chest"),
    ("signs_healing", "fever"),
    ("wound", "pus"),
]


def test_none_of_these_must_be_chosen(patient):
    hidden = patient.start().hidden()
    for group, _ in GROUPS:
        tell(patient, hidden, group, [])

        assert patient.page.status_code == 422
        assert patient.errors() == {"question": "Choose all that apply, or “None of these”."}
        assert patient.soup.title.get_text().startswith("Error: ")
        assert patient.step == group
    assert not SymptomReport.objects.exists()


def test_none_of_these_together_with_something_is_asked_again(patient):
    hidden = patient.start().hidden()
    for group, item in GROUPS:
        tell(patient, hidden, group, ["none", item])

        assert patient.page.status_code == 422
        assert "Untick one of them." in patient.errors()["question"]
        assert patient.soup.select_one(f"input[value={item}]").has_attr("checked")
    assert not SymptomReport.objects.exists()


def test_no_question_can_be_passed_over(patient):
    hidden = patient.start().hidden()
    for question in DAY_3:
        tell(patient, hidden, question, [])

        assert (patient.page.status_code, patient.step) == (422, question)
        assert patient.soup.find(id=next(iter(patient.errors())))


def test_every_bad_answer_is_named_and_nothing_is_stored(patient):
    hidden = patient.start().hidden()
    for item, value in BAD:
        if item not in DAY_3:
            continue
        patient.page = patient.client.post(f"{patient.address}{item}/", hidden | {item: value})
        assert (patient.page.status_code, patient.step) == (422, item), value
        assert patient.errors()["question"]

    assert not SymptomReport.objects.exists()
    assert not Draft.objects.exists()


def test_a_temperature_that_cannot_be_read_is_still_there(patient):
    patient.start().go_through(until="temp_c", signs_healing=["fever"]).press("warm")

    assert patient.page.status_code == 422
    assert patient.soup.select_one("[name=temp_c]")["value"] == "warm"


def test_a_message_that_cannot_be_taken_is_still_there(patient, check_in):
    patient.start().fill().finish("<b>my & words</b>\x07")

    assert patient.page.status_code == 422
    assert patient.errors() == {"message": "Remove the characters that cannot be shown."}
    assert "<b>my & words</b>" in patient.soup.textarea.get_text()
    patient.finish("<b>my & words</b>")
    assert report_of(check_in).message == "<b>my & words</b>"


def test_unknown_fields_are_ignored(patient, check_in):
    patient.start().fill(is_complete="no", clinic="7", source="paper", walk_minutes="<5")
    patient.send(reported_at="2020-01-01", pain_neck="9", answered_by="proxy")

    report = report_of(check_in)
    assert (report.source, report.walk_minutes) == ("link", None)
    assert (report.pain_neck, report.answered_by) == (None, "patient")


def test_the_last_page_is_worth_nothing_without_the_answers(patient):
    patient.start()
    patient.page = patient.client.post(f"{patient.address}check/", patient.hidden())

    assert patient.page.status_code == 422
    assert patient.step == "since_surgery"
    assert not SymptomReport.objects.exists()


def test_an_answer_carried_along_that_was_changed_on_the_way_is_asked_again(patient):
    patient.start().fill()
    patient.page = patient.client.post(
        f"{patient.address}check/", patient.hidden() | {"gic": "meh", "send": "1"}
    )

    # the answer that was saved before counts
    assert patient.page.status_code == 303
    assert SymptomReport.objects.get().gic == "better"


@pytest.mark.parametrize(
    "step", ["nonsense", "signs", "pain_neck", "gait_hand", "go_on", "message"]
)
def test_a_step_that_does_not_exist_here_leads_on(patient, step):
    patient.start()
    patient.page = patient.client.post(
        f"{patient.address}{step}/", patient.hidden() | {step: "yes"}
    )

    assert (patient.page.status_code, patient.step) == (200, "since_surgery")


def test_a_message_is_no_question_to_change(patient):
    patient.start().fill().send(change="message")

    assert patient.page.status_code == 303


# The date of birth


@pytest.mark.parametrize(
    ("part", "value"), [("day", "32"), ("month", "13"), ("year", "75"), ("year", "")]
)
def test_an_impossible_date_is_named_and_costs_no_try(patient, check_in, part, value):
    patient.open().send(parts() | {part: value}, answering_for="proxy")

    assert patient.page.status_code == 422
    assert patient.errors().keys() == {part}
    assert patient.soup.select_one("[name=answering_for]").has_attr("checked")
    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 0


def test_a_wrong_date_costs_a_try_and_tells_nothing(patient, check_in):
    patient.open().send(parts() | {"day": "11"})

    assert patient.page.status_code == 422
    assert patient.errors() == {"day": "This is not the date we have. Check it and try again."}
    assert patient.soup.select_one("[name=day]")["value"] == "11"
    check_in.refresh_from_db()
    assert check_in.birth_date_tries == 1
    assert "since_surgery" not in patient.source()


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

    assert patient.fill().finish().page.status_code == 303


@pytest.mark.parametrize("step", ["since_surgery", "pain_back", "go_on", "check", "birth_date"])
def test_no_step_works_without_the_date_of_birth(patient, step):
    patient.open()
    sent = patient.hidden() | NONE | {"since_surgery": ["saddle"], "send": "1"}
    patient.page = patient.client.post(f"{patient.address}{step}/", sent)

    assert patient.page.status_code == 422
    assert patient.heading == "Your check-in"
    assert not SymptomReport.objects.exists()
    assert not Draft.objects.exists()


def test_another_links_proof_is_worth_nothing(patient, check_in):
    other = Patient.with_link_to(make_check_in(make_surgery(make_patient()), day=3))
    proof = patient.start().hidden()["sitting"]
    other.page = other.client.post(
        f"{other.address}since_surgery/", {"sitting": proof, "since_surgery": "saddle"}
    )

    assert other.page.status_code == 422
    assert other.heading == "Your check-in"
    assert not SymptomReport.objects.exists()


def test_after_two_hours_the_date_is_asked_again_and_the_answers_are_kept(clock, patient, check_in):
    patient.start().go_through(until="gic", pain_back="2")
    clock(at(3, 14))
    patient.press("worse")

    assert patient.page.status_code == 422
    assert patient.heading == "Your check-in"
    assert "still here, but not sent yet" in patient.text
    patient.send(parts())
    assert patient.step == "phq4_nervous"
    patient.go_through().finish()
    assert (report_of(check_in).gic, report_of(check_in).pain_back) == ("worse", 2)


def test_an_urgent_answer_that_waited_for_the_date_is_stored_with_it(clock, patient):
    patient.start().go_through(until="wound")
    clock(at(3, 14))
    patient.press(["pus"]).send(parts())

    assert patient.heading == "Call us today"
    assert patient.step == "pain_back"
    assert SymptomReport.objects.get().wound == ["pus"]


def test_just_under_two_hours_still_counts(clock, patient):
    patient.start()
    clock(at(3, 13, 59))

    assert patient.press("none").step == "right_now"


# Sent twice


def sent_from(patient):
    return patient.hidden() | {"message": "", "send": "1"}


def test_sending_twice_stores_once_and_is_no_error(patient, check_in):
    sent = sent_from(patient.start().fill())
    first = patient.client.post(f"{patient.address}check/", sent)
    patient.page = patient.client.post(f"{patient.address}check/", sent)

    assert first.status_code == 303
    assert patient.page.status_code == 200
    assert patient.heading == "We already have your answers"
    assert "March 5, 2026, 12:00 PM" in patient.text
    assert "was not added" not in patient.text
    assert SymptomReport.objects.count() == 1


def test_a_question_sent_twice_is_one_answer(patient):
    patient.start()
    sent = patient.hidden() | {"since_surgery": "none"}
    pages = [patient.client.post(f"{patient.address}since_surgery/", sent) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert b"Question 2 of" in pages[1].content
    assert Draft.objects.get().names == ["since_surgery"]


def test_the_birth_date_sent_twice_leads_to_the_questions_both_times(patient):
    patient.open()
    sent = patient.hidden() | parts()
    for _ in range(2):
        patient.page = patient.client.post(f"{patient.address}birth_date/", sent)

        assert patient.step == "since_surgery"


def test_sending_urgent_answers_twice_still_asks_to_call(patient):
    sent = sent_from(patient.start().fill(activity="fall", pain_back="9", pain_quality=""))
    patient.client.post(f"{patient.address}check/", sent)
    patient.page = patient.client.post(f"{patient.address}check/", sent)

    assert patient.heading == "Call us today"
    assert "We already have your answers" in patient.text


def test_a_page_of_a_sent_check_in_is_worth_nothing_any_more(patient, check_in):
    old = patient.start().hidden()
    patient.fill().finish()
    patient.page = patient.client.post(f"{patient.address}pain_back/", old | {"pain_back": "9"})

    assert patient.page.status_code == 200
    assert patient.heading == "We already have your answers"
    assert report_of(check_in).pain_back == 3
    assert not Draft.objects.exists()


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
    patient.start().fill(activity="fall", pain_back="9", pain_quality="")
    ended(check_in)
    patient.finish()

    assert patient.page.status_code == 410
    assert patient.heading == "Call us today"
    assert "Your answers were not sent." in patient.text
    assert not SymptomReport.objects.filter(is_complete=True).exists()


@pytest.mark.parametrize(
    ("sent", "is_taken"),
    [
        (timedelta(0), True),
        (timedelta(minutes=60, seconds=-1), True),
        (timedelta(minutes=60), False),
    ],
)
def test_a_page_opened_in_time_may_be_sent_an_hour_late(clock, patient, check_in, sent, is_taken):
    clock(check_in.closes_at - timedelta(seconds=1))
    patient.start().fill()
    clock(check_in.closes_at + sent)
    patient.finish()

    assert (patient.page.status_code == 303) is is_taken
    assert SymptomReport.objects.exists() is is_taken


def test_a_page_asked_for_at_closing_time_has_ended(clock, patient, check_in):
    clock(check_in.closes_at)

    assert patient.open().page.status_code == 410


def test_the_birth_date_page_opened_in_time_is_in_time(clock, patient, check_in):
    clock(check_in.closes_at - timedelta(seconds=1))
    patient.open()
    clock(check_in.closes_at + timedelta(minutes=59))

    assert patient.send(parts()).fill().finish().page.status_code == 303


# A new link


def ask_for_a_new_link(patient):
    patient.page = patient.client.post(patient.address, patient.hidden() | {"do": "new_link"})
    return patient


def asked_for(surgery):
    return CheckIn.objects.filter(surgery=surgery, kind=CheckInKind.ON_DEMAND)


def test_a_new_link_is_asked_for_on_an_ended_page(patient, check_in):
    close(check_in)
    patient.open()
    assert patient.soup.select_one("button[name=do][value=new_link]")
    ask_for_a_new_link(patient)

    assert patient.page.status_code == 200
    assert patient.heading == "New link asked for"
    made = asked_for(check_in.surgery).get()
    assert made.due_at == at(3)
    assert not Reminder.objects.filter(check_in=check_in).exists()


def test_a_new_link_is_made_once_in_ten_minutes(clock, patient, check_in):
    close(check_in)
    for _ in range(5):
        ask_for_a_new_link(patient.open())
    assert asked_for(check_in.surgery).count() == 1
    answer(asked_for(check_in.surgery).get(), now=at(3))

    clock(at(3, 12, 9))
    ask_for_a_new_link(patient.open())
    assert asked_for(check_in.surgery).count() == 1
    clock(at(3, 12, 11))
    ask_for_a_new_link(patient.open())
    assert asked_for(check_in.surgery).count() == 2


@pytest.mark.parametrize("ended", ENDED)
def test_the_answer_to_asking_for_a_new_link_is_always_the_same(patient, check_in, ended):
    ended(check_in)
    content = ask_for_a_new_link(patient.open()).page.content
    CheckIn.objects.exclude(pk=check_in.pk).delete()

    other = Patient.with_link_to(make_check_in(make_surgery(make_patient()), day=7))
    other.page = other.client.post(other.address, {"do": "new_link"})

    assert other.page.content == content
    assert not asked_for(CheckIn.objects.get(plan_day=7, surgery__gt=check_in.surgery_id).surgery)


@pytest.mark.parametrize("ended", ENDED[2:])
def test_nobody_who_is_no_longer_followed_gets_a_new_link(patient, check_in, ended):
    ended(check_in)
    ask_for_a_new_link(patient.open())

    assert not asked_for(check_in.surgery).exists()


# Unknown links


def test_unknown_and_broken_links_get_one_identical_page(client, patient):
    patient.open()
    addresses = ["/c/" + "0" * 26 + "/", "/c/x/", "/c/" + "é" * 26 + "/", "/c/" + "a" * 2000 + "/"]
    addresses += ["/c/" + "0" * 26 + "/weak/"]
    pages = [client.get(address) for address in addresses]
    pages += [client.post(address, parts()) for address in addresses]
    pages += [client.post(addresses[0], {"do": "new_link"})]

    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert b"Harbor" not in pages[0].content
    assert b"tel:" not in pages[0].content


def test_a_link_that_lost_its_last_character_in_the_mail_works(patient):
    patient.address = patient.address.removesuffix("/")

    assert patient.start().fill().finish().page.status_code == 303


def test_a_get_changes_nothing_however_often(patient, check_in):
    before = CheckIn.objects.values().get(pk=check_in.pk)
    steps = ["", "since_surgery/", "check/", "nonsense/"]
    for n in range(25):
        address = patient.address + steps[n % 4]
        patient.client.get(address)
        patient.client.head(address)
        patient.client.options(address)

    assert CheckIn.objects.values().get(pk=check_in.pk) == before
    assert not SymptomReport.objects.exists()
    assert not Draft.objects.exists()
    assert patient.start().fill().finish().page.status_code == 303


@pytest.mark.parametrize("step", ["since_surgery", "check", "birth_date", "nonsense"])
def test_the_address_of_a_step_shows_the_beginning(patient, step):
    patient.start().press("none")
    fresh = Patient(f"{patient.address}{step}/", Client()).open()

    assert fresh.page.status_code == 200
    assert fresh.heading == "Your check-in"
    assert fresh.send(parts()).step == "right_now"


def test_a_scanner_that_sends_forms_unfilled_changes_nothing(patient, check_in):
    before = CheckIn.objects.values().get(pk=check_in.pk)
    patient.open()
    for step in ("", "birth_date/", "since_surgery/", "check/", "go_on/"):
        for body in ({}, patient.hidden()):
            patient.client.post(patient.address + step, body)

    assert CheckIn.objects.values().get(pk=check_in.pk) == before
    assert not SymptomReport.objects.exists()
    assert not Draft.objects.exists()


def test_a_patient_signed_in_as_staff_elsewhere_sees_the_same(patient, django_user_model):
    client = Client()
    staff = django_user_model.objects.create_superuser("root", role="surgeon")
    client.force_login(staff)

    assert b"root" not in client.get(patient.address).content


def test_a_death_on_record_ends_a_sitting(patient, check_in):
    patient.start().press("none")
    person = check_in.surgery.patient
    person.status, person.status_since = "deceased", date(2026, 3, 5)
    person.save()

    assert patient.press("none").page.status_code == 410
