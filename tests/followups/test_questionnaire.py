"""Who is asked what, and that every question fits the report it fills."""

from datetime import date
from typing import Any

import pytest

from followups.circumstances import Circumstances, Lately
from followups.questionnaire import NAMES, QUESTIONS, REST, SAFETY, Kind, Sheet
from followups.texts import EDITION, Axis, Recall, texts
from patients.choices import Approach, Region, Smoking
from patients.models import SymptomReport

ALWAYS = {
    "since_surgery",
    "right_now",
    "weak",
    "weak_side",
    "weak_severe",
    "weak_rapid",
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
    "gic",
    "message",
}
# Protocol 2.2, the rows of the table in their order.
ORDER = (
    "since_surgery",
    "right_now",
    "weak",
    "weak_side",
    "weak_severe",
    "weak_rapid",
    "gait_hand",
    "signs_healing",
    "signs",
    "temp_c",
    "wound",
    "pain_back",
    "pain_neck",
    "pain_leg",
    "pain_arm",
    "limb_side",
    "pain_quality",
    "numb",
    "numb_site",
    "numb_side",
    "numb_kind",
    "instab",
    "func",
    "opioid",
    "med_change",
    "over_rx",
    "adh",
    "activity",
    "fall",
    "swallow",
    "gic",
    "nicotine",
    "phq4_nervous",
    "phq4_worry",
    "phq4_interest",
    "phq4_down",
    "message",
)
PHQ_4 = {"phq4_nervous", "phq4_worry", "phq4_interest", "phq4_down"}
LUMBAR: dict[str, Any] = {"region": Region.LUMBAR, "approach": Approach.TLIF, "pod": 60}


def sheet(**facts):
    return Sheet.of(Circumstances(**(LUMBAR | facts)))


def asked(**facts):
    """Return the names of the questions, and the items they fill."""
    found = sheet(**facts)
    return {*found.names, *(item for each in found.questions for item in each.items)}


def path(answers, **facts):
    return [question.name for question in sheet(**facts).path(answers)]


def test_the_edition_of_the_texts_fits_the_stored_reports():
    field = SymptomReport._meta.get_field("questionnaire_version")
    assert len(EDITION) <= (field.max_length or 0)


def test_the_questions_come_in_the_order_of_the_protocol():
    assert NAMES == ORDER


@pytest.mark.parametrize("pod", [3, 60, 400])
@pytest.mark.parametrize("region", Region)
def test_some_questions_are_always_asked(region, pod):
    assert asked(region=region, pod=pod) >= ALWAYS | {"calf", "fever", "fall"}


def test_safety_comes_before_everything_else():
    names = Sheet.of(Circumstances(**LUMBAR | {"pod": 10})).names

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
        ("fall", 84, True),
        ("fall", 85, True),
        ("fall", 700, True),
        ("calf", 700, True),
        ("fever", 700, True),
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
    assert set(sheet(is_short=True, pod=120, smoking=Smoking.CURRENT).names) == {
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


def test_the_short_form_asks_about_hands_and_walking_beside_the_cord():
    assert "gait_hand" in asked(is_short=True, pod=120, region=Region.THORACIC)


@pytest.mark.parametrize(("pod", "is_asked"), [(112, False), (364, True), (728, True)])
def test_a_visit_asks_about_mood_on_the_short_form_too(pod, is_asked):
    assert (set(sheet(is_short=True, pod=pod).names) >= PHQ_4) is is_asked


def test_before_surgery_the_baseline_is_asked_and_nothing_about_an_operation():
    found = sheet(pod=-30, is_before_surgery=True)

    assert not found.is_after_surgery
    assert set(found.names) == PHQ_4 | {
        "pain_back",
        "pain_leg",
        "limb_side",
        "numb",
        "numb_site",
        "numb_side",
        "weak",
        "weak_side",
        "weak_severe",
        "weak_rapid",
        "func",
        "opioid",
        "message",
    }


@pytest.mark.parametrize(
    ("answers", "shown", "hidden"),
    [
        ({"weak": "none"}, (), ("weak_side", "weak_severe", "weak_rapid")),
        ({"weak": "same"}, (), ("weak_side", "weak_severe", "weak_rapid")),
        ({"weak": "worse"}, ("weak_side", "weak_severe", "weak_rapid"), ()),
        ({"weak": "new"}, ("weak_side", "weak_severe", "weak_rapid"), ()),
        ({"fever": False}, (), ("temp_c",)),
        ({"fever": True}, ("temp_c",), ()),
        ({"pain_leg": 0}, (), ("limb_side",)),
        ({"pain_leg": 1}, ("limb_side",), ()),
        ({"pain_back": 3, "pain_leg": 3}, (), ("pain_quality",)),
        ({"pain_back": 4}, ("pain_quality",), ()),
        ({"pain_leg": 4}, ("pain_quality",), ()),
        ({"numb": "none"}, (), ("numb_site", "numb_side", "numb_kind")),
        ({"numb": "same"}, ("numb_site", "numb_side", "numb_kind"), ()),
        ({"opioid": "none"}, (), ("over_rx",)),
        ({"opioid": "some"}, ("over_rx",), ()),
        ({"opioid": "daily"}, ("over_rx",), ()),
    ],
)
def test_a_follow_up_question_comes_after_the_answer_it_follows(answers, shown, hidden):
    names = path(answers)

    assert set(shown) <= set(names)
    assert not set(hidden) & set(names)


def test_an_answer_whose_question_went_away_does_not_belong():
    found = sheet()
    given = {"weak": "none", "weak_side": "both", "weak_severe": True, "pain_neck": 3, "func": 0}

    assert found.belonging(given) == {"weak": "none", "func": 0}


@pytest.mark.parametrize(
    ("pod", "recall"), [(0, "24 hours"), (14, "24 hours"), (15, "7 days"), (700, "7 days")]
)
def test_how_far_back_a_question_looks_depends_on_the_day(pod, recall):
    words = texts("en").question("pain_back", sheet(pod=pod).wording)

    assert words.text == f"In the past {recall}, how bad was your back pain on average?"


def test_before_surgery_a_week_is_looked_back_on():
    assert sheet(pod=0, is_before_surgery=True).wording.recall is Recall.WEEK


def test_the_words_fit_the_operation():
    wording = sheet(region="cervical", approach="ACDF", pod=30).wording

    assert wording.axis is Axis.NECK
    words = {name: texts("en").question(name, wording).text for name in ("instab", "limb_side")}
    assert words["instab"] == "Does your neck feel as if it slips, clunks or gives way?"
    assert words["limb_side"] == "Which arm hurts?"


def test_of_what_a_clinician_knows_only_news_are_asked():
    found = sheet(lately=Lately(known_deficits=(("bladder", date(2026, 3, 20)),)))

    labels = dict(texts("en").question("since_surgery", found.wording).options)
    assert labels["bladder"].endswith("new or worse since March 20, 2026")
    assert labels["saddle"] == "Numbness between your legs or around your bottom or genitals"


def test_every_item_is_a_column_of_the_report():
    for question in QUESTIONS.values():
        for item in question.items:
            SymptomReport._meta.get_field(item)


def test_not_being_able_to_is_the_yes_of_an_item_called_severe():
    labels = dict(texts("en").question("weak_severe").options)

    assert labels == {"no": "Yes, I can", "yes": "No, I cannot"}


def test_numbness_between_the_legs_is_asked_only_where_it_counts_as_an_emergency():
    assert "saddle" not in QUESTIONS["numb_site"].options


def test_only_what_the_protocol_calls_optional_may_stay_empty():
    optional = {question.name for question in QUESTIONS.values() if question.is_optional}

    assert optional == {"temp_c", "pain_quality", "numb_kind", "message"}


def test_the_ticks_of_the_safety_questions_can_be_answered_with_none_of_these():
    ticks = [each for each in SAFETY if each.kind in (Kind.TICKS, Kind.LIST)]

    assert all(each.has_none_of_these for each in ticks)
    assert not any(each.is_safety for each in REST)
