"""The command line of ./faults."""

import argparse
import os
import random
import sys
import traceback
from typing import TYPE_CHECKING

from clinic.stack.refusal import Refusal
from clinic.stack.supervisor import Stopped, stop_on_signals
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan, as_json, heading, line

if TYPE_CHECKING:
    from tests.faults.scenarios import Scenario


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./faults", description=__doc__)
    parser.add_argument("--messages", type=int, default=2000, metavar="N")
    parser.add_argument("--kills", type=int, default=40, metavar="K")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), metavar="S")
    parser.add_argument("--json", action="store_true", help="end with a line for machines")
    parser.add_argument("--quick", action="store_true", help="fewer faults of each kind")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="scenarios, by part of their name"
    )
    parser.add_argument("--prove", action="store_true", help="plant mistakes and find them")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    plan = Plan(asked.messages, asked.kills, asked.seed, asked.quick)
    with Ground() as ground:
        prepare_django(ground)
        from tests.faults.proof import prove
        from tests.faults.scenarios import chosen

        scenarios = chosen(plan, asked.only or [])
        if asked.prove:
            print(heading(), flush=True)
            ground.start()
            return int(bool(prove(ground, plan)))
        announce(plan, scenarios)
        ground.start()
        outcomes = [run(each, ground, plan) for each in scenarios]
    if asked.json:
        print(as_json(plan, outcomes))
    return int(any(each.broken for each in outcomes))


def prepare_django(ground: Ground) -> None:
    """Give this process the product's models, on the trial's database."""
    import django

    os.environ |= ground.environment(ground.address())
    django.setup()


def announce(plan: Plan, scenarios: "list[Scenario]") -> None:
    minutes = sum(each.seconds(plan) for each in scenarios) / 60
    print(f"{plan.messages:,} messages, {plan.kills} kills, seed {plan.seed}.", end=" ")
    print(f"{len(scenarios)} scenarios, about {minutes:.0f} minutes.\n\n{heading()}", flush=True)


def run(scenario: "Scenario", ground: Ground, plan: Plan) -> Outcome:
    try:
        outcome = scenario(ground, plan)
    except Exception as error:  # the others are worth running all the same
        traceback.print_exc()
        outcome = Outcome(scenario.name, 0, 0, broken=[f"it ended with {type(error).__name__}"])
    print(line(outcome), flush=True)
    return outcome


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(str(refusal))
    except Stopped:
        sys.exit("Stopped.")
