"""A step taken by mistake is taken back whole, once, in time, and stays in the history."""

from datetime import timedelta

import pytest

from followups.choices import FlagEventKind, Severity
from followups.models import Flag, FlagEvent, FollowUp
from followups.services import cases, imaging, pins, undoing
from followups.services.undoing import Step, undo
from patients.models import ImagingStudy
from tests.factories import HOW_IT_ENDED, at, make_flag, make_user

pytestmark = pytest.mark.django_db

NOW = at(61)
SOON = NOW + timedelta(seconds=5)


@pytest.fixture
def nurse():
    return make_user("nurse")


@pytest.fixture
def flag():
    return make_flag()


def case(flag) -> FollowUp:
    return FollowUp.objects.get(surgery=flag.surgery_id)


def state(flag) -> tuple:
    """Return what a step may change: the case, its flags, and what stands above it."""
    names = ("owner_id", "pin", "pin_reason", "severity", "awaits_contact", "open_families")
    facts = Flag.objects.filter(surgery=flag.surgery_id).values(
        *("closed_at", "closed_by", "disposition", "next_step", "note", "acknowledged_at"),
        *("snoozed_until", "snooze_reason", "clock_started_at", "respond_by"),
    )
    waiting = ImagingStudy.objects.waiting().count()
    return tuple(getattr(case(flag), name) for name in names), list(facts), waiting


def snooze(flag, by):
    seen = case(flag)
    facts = {"flags": [flag], "until": at(70), "reason": "Seen", "version": seen.version}
    cases.snooze(seen, by=by, now=NOW, **facts)


def resolve(flag, by):
    seen = case(flag)
    cases.resolve(seen, flags=[flag], by=by, version=seen.version, now=NOW, **HOW_IT_ENDED)


def request(flag, by):
    facts = {"modality": "mri", "question": "nerve_compression", "note": ""}
    imaging.request(case(flag), by=by, version=case(flag).version, now=NOW, **facts)


STEPS = {
    FlagEventKind.CLAIMED: lambda flag, by: cases.claim(case(flag), by=by, now=NOW),
    FlagEventKind.HANDED_OVER: lambda flag, by: cases.hand_over(
        case(flag), to=make_user(), note="", by=by, version=case(flag).version, now=NOW
    ),
    FlagEventKind.ACKNOWLEDGED: lambda flag, by: cases.acknowledge(
        case(flag), by=by, version=case(flag).version, now=NOW
    ),
    FlagEventKind.SNOOZED: snooze,
    FlagEventKind.RESOLVED: resolve,
    FlagEventKind.PINNED: lambda flag, by: pins.pin(case(flag), reason="Ask", by=by, now=NOW),
    FlagEventKind.IMAGING_REQUESTED: request,
}


def take(kind, flag, by) -> Step:
    before = case(flag)
    STEPS[kind](flag, by)
    return Step(kind, NOW, case(flag).version, before.owner_id, before.pinned_at is not None)


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_is_taken_back_whole(flag, nurse, kind):
    before = state(flag)
    step = take(kind, flag, nurse)
    assert state(flag) != before

    undo(case(flag), step, by=nurse, now=SOON)

    assert state(flag) == before
    kinds = set(FlagEvent.objects.filter(flag=flag).values_list("kind", flat=True))
    assert {kind, FlagEventKind.UNDONE} <= kinds  # nothing is deleted


@pytest.mark.parametrize("kind", STEPS)
def test_undoing_twice_changes_nothing(flag, nurse, kind):
    step = take(kind, flag, nurse)
    undo(case(flag), step, by=nurse, now=SOON)
    once = state(flag), case(flag).version

    undo(case(flag), step, by=nurse, now=SOON)

    assert (state(flag), case(flag).version) == once
    assert FlagEvent.objects.filter(kind=FlagEventKind.UNDONE).count() == 1


def test_a_case_that_was_mine_and_pinned_comes_back_as_it_was(flag, nurse):
    cases.claim(case(flag), by=nurse, now=at(60, 13))
    pins.pin(case(flag), reason="The family is worried", by=nurse, now=at(60, 14))
    before = state(flag)
    step = take(FlagEventKind.RESOLVED, flag, nurse)

    undo(case(flag), step, by=nurse, now=SOON)

    assert state(flag) == before


def test_a_release_and_an_unpin_are_taken_back_too(flag, nurse):
    cases.claim(case(flag), by=nurse, now=at(60, 13))
    cases.release(case(flag), by=nurse, now=NOW)
    back = Step(FlagEventKind.RELEASED, NOW, case(flag).version, owner=nurse.pk)
    undo(case(flag), back, by=nurse, now=SOON)
    assert case(flag).owner == nurse

    pins.pin(case(flag), reason="Ask", by=nurse, now=NOW)
    pins.unpin(case(flag), by=nurse, now=NOW)
    back = Step(FlagEventKind.UNPINNED, NOW, case(flag).version, was_pinned=True)
    undo(case(flag), back, by=nurse, now=SOON)
    assert case(flag).pin_reason == "Ask"


def test_after_the_time_is_over_a_step_stands(flag, nurse):
    step = take(FlagEventKind.RESOLVED, flag, nurse)

    with pytest.raises(undoing.TooLate):
        undo(case(flag), step, by=nurse, now=NOW + undoing.WITHIN + timedelta(seconds=1))

    assert case(flag).severity is None


def test_what_a_colleague_has_built_on_stands(flag, nurse):
    step = take(FlagEventKind.ACKNOWLEDGED, flag, nurse)
    cases.claim(case(flag), by=make_user(), now=NOW)

    with pytest.raises(cases.Changed):
        undo(case(flag), step, by=nurse, now=SOON)


def test_a_withdrawn_request_no_longer_counts_and_stays_on_record(flag, nurse):
    undo(case(flag), take(FlagEventKind.IMAGING_REQUESTED, flag, nurse), by=nurse, now=SOON)

    study = ImagingStudy.objects.get()
    assert study.withdrawn_at == SOON
    request(flag, nurse)  # asked for again, on purpose
    assert ImagingStudy.objects.waiting().count() == 1


def test_an_emergency_is_never_snoozed(nurse):
    flag = make_flag(severity=Severity.EMERGENCY)
    with pytest.raises(cases.NotSnoozable):
        snooze(flag, nurse)
