"""Plants each known mistake and runs the scenario that has to find it.

A suite that never fails proves nothing; this one is wrong when it does not fail here.
"""

from dataclasses import replace

from tests.faults.ground import Ground
from tests.faults.outcome import Plan, line
from tests.faults.planted.mistakes import MISTAKES
from tests.faults.scenarios import named

FOUND_BY = {
    "marks before sending": "kill -9 of a sender",
    "begins without asking": "pause past the lease",
    "records in batches": "kill -9 of a sender",
    "evaluates after the commit": "crash at each statement of a check-in",
}


def prove(ground: Ground, plan: Plan) -> list[str]:
    """Return the mistakes that were not found."""
    small, missed = Plan(messages=120, kills=5, seed=plan.seed, quick=True), []
    for mistake in MISTAKES:
        outcome = named(FOUND_BY[mistake])(ground, replace(small, mistake=mistake))
        outcome.scenario = mistake
        print(line(outcome), flush=True)
        if not outcome.broken:
            missed.append(mistake)
    return missed
