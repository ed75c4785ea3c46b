"""Short texts: given once, in their phase, to those who sent a check-in."""

import pytest

from followups.circumstances import Circumstances
from followups.models import Lesson
from followups.questionnaire import Sheet
from followups.services import lessons
from tests.factories import at, make_check_in, make_report, make_surgery

pytestmark = pytest.mark.django_db

SMOKER = Sheet.of(Circumstances(region="lumbar", approach="TLIF", pod=3, smoking="current"))
SHEET = Sheet.of(Circumstances(region="lumbar", approach="TLIF", pod=3))


@pytest.fixture
def surgery():
    return make_surgery()


def give(surgery, day, sheet=SHEET):
    report = make_report(surgery, day=day, pain_back=3)
    return lessons.give(make_check_in(surgery, day=day), sheet=sheet, report=report, now=at(day))


def test_the_lessons_of_the_phase_are_given_in_their_order(surgery):
    assert give(surgery, 3) == ("warning", "expect", "limits")
    assert {lesson.given_at for lesson in Lesson.objects.all()} == {at(3)}


def test_smokers_are_given_one_more(surgery):
    assert "smoking" in give(surgery, 3, SMOKER)


def test_before_the_operation_there_is_nothing_to_learn():
    surgery = make_surgery(performed_on=at(40).date())

    assert give(surgery, 3) == ()


def test_a_lesson_is_given_once_and_new_ones_come_first(surgery):
    give(surgery, 3)

    assert give(surgery, 21)[:2] == ("walking", "mood")
    assert Lesson.objects.filter(module="warning").get().given_at == at(3)


def test_what_was_understood_is_not_offered_again(surgery):
    give(surgery, 3)
    lesson = Lesson.objects.get(module="warning")
    lessons.answer(lesson, understood=True, now=at(3, 13))
    lessons.answer(Lesson.objects.get(module="expect"), understood=False, now=at(3, 13))

    assert give(surgery, 7) == ("expect", "limits")


def test_the_first_opening_counts(surgery):
    give(surgery, 3)
    lesson = Lesson.objects.get(module="warning")
    lessons.open_lesson(lesson, now=at(3, 13))
    lessons.open_lesson(lesson, now=at(4))

    lesson.refresh_from_db()
    assert lesson.opened_at == at(3, 13)
    assert lesson.understood is lesson.answered_at is None


def test_a_better_answer_replaces_a_worse_one_and_not_the_other_way_round(surgery):
    give(surgery, 3)
    lesson = Lesson.objects.get(module="warning")
    found = []
    for hour, understood in ((13, False), (14, True), (15, False)):
        lessons.answer(lesson, understood=understood, now=at(3, hour))
        lesson.refresh_from_db()
        found.append((lesson.understood, lesson.answered_at))

    assert found == [(False, at(3, 13)), (True, at(3, 14)), (True, at(3, 14))]
    assert lesson.opened_at == at(3, 13)


def test_a_lesson_is_found_by_the_form_that_was_sent(surgery):
    report = make_report(surgery, day=3, pain_back=3)
    lessons.give(make_check_in(surgery, day=3), sheet=SHEET, report=report, now=at(3))
    other = make_report(make_surgery(), day=3, pain_back=3)

    found = lessons.find("warning", form_id=report.submission_id)
    assert found is not None
    assert found.surgery == surgery
    assert lessons.find("mood", form_id=report.submission_id) is None
    assert lessons.find("warning", form_id=other.submission_id) is None
