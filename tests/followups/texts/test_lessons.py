"""Six short lessons, each in its phase, and nobody is told off for an answer."""

import pytest

from followups.texts import lessons_on, texts
from followups.texts.lessons import PHASES
from tests.followups.texts.test_languages import every_language


def offered(pod, *, smokes=False, limits_until_pod=84):
    phases = lessons_on(pod, smokes=smokes, limits_until_pod=limits_until_pod)
    return {phase.name for phase in phases}


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (-1, set()),
        (0, {"warning", "expect", "limits"}),
        (14, {"warning", "expect", "limits"}),
        (15, {"warning", "expect", "limits", "walking", "mood"}),
        (42, {"warning", "expect", "limits", "walking", "mood"}),
        (43, {"warning", "limits", "walking", "mood"}),
        (84, {"warning", "limits", "walking", "mood"}),
        (85, {"warning", "walking", "mood"}),
        (180, {"warning", "walking", "mood"}),
        (181, {"warning", "mood"}),
        (730, {"warning", "mood"}),
    ],
)
def test_each_lesson_has_its_days(pod, expected):
    assert offered(pod) == expected


@pytest.mark.parametrize(("pod", "is_offered"), [(-1, False), (0, True), (180, True), (181, False)])
def test_smoking_is_a_lesson_for_smokers(pod, is_offered):
    assert ("smoking" in offered(pod, smokes=True)) is is_offered
    assert "smoking" not in offered(pod)


def test_limits_are_a_lesson_until_the_surgeon_lifts_them():
    assert "limits" in offered(120, limits_until_pod=120)
    assert "limits" not in offered(121, limits_until_pod=120)


def test_warning_signs_come_first():
    assert lessons_on(20, smokes=True, limits_until_pod=84)[0].name == "warning"


@every_language
def test_every_lesson_is_short_and_asks_one_question(language):
    assert set(texts(language).lessons) == {phase.name for phase in PHASES}
    for phase in PHASES:
        lesson = texts(language).lessons[phase.name]
        assert 4 <= len(lesson.paragraphs) <= 7
        assert 2 <= len(lesson.options) <= 3
        assert phase.understood in dict(lesson.options)
        assert lesson.question.endswith("?")


@every_language
@pytest.mark.parametrize("name", [phase.name for phase in PHASES])
def test_what_is_said_afterwards_shames_nobody(language, name):
    after = texts(language).lessons[name].after.lower()

    for word in ("right", "wrong", "correct", "mistake", "mal", "incorrect", "error", "falso"):
        assert word not in after.replace(".", "").split()
