"""What must never happen is refused by the database, whatever code wrote it.

Each named constraint has a row here; a constraint without one fails the last test.
"""

import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, time, timedelta
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from clinic.audit.models import Entry, Kind, Seal
from clinic.privacy.models import Erasure
from clinic.privacy.models import Notice as OpeningNotice
from clinic.staff import preferences
from clinic.staff.models import Clinic, Preferences, User
from followups.models import (
    Appointment,
    CalendarFeed,
    CheckIn,
    CheckInLink,
    ClosedDay,
    ContactAttempt,
    Draft,
    Evaluation,
    ExpectedRange,
    ExpectedScore,
    Flag,
    FlagEvent,
    FollowUp,
    Hold,
    InboundMessage,
    Lesson,
    Letter,
    Note,
    Notice,
    OnCall,
    Origin,
    ProtocolVisit,
    Provider,
    ProviderEvent,
    Reminder,
    SignOff,
    SlotTemplate,
    StaffMessage,
    Visit,
    VisitProtocol,
)
from patients.models import (
    ContactChannel,
    ImagingStudy,
    InstrumentScore,
    KnownDeficit,
    Member,
    Opening,
    Patient,
    Restriction,
    RiskProfile,
    SearchKey,
    Surgery,
    SymptomReport,
)
from patients.models.report import RANGES, WORD_LISTS, WORDS
from patients.models.tenancy import OwnRows
from patients.reach import reach
from tests.factories import (
    OPERATED,
    at,
    make_clinic,
    make_expected_range,
    make_flag,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
    store_report,
)

pytestmark = pytest.mark.django_db


OURS = {
    model
    for label in ("staff", "patients", "followups", "audit", "privacy")
    for model in apps.get_app_config(label).get_models()
}


class World:
    """One row of everything, and a second clinic to mix it up with."""

    def __init__(self) -> None:
        self.clinic = make_clinic()
        self.elsewhere = make_clinic()
        self.user = make_user(clinic=self.clinic)
        self.patient = make_patient(clinic=self.clinic)
        self.surgery = make_surgery(self.patient)
        self.flag = make_flag(self.surgery)
        self.follow_up = FollowUp.objects.get(surgery=self.surgery)
        self.check_in = CheckIn.objects.filter(surgery=self.surgery, plan_day=7).get()
        self.visit = Visit.objects.filter(surgery=self.surgery, kind="6wk").get()
        self.appointment = Appointment.objects.create(
            clinic=self.clinic,
            visit=self.visit,
            clinician=self.user,
            starts_at=at(42, 9),
            ends_at=at(42, 10),
            booked_at=at(7),
        )
        self.template = SlotTemplate.objects.create(
            clinic=self.clinic, weekday=0, starts_at=time(9), clinician=self.user
        )
        self.closed_day = ClosedDay.objects.create(
            clinic=self.clinic, on=OPERATED, name="Founders Day"
        )
        self.protocol = VisitProtocol.objects.create(clinic=self.clinic, group="lumbar")
        self.protocol_visit = ProtocolVisit.objects.create(
            protocol=self.protocol, kind="6wk", opens_pod=28, target_pod=42, closes_pod=56
        )
        self.report = store_report(self.surgery, day=5)
        self.channel = ContactChannel.objects.get(patient=self.patient)
        self.search_key = SearchKey.objects.filter(patient=self.patient)[0]
        self.risk = RiskProfile.objects.create(
            clinic=self.clinic, patient=self.patient, recorded_on=OPERATED
        )
        self.reminder = Reminder.objects.create(
            clinic=self.clinic,
            patient=self.patient,
            check_in=self.check_in,
            channel="email",
            step=0,
            not_before=at(7),
            not_after=at(8),
        )
        self.visit_reminder = Reminder.objects.create(
            clinic=self.clinic,
            patient=self.patient,
            visit=self.visit,
            purpose="to_book",
            channel="email",
            step=0,
            not_before=at(7),
            not_after=at(8),
        )
        self.text = InboundMessage.objects.create(
            clinic=self.clinic,
            patient=self.patient,
            visit=self.visit,
            sender="+12125550123",
            provider_id="SM2",
            meaning="text",
            received_at=at(7),
        )
        self.letter = Letter.objects.create(
            clinic=self.clinic, surgery=self.surgery, reason="unreached", asked_at=at(7)
        )
        self.feed = CalendarFeed.objects.create(user=self.user, token_hash=b"1", made_at=at(7))
        self.provider_event = ProviderEvent.objects.create(
            provider="sms", event_id="SM1 sent", kind="sent", received_at=at(7)
        )
        self.page = StaffMessage.objects.create(
            clinic=self.clinic,
            kind="page",
            flag=self.flag,
            key="page:1",
            channel="email",
            not_before=at(60),
            not_after=at(61),
        )
        self.on_call = OnCall.objects.create(clinic=self.clinic, email="on.call@example.org")
        self.hold = Hold.objects.create(clinic=self.clinic, reason="Wrong numbers", at=at(1))
        self.provider = Provider.objects.create(channel="email")
        self.origin = Origin.objects.create(place="here", seen_at=at(1))
        self.evaluation = self.flag.evaluation
        self.event = FlagEvent.objects.create(
            clinic=self.clinic, flag=self.flag, kind="note", at=at(60), severity=2
        )
        self.attempt = ContactAttempt.objects.create(
            clinic=self.clinic,
            surgery=self.surgery,
            at=at(60),
            by=self.user,
            method="phone",
            outcome="reached",
        )
        self.imaging = ImagingStudy.objects.create(
            clinic=self.clinic, surgery=self.surgery, modality="xray", question="hardware_position"
        )
        self.score = InstrumentScore.objects.create(
            clinic=self.clinic,
            surgery=self.surgery,
            instrument="phq9",
            score=9,
            item_9=1,
            recorded_at=at(60),
            entered_by=self.user,
        )
        self.deficit = KnownDeficit.objects.create(
            clinic=self.clinic,
            surgery=self.surgery,
            item="bladder",
            assessed_on=OPERATED,
            assessor=self.user,
        )
        self.notice = Notice.objects.create(
            clinic=self.clinic,
            flag=self.flag,
            level="owner",
            clock_started_at=at(60),
            made_at=at(62),
        )
        self.link = CheckInLink.objects.create(
            clinic=self.clinic, check_in=self.check_in, token_hash=b"1", made_at=at(7)
        )
        self.draft = Draft.objects.create(
            clinic=self.clinic, check_in=self.check_in, names=[], answers={}, saved_at=at(7)
        )
        self.lesson = Lesson.objects.create(
            clinic=self.clinic, surgery=self.surgery, module="warning", given_at=at(7)
        )
        self.restriction = Restriction.objects.create(
            clinic=self.clinic, patient=self.patient, reason="Works here", since=at(1), by=self.user
        )
        self.member = Member.objects.create(
            clinic=self.clinic, restriction=self.restriction, user=self.user
        )
        self.opening = Opening.objects.create(
            clinic=self.clinic,
            patient=self.patient,
            user=self.user,
            reason="Called at night, in pain",
            at=at(7),
            until=at(7, 13),
            day=at(7).date(),
            number=1,
        )
        self.opening_notice = OpeningNotice.objects.create(
            clinic=self.clinic, opening=self.opening, to=self.user, due_at=at(7)
        )
        self.erasure = Erasure.objects.create(
            clinic=self.clinic, patient_id=self.patient.pk, at=at(9), reason="Asked for it"
        )
        self.note = Note.objects.create(
            clinic=self.clinic,
            patient=self.patient,
            author=self.user,
            body="Walks well",
            written_at=timezone.now(),
        )
        self.amendment = Note.objects.create(
            clinic=self.clinic,
            patient=self.patient,
            author=self.user,
            amends=self.note,
            body="With a stick",
            written_at=timezone.now(),
        )
        self.range = make_expected_range(signed_off=False)
        self.expected = self.range.scores.get(day=0)
        self.sign_off = SignOff.objects.create(
            clinic=self.clinic, language="en", edition="1", questions="1", name="Dr Reyes",
            role="Surgeon", at=at(7), by=self.user,
        )  # fmt: skip
        self.entry = Entry.objects.create(kind=Kind.READ, what="queue", clinic=self.clinic)
        self.seal = Seal.objects.create(entry_id=self.entry.pk, hash=bytes(32))


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One row of everything, made once: what a test does to it is undone after it."""
    with django_db_blocker.unblock():
        surrounding = transaction.atomic()
        surrounding.__enter__()
        made = World()
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        surrounding.__exit__(None, None, None)


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    return deepcopy(shared_world)


def change(what: str, **facts: Any) -> Callable[[World], None]:
    """Change the world's row of that name past every Python check."""

    def act(world: World) -> None:
        row = getattr(world, what)
        type(row).objects.filter(pk=row.pk).update(**facts)

    return act


def copy(what: str, **facts: Any) -> Callable[[World], None]:
    """Insert the world's row of that name once more, with these differences."""

    def act(world: World) -> None:
        row = getattr(world, what)
        values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
        values.pop("id")
        values |= {key: fact(world) if callable(fact) else fact for key, fact in facts.items()}
        type(row).objects.bulk_create([type(row)(**values)])

    return act


def elsewhere(what: str, **fresh: Any) -> Callable[[World], None]:
    """Insert a copy that claims to belong to the other clinic."""
    return copy(what, clinic_id=lambda world: world.elsewhere.pk, **fresh)


def request_imaging_twice(world: World) -> None:
    asked = {"requested_at": at(60), "requested_by_id": world.user.pk}
    for _ in range(2):
        copy("imaging", **asked)(world)


def other_surgery(world: World) -> int:
    return make_surgery(make_patient(clinic=world.clinic)).pk


def other_check_in(world: World) -> int:
    return CheckIn.objects.filter(surgery=world.surgery, plan_day=10).get().pk


def other_visit(world: World) -> int:
    return Visit.objects.filter(surgery=world.surgery).exclude(pk=world.visit.pk)[0].pk


def other_patient(world: World) -> int:
    return make_patient(clinic=world.clinic).pk


def patient_elsewhere(world: World) -> int:
    return make_patient(clinic=world.elsewhere).pk


def other_user(world: World) -> int:
    return make_user(clinic=world.elsewhere).pk


NEW_ID = lambda _: uuid.uuid4()  # noqa: E731
LATER = OPERATED + timedelta(days=400)


def two_clinics_at_one_number(world: World) -> None:
    Clinic.objects.update(sms_number="+12125550100")


def two_preferred_channels(world: World) -> None:
    change("channel", is_preferred=True)(world)
    copy("channel", kind="letter", address="1 Main St", is_preferred=True)(world)


def amended_elsewhere(world: World) -> None:
    """Amend a note in another clinic, for a patient of that clinic."""
    added = elsewhere(
        "note",
        form_id=NEW_ID,
        patient_id=lambda world: make_patient(clinic=world.elsewhere).pk,
        amends_id=lambda world: world.amendment.pk,
    )
    with pgtrigger.ignore("followups.Note:same_patient"), transaction.atomic():
        added(world)


VIOLATIONS: dict[str, Callable[[World], None]] = {
    # clinic and staff
    "clinic_has_a_name": change("clinic", name=""),
    "clinic_emergency_number_can_be_dialled": change("clinic", emergency_number="nine"),
    "clinic_sms_number_is_its_own": two_clinics_at_one_number,
    "user_works_in_a_clinic": change("user", clinic=None),
    "user_role_is_known": change("user", role="king"),
    "sign_off_once_each": copy("sign_off"),
    "sign_off_says_who_and_what": copy("sign_off", language="es", role=""),
    "sign_off_language_is_known": copy("sign_off", language="?"),
    "preferences_are_known": lambda world: preferences.save(world.user, theme="sepia"),
    # patients
    "patient_mrn_once_per_clinic": copy("patient"),
    "patient_mrn_is_normalised": change("patient", mrn="m 1"),
    "patient_has_a_name": change("patient", family_name=""),
    "patient_emergency_phone_is_somebodys": change("patient", emergency_phone="+12125550123"),
    "patient_birth_is_possible": change("patient", date_of_birth=date(1899, 12, 31)),
    "patient_status_since_iff_not_active": change("patient", status="deceased"),
    "patient_status_after_birth": change(
        "patient", status="deceased", status_since=date(1960, 1, 1)
    ),
    "patient_choices_are_known": change("patient", sex="x"),
    "channel_patient_same_clinic": elsewhere("channel", kind="phone", address="+12125550100"),
    "channel_once_per_kind": copy("channel"),
    "channel_address_fits_its_kind": change("channel", address="no address"),
    "channel_one_preferred": two_preferred_channels,
    "channel_closed_for_a_reason": change("channel", closed_at=at(7)),
    "channel_choices_are_known": change("channel", consent_source="rumour"),
    "search_key_patient_same_clinic": elsewhere("search_key", key="other"),
    "search_key_once": copy("search_key"),
    "search_key_is_known": change("search_key", kind="x"),
    "risk_patient_same_clinic": elsewhere("risk", recorded_on=LATER),
    "risk_profile_once_per_day": copy("risk"),
    "risk_hba1c_range": change("risk", hba1c=21),
    "risk_bmi_range": change("risk", bmi=9),
    "risk_choices_are_known": change("risk", smoking="cigars"),
    # surgeries
    "surgery_patient_same_clinic": elsewhere("surgery", performed_on=LATER),
    "surgery_supersedes_same_clinic": lambda world: copy(
        "surgery",
        performed_on=LATER,
        is_revision=True,
        supersedes_id=make_surgery(make_patient(clinic=world.elsewhere)).pk,
    )(world),
    "surgery_once_per_day": copy("surgery"),
    "surgery_date_is_possible": change("surgery", performed_on=date(1899, 1, 1)),
    "surgery_n_levels_range": change("surgery", n_levels=21),
    "surgery_restriction_end_range": change("surgery", restriction_end_pod=731),
    "surgery_only_a_revision_supersedes": lambda world: copy(
        "surgery", performed_on=LATER, supersedes_id=world.surgery.pk
    )(world),
    "surgery_choices_are_known": change("surgery", region="sacral"),
    # reports
    "report_surgery_same_clinic": elsewhere("report", submission_id=NEW_ID),
    "report_typed_in_by_somebody": copy("report", submission_id=NEW_ID, source="phone"),
    "report_message_length": copy("report", submission_id=NEW_ID, message="x" * 2001),
    **{
        f"report_{item}_range": copy("report", submission_id=NEW_ID, **{item: int(high) + 1})
        for item, (_, high) in RANGES.items()
    },
    **{
        f"report_{item}_known": copy("report", submission_id=NEW_ID, **{item: "?"})
        for item in WORDS
    },
    **{
        f"report_{item}_known": copy("report", submission_id=NEW_ID, **{item: ["?"]})
        for item in WORD_LISTS
    },
    # findings
    "imaging_surgery_same_clinic": elsewhere("imaging"),
    "imaging_modality_answers_the_question": change("imaging", modality="mri"),
    "imaging_result_needs_a_study": change("imaging", resulted_at=at(60)),
    "imaging_signed_off_by_somebody": change("imaging", signed_off_at=at(60)),
    "imaging_requested_by_somebody": change("imaging", requested_at=at(60)),
    "imaging_withdrawn_has_no_result": copy(
        "imaging",
        requested_at=at(59),
        requested_by_id=lambda world: world.user.pk,
        withdrawn_at=at(60),
        done_on=OPERATED,
        resulted_at=at(60),
    ),
    "imaging_requested_once": request_imaging_twice,
    "imaging_findings_are_known": change(
        "imaging", done_on=OPERATED, resulted_at=at(60), findings=["?"]
    ),
    "score_surgery_same_clinic": elsewhere("score"),
    "score_in_range": change("score", score=28),
    "score_item_9_only_with_phq9": change("score", instrument="odi"),
    "score_total_holds_item_9": change("score", score=0),
    "deficit_surgery_same_clinic": elsewhere("deficit", item="weak"),
    "deficit_one_current_per_item": copy("deficit"),
    "deficit_item_is_known": change("deficit", item="headache"),
    "deficit_ends_after_assessment": change("deficit", ended_on=date(2026, 1, 1)),
    # the plan
    "follow_up_surgery_same_clinic": elsewhere("follow_up", surgery_id=other_surgery),
    "follow_up_end_has_a_reason": change("follow_up", ended_at=at(9)),
    "follow_up_in_queue_iff_flags_open": change("follow_up", severity=None),
    "follow_up_rank_parts_in_range": change("follow_up", breach_bucket=5),
    "follow_up_pin_has_a_reason": change("follow_up", pin=1, pinned_at=at(60)),
    "follow_up_owner_since": change("follow_up", owned_since=at(9)),
    "check_in_surgery_same_clinic": elsewhere("check_in", plan_day=None, kind="recheck"),
    "check_in_report_same_clinic": lambda world: change(
        "check_in",
        report=store_report(make_surgery(make_patient(clinic=world.elsewhere)), day=5),
    )(world),
    "check_in_once_per_plan_day": copy("check_in", kind="recheck"),
    "check_in_one_awaited_per_kind_and_day": copy("check_in", plan_day=None),
    "check_in_not_both_reported_and_cancelled": lambda world: change(
        "check_in", report=world.report, cancelled_at=at(9)
    )(world),
    "check_in_closes_after_due": change("check_in", closes_at=at(1)),
    "check_in_birth_date_tries_limited": change("check_in", birth_date_tries=6),
    "check_in_choices_are_known": change("check_in", kind="party"),
    "link_check_in_same_clinic": elsewhere("link", token_hash=b"2"),
    "draft_check_in_same_clinic": elsewhere("draft", check_in_id=other_check_in),
    "draft_choices_are_known": change("draft", answered_by="nurse"),
    "lesson_surgery_same_clinic": elsewhere("lesson", module="mood"),
    "lesson_given_once": copy("lesson"),
    "lesson_answer_follows_opening": change("lesson", answered_at=at(8), understood=True),
    "lesson_opened_after_given": change("lesson", opened_at=at(6)),
    "visit_surgery_same_clinic": elsewhere("visit", kind="2wk", status="cancelled"),
    "visit_once_per_kind": copy("visit"),
    "visit_target_inside_window": change("visit", target_on=LATER),
    "visit_completed_on_iff_completed": change("visit", status="completed"),
    "visit_booked_has_a_time": change("visit", status="booked"),
    "visit_choices_are_known": change("visit", kind="1wk"),
    "visit_waived_by_somebody_for_a_reason": change(
        "visit", status="cancelled", waived_at=at(60), waive_reason="declined"
    ),
    "appointment_visit_same_clinic": elsewhere(
        "appointment", visit_id=other_visit, starts_at=at(43, 9), ends_at=at(43, 10)
    ),
    "appointment_no_double_booking": copy(
        "appointment", visit_id=other_visit, starts_at=at(42, 9, 30), ends_at=at(42, 11)
    ),
    "appointment_one_standing_per_visit": copy(
        "appointment", starts_at=at(43, 9), ends_at=at(43, 10)
    ),
    "appointment_place_within_capacity": change("appointment", place=1),
    "appointment_lasts_a_while": change("appointment", ends_at=at(42, 9)),
    "appointment_end_is_said": change("appointment", ended_at=at(43)),
    "appointment_cancelled_with_a_reason": change("appointment", ended_at=at(43), end="cancelled"),
    "appointment_choices_are_known": change("appointment", ended_at=at(43), end="lost"),
    "follow_up_protocol_same_clinic": lambda world: change(
        "follow_up",
        visit_protocol=VisitProtocol.objects.create(clinic=world.elsewhere, group="lumbar"),
    )(world),
    "visit_protocol_once_per_version": copy("protocol"),
    "visit_protocol_group_is_known": change("protocol", group="knee"),
    "visit_protocol_signed_off_by_somebody": change("protocol", signed_off_on=OPERATED),
    "protocol_visit_once_per_kind": copy("protocol_visit"),
    "protocol_visit_best_day_inside_window": change("protocol_visit", target_pod=57),
    "protocol_visit_choices_are_known": change("protocol_visit", kind="1wk"),
    "slot_template_once_per_time": copy("template"),
    "slot_template_numbers_in_range": change("template", weekday=7),
    "slot_template_kinds_are_known": change("template", kinds=["1wk"]),
    "closed_day_once": copy("closed_day"),
    "closed_day_has_a_name": change("closed_day", name=""),
    # review
    "evaluation_surgery_same_clinic": elsewhere("evaluation"),
    "evaluation_report_same_clinic": lambda world: copy(
        "evaluation",
        trigger="report",
        report_id=store_report(make_surgery(make_patient(clinic=world.elsewhere)), day=5).pk,
    )(world),
    "evaluation_report_iff_triggered_by_it": copy("evaluation", trigger="report"),
    "flag_surgery_same_clinic": elsewhere("flag", family="cord"),
    "flag_evaluation_same_clinic": lambda world: change(
        "flag",
        evaluation=make_flag(make_surgery(make_patient(clinic=world.elsewhere))).evaluation,
    )(world),
    "flag_one_open_per_family": copy("flag"),
    "flag_disposition_iff_closed": change("flag", disposition="advice"),
    "flag_closed_by_a_person_with_next_step": change(
        "flag", closed_at=at(70), disposition="advice"
    ),
    "flag_only_routine_clears_itself": change("flag", closed_at=at(70), disposition="cleared"),
    "flag_snooze_has_an_end_and_a_reason": change("flag", snoozed_at=at(60)),
    "flag_what_is_never_snoozed": lambda world: change(
        "flag",
        severity=4,
        snoozed_at=at(60),
        snoozed_until=at(70),
        snoozed_by=world.user,
        snooze_reason="Rest",
    )(world),
    "flag_target_after_start": change("flag", respond_by=at(1)),
    "flag_choices_are_known": change("flag", rule="GUESS"),
    "flag_event_flag_same_clinic": elsewhere("event"),
    "flag_event_kind_is_known": copy("event", kind="party"),
    "flag_event_text_length": copy("event", text="x" * 2001),
    "flag_note_length": change("flag", note="x" * 2001),
    "contact_note_length": copy("attempt", note="x" * 2001),
    "contact_surgery_same_clinic": elsewhere("attempt"),
    "contact_choices_are_known": copy("attempt", method="pigeon"),
    "contact_visit_same_clinic": lambda world: copy(
        "attempt",
        visit_id=Visit.objects.filter(
            surgery=make_flag(make_surgery(make_patient(clinic=world.elsewhere))).surgery
        )[0].pk,
    )(world),
    "contact_promise_is_to_call_back": copy("attempt", promised_on=OPERATED),
    "contact_next_attempt_is_later": copy("attempt", next_attempt_at=at(60)),
    # messages and notices
    "notice_flag_same_clinic": elsewhere("notice", level="lead"),
    "notice_once_per_level": copy("notice"),
    "notice_level_is_known": change("notice", level="king"),
    "reminder_check_in_same_clinic": elsewhere("reminder", public_id=NEW_ID, step=1),
    "reminder_once_per_step": copy("reminder", public_id=NEW_ID),
    "reminder_not_after_follows_not_before": change("reminder", not_after=at(6)),
    "reminder_sent_at_iff_sent": change("reminder", state="sent"),
    "reminder_sending_has_a_lease": change("reminder", state="sending"),
    "reminder_state_is_known": change("reminder", state="lost"),
    "reminder_patient_same_clinic": elsewhere("visit_reminder", public_id=NEW_ID, step=1),
    "reminder_visit_same_clinic": elsewhere(
        "visit_reminder", public_id=NEW_ID, step=1, patient_id=patient_elsewhere
    ),
    "reminder_about_a_check_in_or_a_visit": change("reminder", purpose="to_book"),
    "reminder_visit_at_iff_appointment": change("reminder", visit_at=at(7)),
    "reminder_once_per_appointment": copy("visit_reminder", public_id=NEW_ID),
    "staff_message_flag_same_clinic": elsewhere("page", public_id=NEW_ID),
    "staff_message_told_once": copy("page", public_id=NEW_ID),
    "staff_message_page_or_person": change("page", kind="digest"),
    "staff_message_acknowledged_by_somebody": change("page", acknowledged_at=at(60)),
    "staffmessage_not_after_follows_not_before": change("page", not_after=at(6)),
    "staffmessage_sent_at_iff_sent": change("page", state="sent"),
    "staffmessage_sending_has_a_lease": change("page", state="sending"),
    "staffmessage_state_is_known": change("page", state="lost"),
    "staffmessage_delivered_at_iff_delivered": change("page", delivery="delivered"),
    "on_call_reaches_somebody": change("on_call", email=""),
    "on_call_addresses_can_be": change("on_call", phone="212 555"),
    "hold_one_at_a_time": copy("hold"),
    "hold_has_a_reason": change("hold", reason=""),
    "hold_released_with_a_reason": change("hold", released_at=at(2)),
    "provider_channel_is_known": change("provider", channel="pigeon"),
    "origin_is_one_row": change("origin", only=False),
    "reminder_delivered_at_iff_delivered": change("reminder", delivery="delivered"),
    "inbound_patient_same_clinic": elsewhere("text", visit_id=None),
    "inbound_visit_same_clinic": elsewhere("text", patient_id=None),
    "inbound_once": copy("text"),
    "inbound_body_length": copy("text", provider_id="SM3", body="x" * 10_001),
    "inbound_handled_by_has_a_time": lambda world: change("text", handled_by=world.user)(world),
    "inbound_meaning_is_known": change("text", meaning="poem"),
    "inbound_text_is_read_by_somebody": change("text", handled_at=at(8)),
    "letter_surgery_same_clinic": elsewhere("letter", ended_at=at(8), ended_by_id=other_user),
    "letter_one_waiting": copy("letter"),
    "letter_ended_by_somebody": change("letter", ended_at=at(8)),
    "letter_reason_is_known": change("letter", reason="whim"),
    "calendar_feed_one_each": copy("feed", token_hash=b"2"),
    "provider_event_once": copy("provider_event"),
    "provider_event_has_an_id": copy("provider_event", event_id=""),
    # closed records
    "restriction_patient_same_clinic": elsewhere("restriction", patient_id=other_patient),
    "restriction_has_a_reason": change("restriction", reason=""),
    "member_restriction_same_clinic": elsewhere("member", user_id=other_user),
    "member_once": copy("member"),
    "opening_patient_same_clinic": elsewhere("opening", number=2),
    "opening_has_a_reason": copy("opening", number=2, reason="Called at all"),
    "opening_ends_within_the_hour": copy("opening", number=2, until=at(7, 13, 1)),
    "opening_numbered": copy("opening"),
    "opening_few_a_day": copy("opening", number=4),
    "privacy_notice_opening_same_clinic": elsewhere("opening_notice", to_id=other_user),
    "privacy_notice_once_each": copy("opening_notice"),
    # notes
    "note_patient_same_clinic": elsewhere("note", form_id=NEW_ID),
    "note_amends_same_clinic": amended_elsewhere,
    "note_has_words": copy("note", form_id=NEW_ID, body=" \n"),
    "note_is_not_endless": copy("note", form_id=NEW_ID, body="x" * 10_001),
    "note_corrected_after_written": copy("note", form_id=NEW_ID, corrected_at=at(0)),
    # expected ranges
    "expected_range_once_per_version": copy("range"),
    "expected_range_region_is_asked": change("range", region="pain_neck"),
    "expected_range_signed_off_by_somebody": change("range", signed_off_on=OPERATED),
    "expected_range_has_a_source": change("range", source=""),
    "expected_score_once_per_day": copy("expected"),
    "expected_score_from_low_to_high": change("expected", low=9),
    "expected_score_within_three_years": change("expected", day=1097),
    # audit and erasures
    "entry_kind_is_known": copy("entry", kind="guess"),
    "erasure_has_a_reason": copy("erasure", patient_id=999_999_999, reason=""),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_database_refuses(world, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        VIOLATIONS[name](world)


@pytest.mark.parametrize("language", ["", "e", "EN", "english", "en-US", "e1"])
def test_a_language_is_a_code(world, language):
    with pytest.raises(DatabaseError), transaction.atomic():
        change("patient", language=language)(world)


@pytest.mark.parametrize(
    "name", ["report", "evaluation", "event", "attempt", "erasure", "entry", "seal"]
)
def test_what_is_append_only_cannot_be_changed_or_deleted(world, name):
    row = getattr(world, name)
    rows = type(row).objects.filter(pk=row.pk)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        rows.update(id=row.pk)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        rows._raw_delete(rows.db)


def a_note_less(world: World) -> None:
    Note.objects.filter(pk=world.amendment.pk)._raw_delete("default")


LOCKED: dict[str, Callable[[World], None]] = {
    "words a colleague has added to": change("note", body="Other words"),
    "another author": change("amendment", author_id=None),
    "another time": change("amendment", written_at=at(0)),
    "a note less": a_note_less,
}


@pytest.mark.parametrize("name", LOCKED)
def test_of_a_note_only_the_words_change_and_only_the_latest(world, name):
    with pytest.raises(IntegrityError, match="note_locked"), transaction.atomic():
        LOCKED[name](world)


def test_a_note_older_than_a_day_keeps_its_words(world):
    change("amendment", body="With two sticks")(world)
    old = timezone.now() - timedelta(hours=24)
    copy("note", form_id=NEW_ID, written_at=old)(world)
    with pytest.raises(IntegrityError, match="older than 24 hours"), transaction.atomic():
        Note.objects.filter(written_at=old).update(body="Other words")


def test_a_note_amends_one_of_the_same_patient(world):
    with pytest.raises(IntegrityError, match="note_amends_same_patient"), transaction.atomic():
        copy("amendment", form_id=NEW_ID, patient_id=other_patient)(world)


def a_day_less(world: World) -> None:
    world.expected.delete()


SIGNED_OFF: dict[str, Callable[[World], None]] = {
    "another score": change("expected", low=1),
    "another day": copy("expected", day=200),
    "a day less": a_day_less,
    "another source": change("range", source="Hearsay"),
    "another operation": change("range", group="thoracic"),
}


@pytest.mark.parametrize("name", SIGNED_OFF)
def test_a_range_that_is_signed_off_keeps_its_numbers(world, name):
    change("range", signed_off_by="Dr A. Lead", signed_off_on=OPERATED)(world)
    refused = pytest.raises(DatabaseError, match=r"kept_while_signed_off|Cannot update")
    with refused, transaction.atomic():
        SIGNED_OFF[name](world)
    change("range", signed_off_by="", signed_off_on=None)(world)
    SIGNED_OFF[name](world)


def test_a_signed_visit_protocol_never_changes(world):
    protocol, visit = world.protocol, world.protocol_visit
    VisitProtocol.objects.filter(pk=protocol.pk).update(
        signed_off_by="Dr A. Lead", signed_off_on=OPERATED
    )
    with pytest.raises(IntegrityError, match="kept_once_signed_off"), transaction.atomic():
        ProtocolVisit.objects.filter(pk=visit.pk).update(target_pod=43)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        VisitProtocol.objects.filter(pk=protocol.pk).update(version=2)


# What of the world stands for each table that shows a clinic only its own rows.
OWN_ROWS: dict[str, str] = {
    "patient_own_rows": "patient",
    "channel_own_rows": "channel",
    "sign_off_own_rows": "sign_off",
    "search_key_own_rows": "search_key",
    "risk_own_rows": "risk",
    "surgery_own_rows": "surgery",
    "report_own_rows": "report",
    "imaging_own_rows": "imaging",
    "score_own_rows": "score",
    "deficit_own_rows": "deficit",
    "restriction_own_rows": "restriction",
    "member_own_rows": "member",
    "opening_own_rows": "opening",
    "follow_up_own_rows": "follow_up",
    "check_in_own_rows": "check_in",
    "visit_own_rows": "visit",
    "appointment_own_rows": "appointment",
    "slot_template_own_rows": "template",
    "closed_day_own_rows": "closed_day",
    "visit_protocol_own_rows": "protocol",
    "draft_own_rows": "draft",
    "lesson_own_rows": "lesson",
    "evaluation_own_rows": "evaluation",
    "flag_own_rows": "flag",
    "flag_event_own_rows": "event",
    "contact_own_rows": "attempt",
    "note_own_rows": "note",
    "notice_own_rows": "notice",
    "inbound_own_rows": "text",
    "letter_own_rows": "letter",
    "reminder_own_rows": "reminder",
    "staff_message_own_rows": "page",
    "on_call_own_rows": "on_call",
    "hold_own_rows": "hold",
    "erasure_own_rows": "erasure",
    "privacy_notice_own_rows": "opening_notice",
}


@pytest.mark.parametrize("name", OWN_ROWS)
def test_a_page_of_another_clinic_neither_sees_a_row_nor_adds_one(world, name):
    row = getattr(world, OWN_ROWS[name])
    assert next(rule for rule in row._meta.constraints if isinstance(rule, OwnRows)).name == name

    with reach([world.clinic.pk]):
        assert type(row).objects.filter(pk=row.pk).exists()
    with reach([world.elsewhere.pk]):
        assert not type(row).objects.filter(pk=row.pk).exists()
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        reach([world.elsewhere.pk]),
    ):
        copy(OWN_ROWS[name])(world)


def test_every_constraint_of_ours_is_tested_here():
    ours = {constraint.name for model in OURS for constraint in model._meta.constraints}
    # Targets of the composite keys: unique because ids are.
    keys = {name for name in ours if name.endswith("_clinic_key")}
    assert ours - keys == set(VIOLATIONS) | set(OWN_ROWS)


def test_the_models_named_here_are_all_there_are():
    tested = {
        Clinic, User, Patient, ContactChannel, RiskProfile, Surgery, SymptomReport,
        FollowUp, CheckIn, CheckInLink, Draft, Lesson, Visit, Evaluation, Flag, FlagEvent,
        ContactAttempt, Reminder, Notice, ImagingStudy, InstrumentScore, KnownDeficit,
        Restriction, Member, Opening, OpeningNotice, Erasure, Entry, Seal, ExpectedRange,
        ExpectedScore, Preferences, ProviderEvent, InboundMessage, Note, StaffMessage, OnCall,
        Hold, Provider, Origin, Letter, CalendarFeed, SearchKey, SignOff,
        Appointment, SlotTemplate, ClosedDay, VisitProtocol, ProtocolVisit,
    }  # fmt: skip
    # values are kept by no constraint of their own; the others hold no patient
    assert {model.__name__ for model in OURS - tested} == {"Values", "Heartbeat", "Throttle"}
    assert make_follow_up()
