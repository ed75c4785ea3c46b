"""Every screen and state a patient can see, one after the other."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from playwright.sync_api import expect

from followups.choices import Questionnaire
from followups.models import CheckIn
from followups.models.plan import BIRTH_DATE_TRIES
from followups.sitting import Numbers, Receipt
from followups.views import check_in as views
from tests.factories import at, make_check_in, make_clinic, make_patient, make_surgery
from tests.followups.views.answering import BORN
from tests.followups.views.phone import Phone

# Where pictures of all screens are put, if anywhere: CHECK_IN_IMAGES=docs/images/check-in
IMAGES = os.environ.get("CHECK_IN_IMAGES", "")
Look = Callable[[str], None]


@dataclass
class Screens:
    """Walks a phone through them; ``site`` is where, ``link_to`` makes the address of a link."""

    site: str
    link_to: Callable[[CheckIn], str]
    patch: pytest.MonkeyPatch
    count: int = 0

    def walk(self, phone: Phone, look: Look) -> None:
        self.clinic = make_clinic(name="Harbor Spine Clinic", has_on_call=False)
        for part in (self._full, self._short, self._closed, self._without_network, self._pages):
            part(phone, look)

    def keep(self, phone: Phone, name: str, size: dict[str, int]) -> None:
        """Keep a picture of this screen, for people to look at."""
        if not IMAGES:
            return
        self.count += 1
        folder = Path(IMAGES) / f"{phone.language}-{size['width']}"
        folder.mkdir(parents=True, exist_ok=True)
        phone.page.screenshot(
            path=folder / f"{(self.count + 1) // 2:02}-{name}.png", full_page=True
        )

    def _link(self, phone: Phone, *, day: int = 5, **facts: Any) -> tuple[str, CheckIn]:
        surgery = make_surgery(make_patient(clinic=self.clinic))
        check_in = make_check_in(surgery, day=day, **facts)
        return f"{self.link_to(check_in)}?language={phone.language}", check_in

    def _short_link(self, phone: Phone) -> tuple[str, CheckIn]:
        return self._link(phone, questionnaire=Questionnaire.PULSE)

    def _full(self, phone: Phone, look: Look) -> None:
        link, _ = self._link(phone, day=3)
        phone.open(link)
        look("birth-date")
        phone.refused(phone.button("pages.start.next"))
        look("birth-date-empty")
        phone.fill_birth_date(BORN + timedelta(days=1)).refused(phone.button("pages.start.next"))
        look("birth-date-wrong")
        phone.page.check("[name=answering_for]")
        phone.fill_birth_date().go_on("pages.start.next")
        look("signs")
        phone.refused(phone.button("pages.question.next"))
        look("signs-error")
        phone.press("bladder")
        look("emergency")
        phone.go_through("signs_healing").tap(phone.page.locator("[value=fever]"))
        look("signs-ticked")
        phone.go_on()
        phone.page.fill("#typed", "372")
        phone.refused(phone.button("pages.question.next"))
        look("temperature-error")
        phone.press("37.2").press("redness")
        look("score")
        phone.press("7").back()
        look("score-chosen")
        phone.go_through("numb_site", numb="new")
        look("places")
        phone.go_through("func", numb_site="leg", numb_side="left", numb_kind="tingling")
        look("grade")
        phone.go_through("phq4_nervous")
        look("mood")
        phone.press("1").back()
        look("mood-chosen")
        phone.go_through()
        look("check")
        phone.page.fill("#message", "a" * 3000)
        phone.refused(phone.button("pages.check.send"))
        look("check-error")
        phone.page.fill("#message", "")
        phone.finish()
        look("end-emergency")

    def _short(self, phone: Phone, look: Look) -> None:
        link, _ = self._short_link(phone)
        phone.start(link).go_through("pain_back", weak="worse", weak_side="left")
        look("urgent")
        phone.go_through().finish()
        look("end-urgent")
        link, _ = self._short_link(phone)
        phone.start(link).go_through().finish()
        look("thanks")
        phone.tap(phone.page.locator("main form button").first)
        expect(phone.page.locator("#question")).to_be_visible()
        look("lesson")
        phone.tap(phone.page.locator(".choice").first)
        expect(phone.page.locator("[role=status]")).to_be_visible()
        look("lesson-answered")
        phone.open(link)
        look("already")
        phone.fill_birth_date().tap(phone.button("pages.sent.show"))
        expect(phone.page.locator("h1")).to_have_text(phone.say("pages.sent.title"))
        look("sent")

    def _closed(self, phone: Phone, look: Look) -> None:
        link, check_in = self._link(phone)
        CheckIn.objects.filter(pk=check_in.pk).update(birth_date_tries=BIRTH_DATE_TRIES)
        phone.open(link)
        look("locked")
        link, _ = self._link(phone, due_at=at(1), closes_at=at(4))
        phone.open(link)
        look("ended")
        phone.tap(phone.button("pages.new_link.ask"))
        expect(phone.page.locator("h1")).to_have_text(phone.say("pages.new_link.title"))
        look("asked")

    def _without_network(self, phone: Phone, look: Look) -> None:
        link, _ = self._short_link(phone)
        phone.start(link)
        phone.page.context.set_offline(True)
        phone.tap(phone.page.locator("[value=saddle]")).tap(phone.button("pages.question.next"))
        expect(phone.page.locator(".stop")).to_be_visible()
        look("emergency-offline")
        phone.page.context.set_offline(False)
        expect(phone.page.locator("form[data-step=go_on]")).to_be_visible()
        phone.go_through("pain_back")
        phone.page.context.set_offline(True)
        phone.tap(phone.answer("4"))
        expect(phone.page.locator(".offbar")).to_be_visible()
        look("offline")
        phone.page.context.set_offline(False)
        expect(phone.page.locator("form[data-step=pain_leg]")).to_be_visible()
        with self.patch.context() as patch:
            patch.setattr(views, "reach", away)
            phone.tap(phone.answer("0")).come_to_a_page_without("form[data-step]")
            look("not-sent")
            phone.open(link)
            look("unavailable")

    def _pages(self, phone: Phone, look: Look) -> None:
        receipt = Receipt(Numbers.of(self.clinic), timezone.now(), phone.language)
        phone.open(f"{self.site}/c/end/crisis/?about={receipt.sealed()}")
        look("end-crisis")
        phone.open(f"{self.site}/c/end/crisis/?about=other&language={phone.language}")
        look("over")
        phone.open(f"{self.site}/c/{'x' * 40}/?language={phone.language}")
        look("unknown")
        link, _ = self._short_link(phone)
        phone.start(link).go_through()
        phone.page.fill("#message", "ä" * 40_000)
        phone.tap(phone.button("pages.check.send")).come_to_a_page_without("form[data-step]")
        look("refused")


def away(*_: Any, **__: Any) -> None:
    raise OperationalError
