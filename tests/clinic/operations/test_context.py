"""The frame of a staff page: true, and free where nothing of it is shown."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import engines
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.operations import context
from followups.models import Heartbeat
from followups.services import sweep
from tests.factories import make_clinic, make_flag, make_patient, make_surgery, make_user

pytestmark = pytest.mark.django_db

FRAME = (
    "{{ product_name }}|{{ clinic.name }}|{{ queue_count }}|{{ patient_count }}"
    "|{{ heartbeat.stale }}|{{ heartbeat.age_text }}|{{ heartbeat.checked_at.year }}"
)


def drawn(template: str, user: Any) -> tuple[str, int]:
    """Return what a template shows to a user, and the queries it took."""
    request = RequestFactory().get("/")
    if user:
        request.user = user
    with CaptureQueriesContext(connection) as captured:
        text = engines["django"].from_string(template).render({}, request)
    return text, len(captured)


def test_staff_see_their_clinic_its_counts_and_the_heartbeat():
    clinic = make_clinic(name="Harbor")
    make_flag(make_surgery(make_patient(clinic=clinic)))
    make_patient(clinic=clinic)
    make_flag(make_surgery(make_patient(clinic=make_clinic())))
    Heartbeat.objects.create(name=sweep.NAME, at=timezone.now())
    text, queries = drawn(FRAME, make_user(clinic=clinic))
    year = timezone.now().year
    assert text == f"Fuseline|Harbor|1|2|False|less than a minute|{year}"
    assert queries == 2


def test_a_page_that_shows_nothing_of_it_asks_nothing():
    assert drawn("{{ product_name }}", make_user()) == ("Fuseline", 0)


@pytest.mark.parametrize("user", [None, AnonymousUser()])
def test_nobody_else_learns_anything(user):
    text, queries = drawn(FRAME + "{% if heartbeat %}!{% endif %}", user)
    assert text == "Fuseline||None|None|||"
    assert queries == 0


def test_patients_no_longer_followed_are_not_counted():
    clinic = make_clinic()
    patient = make_patient(clinic=clinic)
    patient.status, patient.status_since = "deceased", timezone.localdate()
    patient.save()
    assert drawn("{{ patient_count }}", make_user(clinic=clinic))[0] == "0"


def test_counting_stops_just_past_what_is_shown(monkeypatch):
    monkeypatch.setattr(context, "MOST_PATIENTS", 2)
    clinic = make_clinic()
    for _ in range(2):
        make_patient(clinic=clinic)
    user = make_user(clinic=clinic)
    assert drawn("{{ patient_count }}", user)[0] == "2"
    for _ in range(2):
        make_patient(clinic=clinic)
    assert drawn("{{ patient_count }}", user)[0] == "2+"
