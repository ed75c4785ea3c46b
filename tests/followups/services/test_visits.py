"""Booking: one time, one patient; what no longer stands is kept."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from followups.choices import AppointmentEnd, CancelReason, VisitStatus, WaiveReason
from followups.models import Appointment, ClosedDay, SlotTemplate, Visit
from followups.rules.slots import Slot
from followups.services import appointments, plans, slots, visits
from tests.factories import (
    OPERATED,
    at,
    make_clinic,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
    the_clinic,
)
from tests.followups.test_races import together

pytestmark = pytest.mark.django_db

NOW = at(40)  # Saturday, April 11
MONDAY = at(42, 9)


def expected(kind="6wk", **facts):
    surgery = make_surgery(make_patient(**facts))
    make_follow_up(surgery)
    return Visit.objects.get(surgery=surgery, kind=kind)


@pytest.fixture
def surgeon():
    return make_user("surgeon")


def offer(clinician, **facts):
    usual = {"weekday": 0, "starts_at": time(9), "minutes": 20, "in_a_row": 2}
    return SlotTemplate.objects.create(
        clinic=clinician.clinic, clinician=clinician, **(usual | facts)
    )


def free(visit, now=NOW):
    today = visit.clinic.today(now)
    book = slots.diary(visit.clinic, first=today, last=today + timedelta(days=13), now=now)
    return list(book.free(visit.kind))


def take(visit, slot, now=NOW, **facts):
    return visits.take(visit, slot, by=None, now=now, **facts)


def standing(visit):
    return Appointment.objects.standing().get(visit=visit)


# --- taking a time ---------------------------------------------------------------------


def test_a_slot_is_taken_and_no_longer_offered(surgeon):
    offer(surgeon)
    visit = expected()
    first, *others = free(visit)

    take(visit, first)

    assert (visit.status, visit.booked_for) == (VisitStatus.BOOKED, MONDAY)
    assert standing(visit).clinician == surgeon
    assert free(visit) == others


def test_the_same_time_is_not_given_twice(surgeon):
    offer(surgeon)
    one, two = expected(), expected()
    slot = free(one)[0]
    take(one, slot)

    with pytest.raises(appointments.SlotTaken):
        take(two, slot)
    two.refresh_from_db()
    assert two.status == VisitStatus.PLANNED


def test_overlapping_times_are_not_given_to_one_person(surgeon):
    one, two = expected(), expected()
    visits.book(one, booked_for=MONDAY, clinician=surgeon.pk, now=NOW)
    half = MONDAY + timedelta(minutes=10)

    with pytest.raises(appointments.SlotTaken):
        visits.book(two, booked_for=half, clinician=surgeon.pk, now=NOW)
    visits.book(two, booked_for=MONDAY + timedelta(minutes=20), clinician=surgeon.pk, now=NOW)


def test_a_slot_has_as_many_places_as_it_says(surgeon):
    offer(surgeon, capacity=2)
    slot = free(expected())[0]
    for _ in range(2):
        take(expected(), slot)

    with pytest.raises(appointments.SlotTaken):
        take(expected(), slot)
    places = Appointment.objects.standing().values_list("place", flat=True)
    assert sorted(places) == [0, 1]


def test_the_database_alone_refuses_a_double_booking(surgeon):
    visit, other = expected(), expected()
    visits.book(visit, booked_for=MONDAY, clinician=surgeon.pk, now=NOW)
    row = standing(visit)
    row.pk, row.visit = None, other
    row.starts_at += timedelta(minutes=10)

    with pytest.raises(IntegrityError, match="no_double_booking"), transaction.atomic():
        row.save(force_insert=True)


def test_nothing_is_booked_in_the_past(surgeon):
    with pytest.raises(appointments.InThePast):
        visits.book(expected(), booked_for=NOW, now=NOW)


def test_nobody_of_another_clinic_or_who_has_left_is_booked():
    left = make_user("surgeon", is_active=False, clinic=the_clinic())
    stranger = make_user("surgeon", clinic=make_clinic())
    for clinician in (stranger, left):
        with pytest.raises(appointments.NotHere):
            visits.book(expected(), booked_for=MONDAY, clinician=clinician.pk, now=NOW)


def test_taking_a_time_twice_changes_nothing(surgeon):
    offer(surgeon)
    visit = expected()
    slot = free(visit)[0]
    take(visit, slot)

    take(visit, slot)

    assert Appointment.objects.filter(visit=visit).count() == 1


# --- giving it back --------------------------------------------------------------------


def test_a_moved_visit_keeps_its_old_time_in_its_history(surgeon):
    offer(surgeon)
    visit = expected()
    first, second, *_ = free(visit)
    take(visit, first)

    take(visit, second, now=NOW + timedelta(hours=1))

    old = Appointment.objects.get(visit=visit, end=AppointmentEnd.MOVED)
    assert (old.starts_at, standing(visit).starts_at) == (first.starts_at, second.starts_at)
    assert free(visit)[0] == first  # and somebody else can have it


def test_a_cancelled_time_says_why_and_is_free_again(surgeon):
    offer(surgeon)
    visit = expected()
    slot = free(visit)[0]
    take(visit, slot)

    visits.cancel(visit, reason=CancelReason.UNWELL, now=NOW)

    (row,) = Appointment.objects.filter(visit=visit)
    assert (row.end, row.cancel_reason) == (AppointmentEnd.CANCELLED, CancelReason.UNWELL)
    assert slot in free(visit)


def test_not_attending_can_only_be_said_afterwards(surgeon):
    visit = visits.book(expected(), booked_for=MONDAY, now=NOW)
    with pytest.raises(visits.NotYet):
        visits.no_show(visit, now=NOW)

    visits.no_show(visit, now=MONDAY + timedelta(hours=1))

    assert visit.status == VisitStatus.NO_SHOW
    assert Appointment.objects.get(visit=visit).end == AppointmentEnd.NO_SHOW


def test_somebody_without_an_appointment_is_seen_and_it_is_on_record(surgeon):
    visit = visits.walk_in(expected(), by=surgeon, now=NOW)

    assert (visit.status, visit.completed_on) == (VisitStatus.COMPLETED, NOW.date())
    assert Appointment.objects.get(visit=visit).end == AppointmentEnd.CAME


def test_a_patient_who_left_gives_the_time_back(surgeon):
    offer(surgeon)
    visit = expected()
    slot = free(visit)[0]
    take(visit, slot)

    plans.change_status(visit.surgery.patient, status="withdrawn", since=NOW.date(), now=NOW)

    assert Appointment.objects.get(visit=visit).end == AppointmentEnd.PLAN_ENDED
    assert slot in free(expected())


def test_a_waived_visit_names_who_decided_and_why(surgeon):
    visit = visits.waive(expected(), reason=WaiveReason.UNREACHED, by=surgeon, now=NOW)

    assert visit.status == VisitStatus.CANCELLED
    assert (visit.waived_by, visit.waive_reason) == (surgeon, WaiveReason.UNREACHED)


def test_a_corrected_surgery_date_moves_the_window_and_never_the_appointment(surgeon):
    visit = visits.book(expected(), booked_for=MONDAY, now=NOW)
    surgery = visit.surgery

    plans.correct_surgery(surgery, facts={"performed_on": OPERATED + timedelta(days=30)}, now=NOW)

    visit.refresh_from_db()
    assert visit.booked_for == MONDAY
    assert visit.opens_on == OPERATED + timedelta(days=58)


# --- what is offered -------------------------------------------------------------------


def test_a_closed_day_offers_nothing(surgeon):
    offer(surgeon)
    visit = expected()
    ClosedDay.objects.create(clinic=visit.clinic, on=MONDAY.date(), name="Clinic closed")

    assert [slot.starts_at.day for slot in free(visit)] == [20, 20]


def test_a_slot_name_is_looked_up_and_never_trusted(surgeon):
    offer(surgeon, kinds=["2wk"])
    visit = expected()
    slot = Slot(MONDAY, 20, surgeon.pk)
    assert slots.offered(visit.clinic, slot.key, kind="2wk", now=NOW).starts_at == MONDAY
    strange = Slot(MONDAY + timedelta(minutes=7), 20, surgeon.pk).key
    names = ["", "-", "1-", "x-y", "٣-٣", f"{surgeon.pk}-99999999999999", strange]
    for key in [*names, Slot(MONDAY - timedelta(days=7), 20, surgeon.pk).key]:
        with pytest.raises(slots.NotOffered):
            slots.offered(visit.clinic, key, kind="2wk", now=NOW)
    with pytest.raises(slots.NotOffered):  # not for this kind of visit
        slots.offered(visit.clinic, slot.key, kind="6wk", now=NOW)
    with pytest.raises(slots.NotOffered):  # another clinic does not have it
        slots.offered(make_clinic(), slot.key, kind="2wk", now=NOW)


def test_a_clinic_that_changes_its_time_zone_keeps_its_appointments(surgeon):
    offer(surgeon)
    visit, clinic = expected(), surgeon.clinic
    take(visit, free(visit)[0])

    clinic.time_zone = "America/Chicago"
    clinic.save()

    moved = expected()
    assert standing(visit).starts_at == MONDAY
    assert free(moved)[0].starts_at == MONDAY + timedelta(hours=1)  # nine o'clock there
    with pytest.raises(appointments.SlotTaken):
        visits.book(moved, booked_for=MONDAY, clinician=surgeon.pk, now=NOW)


# --- at the same moment ----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("capacity", [1, 3])
def test_of_twenty_who_book_one_slot_as_many_get_it_as_it_has_places(capacity):
    surgeon = make_user("surgeon")
    offer(surgeon, capacity=capacity)
    waiting = [expected() for _ in range(20)]
    slot = free(waiting[0])[0]

    outcomes = together(20, lambda number: take(waiting[number], slot))

    lost = [each for each in outcomes if isinstance(each, appointments.SlotTaken)]
    booked = [each for each in outcomes if isinstance(each, Visit)]
    assert (len(booked), len(lost)) == (capacity, 20 - capacity), outcomes
    places = Appointment.objects.standing().values_list("place", flat=True)
    assert sorted(places) == list(range(capacity))


@pytest.mark.django_db(transaction=True)
def test_one_visit_moved_by_two_at_once_has_one_time():
    surgeon = make_user("surgeon")
    offer(surgeon)
    visit = expected()
    options = free(visit)

    together(2, lambda number: take(Visit.objects.get(pk=visit.pk), options[number]))

    visit.refresh_from_db()
    assert standing(visit).starts_at == visit.booked_for
