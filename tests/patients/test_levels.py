"""Levels as surgeons write them, and the segments they mean."""

import pytest
from django.core.exceptions import ValidationError

from patients.levels import segments
from patients.models.surgery import validate_segment


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("L4-L5, L5-S1", ["L4-L5", "L5-S1"]),
        ("L4-S1", ["L4-L5", "L5-S1"]),
        ("l4–s1", ["L4-L5", "L5-S1"]),
        ("L4/5", ["L4-L5"]),
        ("L4-5; L5-S1", ["L4-L5", "L5-S1"]),
        ("C7-T2", ["C7-T1", "T1-T2"]),
        ("T12 - L1", ["T12-L1"]),
        ("L5-S1, L4-L5, L4-L5", ["L4-L5", "L5-S1"]),
        ("C4-C5, C6-C7", ["C4-C5", "C6-C7"]),
        ("L5-S2", ["L5-S1", "S1-S2"]),
        ("L5-ilium", ["L5-S1", "S1-Ilium"]),
        ("C0-C2", ["C0-C1", "C1-C2"]),
        ("", []),
        (" , ", []),
    ],
)
def test_segments_and_spans_mean_the_same(text, meant):
    assert segments(text) == meant


@pytest.mark.parametrize(
    "text", ["L4", "L6-S1", "S1-L4", "L4-L4", "T13-L1", "X1-X2", "L4-L5-S1", "L4 L5", "٤-٥", "L4-"]
)
def test_what_is_not_a_level_is_named(text):
    with pytest.raises(ValidationError) as refused:
        segments(f"L1-L2, {text}")

    assert f"“{text}” is not a level." in refused.value.messages[0]


def test_every_segment_is_one_the_record_accepts():
    for segment in segments("C0-ilium") + segments("L5-S2"):
        validate_segment(segment)
