"""What the rules may know about one surgery: plain frozen facts.

Nothing here judges, and nothing reads a database, a clock or a setting. An item that
was not asked or not answered is None; None is never zero and never "normal". Moments
are aware. Sequences may be given in any order and are kept oldest first, so the order
in which facts arrived cannot matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from followups.choices import CheckInKind, Family, Severity, VisitKind, VisitStatus
from followups.protocol import STANDARD, Protocol, postoperative_day

NECK_REGIONS = frozenset({"cervical", "cervicothoracic"})
BELOW_THE_CORD = frozenset({"lumbar", "lumbosacral"})


@dataclass(frozen=True, slots=True)
class Report:
    """One symptom report; ``on`` is the day it was submitted, in the clinic's zone.

    Answers none/same/worse/new are the strings themselves. ``complete`` is False while
    only part of the form has been saved.
    """

    id: str
    at: datetime
    on: date
    complete: bool = True
    kind: str = CheckInKind.SCHEDULED

    # Pain, 0-10: back or neck, and leg or arm.
    axial: int | None = None
    limb: int | None = None

    # Safety screen, S1 and S2.
    saddle: bool | None = None
    bladder: bool | None = None
    bowel: bool | None = None
    chest: bool | None = None
    airway: bool | None = None
    unwell: bool | None = None

    # Weakness, S3; severe: cannot lift the foot or hand, or walk.
    weak: str | None = None  # none, same, worse, new
    weak_side: str | None = None  # left, right, both
    weak_severe: bool | None = None
    weak_rapid: bool | None = None
    gait_hand: bool | None = None

    # Leg, fever and wound, S4.
    calf: bool | None = None
    fever: bool | None = None
    temp_c: float | None = None
    wound: frozenset[str] | None = None  # clear, blood, pus, open, redness
    headache_upright: bool | None = None

    # Sensation, stability, function.
    numb: str | None = None  # none, same, worse, new
    numb_side: str | None = None  # left, right, both
    numb_site: frozenset[str] | None = None  # arm, hand, leg, foot, trunk, saddle
    instab: str | None = None  # none, same, worse, new
    func: int | None = None  # 0-4

    # Medicine and habits.
    opioid: str | None = None  # none, some, daily
    med_change: str | None = None  # less, same, more
    over_rx: bool | None = None
    adh: str | None = None  # all, mostly, some, not
    overdid: bool | None = None
    fall: bool | None = None
    nicotine: bool | None = None
    swallow: str | None = None  # none, mild, moderate, severe

    # Instruments.
    phq2: int | None = None  # 0-6
    gad2: int | None = None  # 0-6
    phq9_i9: int | None = None  # 0-3
    odi: float | None = None  # percent
    ndi: float | None = None  # percent
    promis_pf: float | None = None  # T score


@dataclass(frozen=True, slots=True)
class Baseline:
    """The latest value of each item in the 90 days before surgery."""

    axial: int | None = None
    limb: int | None = None
    opioid: str | None = None
    func: int | None = None
    numb: str | None = None
    weak: str | None = None
    odi: float | None = None
    ndi: float | None = None
    promis_pf: float | None = None
    mjoa: int | None = None

    @classmethod
    def of(
        cls,
        reports: Iterable[Report],
        surgery_on: date,
        protocol: Protocol = STANDARD,
    ) -> Self:
        """Return the latest answers in the window before surgery, item by item."""
        first = protocol.check_ins.baseline_opens_pod
        latest: dict[str, Any] = {}
        for report in sorted(reports, key=_arrival):
            early = postoperative_day(surgery_on, report.on) >= first
            if not early or is_postoperative(report, surgery_on):
                continue
            for item in fields(cls):
                answer = getattr(report, item.name, None)
                if answer is not None:
                    latest[item.name] = answer
        return cls(**latest)


@dataclass(frozen=True, slots=True)
class KnownDeficit:
    """A red-flag symptom that a clinician has examined; ``item`` as in a report."""

    item: str
    assessed_on: date


@dataclass(frozen=True, slots=True)
class Score:
    """A total staff entered outside a report; ``instrument`` is its item in a report.

    That is odi, ndi, promis_pf or phq9_i9.
    """

    instrument: str
    value: float
    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class Attempt:
    """A documented try to reach the patient, by a channel such as phone or letter."""

    at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class MissedCheckIn:
    """A check-in due ``on`` that day and never completed by ``closed_at``."""

    closed_at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class VisitState:
    """A protocol visit; ``booked_on`` is the day of the coming or last appointment.

    ``no_show_at`` are the moments at which missed appointments were recorded.
    """

    kind: VisitKind
    opens_on: date
    closes_on: date
    status: VisitStatus = VisitStatus.PLANNED
    booked_on: date | None = None
    completed_on: date | None = None
    no_show_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class ImagingState:
    """A planned or done imaging study and whether its result was signed off."""

    id: str
    modality: str
    window_closes_on: date | None = None
    done_on: date | None = None
    resulted_at: datetime | None = None
    findings: frozenset[str] = frozenset()
    signed_off_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk factors present, by name, and their points; None when never recorded."""

    factors: frozenset[str] = frozenset()
    points: int | None = None
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that was known about one surgery at ``as_of``.

    ``open_severities`` is the severity of each family's open flag. ``zone`` is the
    clinic's time zone: it decides what "today" is.
    """

    as_of: datetime
    surgery_on: date
    region: str = "lumbar"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    reports: tuple[Report, ...] = ()
    baseline: Baseline = Baseline()
    missed: tuple[MissedCheckIn, ...] = ()
    visits: tuple[VisitState, ...] = ()
    imaging: tuple[ImagingState, ...] = ()
    risk: Risk = Risk()
    open_severities: Mapping[Family, Severity] = field(default_factory=dict)
    last_contact_on: date | None = None
    restriction_end_pod: int = 84
    known_deficits: tuple[KnownDeficit, ...] = ()
    scores: tuple[Score, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    def __post_init__(self) -> None:
        """Put every sequence in its one order."""
        orders: dict[str, Any] = {
            "reports": _arrival,
            "missed": lambda missed: (missed.on, missed.closed_at),
            "visits": lambda visit: (visit.opens_on, visit.closes_on, visit.kind),
            "imaging": lambda study: study.id,
            "known_deficits": lambda known: (known.item, known.assessed_on),
            "scores": lambda score: (score.on, score.at, score.instrument, str(score.value)),
            "attempts": lambda attempt: (attempt.at, attempt.channel),
        }
        for name, order in orders.items():
            object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=order)))

    @property
    def today(self) -> date:
        """The clinic's local date."""
        return self.as_of.astimezone(self.zone).date()

    @property
    def pod(self) -> int:
        """The postoperative day today."""
        return postoperative_day(self.surgery_on, self.today)

    def asked_since(self, item: str) -> date | None:
        """Return the day from which a form asks for a sign; None is since surgery.

        A known deficit that a clinician has assessed is asked as "new or worse since"
        then. Nothing else changes the question, and nothing silences the answer.
        """
        days = [each.assessed_on for each in self.known_deficits if each.item == item]
        return max(days, default=None)

    @property
    def is_neck(self) -> bool:
        """Whether pain and limb mean neck and arm rather than back and leg."""
        return self.region in NECK_REGIONS

    @property
    def is_beside_the_cord(self) -> bool:
        """Whether a neck or chest level was operated on; better asked than missed."""
        return self.region not in BELOW_THE_CORD


def is_postoperative(report: Report, surgery_on: date) -> bool:
    """Whether a report tells of the time after surgery, not of the baseline.

    On the day of surgery itself only a baseline form is baseline.
    """
    pod = postoperative_day(surgery_on, report.on)
    return pod > 0 or (pod == 0 and report.kind != CheckInKind.BASELINE)


def _arrival(report: Report) -> tuple[date, datetime, str]:
    return report.on, report.at, report.id
