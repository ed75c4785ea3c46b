"""Days without workers: nobody is flooded afterwards, and nothing stale is sent."""

from django.db.models import F

from followups.models import Reminder
from patients.models import ContactChannel
from tests.faults import load
from tests.faults.cast import UNHURRIED
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.scenarios import scenario
from tests.faults.scenarios.broker import start_celery
from tests.faults.trial import Trial

DAYS = 3


@scenario("72 hours without workers", seconds=lambda plan: 40)
def outage(ground: Ground, plan: Plan, name: str) -> Outcome:
    """Everybody was due on one of these days; now each gets one message, not one a day (G9).

    The time is in the due moments. Half of the messages had been planned as the days went by.
    """
    people = plan.at_most(200)
    with Trial(ground, plan, name, lease=UNHURRIED) as trial:
        trial.prepare(lambda now: load.add_outage(people, days=DAYS, now=now))
        start_celery(trial)
        trial.faults = 1
        trial.wait_for_arrivals(people)  # the sweep has half of them still to plan
        trial.settle()
        trial.provider.received.look()
        # a message to the same person is a copy here, whatever it is about
        trial.due = set(ContactChannel.objects.values_list("address", flat=True))
        stale = Reminder.objects.filter(sent_at__gte=F("not_after")).count()
        made = trial.outcome(duplicates=0, copies=1, arrived=trial.provider.received.phones)
        made.require(not stale, f"{stale} sent too late")
        return made
