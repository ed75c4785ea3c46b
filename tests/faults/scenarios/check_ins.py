"""Patients answer while everything breaks; who was told "we have it" must be right."""

from collections import Counter
from collections.abc import Sized
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPException
from itertools import count

import psycopg

from tests.faults.ground import Ground
from tests.faults.outcome import Outcome, Plan
from tests.faults.phones import Phone
from tests.faults.scenarios import scenario
from tests.faults.trial import Trial

CLIENTS = 8
CRASHES = 15
PER_CRASH = 20  # check-ins
REPORTS = """
SELECT check_in.id::text, count(report.id) FROM followups_checkin AS check_in
JOIN patients_symptomreport AS report ON report.surgery_id = check_in.surgery_id GROUP BY 1
"""
STORED = """
SELECT (SELECT count(*) FROM patients_symptomreport), (SELECT count(*) FROM followups_evaluation),
       (SELECT count(*) FROM followups_flag), (SELECT count(*) FROM followups_flagevent),
       (SELECT count(*) FROM followups_checkin WHERE report_id IS NOT NULL),
       (SELECT count(*) FROM followups_draft)
"""


def reached(told: Sized, moment: int) -> bool:
    return len(told) >= moment


def reports(ground: Ground) -> Counter[str]:
    """Return how many reports each check-in has led to; every patient here has one check-in."""
    with psycopg.connect(ground.address("postgres")) as database:
        return Counter(dict(database.execute(REPORTS).fetchall()))


def stored(ground: Ground) -> tuple[int, ...]:
    with psycopg.connect(ground.address("postgres")) as database:
        row = database.execute(STORED).fetchone()
        assert row
        return tuple(row)


@scenario(
    "PostgreSQL stopped under 8 patients",
    seconds=lambda plan: 20 + 5 * plan.some(CRASHES),
)
def crash_under_patients(ground: Ground, plan: Plan, name: str) -> Outcome:
    """Whoever was told "we have it" is right (G20), with a broker and mail that are away (G23)."""
    crashes = plan.some(CRASHES)
    with Trial(ground, plan, name) as trial:
        asked = trial.ask(min(crashes * PER_CRASH, plan.messages))
        port = trial.web()
        trial.provider.process.kill()
        ground.stop_broker()
        told: list[str] = []
        phones: list[Phone] = []

        def answer(number: int) -> None:
            phone = Phone.at(port, asked[number])
            phones.append(phone)
            phone.come_to_the_end().finish()
            told.append(str(number))

        try:
            with ThreadPoolExecutor(CLIENTS) as clients:
                done = [clients.submit(answer, number) for number in asked]
                for moment in trial.moments(len(asked), crashes):
                    trial.wait_for(partial(reached, told, moment), lambda: len(told))
                    ground.crash_database()
                    trial.faults += 1
                for each in done:
                    each.result()
        finally:
            ground.wake_broker()
        trial.due = set(told)
        ambiguous = sum(each.found for each in phones)
        codes = Counter(code for each in phones for code in each.errors)
        made = trial.outcome(
            duplicates=0,
            copies=1,
            arrived=reports(ground),
            notes=[f"{ambiguous} stored although the patient saw an error"],
        )
        made.require(not codes[500], f"{codes[500]} answers 500")
        return made


@scenario("crash at each statement of a check-in", seconds=lambda plan: 60)
def crash_at_each_statement(ground: Ground, plan: Plan, name: str) -> Outcome:
    """The web process dies at step n of sending the answers: all is stored, or nothing (F23)."""
    with Trial(ground, plan, name) as trial:
        steps = trial.folder / "crash"
        steps.write_text("0")
        links_left = iter(trial.ask(20).items())
        port = trial.web(FAULTS_CRASHES=str(steps))
        half: list[int] = []
        phone, number = None, 0
        for step in count(1):
            if phone is None:
                number, address = next(links_left)
                phone = Phone.at(port, address).come_to_the_end(activity="fall")
                before = stored(ground)
            page = phone.patient.page
            steps.write_text(str(step))
            crashed = dies(phone)
            steps.write_text("0")
            phone.patient.page = page
            now = stored(ground)
            if not crashed:
                break
            trial.faults += 1
            if now != before:
                half += [step] * (not is_whole(before, now))
                phone.finish()  # the patient tries again, and is told
                trial.due.add(str(number))
                phone = None
        trial.due.add(str(number))
        made = trial.outcome(duplicates=0, copies=1, arrived=reports(ground))
        made.require(not half, f"half stored at step {half}")
        made.require(trial.faults > 10, "hardly a statement was found to crash at")
        return made


def dies(phone: Phone) -> bool:
    """Send the answers once; return whether the web died of it."""
    try:
        phone.patient.finish()
    except (OSError, HTTPException):
        return True
    return False


def is_whole(before: tuple[int, ...], now: tuple[int, ...]) -> bool:
    """Whether a report came with its evaluation, flag and event, and its draft is gone."""
    more = [after - earlier for earlier, after in zip(before, now, strict=True)]
    report, evaluation, flag, event, answered, draft = more
    return (report, evaluation, answered, draft) == (1, 1, 1, -1) and flag >= 1 and event >= flag
