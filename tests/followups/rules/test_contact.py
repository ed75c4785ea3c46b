"""NONRESP, VISIT, and who is lost to follow-up."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from followups.choices import Family, Rule, Severity, VisitKind, VisitStatus
from followups.rules import (
    Attempt,
    MissedCheckIn,
    NotFired,
    Risk,
    VisitState,
    is_lost,
    next_change_at,
)
from tests.followups.rules.builders import (
    SURGERY_ON,
    at,
    day,
    history,
    outcome,
    report,
    severity,
)

SOON, ROUTINE = Severity.SOON, Severity.ROUTINE


def missed(*pods: int) -> tuple[MissedCheckIn, ...]:
    return tuple(MissedCheckIn(closed_at=at(pod + 3, 8), on=day(pod)) for pod in pods)


def silent(*pods: int, pod: int = 100, risk: int | None = 0, **facts):
    return history(pod=pod, missed=missed(*pods), risk=Risk(points=risk), **facts)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (silent(), None),
        (silent(70), None),
        (silent(70, 77), ROUTINE),
        (silent(70, 77, 84), SOON),
        (silent(28, 35, pod=42), SOON),
        (silent(28, 35, pod=43), ROUTINE),
        (silent(70, 77, risk=5), ROUTINE),
        (silent(70, 77, risk=6), SOON),
        (silent(70, 77, risk=None), ROUTINE),
        (silent(70, 77, open_severities={Family.PAIN: SOON}), SOON),
        (silent(70, 77, open_severities={Family.PAIN: ROUTINE}), ROUTINE),
        (silent(70, 77, open_severities={Family.CONTACT: SOON}), ROUTINE),
        (silent(70, 77, pod=79), None),  # the second is not closed yet
    ],
)
def test_missed_check_ins(found, expected):
    assert severity(Rule.NONRESP, found) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"reports": (report(76, axial=1),)}, ROUTINE),
        ({"reports": (report(77, axial=1),)}, None),
        ({"reports": (report(78, axial=1),)}, None),
        ({"reports": (report(90, axial=1),)}, None),
        ({"reports": (report(90, complete=False, axial=1),)}, ROUTINE),
    ],
)
def test_only_check_ins_due_after_the_last_complete_report_count(answer, expected):
    found = history(*answer["reports"], pod=100, missed=missed(77, 84))
    assert severity(Rule.NONRESP, found) == expected


def test_a_completed_visit_breaks_the_silence():
    came = visit(VisitKind.MONTHS_3, 77, 105, completed_on=day(90))
    assert isinstance(outcome(Rule.NONRESP, silent(70, 77, visits=(came,))), NotFired)


def test_the_words_name_the_count_the_contact_and_the_risk():
    found = outcome(Rule.NONRESP, silent(70, 77, risk=4, last_contact_on=day(63)))
    assert found.explanation == (
        "2 check-ins missed, last contact Mar 9, 2026, risk moderate. "
        "Silence is not recovery; please call."
    )
    assert found.since == at(80, 8)


def visit(kind, opens, closes, **facts) -> VisitState:
    return VisitState(kind=kind, opens_on=day(opens), closes_on=day(closes), **facts)


def with_visit(pod, kind=VisitKind.MONTHS_6, closes=212, of=None, **facts):
    due = visit(kind, closes - 60, closes, **facts)
    return history(pod=pod, visits=(due,), **(of or {}))


BOOKED, NO_SHOW = VisitStatus.BOOKED, VisitStatus.NO_SHOW


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (with_visit(212), None),
        (with_visit(213), ROUTINE),
        (with_visit(242), ROUTINE),
        (with_visit(243), SOON),
        (with_visit(22, VisitKind.WEEKS_2, 21), SOON),
        (with_visit(57, VisitKind.WEEKS_6, 56), SOON),
        (with_visit(106, VisitKind.MONTHS_3, 105), ROUTINE),
        (with_visit(213, of={"open_severities": {Family.PAIN: SOON}}), SOON),
        (with_visit(213, of={"open_severities": {Family.PAIN: ROUTINE}}), ROUTINE),
        (with_visit(213, of={"open_severities": {Family.CONTACT: SOON}}), ROUTINE),
        (with_visit(243, status=BOOKED, booked_on=day(257)), ROUTINE),
        (with_visit(243, status=BOOKED, booked_on=day(258)), SOON),
        (with_visit(243, status=BOOKED, booked_on=day(243)), ROUTINE),
        (with_visit(243, status=BOOKED, booked_on=day(242)), SOON),
        (with_visit(243, status=VisitStatus.COMPLETED, completed_on=day(230)), None),
        (with_visit(213, status=VisitStatus.CANCELLED), ROUTINE),
        (with_visit(200, status=NO_SHOW, no_show_at=(at(199),)), ROUTINE),
        (with_visit(200, status=NO_SHOW, no_show_at=(at(190), at(199))), SOON),
        (with_visit(200, status=NO_SHOW, booked_on=day(199)), ROUTINE),
        (with_visit(200, status=BOOKED, no_show_at=(at(190),)), None),
    ],
)
def test_visits_overdue_or_not_attended(found, expected):
    assert severity(Rule.VISIT, found) == expected


def test_missed_appointments_of_two_visits_are_consecutive_until_one_is_attended():
    first = visit(VisitKind.MONTHS_3, 77, 105, status=NO_SHOW, no_show_at=(at(90),))
    second = visit(VisitKind.MONTHS_6, 152, 212, status=NO_SHOW, no_show_at=(at(180),))
    came = visit(VisitKind.WEEKS_6, 28, 56, completed_on=day(100))
    assert severity(Rule.VISIT, history(pod=105, visits=(first, came))) == ROUTINE
    assert severity(Rule.VISIT, history(pod=181, visits=(came, second))) == ROUTINE
    assert severity(Rule.VISIT, history(pod=181, visits=(first, second))) == SOON


def test_the_words_name_the_visit_and_the_delay():
    assert outcome(Rule.VISIT, with_visit(214)).explanation == (
        "6 months visit overdue by 2 days, no booking."
    )


@pytest.mark.parametrize(
    ("pod", "since"),
    [(213, at(213, 0)), (242, at(213, 0)), (243, at(243, 0)), (300, at(243, 0))],
)
def test_a_visit_is_overdue_since_its_window_closed_and_again_after_30_days(pod, since):
    assert outcome(Rule.VISIT, with_visit(pod)).since == since


def test_the_clinic_s_midnight_closes_a_window():
    zone = ZoneInfo("America/Los_Angeles")
    closes = SURGERY_ON + timedelta(days=21)
    due = VisitState(VisitKind.WEEKS_2, closes, closes)
    midnight = datetime(2026, 1, 27, 8, tzinfo=UTC)  # 00:00 in Los Angeles

    def as_of(moment):
        found = history(pod=1, visits=(due,), zone=zone)
        return type(found)(as_of=moment, surgery_on=SURGERY_ON, visits=(due,), zone=zone)

    assert severity(Rule.VISIT, as_of(midnight - timedelta(seconds=1))) is None
    late = as_of(midnight)
    assert severity(Rule.VISIT, late) == SOON
    assert outcome(Rule.VISIT, late).since == midnight


def test_the_next_change_by_the_clock_alone_is_known():
    due = with_visit(200)
    assert next_change_at(due) == at(213, 0)
    assert next_change_at(with_visit(213)) == at(243, 0)
    assert next_change_at(with_visit(243)) is None
    assert next_change_at(with_visit(20)) == at(43, 0)


def tried(*moments) -> tuple[Attempt, ...]:
    return tuple(Attempt(at(pod), channel) for pod, channel in moments)


PHONE_AND_LETTER = ((100, "phone"), (110, "phone"), (120, "letter"))


@pytest.mark.parametrize(
    ("pod", "attempts", "contact", "lost"),
    [
        (153, PHONE_AND_LETTER, 63, True),
        (152, PHONE_AND_LETTER, 63, False),
        (153, PHONE_AND_LETTER[1:], 63, False),
        (153, ((100, "phone"), (110, "phone"), (120, "phone")), 63, False),
        (300, PHONE_AND_LETTER, 100, False),  # one of the tries was before
        (300, (*PHONE_AND_LETTER, (130, "phone")), 100, True),
        (119, PHONE_AND_LETTER, 1, False),  # the letter is still to come
        (200, PHONE_AND_LETTER, 115, False),
        (120, PHONE_AND_LETTER, None, True),  # nothing since surgery
        (89, ((10, "phone"), (20, "phone"), (30, "letter")), None, False),
        (90, ((10, "phone"), (20, "phone"), (30, "letter")), None, True),
    ],
)
def test_lost_to_follow_up(pod, attempts, contact, lost):
    found = history(
        pod=pod,
        attempts=tried(*attempts),
        last_contact_on=None if contact is None else day(contact),
    )
    assert is_lost(found) == lost


def test_a_lost_patient_is_said_to_be_lost_at_the_same_severity():
    found = silent(130, 144, pod=153, last_contact_on=day(63), attempts=tried(*PHONE_AND_LETTER))
    assert severity(Rule.NONRESP, found) == ROUTINE
    assert outcome(Rule.NONRESP, found).explanation == (
        "2 check-ins missed, last contact Mar 9, 2026, risk low. Lost to follow-up. "
        "Silence is not recovery; please call."
    )
    told = [(each.label, each.value) for each in outcome(Rule.NONRESP, found).evidence]
    assert told[3:] == [
        ("tried to reach by", "phone"),
        ("tried to reach by", "phone"),
        ("tried to reach by", "letter"),
        ("lost to follow-up", "yes"),
    ]


def test_the_day_a_patient_counts_as_lost_is_known():
    found = history(pod=121, last_contact_on=day(63), attempts=tried(*PHONE_AND_LETTER))
    assert next_change_at(found) == at(153, 0)


@pytest.mark.parametrize(
    ("kind", "booked", "expected"),
    [
        (VisitKind.WEEKS_6, 64, ROUTINE),  # rebooked within 14 days
        (VisitKind.WEEKS_6, 71, ROUTINE),
        (VisitKind.WEEKS_6, 72, SOON),
        (VisitKind.WEEKS_6, 57, SOON),  # today's was the missed one
        (VisitKind.WEEKS_6, None, SOON),
    ],
)
def test_a_missed_appointment_may_be_rebooked(kind, booked, expected):
    due = with_visit(
        57,
        kind,
        56,
        status=NO_SHOW,
        booked_on=booked and day(booked),
        no_show_at=(at(50),),
    )
    assert severity(Rule.VISIT, due) == expected
