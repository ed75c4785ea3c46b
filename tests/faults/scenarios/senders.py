"""Senders that are killed and paused, and rows that kill whoever sends them."""

import os
import signal
import time

from clinic.stack.processes import Process
from followups.services import reminders
from tests.faults.cast import KNOWN_AGAIN, NEW_EACH_TIME
from tests.faults.ground import Ground, children
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

SENDERS = 3
PER_SECOND = 60  # messages, on two busy cores
PAUSES, PER_PAUSE = 40, 45


@scenario("kill -9 of a sender", seconds=lambda plan: plan.messages / PER_SECOND + 15)
def kill(ground: Ground, plan: Plan, name: str) -> Outcome:
    """Each kill may leave one message in the air, which is then sent again (G1)."""
    with Trial(ground, plan, name) as trial:
        trial.fill(plan.messages)
        senders = trial.senders(SENDERS)
        trial.strike(plan.kills, lambda: senders.kill(trial.random.randrange(SENDERS)))
        trial.settle()
        return trial.outcome(duplicates=plan.kills)


@scenario("kill -9, texts", seconds=lambda plan: 50, in_quick=False)
def kill_texting(ground: Ground, plan: Plan, name: str) -> Outcome:
    """The same over HTTP, to a provider that takes a reference again."""
    kills = max(1, plan.kills // 5)
    with Trial(ground, plan, name, texts=NEW_EACH_TIME) as trial:
        kill_while_texting(trial, plan.at_most(2000), kills)
        return trial.outcome(duplicates=kills)


@scenario("kill -9, texts known again", seconds=lambda plan: plan.messages / PER_SECOND + 15)
def kill_known_again(ground: Ground, plan: Plan, name: str) -> Outcome:
    """A provider that knows our reference again takes nothing twice (G1i)."""
    with Trial(ground, plan, name, texts=KNOWN_AGAIN) as trial:
        kill_while_texting(trial, plan.messages, plan.kills)
        return trial.outcome(duplicates=0, copies=1)


def kill_while_texting(trial: Trial, messages: int, kills: int) -> None:
    trial.provider.behave("slow", delay=0.01)
    trial.fill(messages)
    senders = trial.senders(SENDERS)
    trial.strike(kills, lambda: senders.kill(trial.random.randrange(SENDERS)))
    trial.settle()


@scenario("kill -9 of a Celery child", seconds=lambda plan: 40)
def kill_child(ground: Ground, plan: Plan, name: str) -> Outcome:
    """The worker replaces it and goes on; what it held is sent when its lease is over (F3)."""
    with Trial(ground, plan, name) as trial:
        trial.fill(plan.at_most(1000))
        worker = trial.celery("worker", "--concurrency", "2", "--without-mingle")
        trial.celery("beat", "--pidfile=", FUSELINE_SEND_SECONDS="0.5")
        trial.strike(plan.some(20), lambda: kill_one_child(trial, worker))
        trial.settle()
        return trial.outcome(duplicates=trial.faults)


def kill_one_child(trial: Trial, worker: Process) -> None:
    assert worker.child
    found = children(worker.child.pid)
    if found:
        os.kill(trial.random.choice(found), signal.SIGKILL)


@scenario("pause past the lease", seconds=lambda plan: 15 + 3 * plan.some(PAUSES))
def pause(ground: Ground, plan: Plan, name: str) -> Outcome:
    """A sender stopped for longer than its lease, then woken, may repeat what it held (G2)."""
    pauses = plan.some(PAUSES)
    with Trial(ground, plan, name, lease=2, FAULTS_TIMEOUT="1") as trial:
        trial.provider.behave("ok", delay=0.1)
        trial.fill(plan.at_most(pauses * PER_PAUSE))
        senders = trial.senders(SENDERS)

        def stop_one_for_a_while() -> None:
            place = trial.random.randrange(SENDERS)
            senders.pause(place)
            time.sleep(1.25 * trial.lease)
            senders.go_on(place)

        trial.strike(pauses, stop_one_for_a_while)
        trial.settle()
        return trial.outcome(duplicates=pauses, copies=3)


@scenario("rows that kill their sender", seconds=lambda plan: 60)
def poison(ground: Ground, plan: Plan, name: str) -> Outcome:
    """One row in a hundred kills whoever sends it; the others must not suffer (G6)."""
    messages = plan.at_most(1000)
    poisoned = max(2, messages // 100)
    with Trial(ground, plan, name, lease=4) as trial:
        trial.fill(messages, poisoned=poisoned)
        senders = trial.senders(SENDERS)
        trial.settle()
        trial.faults = poisoned
        deaths, states = senders.ended(), trial.states()
        made = trial.outcome(duplicates=0, notes=[f"{deaths} senders died"])
        made.require(deaths <= poisoned * reminders.MOST_ATTEMPTS, "too many senders died")
        made.require(states == {"sent": messages - poisoned, "quarantined": poisoned}, f"{states}")
        return made
