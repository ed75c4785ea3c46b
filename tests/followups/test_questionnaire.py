"""Who is asked what, and that every question fits the report it fills."""

from typing import Any

import pytest

from followups.choices import CheckInKind, Questionnaire
from followups.circumstances import Circumstances
from followups.questionnaire import NAMES, REST, SAFETY, VERSION, Kind, Sheet
from patients.choices import Approach, Region, Smoking
from patients.models import SymptomReport
from tests.factories import make_check_in, make_surgery

ALWAYS = {
    "since_surgery",
    "right_now",
    "weak",
    "weak_side",
    "weak_severe",
    "weak_rapid",
    "signs",
    "temp_c",
    "numb",
    "numb_site",
    "numb_side",
    "numb_kind",
    "limb_side",
    "pain_quality",
    "func",
    "opioid",
    "med_change",
    "over_rx",
    "fall",
    "gic",
    "message",
}


def asked(**facts):
    known: dict[str, Any] = {"region": Region.LUMBAR, "approach": Approach.TLIF, "pod": 60}
    return set(Sheet.of(Circumstances(**(known | facts))).names)


def test_the_version_is_that_of_the_stored_reports():
    field = SymptomReport._meta.get_field("questionnaire_version")
    assert len(VERSION) <= (field.max_length or 0)


@pytest.mark.parametrize("pod", [3, 60, 400])
@pytest.mark.parametrize("region", Region)
def test_some_questions_are_always_asked(region, pod):
    assert asked(region=region, pod=pod) >= ALWAYS


def test_safety_comes_before_everything_else():
    names = Sheet.of(Circumstances(region="lumbar", approach="TLIF", pod=10)).names

    assert names[:3] == ("since_surgery", "right_now", "weak")
    assert [q.name for q in SAFETY] == list(NAMES[: len(SAFETY)])


@pytest.mark.parametrize("region", [Region.CERVICAL, Region.CERVICOTHORACIC])
def test_after_neck_surgery_neck_and_arm_are_asked(region):
    names = asked(region=region)

    assert {"pain_neck", "pain_arm"} <= names
    assert not {"pain_back", "pain_leg"} & names


@pytest.mark.parametrize("region", [region for region in Region if not region.is_neck])
def test_after_any_other_surgery_back_and_leg_are_asked(region):
    names = asked(region=region)

    assert {"pain_back", "pain_leg"} <= names
    assert not {"pain_neck", "pain_arm"} & names


def test_hands_and_walking_are_asked_after_surgery_beside_the_cord():
    above = {region for region in Region if "gait_hand" in asked(region=region)}

    assert above == set(Region) - {Region.LUMBAR, Region.LUMBOSACRAL}


@pytest.mark.parametrize(
    ("item", "pod", "is_asked"),
    [
        ("wound", 42, True),
        ("wound", 43, False),
        ("headache_upright", 42, True),
        ("headache_upright", 43, False),
        ("instab", 14, False),
        ("instab", 15, True),
        ("adh", 84, True),
        ("adh", 85, False),
        ("overdid", 84, True),
        ("overdid", 85, False),
        ("fall", 700, True),
        ("signs", 700, True),
    ],
)
def test_some_questions_have_their_days(item, pod, is_asked):
    assert (item in asked(pod=pod)) is is_asked


def test_limits_are_asked_about_until_the_surgeon_lifts_them():
    assert "adh" in asked(pod=120, restriction_end_pod=120)
    assert "adh" not in asked(pod=121, restriction_end_pod=120)


@pytest.mark.parametrize(
    ("region", "approach", "pod", "is_asked"),
    [
        (Region.CERVICAL, Approach.ACDF, 182, True),
        (Region.CERVICAL, Approach.ACDF, 183, False),
        (Region.CERVICOTHORACIC, Approach.AROUND, 20, True),
        (Region.CERVICAL, Approach.OTHER, 20, True),
        (Region.CERVICAL, Approach.POSTERIOR_CERVICAL, 20, False),
        (Region.LUMBAR, Approach.ALIF, 20, False),
        (Region.LUMBAR, Approach.OTHER, 20, False),
    ],
)
def test_swallowing_is_asked_after_neck_surgery_from_the_front(region, approach, pod, is_asked):
    assert ("swallow" in asked(region=region, approach=approach, pod=pod)) is is_asked


@pytest.mark.parametrize(
    ("smoking", "pod", "is_asked"),
    [
        (Smoking.CURRENT, 180, True),
        (Smoking.CURRENT, 181, False),
        (Smoking.EX_LONG, 20, True),
        (Smoking.EX_RECENT, 20, True),
        (Smoking.NEVER, 20, False),
        (None, 20, False),
    ],
)
def test_nicotine_is_asked_of_those_who_smoke_or_smoked(smoking, pod, is_asked):
    assert ("nicotine" in asked(smoking=smoking, pod=pod)) is is_asked


def test_the_short_form_asks_what_the_protocol_lists():
    assert asked(is_short=True, pod=120, smoking=Smoking.CURRENT) == {
        "since_surgery",
        "right_now",
        "weak",
        "weak_side",
        "weak_severe",
        "weak_rapid",
        "pain_back",
        "pain_leg",
        "limb_side",
        "gic",
        "message",
    }


def test_before_surgery_nothing_is_asked_about_an_operation():
    sheet = Sheet.of(
        Circumstances(region="lumbar", approach="TLIF", pod=-30, is_before_surgery=True)
    )

    assert not sheet.is_after_surgery
    assert {"pain_back", "pain_leg", "numb", "func", "opioid", "weak"} <= set(sheet.names)
    assert not {"wound", "gic", "adh", "med_change"} & set(sheet.names)


@pytest.mark.parametrize(
    ("pod", "recall"), [(0, "24 hours"), (14, "24 hours"), (15, "7 days"), (-30, "7 days")]
)
def test_how_far_back_a_question_looks_depends_on_the_day(pod, recall):
    sheet = Sheet.of(Circumstances(region="lumbar", approach="TLIF", pod=pod))

    pain = next(question for question in REST if question.name == "pain_back")
    assert sheet.say(pain.text) == f"In the past {recall}, how bad was your back pain on average?"


def test_the_words_fit_the_operation():
    sheet = Sheet.of(Circumstances(region="cervical", approach="ACDF", pod=30))

    texts = {question.name: sheet.say(question.text) for question in sheet.rest}
    assert texts["instab"] == "Does your neck feel as if it slips, clunks or gives way?"
    assert texts["limb_side"] == "Which arm hurts?"


def test_every_item_is_a_column_of_the_report_and_every_word_is_known_there():
    for question in (*SAFETY, *REST):
        items = (
            [item for item, _ in question.options]
            if question.kind is Kind.TICKS
            else [question.name]
        )
        for item in items:
            SymptomReport._meta.get_field(item)


def test_no_text_reassures_or_judges():
    page = " ".join(
        word for q in (*SAFETY, *REST) for word in (q.text, q.hint, *(o[1] for o in q.options))
    ).lower()

    for word in ("normal", "on track", "fine", "don't worry", "healthy"):
        assert word not in page


def test_numbness_between_the_legs_is_asked_only_where_it_counts_as_an_emergency():
    site = next(question for question in REST if question.name == "numb_site")

    assert "saddle" not in dict(site.options)


@pytest.mark.django_db
def test_circumstances_are_read_from_the_check_in():
    surgery = make_surgery(region="cervical", approach="ACDF", restriction_end_pod=60)
    check_in = make_check_in(surgery, day=98)

    found = Circumstances.of(check_in, pod=98, smoking="current")

    assert (found.region, found.approach, found.restriction_end_pod) == ("cervical", "ACDF", 60)
    assert found.is_short is (check_in.questionnaire == Questionnaire.PULSE)
    assert not found.is_before_surgery


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "pod", "is_before"),
    [
        (CheckInKind.BASELINE, -10, True),
        (CheckInKind.BASELINE, 0, True),
        (CheckInKind.BASELINE, 1, False),
        (CheckInKind.ON_DEMAND, 0, False),
        (CheckInKind.ON_DEMAND, -1, True),
    ],
)
def test_only_what_comes_before_the_operation_is_a_baseline(kind, pod, is_before):
    check_in = make_check_in()
    check_in.kind = kind

    assert Circumstances.of(check_in, pod=pod, smoking=None).is_before_surgery is is_before
