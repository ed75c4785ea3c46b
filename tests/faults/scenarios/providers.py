"""Providers that are away, busy, silent or forgetful, and an outage of three days."""

import time
from collections.abc import Callable

from tests.faults.cast import KNOWN_AGAIN, NEW_EACH_TIME, RECEIPT, UNHURRIED
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

SENDERS = 3
AWAY_SECONDS = 8
MOST_CALLS = 30  # in that time: failures until it is left alone, those under way, then probes
SHARE = 0.01
TIMEOUT = 1  # seconds, where calls hang
SETTLING = 3  # seconds until a trial sees that all is done


Act = Callable[[Trial], None]


def interrupted(trial: Trial, begin: Act, end: Act, *, in_the_air: int = 0) -> Outcome:
    """Let a third of the messages leave, break the provider for a while, and mend it.

    What is ``in_the_air`` when it breaks may have been taken without a reply.
    """
    trial.fill(trial.plan.at_most(600))
    trial.senders(SENDERS)
    trial.wait_for_arrivals(len(trial.due) // 3)
    calls = trial.provider.received.calls
    begin(trial)
    time.sleep(AWAY_SECONDS)
    trial.provider.received.look()
    asked = trial.provider.received.calls - calls
    end(trial)
    trial.faults = 1
    trial.recovered()
    trial.settle()
    made = trial.outcome(duplicates=in_the_air, notes=[f"{asked} calls meanwhile"])
    made.require(asked <= MOST_CALLS, f"{asked} calls to a provider that is down")
    return made


def mend(trial: Trial) -> None:
    trial.provider.behave("ok")


@scenario("mail provider away", seconds=lambda plan: 40, in_quick=False)
def away(ground: Ground, plan: Plan, name: str) -> Outcome:
    def go(trial: Trial) -> None:
        trial.provider.process.kill()

    def come_back(trial: Trial) -> None:
        trial.provider.start()

    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        return interrupted(trial, go, come_back, in_the_air=SENDERS)


@scenario("mail provider answers 451", seconds=lambda plan: 40)
def busy(ground: Ground, plan: Plan, name: str) -> Outcome:
    """A few failures, then it is left alone and only tried now and then (G8)."""
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        return interrupted(trial, lambda trial: trial.provider.behave("error_451"), mend)


@scenario("text provider answers 500", seconds=lambda plan: 40, in_quick=False)
def broken(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(ground, plan, name, lease=UNHURRIED, texts=NEW_EACH_TIME) as trial:
        return interrupted(trial, lambda trial: trial.provider.behave("error_500"), mend)


@scenario("text provider answers 429", seconds=lambda plan: 40, in_quick=False)
def crowded(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(ground, plan, name, lease=UNHURRIED, texts=NEW_EACH_TIME) as trial:
        return interrupted(trial, lambda trial: trial.provider.behave("error_429"), mend)


def hanging(trial: Trial, **more: float) -> Outcome:
    """A call that hangs before it is taken costs its time-out, and nobody else's message (G7).

    The first half leaves undisturbed; the second may take twice as long, and the time-outs.
    """
    half = trial.plan.at_most(1000)
    trial.fill(2 * half)
    began = time.monotonic()
    trial.senders(SENDERS)
    trial.wait_for_arrivals(half)
    undisturbed = time.monotonic() - began
    trial.provider.behave("hang_before", share=SHARE, **more)
    trial.settle()
    disturbed = time.monotonic() - began - undisturbed
    trial.faults = round(SHARE * half)
    most = 2 * undisturbed + trial.faults * TIMEOUT + RECEIPT + SETTLING
    made = trial.outcome(duplicates=0, notes=[f"{undisturbed:.1f} s, then {disturbed:.1f} s"])
    made.require(disturbed <= most, f"it took longer than {most:.0f} s")
    return made


@scenario("mail provider hangs on 1 %", seconds=lambda plan: 40, in_quick=False)
def hang(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(ground, plan, name, lease=UNHURRIED, FAULTS_TIMEOUT=str(TIMEOUT)) as trial:
        return hanging(trial)


@scenario("text provider hangs on 1 %", seconds=lambda plan: 40, in_quick=False)
def hang_texting(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(
        ground, plan, name, lease=UNHURRIED, texts=NEW_EACH_TIME, FAULTS_TIMEOUT=str(TIMEOUT)
    ) as trial:
        return hanging(trial, delay=5)


@scenario("mail provider drops its reply", seconds=lambda plan: 30)
def forget(ground: Ground, plan: Plan, name: str) -> Outcome:
    """Taken, but not said so: nobody can know, so it may be sent a second time."""
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        trial.provider.behave("drop", share=2 * SHARE)
        trial.fill(plan.at_most(600))
        trial.senders(SENDERS)
        trial.settle()
        trial.provider.received.look()
        trial.faults = trial.provider.received.drops
        return trial.outcome(duplicates=trial.faults)


@scenario("text provider drops, known again", seconds=lambda plan: 30, in_quick=False)
def forget_known_again(ground: Ground, plan: Plan, name: str) -> Outcome:
    """The reference is its idempotency key: the repeat is no second message."""
    with Trial(ground, plan, name, lease=UNHURRIED, texts=KNOWN_AGAIN) as trial:
        trial.provider.behave("drop", share=2 * SHARE)
        trial.fill(plan.at_most(600))
        trial.senders(SENDERS)
        trial.settle()
        trial.faults = round(2 * SHARE * len(trial.due))
        return trial.outcome(duplicates=0, copies=1)
