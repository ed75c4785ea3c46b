"""Chest and leg clots."""

from followups.choices import Rule, Severity
from followups.rules.course import Course
from followups.rules.outcomes import Outcome
from followups.rules.signs import ticked


def cardio(course: Course) -> Outcome:
    """EMG-CARDIO: chest pain, new breathlessness or coughing blood, on any day."""
    return ticked(
        course,
        Rule.EMG_CARDIO,
        Severity.EMERGENCY,
        {"chest": "chest pain or breathlessness"},
        lambda signs, when: (
            f"{signs.capitalize()} reported on {when}. Possible pulmonary embolism or "
            "cardiac event; patient told to call emergency services."
        ),
    )


def clot(course: Course) -> Outcome:
    """DVT: new swelling, pain or warmth in one calf, on any day."""
    return ticked(
        course,
        Rule.DVT,
        Severity.URGENT,
        {"calf": "calf swelling or pain"},
        lambda signs, when: f"New {signs} on {when}; same-day thrombosis assessment needed.",
    )


def no_chest_sign_twice(course: Course) -> bool:
    """Whether the last two answers deny chest pain and breathlessness."""
    return course.denied_twice("chest")


def no_calf_sign_twice(course: Course) -> bool:
    """Whether the last two answers deny a swollen or painful calf."""
    return course.denied_twice("calf")
