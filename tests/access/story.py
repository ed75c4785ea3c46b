"""Two clinics with one row of everything, and a word in every text that nobody else could say.

A word tells whose it is: ``zqap07q`` is of clinic a and its patient; ``v`` stands for the patient
whose record is closed, ``s`` for staff and the clinic itself.
"""

import re
from itertools import count
from typing import Any

import pgtrigger
from django.contrib.auth import SESSION_KEY
from django.db import models
from django.test import Client
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.privacy.models import Erasure
from clinic.privacy.models import Notice as OpeningNotice
from clinic.staff.models import Clinic, Role, User
from followups import tokens
from followups.choices import Rule
from followups.models import (
    Appointment,
    CheckIn,
    ClosedDay,
    ContactAttempt,
    Draft,
    Evaluation,
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
    Reminder,
    SignOff,
    SlotTemplate,
    StaffMessage,
    Visit,
    VisitProtocol,
)
from patients import search_keys
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
    SymptomReport,
)
from tests.factories import (
    OPERATED,
    at,
    make_clinic,
    make_flag,
    make_patient,
    make_surgery,
    make_user,
    store_report,
)

_number = count(1)
# Texts that somebody has written, by table; every other text is a key, a choice or the product's.
TEXTS: dict[type[models.Model], tuple[str, ...]] = {
    Clinic: ("name", "crisis_line"),
    ClosedDay: ("name",),
    User: ("first_name", "last_name", "title", "email"),
    Patient: ("mrn", "family_name", "given_name"),
    ContactChannel: ("address",),
    RiskProfile: ("source",),
    SymptomReport: ("message", "overdid_what"),
    Restriction: ("reason",),
    Opening: ("reason",),
    FollowUp: ("pin_reason",),
    Reminder: ("reason", "provider_id"),
    StaffMessage: ("reason", "provider_id"),
    Hold: ("release_reason",),
    Evaluation: ("facts",),
    Flag: ("explanation", "evidence", "snooze_reason", "note"),
    FlagEvent: ("text",),
    ContactAttempt: ("note",),
    InboundMessage: ("body",),
    Note: ("body",),
    Erasure: ("reason",),
    SignOff: ("name", "role"),
}
APPEND_ONLY = (
    *("patients.SymptomReport", "followups.Evaluation", "followups.FlagEvent"),
    *("followups.ContactAttempt", "privacy.Erasure", "followups.SignOff"),
)
SET_ASIDE = (*(f"{label}:append_only" for label in APPEND_ONLY), "followups.Note:locked")


class Story:
    """One clinic: its people, a patient with a case, and a patient whose record is closed."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.clinic = make_clinic()
        self.own = {"clinic": self.clinic}
        self.users = {role: make_user(role, clinic=self.clinic) for role in Role.values}
        User.objects.filter(pk=self.users[Role.ADMINISTRATOR].pk).update(is_staff=True)
        self.nurse, self.surgeon = self.users[Role.NURSE], self.users[Role.SURGEON]
        self.patient = make_patient(**self.own)
        self.surgery = make_surgery(self.patient, surgeon=self.surgeon)
        self._follow()
        self._review()
        self._find()
        self._close()
        self._write()
        self.entry = self._entry_of(self.patient)

    def _follow(self) -> None:
        self.flag = make_flag(self.surgery)
        self.follow_up = FollowUp.objects.get(surgery=self.surgery)
        self.check_in = CheckIn.objects.get(surgery=self.surgery, plan_day=7)
        CheckIn.objects.filter(pk=self.check_in.pk).update(birth_date_tries=5)
        self.token = tokens.new_link(self.check_in, now=at(7))
        self.link = self.check_in.links.get()
        self.visit = Visit.objects.filter(surgery=self.surgery).order_by("pk")[0]
        self.appointment = Appointment.objects.create(
            **self.own,
            visit=self.visit,
            clinician=self.surgeon,
            starts_at=at(14, 9),
            ends_at=at(14, 10),
            booked_at=at(7),
        )
        self.template = SlotTemplate.objects.create(
            **self.own, weekday=0, starts_at=at(7).time(), clinician=self.surgeon
        )
        self.protocol = VisitProtocol.objects.create(**self.own, group="lumbar")
        self.closed_day = ClosedDay.objects.create(**self.own, on=at(200).date(), name="?")
        self.report = store_report(self.surgery, day=5, pain_back=6)
        self.draft = Draft.objects.create(
            **self.own, check_in=self.check_in, names=[], answers={}, saved_at=at(7)
        )
        self.lesson = Lesson.objects.create(
            **self.own, surgery=self.surgery, module="warning", given_at=at(7)
        )
        self.reminder = Reminder.objects.create(
            **self.own,
            patient=self.patient,
            check_in=self.check_in,
            channel="email",
            step=0,
            not_before=at(7),
            not_after=at(8),
        )

    def _review(self) -> None:
        FollowUp.objects.filter(pk=self.follow_up.pk).update(
            pin=1, pinned_at=at(60), pin_reason="?"
        )
        Flag.objects.filter(pk=self.flag.pk).update(
            snoozed_at=at(60), snoozed_until=at(61), snoozed_by=self.nurse, snooze_reason="?"
        )
        self.evaluation = self.flag.evaluation
        self.event = FlagEvent.objects.create(
            **self.own, flag=self.flag, kind="note", at=at(60), severity=2, by=self.nurse
        )
        self.attempt = ContactAttempt.objects.create(
            **self.own,
            surgery=self.surgery,
            at=at(60),
            by=self.nurse,
            method="phone",
            outcome="no_answer",
        )
        self.page = StaffMessage.objects.create(
            **self.own,
            kind="page",
            flag=self.flag,
            key="page:1",
            channel="sms",
            not_before=at(60),
            not_after=at(61),
        )
        self.on_call = OnCall.objects.create(**self.own, email="on.call@example.org")
        self.hold = Hold.objects.create(
            **self.own, reason="?", at=at(1), released_at=at(2), release_reason="?"
        )
        self.note = Note.objects.create(
            **self.own, patient=self.patient, author=self.nurse, body="?", written_at=at(60)
        )
        self.notice = Notice.objects.create(
            **self.own, flag=self.flag, level="owner", clock_started_at=at(60), made_at=at(62)
        )

    def _find(self) -> None:
        of_surgery: dict[str, Any] = {**self.own, "surgery": self.surgery}
        self.imaging = ImagingStudy.objects.create(
            **of_surgery, modality="xray", question="hardware_position"
        )
        self.score = InstrumentScore.objects.create(
            **of_surgery,
            instrument="phq9",
            score=9,
            item_9=1,
            recorded_at=at(60),
            entered_by=self.nurse,
        )
        self.deficit = KnownDeficit.objects.create(
            **of_surgery, item="bladder", assessed_on=OPERATED, assessor=self.nurse
        )
        self.risk = RiskProfile.objects.create(
            **self.own, patient=self.patient, recorded_on=OPERATED
        )
        self.channel = ContactChannel.objects.get(patient=self.patient)
        self.text = InboundMessage.objects.create(
            **self.own,
            patient=self.patient,
            sender=self.phone,
            provider_id="SM1",
            meaning="text",
            received_at=at(60),
        )
        self.letter_channel = ContactChannel.objects.create(
            **self.own,
            patient=self.patient,
            kind="letter",
            address="1 Main St",
            consented_on=OPERATED,
        )
        self.letter_to = Letter.objects.create(
            **self.own, surgery=self.surgery, reason="unreached", asked_at=at(61)
        )
        self.stray = InboundMessage.objects.create(
            **self.own, sender="+1999", provider_id="SM2", meaning="text", received_at=at(60)
        )
        ContactChannel.objects.create(
            **self.own, patient=self.patient, kind="phone", address=self.phone
        )

    def _close(self) -> None:
        """Restrict a record to the surgeon; the nurse has opened it once."""
        self.closed = make_patient(**self.own)
        self.closed_surgery = make_surgery(self.closed)
        self.closed_flag = make_flag(self.closed_surgery)
        self.closed_case = FollowUp.objects.get(surgery=self.closed_surgery)
        self.closed_report = store_report(self.closed_surgery, day=5, pain_back=6)
        self.closed_channel = ContactChannel.objects.get(patient=self.closed)
        self.restriction = Restriction.objects.create(
            **self.own, patient=self.closed, reason="?", since=at(1), by=self.surgeon
        )
        self.member = Member.objects.create(
            **self.own, restriction=self.restriction, user=self.surgeon
        )
        self.opening_word = self._word("v")
        self.opening = Opening.objects.create(
            **self.own,
            patient=self.closed,
            user=self.nurse,
            reason=f"Called at night, {self.opening_word}",
            at=at(7),
            until=at(7, 13),
            day=timezone.now().date(),
            number=1,
        )
        self.opening_notice = OpeningNotice.objects.create(
            **self.own, opening=self.opening, to=self.surgeon, due_at=at(7)
        )
        self.sign_off = SignOff.objects.create(
            **self.own, language="en", edition="1", questions="1", name="?", role="?", at=at(7),
            by=self.surgeon,
        )  # fmt: skip
        self.erasure = Erasure.objects.create(
            **self.own, patient_id=10_000_000 + self.closed.pk, at=at(9), reason="?"
        )

    @property
    def phone(self) -> str:
        return f"+1212555{'77' if self.letter == 'a' else '66'}01"

    def words(self, kinds: str) -> re.Pattern[str]:
        """What matches the texts of this clinic that are of one of these kinds."""
        texts = rf"zq{self.letter}([{kinds}])\d+q"
        phone = rf"|555\D?{self.phone[-4:]}" if "p" in kinds else ""
        return re.compile(texts + phone, re.IGNORECASE)

    def patients_in(self, text: str) -> set[int]:
        """Return the patients whose words or number stand in a text."""
        found = {match[1] or "p" for match in self.words("pv").finditer(text)}
        return {{"p": self.patient.pk, "v": self.closed.pk}[kind.lower()] for kind in found}

    def rows(self) -> dict[str, models.Model]:
        held = {**vars(self), **{f"user {role}": user for role, user in self.users.items()}}
        return {name: row for name, row in held.items() if isinstance(row, models.Model)}

    def _write(self) -> None:
        """Put a word into every text, whatever may usually change it."""
        for name, row in self.rows().items():
            what = "v" if name.startswith("closed") or name == "restriction" else "p"
            of_clinic = Clinic | ClosedDay | User | Erasure | Hold | SignOff | VisitProtocol
            is_nobodys = isinstance(row, of_clinic) or name == "stray"
            what = "s" if is_nobodys else what
            texts = {
                text: self._said(text, what)
                for text in TEXTS.get(type(row), ())
                if text not in ("pin_reason", "snooze_reason") or getattr(row, text)
            }
            if texts and not isinstance(row, Opening):
                with pgtrigger.ignore(*SET_ASIDE):
                    type(row)._base_manager.filter(pk=row.pk).update(**texts)
                row.refresh_from_db()
        for patient in (self.patient, self.closed):
            search_keys.refresh(patient)

    def _word(self, what: str) -> str:
        return f"Zq{self.letter}{what}{next(_number):02}q"

    def _said(self, text: str, what: str) -> Any:
        word = self._word(what)
        if text == "facts":
            return {"reports": [], "said": word}
        if text == "evidence":
            since = at(60).isoformat()
            return [{"rule": Rule.PAIN_PERSIST, "severity": 2, "since": since, "explanation": word}]
        if text == "mrn":
            return word.upper()
        return f"{word}@example.org" if text in ("address", "email") else word

    @staticmethod
    def _entry_of(patient: Patient) -> Entry:
        """A change of the patient, whose values are kept: the record number it had."""
        found = Entry.objects.filter(kind="update", row=patient.pk, what="patients_patient").last()
        assert found is not None
        return found


def sign_in(client: Client, user: User) -> None:
    """Sign somebody in who has shown the password just now."""
    client.force_login(user)
    session = client.session
    shown = [{"method": "password", "at": timezone.now().timestamp()}]
    session["account_authentication_methods"] = shown
    session["account_authentication_methods_user"] = session[SESSION_KEY]
    session.save()


def make_superuser() -> User:
    return make_user(Role.ADMINISTRATOR, clinic=None, is_superuser=True, is_staff=True)
