"""A clinic with one restricted record, somebody of its team and somebody who is not."""

import time

import pytest
from allauth.account.internal.flows import login

from clinic.staff.models import User
from patients import restrictions
from patients.models import Patient
from tests.factories import at, make_patient, make_surgery, make_user

REASON = "Post-operative bleeding, surgeon cannot be reached."


def come_in(client, user: User, *, recently: bool = True) -> User:
    """Sign somebody in, by default having just shown a password."""
    client.force_login(user)
    if recently:
        session = client.session
        shown = {"method": "password", "at": time.time(), "reauthenticated": True}
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
        session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()
    return user


@pytest.fixture
def surgeon() -> User:
    return make_user("surgeon")


@pytest.fixture
def outsider() -> User:
    return make_user("nurse")


@pytest.fixture
def patient(surgeon) -> Patient:
    patient: Patient = make_patient(given_name="Grace", family_name="Hopper", mrn="SECRET-1")
    make_surgery(patient, surgeon=surgeon)
    return patient


@pytest.fixture
def restricted(patient: Patient, surgeon: User) -> Patient:
    restrictions.restrict(patient, members=[], reason="Works here.", by=surgeon, now=at(1))
    return patient
