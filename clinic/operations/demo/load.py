"""Live each story through the services: registered, operated, asked, answered, reviewed."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clinic.operations.demo import people, schedule
from clinic.operations.demo.people import Story
from clinic.staff.models import Clinic, Role, User
from followups.choices import (
    ContactMethod,
    ContactOutcome,
    Disposition,
    EvaluationTrigger,
    NextStep,
    Questionnaire,
    Severity,
    VisitStatus,
)
from followups.clock import midnight
from followups.models import CheckIn, ExpectedRange, Flag, FollowUp, Visit
from followups.services import (
    cases,
    check_ins,
    contacts,
    expected_ranges,
    flags,
    plans,
    visits,
)
from followups.simulation import courses
from followups.simulation.courses import Shape
from patients import services as records
from patients.choices import ChannelKind, Opioid
from patients.models import Surgery

PASSWORD = "fuseline-demo"  # noqa: S105  public: the demo never runs in production
# Operations from before the clinic began with the product were enrolled in stages:
# those with something to tell first.
ENROLLED_FIRST, ENROLLED_LATER = timedelta(weeks=20), timedelta(weeks=8)
REGISTERED_AHEAD = timedelta(days=21)
# How soon the demo's staff get to a flag, in hours, and how often they do.
REACTION_HOURS = {
    Severity.EMERGENCY: 2,
    Severity.URGENT: 20,
    Severity.SOON: 66,
    Severity.ROUTINE: 200,
}
DILIGENCE = 0.94
SILENT_FOR = 24  # days
USED_FOR = timedelta(weeks=26)  # since when the demo clinic draws expected ranges
# How long ago the demo's troubled patients asked for help, in minutes: some of them
# within their target, some past it.
TROUBLE_MINUTES = {
    people.SADDLE: (25,),
    people.WEAK: (130, 560, 790),
    people.TINGLING: (50, 400, 1500, 3300, 4600),
}


@dataclass(frozen=True, slots=True)
class Team:
    clinic: Clinic
    surgeons: list[User]
    nurse: User


def load(*, now: datetime, processes: int = 1) -> int:
    """Fill an empty database with the demo clinic; return how many patients."""
    team = make_team(now)
    stories = people.stories(team.clinic.today(now))
    shares = [stories[first::processes] for first in range(processes)]
    connection.close()  # a process may not inherit a connection in use
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        list(pool.map(partial(_live_all, team=team, now=now), shares))
    schedule.fill(team, now)
    return len(stories)


def _live_all(stories: list[Story], team: Team, now: datetime) -> None:
    for story in stories:
        live(story, team, now=now)


def make_team(now: datetime) -> Team:
    clinic = Clinic.objects.create(
        name="Harbor Spine Clinic",
        code="demo",
        time_zone="America/New_York",
        emergency_number="911",
        urgent_phone="+12125550100",
        office_phone="+12125550101",
        crisis_line="988",
        has_on_call=True,
        quiet_from=time(0),  # from midnight to midnight: none, visitors come at any hour
        quiet_until=time(0),
        is_demo=True,
    )
    surgeons = [
        _user(clinic, "reyes", Role.SURGEON, "Dr", "Alma", "Reyes-Holm"),
        _user(clinic, "bjornstad", Role.SURGEON, "Dr", "Sven", "Bjornstad"),
    ]
    nurse = _user(clinic, "kowalczyk", Role.NURSE, "RN", "Maria", "Kowalczyk")
    User.objects.create_superuser(
        "admin",
        "",
        PASSWORD,
        role=Role.ADMINISTRATOR,
        clinic=clinic,
        first_name="Tove",
        last_name="Ainsley",
    )
    for expected in ExpectedRange.objects.all():
        on = clinic.today(now) - USED_FOR
        expected_ranges.sign_off(expected, by=surgeons[0].display_name, on=on)
    team = Team(clinic, surgeons, nurse)
    schedule.open_doors(team, now)
    return team


@transaction.atomic
def live(story: Story, team: Team, *, now: datetime) -> None:
    """Live one story up to ``now``."""
    with connection.cursor() as cursor:  # a demo that is lost is made again
        cursor.execute("SET LOCAL synchronous_commit TO off")
    Life(story, team, now).run()


class Life:
    """One patient's way through the clinic, moment by moment."""

    def __init__(self, story: Story, team: Team, now: datetime) -> None:
        self.story, self.team, self.now = story, team, now
        self.random = Random(story.seed)  # noqa: S311  the same every time
        self.course = courses.draw(story.shape, self.random, turn_day=story.turn_day)
        self.zone = team.clinic.zone

    def run(self) -> None:
        self.surgery = self._enrol()
        self.follow_up = FollowUp.objects.get(surgery=self.surgery)
        for moment, step in self._agenda():
            self._let_time_pass(moment)
            step(moment)
            self._staff_react(moment)
        self._let_time_pass(self.now)

    def _enrol(self) -> Surgery:
        story, clinic = self.story, self.team.clinic
        operated = midnight(self.zone, story.operated)
        steady = story.shape == Shape.NORMAL and story.event == people.STEADY
        in_use = ENROLLED_LATER if steady else ENROLLED_FIRST
        enrolled = max(operated - REGISTERED_AHEAD, self.now - in_use)
        patient = records.register(
            clinic=clinic,
            facts={
                "mrn": f"40-{68000 + story.number * 3}",
                "family_name": story.family_name,
                "given_name": story.given_name,
                "date_of_birth": story.born,
                "sex": story.sex,
                **people.for_calls(story),
            },
            channels={
                ChannelKind.EMAIL: f"patient{story.number}@example.org",
                ChannelKind.PHONE: f"+1212555{story.number:04}",
            },
            consented_on=clinic.today(enrolled),
            today=clinic.today(enrolled),
        )
        if story.risks:
            records.record_risks(patient, facts=story.risks, recorded_on=clinic.today(enrolled))
        return plans.record_surgery(
            patient,
            facts={
                "performed_on": story.operated,
                "region": story.region,
                "levels": story.levels,
                "n_levels": len(story.levels),
                "approach": story.approach,
                "is_complex": len(story.levels) > 2,
                "surgeon": self.random.choice(self.team.surgeons),
            },
            now=enrolled,
        )

    def _agenda(self) -> list[tuple[datetime, Any]]:
        """Return what the patient does and when, oldest first."""
        steps: list[tuple[datetime, Any]] = []
        asked = list(CheckIn.objects.awaited().filter(surgery=self.surgery, due_at__lt=self.now))
        for check_in in asked:
            answered_at = check_in.due_at + timedelta(minutes=self.random.randint(20, 600))
            if answered_at < self.now and self._answers(check_in):
                steps.append((answered_at, self._answer(check_in)))
        for visit in Visit.objects.planned().filter(surgery=self.surgery):
            came_at = midnight(self.zone, visit.target_on) + timedelta(hours=11)
            if came_at < self.now:
                steps.append((came_at, self._attend(visit)))
        if self.story.event in TROUBLE_MINUTES:
            steps.append(self._trouble())
        return sorted(steps, key=lambda step: step[0])

    def _answers(self, check_in: CheckIn) -> bool:
        silent = self.story.event == people.SILENT
        if silent and check_in.due_at > self.now - timedelta(days=SILENT_FOR):
            return False
        return self.random.random() < self.story.answers

    def _answer(self, check_in: CheckIn) -> Any:
        def step(moment: datetime) -> None:
            self._submit(check_in, self._items(check_in), moment)

        return step

    def _submit(self, check_in: CheckIn, items: dict[str, Any], moment: datetime) -> None:
        check_ins.submit(
            check_in,
            answers=items,
            complete=True,
            submission_id=UUID(int=self.random.getrandbits(128), version=4),
            now=moment,
        )

    def _items(self, check_in: CheckIn) -> dict[str, Any]:
        """Return the answers on a day; what a short form does not ask stays out."""
        day = self.surgery.postoperative_day(check_in.due_on)
        axial, limb = (
            self.course.before_surgery(self.random)
            if day < 0
            else self.course.pain(day, self.random)
        )
        neck = self.surgery.is_neck
        items: dict[str, Any] = {
            "pain_neck" if neck else "pain_back": axial,
            "pain_arm" if neck else "pain_leg": limb,
            "weak": "none",
            "gic": "better" if axial < 4 else "same",
        }
        if day >= 0:
            items |= dict.fromkeys(
                ("saddle", "bladder", "bowel", "chest", "airway", "unwell"), False
            )
        if check_in.questionnaire == Questionnaire.FULL:
            items |= self._rest(day, axial)
        return items

    def _rest(self, day: int, axial: int) -> dict[str, Any]:
        early = 0 <= day <= 42
        return {
            "numb": "same" if early and self.random.random() < 0.2 else "none",
            "instab": None if day < 15 else "none",
            "func": min(4, max(0, round(axial / 2.6 + (1 if early else 0)))),
            "opioid": Opioid.DAILY if 0 <= day <= 10 else Opioid.NONE,
            "med_change": "less" if early else "same",
            "fever": False,
            "calf": False,
            "temp_c": Decimal("36.8") if early and day >= 0 else None,
            "wound": [] if early and day >= 0 else None,
            "fall": False,
        }

    def _trouble(self) -> tuple[datetime, Any]:
        """Return the report that brings this patient to the top of the queue, and when."""
        ago = TROUBLE_MINUTES[self.story.event]
        asked_at = self.now - timedelta(minutes=ago[self.story.number % len(ago)])

        def step(moment: datetime) -> None:
            check_in = check_ins.make_on_demand(self.surgery, now=moment)
            items = self._items(check_in) | self._symptoms()
            self._submit(check_in, items, moment)

        return asked_at, step

    def _symptoms(self) -> dict[str, Any]:
        neck = self.surgery.is_neck
        return {
            people.SADDLE: {
                "saddle": True,
                "bladder": True,
                "numb": "new",
                "numb_side": "both",
            },
            people.WEAK: {
                "weak": "new",
                "weak_side": "left",
                "weak_severe": False,
                "weak_rapid": False,
            },
            people.TINGLING: {
                "pain_arm" if neck else "pain_leg": 6,
                "numb": "new",
                "numb_side": "left",
                "numb_site": ["hand" if neck else "foot"],
                "numb_kind": ["tingling"],
            },
        }[self.story.event]

    def _attend(self, visit: Visit) -> Any:
        def step(moment: datetime) -> None:
            visit.refresh_from_db()
            last_due = visit.target_on > self.team.clinic.today(self.now) - timedelta(days=70)
            if self.story.event == people.NO_SHOW and last_due:
                if self.random.random() < 0.6:
                    visits.book(visit, booked_for=moment, now=moment - timedelta(minutes=1))
                    visits.no_show(visit, now=moment + timedelta(hours=1))
                return
            if visit.status != VisitStatus.COMPLETED:
                visits.complete(visit, on=visit.target_on, now=moment)

        return step

    def _let_time_pass(self, until: datetime) -> None:
        """Run the evaluations that the sweep would have run by then."""
        self.follow_up.refresh_from_db()
        while (due := self.follow_up.next_evaluation_at) is not None and due <= until:
            flags.refresh(self.follow_up, trigger=EvaluationTrigger.CLOCK, now=due)
            self._staff_react(due)
            self.follow_up.refresh_from_db()

    def _staff_react(self, moment: datetime) -> None:
        """Let the team call about flags that are old by now, as it mostly does."""
        waiting = Flag.objects.open().filter(surgery=self.surgery)
        for flag in waiting:
            hours = REACTION_HOURS[Severity(flag.severity)]
            at = flag.raised_at + timedelta(hours=hours)
            handled = self.random.random() < DILIGENCE
            if at >= self.now or not handled:
                continue
            self._review(flag, max(at, moment))

    def _review(self, flag: Flag, at: datetime) -> None:
        self.follow_up.refresh_from_db()
        surgeon = self.surgery.surgeon or self.team.surgeons[0]
        contacts.record(
            self.follow_up,
            by=self.team.nurse,
            method=ContactMethod.PHONE,
            outcome=ContactOutcome.REACHED,
            note="Spoke with the patient; passed on to the surgeon.",
            now=at,
        )
        self.follow_up.refresh_from_db()
        cases.resolve(
            self.follow_up,
            flags=[flag],
            by=surgeon,
            disposition=Disposition.ADVICE,
            next_step=NextStep.ROUTINE_FOLLOW_UP,
            note="Reviewed with the patient. Continue the plan, look again next time.",
            version=self.follow_up.version,
            now=at + timedelta(minutes=30),
        )


def _user(clinic: Clinic, username: str, role: Role, title: str, first: str, last: str) -> User:
    return User.objects.create_user(
        username,
        "",
        PASSWORD,
        role=role,
        clinic=clinic,
        title=title,
        first_name=first,
        last_name=last,
    )
