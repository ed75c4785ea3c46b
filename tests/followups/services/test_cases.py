"""Working a case: one owner, one resolution, nobody's change lost."""

import pytest

from followups.choices import FlagEventKind
from followups.models import ContactAttempt, Flag, FlagEvent, FollowUp
from followups.services import cases, contacts
from tests.factories import HOW_IT_ENDED, at, make_flag, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag():
    return make_flag()


@pytest.fixture
def follow_up(flag):
    return FollowUp.objects.get(surgery=flag.surgery_id)


def resolve(follow_up, flag, *, by=None, version=None):
    return cases.resolve(
        follow_up,
        flags=[flag],
        by=by or make_user(),
        version=follow_up.version if version is None else version,
        now=at(61),
        **HOW_IT_ENDED,
    )


def test_resolving_closes_with_disposition_next_step_and_person(follow_up, flag):
    nurse = make_user()
    resolve(follow_up, flag, by=nurse)
    flag.refresh_from_db()
    assert (flag.disposition, flag.next_step) == ("advice", "routine_follow_up")
    assert flag.closed_by == nurse
    assert not FollowUp.objects.queue().exists()
    assert FlagEvent.objects.get(kind=FlagEventKind.RESOLVED).by == nurse


def test_two_reviewers_cannot_both_resolve(follow_up, flag):
    resolve(follow_up, flag)
    with pytest.raises(cases.Changed):
        resolve(follow_up, flag)
    assert FlagEvent.objects.filter(kind=FlagEventKind.RESOLVED).count() == 1


def test_nobody_closes_over_a_newer_answer(follow_up, flag):
    seen = follow_up.version
    contacts.record(follow_up, by=make_user(), method="phone", outcome="no_answer", now=at(60, 13))
    with pytest.raises(cases.Changed) as refusal:
        resolve(follow_up, flag, version=seen)
    assert refusal.value.follow_up.version > seen
    assert Flag.objects.open().exists()


def test_a_claimed_case_cannot_be_claimed_by_a_colleague(follow_up):
    first, second = make_user(), make_user()
    cases.claim(follow_up, by=first, now=at(60))
    cases.claim(follow_up, by=first, now=at(60))  # a double click
    with pytest.raises(cases.Changed):
        cases.claim(follow_up, by=second, now=at(60))
    with pytest.raises(cases.Changed):
        cases.release(follow_up, by=second, now=at(60))
    cases.release(follow_up, by=first, now=at(60))
    assert cases.claim(follow_up, by=second, now=at(60)).owner == second


def test_reaching_the_patient_stops_the_clock_and_leaves_the_default_queue(follow_up, flag):
    contacts.record(follow_up, by=make_user(), method="phone", outcome="no_answer", now=at(60, 13))
    assert FollowUp.objects.awaiting_contact().exists()
    contacts.record(follow_up, by=make_user(), method="phone", outcome="reached", now=at(60, 14))
    flag.refresh_from_db()
    assert flag.contacted_at == at(60, 14)
    assert not FollowUp.objects.awaiting_contact().exists()
    assert FollowUp.objects.queue().exists()
    assert ContactAttempt.objects.count() == 2


def test_acknowledging_is_not_contact(follow_up, flag):
    version = FollowUp.objects.get(pk=follow_up.pk).version
    cases.acknowledge(follow_up, by=make_user(), version=version, now=at(60, 13))
    flag.refresh_from_db()
    assert flag.acknowledged_at == at(60, 13)
    assert FollowUp.objects.awaiting_contact().exists()
    cases.acknowledge(follow_up, by=make_user(), version=version, now=at(60, 14))
    assert FlagEvent.objects.filter(kind=FlagEventKind.ACKNOWLEDGED).count() == 1
