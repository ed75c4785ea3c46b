"""PostgreSQL stopped at once, again and again, while messages leave."""

from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

SENDERS = 3
CRASHES = 12


@scenario("immediate stop of PostgreSQL", seconds=lambda plan: 40 + 4 * plan.some(CRASHES))
def crash(ground: Ground, plan: Plan, name: str) -> Outcome:
    """Each sender may repeat the one message it held; what was committed stays (G4)."""
    with Trial(ground, plan, name) as trial:
        trial.fill(plan.at_most(2000))
        trial.senders(SENDERS)
        trial.strike(plan.some(CRASHES), ground.crash_database)
        trial.settle()
        return trial.outcome(duplicates=trial.faults * SENDERS, copies=3)
