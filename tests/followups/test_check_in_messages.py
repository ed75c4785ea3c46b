"""The message with the link: nothing in it tells whom it is for or what about."""

import pytest
from django.template.loader import render_to_string

from tests.factories import make_clinic

pytestmark = pytest.mark.django_db

LINK = "https://clinic.example/c/0123456789abcdefghjkmnpqrs/"


def rendered(part, **clinic):
    context = {"url": LINK, "clinic": make_clinic(**clinic)}
    return render_to_string(f"followups/messages/check_in_{part}.txt", context)


def test_the_subject_is_one_plain_line():
    assert rendered("subject") == "Your clinic asks you for a short check-in\n"


def test_the_body_is_the_link_and_whom_to_call():
    assert rendered("body") == (
        f"Your clinic asks you for a short check-in: {LINK}\n"
        "\n"
        "Not for emergencies. Nobody watches your answers or this mailbox all the time.\n"
        "In an emergency call 911. For urgent advice call (212) 555-0100.\n"
    )


def test_without_anybody_on_call_the_body_says_so():
    body = rendered("body", has_on_call=False)

    assert body.endswith("nobody may see your answers until the next working day.\n")


@pytest.mark.parametrize("word", ["spine", "surgery", "operation", "pain", "fusion", "ada"])
def test_neither_part_names_a_person_an_operation_or_a_symptom(word):
    assert word not in (rendered("subject") + rendered("body")).lower()
