"""The broker emptied, killed and hung, and three schedulers at once: Celery only rings the bell."""

import time

from tests.faults.cast import UNHURRIED
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

FAST = {"FUSELINE_SWEEP_SECONDS": "1", "FUSELINE_SEND_SECONDS": "1"}
HANG_SECONDS = 20


def start_celery(trial: Trial, *, beats: int = 1, workers: int = 1) -> None:
    for number in range(workers):
        trial.celery("worker", "--concurrency", "2", "--hostname", f"w{number}@%h", **FAST)
    for _ in range(beats):
        trial.celery("beat", "--pidfile=", **FAST)


@scenario("FLUSHALL of the broker", seconds=lambda plan: 25 + 3 * plan.some(10))
def flush(ground: Ground, plan: Plan, name: str) -> Outcome:
    """Nothing that matters is in the broker, so emptying it costs nothing (G3)."""
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        trial.fill_slowly(plan.at_most(600), seconds=3 * plan.some(10))
        start_celery(trial)

        def flush_everything() -> None:
            ground.flush_broker()
            trial.recovered()

        trial.strike(plan.some(10), flush_everything)
        trial.settle()
        return trial.outcome(duplicates=0, notes=[trial.recovery()])


@scenario("kill -9 of the broker", seconds=lambda plan: 25 + 5 * plan.some(8), in_quick=False)
def kill(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        trial.fill_slowly(plan.at_most(600), seconds=5 * plan.some(8))
        start_celery(trial)

        def die_and_come_back() -> None:
            ground.broker.process.kill()
            time.sleep(1)
            ground.broker.start()
            trial.recovered()

        trial.strike(plan.some(8), die_and_come_back)
        trial.settle()
        return trial.outcome(duplicates=0, notes=[trial.recovery()])


@scenario("broker hangs for 20 s", seconds=lambda plan: 35 + HANG_SECONDS, in_quick=False)
def hang(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        trial.fill_slowly(plan.at_most(300), seconds=HANG_SECONDS)
        start_celery(trial)

        def hang_for_a_while() -> None:
            ground.stop_broker()
            try:
                time.sleep(HANG_SECONDS)
            finally:
                ground.wake_broker()
            trial.recovered()

        trial.strike(1, hang_for_a_while)
        trial.settle()
        return trial.outcome(duplicates=0, notes=[trial.recovery()])


@scenario("three beats, two workers", seconds=lambda plan: 60, in_quick=False)
def beats(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        trial.fill_slowly(plan.at_most(600), seconds=15)
        start_celery(trial, beats=3, workers=2)
        trial.faults = 2
        trial.settle()
        return trial.outcome(duplicates=0)
