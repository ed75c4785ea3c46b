"""Providers that are away, busy, silent or forgetful, and an outage of three days."""

import time
from collections.abc import Callable

from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

SENDERS = 3
AWAY_SECONDS = 8
SHARE = 0.01


Act = Callable[[Trial], None]


def interrupted(
    ground: Ground, plan: Plan, name: str, begin: Act, end: Act, *, in_the_air: int = 0
) -> Outcome:
    """Let a third of the messages leave, break the provider for a while, and mend it.

    What is ``in_the_air`` when it breaks may have been taken without a reply.
    """
    with Trial(ground, plan, name) as trial:
        trial.fill(plan.at_most(600))
        trial.senders(SENDERS)
        trial.wait_for_arrivals(len(trial.due) // 3)
        calls = trial.mail.received.calls
        begin(trial)
        time.sleep(AWAY_SECONDS)
        end(trial)
        trial.faults = 1
        trial.mail.received.look()
        asked = trial.mail.received.calls - calls
        trial.recovered()
        trial.settle()
        notes = [f"{asked} calls meanwhile", trial.recovery()]
        return trial.outcome(duplicates=in_the_air, notes=notes)


@scenario("mail provider away", seconds=lambda plan: 50)
def away(ground: Ground, plan: Plan, name: str) -> Outcome:
    def go(trial: Trial) -> None:
        trial.mail.process.kill()

    def come_back(trial: Trial) -> None:
        trial.mail.start()

    return interrupted(ground, plan, name, go, come_back, in_the_air=SENDERS)


@scenario("mail provider answers 451", seconds=lambda plan: 50)
def busy(ground: Ground, plan: Plan, name: str) -> Outcome:
    def begin(trial: Trial) -> None:
        trial.mail.behave("busy")

    def end(trial: Trial) -> None:
        trial.mail.behave("ok")

    return interrupted(ground, plan, name, begin, end)


@scenario("mail provider hangs on 1 %", seconds=lambda plan: 40)
def hang(ground: Ground, plan: Plan, name: str) -> Outcome:
    """A call that hangs before it is taken costs its time-out, and nobody else's message (G7)."""
    with Trial(ground, plan, name, FAULTS_TIMEOUT="1") as trial:
        trial.mail.behave("hang", share=SHARE)
        trial.fill(plan.at_most(1000))
        trial.senders(SENDERS)
        trial.settle()
        hung = trial.mail.received.calls - len(trial.mail.received.times)
        trial.faults = hung
        return trial.outcome(duplicates=0)


@scenario("mail provider drops its reply", seconds=lambda plan: 40)
def forget(ground: Ground, plan: Plan, name: str) -> Outcome:
    """Taken, but not said so: nobody can know, so it may be sent a second time."""
    with Trial(ground, plan, name) as trial:
        trial.mail.behave("drop", share=2 * SHARE)
        trial.fill(plan.at_most(600))
        trial.senders(SENDERS)
        trial.settle()
        trial.mail.received.look()
        trial.faults = trial.mail.received.drops
        return trial.outcome(duplicates=trial.faults, copies=3)
