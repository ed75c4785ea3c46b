"""What is drawn behind a course: published, signed off, and nothing a rule could look at."""

import ast
from dataclasses import fields
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

import followups.rules
from followups.choices import ProcedureGroup
from followups.models import ExpectedRange
from followups.models.expected import group_of
from followups.rules.history import History
from followups.services import expected_ranges
from tests.counting import captured, queries
from tests.factories import make_expected_range, make_report, make_surgery

pytestmark = pytest.mark.django_db

NECK = {"region": "cervical", "levels": ["C5-C6"]}


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        ({}, "lumbar"),
        ({"region": "lumbosacral", "approach": "MIS_TLIF"}, "lumbar"),
        ({"region": "thoracolumbar", "approach": "PSF"}, "thoracic"),
        ({"region": "thoracic", "approach": "PSF"}, "thoracic"),
        (NECK | {"approach": "ACDF"}, "acdf"),
        (NECK | {"approach": "posterior_cervical"}, "neck"),
        ({"region": "cervicothoracic", "approach": "360"}, "neck"),
    ],
)
def test_an_operation_recovers_like_its_group(facts, group):
    assert group_of(make_surgery(**facts)) == group


def test_every_operation_has_the_band_of_its_group_in_one_query():
    make_expected_range((0, 4, 8), (14, 2, 6), region="pain_leg")
    lumbar, other, thoracic = make_surgery(), make_surgery(), make_surgery(region="thoracic")

    with queries(1):
        bands = ExpectedRange.objects.bands([lumbar, other, thoracic])

    assert bands[lumbar.pk]["pain_leg"] == bands[other.pk]["pain_leg"] == ((0, 4, 8), (2, 2, 6))
    assert thoracic.pk not in bands


def test_no_operation_asks_nothing():
    with queries(0):
        assert ExpectedRange.objects.bands([]) == {}


def test_nothing_is_drawn_before_somebody_has_signed_it_off():
    expected, surgery = make_expected_range(signed_off=False), make_surgery()
    assert ExpectedRange.objects.bands([surgery]) == {}

    expected_ranges.sign_off(expected, by="Dr A. Lead", on=date(2026, 3, 2))
    assert "pain_back" in ExpectedRange.objects.bands([surgery])[surgery.pk]

    expected_ranges.take_back(expected)
    assert ExpectedRange.objects.bands([surgery]) == {}


def test_the_latest_signed_version_is_drawn_alone():
    make_expected_range((0, 4, 8), (56, 1, 4), version=7)
    make_expected_range((0, 5, 9), (28, 2, 5), version=8)
    make_expected_range((0, 0, 1), version=9, signed_off=False)
    surgery = make_surgery()

    band = ExpectedRange.objects.bands([surgery])[surgery.pk]["pain_back"]

    assert band == ((0, 5, 9), (4, 2, 5))


def test_a_range_without_two_days_cannot_be_signed_off():
    expected = make_expected_range((0, 4, 8), signed_off=False)
    with pytest.raises(ValidationError, match="two days"):
        expected_ranges.sign_off(expected, by="Dr A. Lead", on=date(2026, 3, 2))


def test_what_is_published_narrows_towards_less_pain_and_names_its_source():
    published = import_module("followups.migrations.0004_published_ranges")
    assert {(group, region) for group, region, *_ in published.PUBLISHED} == {
        ("lumbar", "pain_back"),
        ("lumbar", "pain_leg"),
        ("acdf", "pain_neck"),
    }
    for group, region, source, days in published.PUBLISHED:
        assert region in ProcedureGroup(group).regions
        assert 200 < len(source) <= 1000
        drawn = [published.around(mean, deviation) for _, mean, deviation in days]
        assert all(0 <= low < high <= 10 for low, high in drawn)
        assert drawn[0][0] > drawn[-1][0]
        assert [day for day, *_ in days] == sorted(day for day, *_ in days)


# --- never judged by ----------------------------------------------------------------------


def test_the_rules_cannot_see_an_expected_range():
    folder = Path(followups.rules.__file__).parent
    for file in folder.rglob("*.py"):
        names = {
            name.lower()
            for node in ast.walk(ast.parse(file.read_text()))
            for name in [getattr(node, "id", ""), getattr(node, "attr", "")]
            if isinstance(name, str)
        }
        assert not {
            name
            for name in names
            if "expected_range" in name.replace("expectedrange", "expected_range")
        }, file
    assert not [field.name for field in fields(History) if "expected" in field.name]


def test_a_report_is_judged_without_looking_at_any_range():
    make_expected_range()
    with captured() as asked:
        make_report(make_surgery(), day=70, pain_back=9, weak="none")
    assert not [query for query in asked if "expected" in query]
