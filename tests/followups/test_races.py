"""What happens when many things happen at once. Real commits and real threads."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from followups.choices import ReminderState
from followups.clock import database_now
from followups.models import CheckIn, Evaluation, Flag, FlagEvent, FollowUp, Reminder, Visit
from followups.models.plan import BIRTH_DATE_TRIES
from followups.services import cases, check_ins, reminders, sweep
from patients.models import SymptomReport
from tests.factories import (
    HOW_IT_ENDED,
    at,
    make_check_in,
    make_flag,
    make_surgery,
    make_user,
)
from tests.faults import load

pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, act: Callable[[int], object]) -> list[object]:
    """Run ``act`` in threads that start at one moment; exceptions are results."""
    gate = Barrier(count)

    def run(number: int) -> object:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda number: in_thread(run, number), range(count)))


def in_thread(act: Callable[[int], object], number: int) -> object:
    """Act on a connection of one's own; an exception is a result."""
    try:
        return act(number)
    except Exception as error:  # the test looks at what came of it
        return error
    finally:
        connection.close()


def test_one_of_eight_submits_wins():
    check_in = make_check_in(day=7)
    outcomes = together(
        8,
        lambda _: check_ins.submit(
            check_in,
            answers={"saddle": True},
            complete=True,
            submission_id=uuid.uuid4(),
            now=at(7),
        ),
    )
    losers = [outcome for outcome in outcomes if isinstance(outcome, check_ins.NotAwaited)]
    assert len(losers) == 7
    assert SymptomReport.objects.count() == Flag.objects.count() == 1
    assert Evaluation.objects.count() == FlagEvent.objects.count() == 1


def test_one_form_sent_eight_times_at_once_is_one_report():
    check_in, form = make_check_in(day=7), uuid.uuid4()
    outcomes = together(
        8,
        lambda _: check_ins.submit(
            check_in,
            answers={"saddle": True},
            complete=True,
            submission_id=form,
            now=at(7),
        ),
    )
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert SymptomReport.objects.count() == Flag.objects.count() == 1


def test_fifty_wrong_birth_dates_at_once_are_five_tries():
    check_in = make_check_in(day=7)
    outcomes = together(
        50, lambda _: check_ins.birth_date_matches(check_in, given=date(1980, 1, 1))
    )
    assert sum(outcome is False for outcome in outcomes) == BIRTH_DATE_TRIES
    assert sum(isinstance(outcome, check_ins.Locked) for outcome in outcomes) == 45


def test_three_sweeps_at_once_make_no_duplicate():
    for _ in range(3):
        make_surgery()
    together(3, lambda _: sweep.run(now=at(0)))
    assert FollowUp.objects.count() == 3
    assert CheckIn.objects.count() == 3 * 47
    assert Visit.objects.count() == 3 * 6
    together(3, lambda _: sweep.run(now=at(3, 9)))
    assert Reminder.objects.count() == 3 * 3
    together(3, lambda _: sweep.run(now=at(25)))
    assert Flag.objects.open().filter(family="contact").count() == 3
    assert Evaluation.objects.count() == 3


def test_a_report_and_the_sweep_raise_one_flag_between_them():
    check_in = make_check_in(day=14)

    def act(number: int) -> object:
        if number % 2:
            return sweep.run(now=at(14))
        return check_ins.submit(
            check_in,
            answers={"weak": "new"},
            complete=True,
            submission_id=uuid.uuid4(),
            now=at(14),
        )

    together(8, act)
    assert Flag.objects.filter(family="cord").count() == 1


@pytest.mark.parametrize("episodes", [100, 10_000])
def test_six_schedulers_at_once_plan_each_message_once(episodes):
    now = database_now()
    load.add_people(episodes, now=now)

    def schedule(_: int) -> None:
        for _ in range(3):
            while reminders.plan_due(now=now):
                pass

    together(6, schedule)
    assert Reminder.objects.count() == 3 * episodes


def test_two_senders_share_the_outbox_and_send_each_message_once():
    for _ in range(6):
        make_check_in(make_surgery(), day=7)
    reminders.plan_due(now=at(7, 9))
    together(4, lambda _: reminders.send_due(clock=lambda: at(7, 9)))
    assert len(mail.outbox) == 6
    assert Reminder.objects.filter(state=ReminderState.SENT).count() == 6


def test_of_many_reviewers_one_resolves_and_one_claims():
    flag = make_flag()
    follow_up = FollowUp.objects.get(surgery=flag.surgery_id)
    staff = [make_user() for _ in range(6)]
    claims = together(6, lambda n: cases.claim(follow_up, by=staff[n], now=at(60)))
    assert sum(isinstance(claim, FollowUp) for claim in claims) == 1
    follow_up.refresh_from_db()
    resolutions = together(
        6,
        lambda n: cases.resolve(
            follow_up,
            flags=[flag],
            by=staff[n],
            version=follow_up.version,
            now=at(61),
            **HOW_IT_ENDED,
        ),
    )
    assert sum(isinstance(each, FollowUp) for each in resolutions) == 1
    assert FlagEvent.objects.filter(kind="resolved").count() == 1


def test_of_two_hundred_reviews_of_the_same_cases_one_each_is_kept():
    everybody = [make_user() for _ in range(10)]
    flags = [make_flag() for _ in range(20)]
    found = {flag.pk: FollowUp.objects.get(surgery=flag.surgery_id) for flag in flags}

    def review(number: int) -> str:
        """Claim a case and resolve it as it was seen; return the note that was taken."""
        flag, by = flags[number % 20], everybody[number // 20]
        seen = found[flag.pk]
        with suppress(cases.Changed):
            seen = cases.claim(seen, by=by, now=at(60))
        ending = HOW_IT_ENDED | {"note": f"Note {number}"}
        facts = {"flags": [flag], "by": by, "version": seen.version, "now": at(61)}
        cases.resolve(seen, **facts, **ending)
        return f"Note {number}"

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda number: in_thread(review, number), range(200)))

    kept = {outcome for outcome in outcomes if isinstance(outcome, str)}
    assert len(kept) == 20
    assert all(isinstance(outcome, str | cases.Changed) for outcome in outcomes)
    assert set(Flag.objects.values_list("note", flat=True)) == kept
    events = FlagEvent.objects.filter(kind__in=["claimed", "resolved"])
    assert sorted(Counter(events.values_list("flag", "kind")).values()) == [1] * 40
