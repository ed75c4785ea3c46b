"""A database put back from a copy: nothing leaves before somebody says so."""

import time

from clinic.staff.models import User
from followups.clock import database_now
from followups.models import Hold
from followups.services import holds
from tests.faults import load
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

SENDERS = 2
QUIET_SECONDS = 5


@scenario("restore from a copy, then release", seconds=lambda plan: 30)
def restore(ground: Ground, plan: Plan, name: str) -> Outcome:
    """What the copy calls due may have left long ago: it is held, and shown to staff (G10)."""
    people = plan.at_most(200)
    with Trial(ground, plan, name) as trial:
        trial.fill(people)
        trial.senders(SENDERS)
        trial.wait_for_arrivals(people // 4)
        trial.end_senders()
        trial.provider.received.look()
        before = len(trial.provider.received.times)

        ground.restore_database()
        trial.faults = 1
        trial.senders(SENDERS)
        time.sleep(QUIET_SECONDS)
        trial.provider.received.look()
        left = len(trial.provider.received.times) - before
        set_aside = trial.states().get("quarantined", 0)

        trial.due = release_with_new_messages(people)
        trial.settle()
        made = trial.outcome(duplicates=0, copies=1, notes=[f"{set_aside} set aside for staff"])
        made.require(not left, f"{left} left a restored database")
        return made


def release_with_new_messages(number: int) -> set[str]:
    """Let messages leave again; return the references of new ones, which alone may do so."""
    now = database_now()
    for hold in Hold.objects.active().select_related("clinic"):
        nurse = User.objects.create_user(hold.clinic.code, clinic=hold.clinic, role="nurse")
        holds.release(hold, by=nurse, reason="Looked at them.", now=now)
    load.add_people(number, now=now)
    load.plan_messages(now=now)
    return load.due_references(now=now)
