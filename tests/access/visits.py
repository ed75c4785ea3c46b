"""How the tests here ask for pages, and what they look at in an answer."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from clinic.audit.models import Entry
from clinic.staff.models import Role, User
from tests.access.story import Story, sign_in
from tests.access.tables import PAGES, own_address

PEOPLE = ("anonymous", *Role.values, "superuser")
ASKED = ("GET", "HEAD", "POST", "OPTIONS")
# The form's token differs each time; nothing else may.
PASSING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@dataclass(frozen=True)
class Visit:
    """What somebody was answered, and what stands in the audit about it."""

    what: str
    user: int | None
    status: int
    text: str  # the page and where it leads to
    entries: tuple[Entry, ...]

    @property
    def plain(self) -> str:
        return PASSING.sub("", self.text)

    def tells_of(self, story: Story) -> bool:
        return bool(story.words("pvs").search(self.text))

    def unseen(self, story: Story) -> set[int]:
        """Return the patients shown whom no entry of this person names."""
        by = [entry.patients for entry in self.entries if entry.user_id == self.user]
        return story.patients_in(self.text).difference(*by)


@dataclass
class Visitor:
    """Somebody at the door: anonymous, of a role, or the superuser."""

    client: Client
    user: User | None

    def ask(self, method: str, address: str, data: object = None) -> Visit:
        """Ask, look at what was written down, and undo all of it."""
        with transaction.atomic():
            before = newest()
            given = _send(self.client, method, address, data)
            entries = tuple(Entry.objects.filter(pk__gt=before))
            transaction.set_rollback(True)
        user = self.user.pk if self.user else None
        return Visit(f"{method} {address}", user, given.status_code, said(given), entries)


class Two:
    """Clinic ``a``, which nobody here belongs to, and clinic ``b``, where people work."""

    def __init__(self, a: Story, b: Story, superuser: User) -> None:
        self.a, self.b = a, b
        users = {**b.users, "superuser": superuser}
        # signed in here, as what a test stores is undone
        self.visitors = {person: visitor(users.get(person)) for person in PEOPLE}
        self._visits: dict[str, dict[tuple[str, str], Visit]] = {}

    def visits(self, person: str) -> dict[tuple[str, str], Visit]:
        """Every page of staff, asked for once in each way with the ids of clinic b."""
        if person not in self._visits:
            by = self.visitors[person]
            self._visits[person] = {
                (name, method): by.ask(method, own_address(name, self.b))
                for name in PAGES
                for method in ASKED
            }
        return self._visits[person]


def visitor(user: User | None) -> Visitor:
    client = Client()
    if user is not None:
        sign_in(client, user)
    return Visitor(client, user)


def _send(client: Client, method: str, address: str, data: object) -> HttpResponse:
    send = getattr(client, method.lower())
    given: HttpResponse = send(address) if method == "OPTIONS" else send(address, data)
    return given


def newest() -> int:
    return Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def said(given: HttpResponse) -> str:
    body = b"".join(given) if given.streaming else given.content
    return str(given.get("Location", "")) + body.decode(errors="replace")
