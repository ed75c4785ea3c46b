"""Imaging, instrument scores and known deficits: stored, and looked at at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from followups.choices import Family, Rule, Severity
from followups.models import Flag
from followups.services import facts, histories, plans, sweep
from patients.models import ImagingStudy, InstrumentScore, KnownDeficit, RiskProfile
from tests.factories import OPERATED, at, make_clinic, make_report, make_surgery, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery():
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    surgery.visits.update(status="cancelled")
    surgery.check_ins.update(cancelled_at=at(0))
    return surgery


def imaging(surgery, **overrides):
    study = ImagingStudy(surgery=surgery, modality="xray", question="hardware_position")
    for name, value in overrides.items():
        setattr(study, name, value)
    return study


def score(surgery, instrument, value, *, day, **overrides):
    return facts.save(
        InstrumentScore(
            surgery=surgery,
            instrument=instrument,
            score=value,
            recorded_at=at(day),
            entered_by=make_user(clinic=surgery.clinic),
            **overrides,
        ),
        now=at(day),
    )


def flag(family):
    return Flag.objects.open().get(family=family)


def test_a_displaced_screw_is_urgent_until_somebody_signs_it_off(surgery):
    surgeon = make_user("surgeon", clinic=surgery.clinic)
    found = {
        "done_on": OPERATED + timedelta(days=42),
        "resulted_at": at(42),
        "findings": ["displacement"],
    }
    facts.save(imaging(surgery, **found), now=at(42))
    assert flag(Family.IMAGING).severity == Severity.URGENT

    study = ImagingStudy.objects.get()
    study.signed_off_at, study.signed_off_by = at(43), surgeon
    facts.save(study, now=at(43))
    assert flag(Family.IMAGING).data_cleared  # urgent: a person closes it


def test_planned_imaging_that_is_not_done_is_flagged_by_the_clock(surgery):
    facts.save(imaging(surgery, window_closes_on=OPERATED + timedelta(days=56)), now=at(30))
    assert not Flag.objects.exists()
    for day in range(55, 59):
        sweep.run(now=at(day))
    assert flag(Family.IMAGING).rule == Rule.IMAGING


def test_an_odi_much_worse_than_the_best_is_flagged(surgery):
    score(surgery, "odi", 22, day=91)
    assert not Flag.objects.exists()
    score(surgery, "odi", 38, day=366)
    assert flag(Family.FUNCTION).rule == Rule.PROM


def test_item_nine_of_the_phq9_is_an_emergency_from_two(surgery):
    score(surgery, "phq9", 12, item_9=2, day=91)
    assert flag(Family.SAFETY).severity == Severity.EMERGENCY


def test_opioids_before_surgery_make_long_use_routine_instead_of_soon(surgery):
    RiskProfile.objects.create(
        clinic=surgery.clinic,
        patient=surgery.patient,
        recorded_on=OPERATED,
        preop_opioids="daily",
    )
    for day in (84, 98, 112):
        make_report(surgery, day=day + 1, opioid="some")
    assert flag(Family.MEDS).severity == Severity.ROUTINE


def test_a_known_deficit_reaches_the_rules_and_still_does_not_silence_them(surgery):
    surgeon = make_user("surgeon", clinic=surgery.clinic)
    facts.save(
        KnownDeficit(surgery=surgery, item="bladder", assessed_on=OPERATED, assessor=surgeon),
        now=at(1),
    )
    history = histories.load(surgery, now=at(2)).history
    assert history.asked_since("bladder") == OPERATED
    make_report(surgery, day=8, bladder=True)
    assert flag(Family.CORD).rule == Rule.EMG_CES


def test_a_fact_of_a_stranger_is_refused(surgery):
    stranger = make_user("surgeon", clinic=make_clinic())
    deficit = KnownDeficit(surgery=surgery, item="weak", assessed_on=OPERATED, assessor=stranger)
    with pytest.raises(ValidationError):
        facts.save(deficit, now=at(1))
