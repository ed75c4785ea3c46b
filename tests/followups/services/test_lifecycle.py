"""Snooze, wake, reopen, pin, notices, and looking back: the rest of a flag's life."""

from datetime import timedelta

import pytest

from followups.choices import FlagEventKind, NoticeLevel, Rule, Severity
from followups.models import CheckIn, Evaluation, Flag, FlagEvent, FollowUp, Heartbeat, Notice
from followups.services import (
    cases,
    check_ins,
    contacts,
    flags,
    notices,
    pins,
    plans,
    reassessment,
    sweep,
)
from patients.models import SymptomReport
from tests.factories import (
    HOW_IT_ENDED,
    answer,
    at,
    make_flag,
    make_report,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery():
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    surgery.visits.update(status="cancelled")
    return surgery


@pytest.fixture
def nurse(surgery):
    return make_user(clinic=surgery.clinic)


def case(surgery):
    return FollowUp.objects.get(surgery=surgery)


def persisting(surgery, *days, pain=5):
    for day in days:
        make_report(surgery, day=day, pain_back=pain, pain_leg=1)
    return Flag.objects.get(surgery=surgery, family="pain")


PLANNED, LATER = at(64), at(100)


def snooze(surgery, flag, by, *, until=LATER, reason="Plan made", now=PLANNED):
    seen = case(surgery)
    return cases.snooze(
        seen, flags=[flag], until=until, reason=reason, by=by, version=seen.version, now=now
    )


class TestSnooze:
    def test_a_snoozed_flag_leaves_the_queue_until_its_day(self, surgery, nurse):
        flag = persisting(surgery, 49, 56, 63)
        snooze(surgery, flag, nurse)
        assert not FollowUp.objects.awaiting_contact().exists()
        sweep.run(now=at(99))
        assert not FollowUp.objects.awaiting_contact().filter(lead_flag=flag).exists()
        sweep.run(now=at(100, 13))
        assert FollowUp.objects.awaiting_contact().filter(lead_flag=flag).exists()

    def test_more_of_the_same_does_not_wake_it(self, surgery, nurse):
        flag = persisting(surgery, 49, 56, 63)
        snooze(surgery, flag, nurse)
        persisting(surgery, 70, 77, pain=6)
        flag.refresh_from_db()
        assert flag.snoozed_until is not None

    def test_two_points_more_wake_it(self, surgery, nurse):
        flag = persisting(surgery, 49, 56, 63)
        snooze(surgery, flag, nurse)
        persisting(surgery, 70, 77, pain=7)
        flag.refresh_from_db()
        assert flag.snoozed_until is None
        assert FlagEvent.objects.filter(flag=flag, kind=FlagEventKind.UNSNOOZED).exists()
        assert FollowUp.objects.awaiting_contact().exists()

    def test_a_higher_severity_wakes_it(self, surgery, nurse):
        flag = persisting(surgery, 49, 56, pain=6)
        assert flag.severity == Severity.ROUTINE
        snooze(surgery, flag, nurse, now=at(57), until=at(90))
        persisting(surgery, 63, pain=6)
        flag.refresh_from_db()
        assert flag.severity == Severity.SOON
        assert flag.snoozed_until is None

    @pytest.mark.parametrize(
        ("facts", "days", "reason"),
        [
            ({"severity": Severity.EMERGENCY}, 10, "Rest"),
            ({"rule": Rule.MOTOR}, 10, "Rest"),
            ({"rule": Rule.DVT}, 10, "Rest"),
            ({}, 91, "Rest"),
            ({}, 0, "Rest"),
            ({}, 10, "  "),
        ],
    )
    def test_what_may_not_sleep_says_why(self, surgery, nurse, facts, days, reason):
        flag = make_flag(surgery, **facts)
        with pytest.raises(cases.NotSnoozable):
            snooze(surgery, flag, nurse, now=at(61), until=at(61 + days), reason=reason)
        flag.refresh_from_db()
        assert flag.snoozed_until is None

    def test_a_person_can_wake_it(self, surgery, nurse):
        flag = persisting(surgery, 49, 56, 63)
        snooze(surgery, flag, nurse)
        cases.wake(case(surgery), by=nurse, now=at(65))
        cases.wake(case(surgery), by=nurse, now=at(65))
        assert FollowUp.objects.awaiting_contact().exists()
        assert FlagEvent.objects.filter(kind=FlagEventKind.UNSNOOZED).count() == 1


def reopen(surgery, flag, by):
    seen = case(surgery)
    return cases.reopen(
        seen, flag=flag, reason="Called back", by=by, version=seen.version, now=at(70)
    )


class TestReopen:
    def test_reopening_is_a_new_interval_with_a_new_clock(self, surgery, nurse):
        flag = make_flag(surgery)
        cases.resolve(
            case(surgery),
            flags=[flag],
            by=nurse,
            version=case(surgery).version,
            now=at(61),
            **HOW_IT_ENDED,
        )
        reopen(surgery, flag, nurse)
        flag.refresh_from_db()
        assert flag.is_open
        assert flag.clock_started_at == at(70)
        assert case(surgery).awaits_contact
        kinds = list(FlagEvent.objects.filter(flag=flag).values_list("kind", flat=True))
        assert kinds == [FlagEventKind.RESOLVED, FlagEventKind.REOPENED]

    def test_an_open_flag_cannot_be_reopened(self, surgery, nurse):
        flag = make_flag(surgery)
        with pytest.raises(cases.Changed):
            reopen(surgery, flag, nurse)


class TestPin:
    def test_a_pinned_case_leads_its_severity_and_no_higher_one(self, nurse):
        plain, pinned = make_flag(), make_flag()
        emergency = make_flag(severity=Severity.EMERGENCY)
        pins.pin(case(pinned.surgery), reason="Family is worried", by=nurse, now=at(60))
        order = [row.lead_flag_id for row in FollowUp.objects.queue()]
        assert order == [emergency.pk, pinned.pk, plain.pk]
        assert FlagEvent.objects.get(kind=FlagEventKind.PINNED).text == "Family is worried"
        pins.unpin(case(pinned.surgery), by=nurse, now=at(60))
        assert [row.lead_flag_id for row in FollowUp.objects.queue()][1:] == [plain.pk, pinned.pk]


class TestEmergencyAgain:
    def report(self, surgery, day, **answers):
        return make_report(surgery, day=day, saddle=True, **answers)

    def contact(self, surgery, nurse, now):
        contacts.record(case(surgery), by=nurse, method="phone", outcome="reached", now=now)

    def test_a_repeat_long_after_contact_asks_for_a_look_again(self, surgery, nurse):
        self.report(surgery, 7)
        self.contact(surgery, nurse, at(7, 13))
        self.report(surgery, 10)
        flag = Flag.objects.get(surgery=surgery)
        assert flag.contacted_at is None
        assert flag.clock_started_at == at(10)
        assert FlagEvent.objects.filter(kind=FlagEventKind.RENOTIFIED).count() == 1

    def test_a_repeat_within_twelve_hours_of_contact_does_not(self, surgery, nurse):
        self.report(surgery, 7)
        self.contact(surgery, nurse, at(7, 13))
        again = check_ins.make_on_demand(surgery, now=at(7, 14))
        answer(again, now=at(7, 14), saddle=True)
        assert Flag.objects.get(surgery=surgery).contacted_at == at(7, 13)


class TestNotices:
    @pytest.mark.parametrize(
        ("hours", "levels"),
        [
            (53, []),
            (54, [NoticeLevel.OWNER]),
            (71, [NoticeLevel.OWNER]),
            (72, [NoticeLevel.OWNER, NoticeLevel.LEAD]),
            (144, [NoticeLevel.OWNER, NoticeLevel.LEAD, NoticeLevel.SURGEON]),
        ],
    )
    def test_each_share_of_the_target_tells_somebody_once(self, surgery, nurse, hours, levels):
        flag = make_flag(surgery)
        surgery.clinic.lead_nurse = nurse
        surgery.clinic.save()
        for _ in range(2):
            sweep.run(now=flag.raised_at + timedelta(hours=hours))
        made = Notice.objects.order_by("pk")
        assert [notice.level for notice in made] == levels
        if len(levels) > 1:
            assert made[1].to == nurse

    def test_contact_stops_them(self, surgery, nurse):
        flag = make_flag(surgery)
        contacts.record(case(surgery), by=nurse, method="phone", outcome="reached", now=at(60, 13))
        sweep.run(now=flag.raised_at + timedelta(days=30))
        assert not Notice.objects.filter(flag=flag).exists()

    def test_making_them_twice_makes_none(self, surgery):
        make_flag(surgery)
        sweep.run(now=at(70))
        assert Notice.objects.count() == 3
        assert notices.make_due(now=at(70)) == 0


class TestLateReports:
    def late(self, surgery, day, now, **answers):
        check_in = CheckIn.objects.get(surgery=surgery, plan_day=day)
        return check_ins.submit(
            check_in,
            answers=answers,
            complete=True,
            submission_id="7b0c1c8e-7c8e-4b6e-9a52-3f6f1c1d2e3f",
            source="paper",
            entered_by=make_user(clinic=surgery.clinic),
            answered_at=at(day),
            now=now,
        )

    def test_a_red_flag_on_paper_counts_although_newer_reports_are_without_it(self, surgery):
        make_report(surgery, day=14, saddle=False, pain_back=3)
        self.late(surgery, 10, at(15), saddle=True)
        flag = Flag.objects.get(surgery=surgery)
        assert (flag.rule, flag.raised_at) == (Rule.EMG_CES, at(15))

    def test_a_late_report_counts_for_what_followed_it(self, surgery):
        make_report(surgery, day=63, pain_back=6)
        assert not Flag.objects.filter(surgery=surgery, family="pain").exists()
        self.late(surgery, 56, at(64), pain_back=6)
        assert Flag.objects.get(surgery=surgery, family="pain").rule == Rule.PAIN_PERSIST

    def test_every_report_still_has_exactly_one_evaluation_of_its_own(self, surgery):
        make_report(surgery, day=14, pain_back=3)
        self.late(surgery, 10, at(15), saddle=True)
        assert SymptomReport.objects.filter(evaluation=None).count() == 0


class TestReassessment:
    def test_what_was_stored_is_what_the_rules_say(self, surgery):
        persisting(surgery, 49, 56, 63)
        counts = reassessment.run(now=at(64))
        assert counts["checked"] == 3
        assert counts["different"] == 0

    def test_a_difference_is_named_and_shown_to_all_staff(self, surgery, nurse, client, caplog):
        persisting(surgery, 49, 56, 63)
        first = Evaluation.objects.first()
        Evaluation.objects.bulk_create(
            [
                Evaluation(
                    clinic=first.clinic,
                    surgery=first.surgery,
                    trigger="clock",
                    at=first.at,
                    made_at=first.made_at,
                    rule_set_version=first.rule_set_version,
                    facts=first.facts,
                    outcomes={"version": "tampered"},
                )
            ]
        )
        counts = reassessment.run(now=at(64))
        assert counts["different"] == 1
        assert "1 evaluations differ" in caplog.text
        assert Heartbeat.objects.get(name=reassessment.NAME).detail["different"] == 1
        client.force_login(nurse)
        assert "1 stored decision differs" in client.get("/queue/").content.decode()

    def test_flags_can_be_reassessed_after_the_surgery_date_was_corrected(self, surgery):
        persisting(surgery, 49, 56, 63)
        plans.correct_surgery(
            surgery, facts={"performed_on": surgery.performed_on - timedelta(days=3)}, now=at(65)
        )
        for evaluation in Evaluation.objects.all():
            assert flags.reassess(evaluation) == evaluation.outcomes


class TestRefiring:
    def test_long_opioid_use_is_not_raised_again_every_week(self, surgery, nurse):
        for day in (84, 98, 112):
            make_report(surgery, day=day, opioid="some")
        flag = Flag.objects.open().get(family="meds")
        closing = {"by": nurse, "version": case(surgery).version, "now": at(113)}
        cases.resolve(case(surgery), flags=[flag], **closing, **HOW_IT_ENDED)
        make_report(surgery, day=126, opioid="some")
        assert not Flag.objects.open().filter(family="meds").exists()
        for day in (182, 196, 210):
            make_report(surgery, day=day, opioid="some")
        assert Flag.objects.open().filter(family="meds").exists()


class TestLostToFollowUp:
    def attempt(self, surgery, nurse, day, method="phone", outcome="no_answer"):
        contacts.record(case(surgery), by=nurse, method=method, outcome=outcome, now=at(day))

    def test_long_silence_and_three_tries_on_two_channels(self, surgery, nurse):
        make_report(surgery, day=7, pain_back=3)
        for day in (60, 70):
            self.attempt(surgery, nurse, day)
        self.attempt(surgery, nurse, 98, method="letter")
        assert case(surgery).lost_since == at(98).date()
        make_report(surgery, day=112, pain_back=3)
        assert case(surgery).lost_since is None

    def test_tries_on_one_channel_are_not_enough(self, surgery, nurse):
        make_report(surgery, day=7, pain_back=3)
        for day in (60, 70, 98):
            self.attempt(surgery, nurse, day)
        assert case(surgery).lost_since is None
