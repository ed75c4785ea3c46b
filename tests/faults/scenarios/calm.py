"""Nothing is broken: how soon a message leaves at the intervals of production."""

from statistics import median

import psycopg

from tests.faults.cast import UNHURRIED
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

SPREAD_SECONDS = 60
LATEST = 15  # seconds after it was due
DUE = "SELECT public_id::text, extract(epoch FROM not_before)::float FROM followups_reminder"


@scenario("nothing, as in production", seconds=lambda plan: SPREAD_SECONDS + 30, in_quick=False)
def calm(ground: Ground, plan: Plan, name: str) -> Outcome:
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        trial.fill_slowly(plan.at_most(600), seconds=SPREAD_SECONDS)
        with psycopg.connect(ground.address("postgres")) as database:
            due: dict[str, float] = dict(database.execute(DUE).fetchall())
        trial.celery("worker", "--concurrency", "2")
        trial.celery("beat", "--pidfile=")
        trial.settle()
        trial.provider.received.look()
        waits = [at - due[reference] for reference, at in trial.provider.received.first.items()]
        said = f"left {median(waits):.1f} s after they were due, {max(waits):.1f} s at most"
        made = trial.outcome(duplicates=0, copies=1, notes=[said])
        made.require(max(waits) <= LATEST, f"one left later than {LATEST} s after it was due")
        return made
