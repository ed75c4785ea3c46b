"""The sender: nothing is lost, little is repeated, and one bad row or provider stops nobody."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from followups.choices import ReminderState
from followups.models import Provider, Reminder
from followups.notify import CannotSend, Refused, UnknownOutcome
from followups.services import holds, reminders
from followups.services.reminders import channels
from followups.services.reminders.outbox import Reminders
from followups.services.sending import claims, outcomes
from followups.services.sending.circuit import Channels
from followups.services.sending.turn import Turn
from patients.models import ContactChannel
from tests.factories import at, make_check_in, make_patient, make_surgery, make_user
from tests.followups.services.sending.provider import Provider as FakeProvider

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)
RECEIPT = timedelta(minutes=15)
DUE = at(7, 9)


@pytest.fixture
def provider(monkeypatch):
    return FakeProvider(monkeypatch)


def due(number=1):
    """Plan so many messages that are due at nine on day seven."""
    for _ in range(number):
        make_check_in(make_surgery(make_patient()), day=7)
    reminders.plan_due(now=DUE)
    Reminder.objects.filter(step__gt=0).delete()


def send(now=DUE, **options):
    return reminders.send_due(clock=lambda: now, **options)


def claim(now=DUE):
    """Take one message as a sender does that is killed right after."""
    [taken] = claims.take(Reminders(), ["email"], now, most=1)
    return taken


def killed_while_sending(now=DUE):
    taken = claim(now)
    assert outcomes.begin(Reminders(), taken, now)
    return taken


def turn(message, now):
    return Turn(Reminders(), message, Channels(now), lambda: now).take()


def the(field):
    return Reminder.objects.values_list(field, flat=True).get()


# leases


def test_a_lost_sender_is_replaced_when_its_lease_runs_out(provider):
    due()
    claim()
    assert send() == 0
    assert send(DUE + LEASE + timedelta(seconds=1)) == 1


def test_a_sender_that_slept_past_its_lease_does_not_send(provider):
    due()
    sleeper = claim()
    later = DUE + LEASE * 2
    assert send(later) == 1
    assert not turn(sleeper, later)
    assert len(provider.calls) == 1
    assert the("state") == ReminderState.SENT


def test_a_sender_that_slept_past_its_lease_leaves_its_successor_alone(provider):
    due()
    sleeper = claim()
    later = DUE + LEASE * 2
    successor = claim(later)
    assert not turn(sleeper, later)
    assert the("state") == ReminderState.SENDING
    assert turn(successor, later)
    assert len(provider.calls) == 1


def test_attempts_are_counted_at_the_send_not_at_the_claim(provider):
    due()
    claim()
    assert the("attempts") == 0


# unclear ends


def test_with_an_idempotency_key_an_unclear_message_is_repeated_at_once(provider):
    provider.honours_keys = True
    due()
    killed_while_sending()
    assert send(DUE + LEASE * 2) == 1
    assert the("attempts") == 2


def test_without_one_it_waits_for_the_receipt_first(provider):
    due()
    killed_while_sending()
    assert send(DUE + LEASE * 2) == 0
    assert the("reason") == "It may have left: waiting for the provider's receipt."
    assert send(DUE + RECEIPT - timedelta(seconds=1)) == 0
    assert send(DUE + RECEIPT) == 1


def test_a_receipt_says_that_it_left_and_nothing_is_repeated(provider):
    due()
    killed_while_sending()
    Reminder.objects.update(delivery="accepted")
    assert send(DUE + LEASE * 2) == 0
    assert (the("state"), the("sent_at")) == (ReminderState.SENT, DUE)
    assert provider.calls == []


def test_unclear_twice_somebody_has_to_look(provider):
    due()
    provider.fails = [UnknownOutcome("TimeoutError"), UnknownOutcome("TimeoutError")]
    send()
    send(DUE + RECEIPT)
    assert send(DUE + RECEIPT * 2) == 0
    assert the("state") == ReminderState.QUARANTINED
    assert the("reason") == "Begun 2 times, and nobody knows whether it left."
    assert len(provider.calls) == 2


def test_a_message_that_kills_its_senders_is_set_aside_after_five(provider):
    provider.honours_keys = True
    due()
    now = DUE
    for _ in range(5):
        killed_or_settled = claims.take(Reminders(), ["email"], now, most=1)[0]
        assert not outcomes.settle(killed_or_settled, now)
        assert outcomes.begin(Reminders(), killed_or_settled, now)
        now += LEASE * 2
    assert send(now) == 0
    assert (the("state"), the("attempts")) == (ReminderState.QUARANTINED, 5)
    assert provider.calls == []


def test_innocents_claimed_with_a_killer_lose_nothing_but_time(provider):
    due(5)
    taken = claims.take(Reminders(), ["email"], DUE, most=5)
    outcomes.begin(Reminders(), taken[0], DUE)  # and the process is gone
    assert send(DUE + LEASE * 2) == 4
    assert sorted(Reminder.objects.values_list("attempts", flat=True)) == [1] * 5


def test_what_was_tried_before_is_claimed_last_and_alone(provider):
    due(4)
    tried = Reminder.objects.order_by("pk")[:2]
    Reminder.objects.filter(pk__in=[each.pk for each in tried]).update(attempts=1)
    fresh = claims.take(Reminders(), ["email"], DUE, most=10)
    assert len(fresh) == 2
    assert {each.attempts for each in fresh} == {0}
    assert len(claims.take(Reminders(), ["email"], DUE, most=10)) == 1


# what providers answer


def test_a_refusal_is_for_good_and_closes_a_dead_address(provider):
    due()
    provider.fails = [Refused("No such mailbox (550).", should_close_channel=True)]
    assert send() == 0
    assert (the("state"), the("reason")) == (ReminderState.FAILED, "No such mailbox (550).")
    reminder = Reminder.objects.get()
    assert not reminder.patient.channels.usable().exists()


def test_a_busy_provider_is_asked_again_later_and_later_but_never_given_up(provider):
    due()
    waits, now = [], DUE
    for _ in range(12):
        provider.fails = [CannotSend("Busy (421).")]
        Provider.objects.all().delete()  # the breaker has tests of its own
        send(now)
        waits.append(the("not_before") - now)
        now = the("not_before")
    assert the("state") == ReminderState.PENDING
    assert all(timedelta(0) < wait <= timedelta(minutes=30) for wait in waits)
    assert send(now) == 1


def test_a_provider_that_says_when_to_come_back_is_heard(provider):
    due()
    provider.fails = [CannotSend("Too many (429).", retry_after=timedelta(minutes=45))]
    send()
    assert the("not_before") >= DUE + timedelta(minutes=45)


def test_a_provider_that_answers_garbage_breaks_one_message_only(provider):
    due(2)
    provider.fails = [KeyError("sid")]
    assert send() == 1
    assert "KeyError" in Reminder.objects.exclude(state="sent").get().reason


def test_a_message_past_its_end_is_never_sent(provider):
    due()
    provider.fails = [CannotSend("Busy (421).")]
    send()
    assert send(at(10, 10)) == 0
    assert (the("state"), the("reason")) == (ReminderState.EXPIRED, "Too late. Busy (421).")


def test_the_providers_name_for_it_is_kept(provider):
    due()
    send()
    assert the("provider_id") == f"id-{the('public_id')}"


# the breaker


def test_five_failures_in_a_row_leave_the_provider_alone_for_a_minute(provider):
    due(20)
    provider.down = True
    send()
    assert len(provider.calls) == 5
    assert send(DUE + timedelta(seconds=59)) == 0
    assert len(provider.calls) == 5


def test_after_the_minute_one_message_tries(provider):
    due(20)
    provider.down = True
    send()
    send(DUE + timedelta(seconds=61))
    assert len(provider.calls) == 6
    send(DUE + timedelta(seconds=62))
    assert len(provider.calls) == 6


def test_once_it_works_again_everything_leaves_at_once(provider):
    due(20)
    provider.down = True
    send()
    provider.down = False
    assert send(DUE + timedelta(seconds=61)) == 20
    assert not Provider.objects.filter(failures__gt=0).exists()


def test_a_provider_down_for_an_hour_is_called_sixty_times_not_thousands(provider):
    due(100)
    provider.down = True
    for second in range(0, 3600, 30):
        send(DUE + timedelta(seconds=second))
    assert len(provider.calls) <= 100 + 200
    assert len(provider.calls) < 70
    provider.down = False
    assert send(DUE + timedelta(seconds=3661)) == 100


# holds


def test_nothing_leaves_while_held_and_everything_after(provider):
    due(3)
    clinic = Reminder.objects.first().clinic
    hold = holds.place(clinic, by=make_user("administrator"), reason="Wrong numbers", now=DUE)
    assert send() == 0
    assert provider.calls == []
    holds.release(hold, by=make_user("administrator"), reason="Numbers corrected", now=DUE)
    assert send() == 3


def test_a_hold_stops_what_was_claimed_already(provider):
    due()
    taken = claim()
    holds.place(taken.clinic, by=make_user("administrator"), reason="Wrong numbers", now=DUE)
    assert not turn(taken, DUE)
    assert (the("state"), the("attempts")) == (ReminderState.PENDING, 0)


def test_one_bad_wording_keeps_nobody_waiting(provider, monkeypatch):
    due(3)
    from followups.services.reminders import wording

    original, bad = wording.worded, Reminder.objects.order_by("pk").first().pk
    monkeypatch.setattr(
        wording, "worded", lambda m, **kw: 1 / 0 if m.pk == bad else original(m, **kw)
    )
    assert send() == 2
    reminder = Reminder.objects.get(pk=bad)
    assert reminder.state == ReminderState.QUARANTINED
    assert reminder.reason == "It could not be worded (ZeroDivisionError)."


def test_no_transaction_is_open_while_a_message_is_sent(provider, transactional_db):
    due()
    send()
    assert provider.in_transaction == [False]


@pytest.mark.django_db(transaction=True)
def test_who_opts_out_while_it_is_worded_gets_nothing_and_nobody_has_to_look(provider, monkeypatch):
    due()
    begin = outcomes.begin

    def opt_out():
        ContactChannel.objects.update(opted_out_at=DUE)
        connection.close()

    def begin_and_opt_out(*asked):
        begun = begin(*asked)
        elsewhere = Thread(target=opt_out)
        elsewhere.start()
        elsewhere.join()
        return begun

    monkeypatch.setattr(outcomes, "begin", begin_and_opt_out)
    assert send() == 0
    assert provider.calls == []
    assert (the("attempts"), the("state")) == (0, ReminderState.SUPPRESSED)


def test_what_is_wanted_after_all_is_looked_at_again(provider, monkeypatch):
    due()
    with monkeypatch.context() as away:
        away.setattr(channels, "address", lambda *asked: "")
        assert send() == 0
    assert (the("attempts"), the("state")) == (0, ReminderState.PENDING)
    assert send(DUE + timedelta(minutes=1)) == 1
