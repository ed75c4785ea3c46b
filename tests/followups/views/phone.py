"""A patient's phone: a real browser on one link, with or without scripts."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from followups.texts import Texts, texts
from tests.conftest import PATIENCE
from tests.followups.views.answering import BORN, NONE

NARROW = {"width": 320, "height": 568}
USUAL = {"width": 390, "height": 844}
# What is pressed where an earlier answer has made a question necessary.
FURTHER = {
    "weak_side": "left",
    "weak_severe": "no",
    "weak_rapid": "no",
    "limb_side": "left",
    "pain_quality": "dull",
    "numb_site": "leg",
    "numb_side": "left",
    "numb_kind": "tingling",
    "temp_c": "37.2",
}
# The browser itself notes every answer that is not 200; none of them is a surprise here.
EXPECTED = "Failed to load resource"


@dataclass
class Phone:
    """``taps`` counts what a thumb has done; filling in a field is one tap on it."""

    page: Page
    language: str = "en"
    taps: int = 0
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def unpack(
        cls, browser: Browser, *, language: str = "en", scripts: bool = True, **settings: Any
    ) -> "Phone":
        """Take a phone out of its box: no cookies, nothing cached."""
        settings = {"viewport": USUAL} | settings
        context = browser.new_context(
            java_script_enabled=scripts, locale=language, timezone_id="UTC", **settings
        )
        context.set_default_timeout(PATIENCE)
        phone = cls(context.new_page(), language)
        phone.page.on("console", phone._listen)
        phone.page.on("pageerror", lambda error: phone.complaints.append(str(error)))
        return phone

    @property
    def texts(self) -> Texts:
        return texts(self.language)

    def say(self, key: str, **values: Any) -> str:
        return self.texts.say(key, **values)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    @property
    def focused(self) -> str:
        """What is read out first: the text of what has the focus."""
        return str(self.page.evaluate("document.activeElement.innerText"))

    @property
    def step(self) -> str:
        """The question on the screen; the name of the step on any other page."""
        form = self.page.locator("main form[data-step]").first
        return (form.get_attribute("data-step") if form.count() else "") or ""

    def faults(self) -> list[str]:
        """Return what axe finds on this screen, and whether it is wider than the phone."""
        found = [str(fault["id"]) for fault in Axe().run(self.page).response["violations"]]
        return found + self.too_wide()

    def too_wide(self) -> list[str]:
        wide = "document.documentElement.scrollWidth > innerWidth"
        return ["too wide"] if self.page.evaluate(wide) else []

    def open(self, link: str) -> "Phone":
        self.page.goto(link)
        return self

    def tap(self, what: Locator) -> "Phone":
        what.click()
        self.taps += 1
        return self

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.say(key), exact=True).last

    def fill_birth_date(self, born: date = BORN) -> "Phone":
        self.page.fill("[name=day]", str(born.day))
        self.page.select_option("[name=month]", str(born.month))
        self.page.fill("[name=year]", str(born.year))
        self.taps += 3
        return self

    def start(self, link: str) -> "Phone":
        """Open the link and give the right birth date."""
        return self.open(link).fill_birth_date().go_on("pages.start.next")

    def go_on(self, key: str = "pages.question.next") -> "Phone":
        """Press the button that ends this screen, and wait for the next one."""
        return self._leave(self.button(key))

    def back(self) -> "Phone":
        return self.go_on("pages.question.back")

    def press(self, value: str) -> "Phone":
        """Answer the question on the screen: tap the answer, or tick it and go on."""
        if self.step == "temp_c":
            self.page.fill("[name=temp_c]", value)
            return self.go_on()
        box = self.page.locator(f"input[type=checkbox][value='{value}']")
        if box.count():
            return self.tap(box).go_on()
        return self._leave(self.answer(value))

    def answer(self, value: str) -> Locator:
        return self.page.locator(f".choice[value='{value}'], .nrs [value='{value}']")

    def go_through(self, until: str = "check", **answers: str) -> "Phone":
        """Answer question after question, up to this step; no complaints unless given."""
        for _ in range(60):
            step = self.step
            if step == until:
                return self
            if step == "go_on":
                self.go_on("pages.emergency.next")
            else:
                self.press(({**NONE, **FURTHER, **answers})[step])
        raise AssertionError(f"never came to {until}; at {self.step}")

    def finish(self) -> "Phone":
        """Send all answers from the page that shows them."""
        self.tap(self.button("pages.check.send"))
        self.page.wait_for_url("**/c/end/**")
        return self

    def refused(self, button: Locator) -> "Phone":
        """Press a button that leads to a complaint about this screen, and wait for that."""
        self.page.locator("main").evaluate("main => main.querySelector('.err')?.remove()")
        self.tap(button)
        expect(self.page.locator(".err")).to_be_visible()
        return self

    def come_to_a_page_without(self, what: str) -> "Phone":
        """Wait for the whole next page; on the way to it there is an empty one without main."""
        expect(self.page.locator(f"main:not(:has({what}))")).to_have_count(1)
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def put_away(self) -> None:
        self.page.context.close()

    def _leave(self, button: Locator) -> "Phone":
        left = f"form[data-step='{self.step}']"
        return self.tap(button).come_to_a_page_without(left)

    def _listen(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.complaints.append(message.text)
