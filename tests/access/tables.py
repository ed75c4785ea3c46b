"""What every address of the site is expected to do. A route that is not in here fails the build."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import resolve, reverse

from clinic.staff.access import ALLOWED, Action
from clinic.staff.models import Role
from tests.access.story import Story
from tests.routes import Route, routes

SAFE = ("GET", "HEAD")
SENT = ("POST",)
BOTH = (*SAFE, *SENT)
REFUSED_EVERYWHERE = ("PUT", "PATCH", "DELETE", "TRACE")
NOBODYS = 999_999_999


@dataclass(frozen=True)
class Page:
    """One address: how it may be asked, and whose ids stand in it."""

    methods: tuple[str, ...] = BOTH
    ids: dict[str, str] = field(default_factory=dict)  # what of a story each id belongs to
    found: frozenset[int] = frozenset({200})  # what a GET answers to whoever may
    unknown: int = 404  # what anybody's id but an own one is answered with


MOVED = frozenset({200, 302})
PATIENT = {"pk": "patient"}
CASE = {"pk": "follow_up"}
SURGERY = {"pk": "patient", "surgery_pk": "surgery"}
VISIT = {"pk": "patient", "visit_pk": "visit"}
OF_VISIT = {"pk": "visit"}

# Pages of staff, by the name of their address.
PAGES: dict[str, Page] = {
    "followups:queue": Page(SAFE[:1]),
    "followups:case": Page(SAFE[:1], CASE),
    "followups:page": Page(("GET", "POST"), {"pk": "page"}),
    "followups:claim": Page(SENT, CASE),
    "followups:release": Page(SENT, CASE),
    "followups:acknowledge": Page(SENT, CASE),
    "followups:contact": Page(("GET", "POST"), CASE),
    "followups:resolve": Page(("GET", "POST"), CASE),
    "followups:changes": Page(SAFE[:1]),
    "followups:undo": Page(SENT),
    "followups:snooze": Page(("GET", "POST"), CASE),
    "followups:wake": Page(SENT, CASE),
    "followups:imaging": Page(("GET", "POST"), CASE),
    "followups:result": Page(("GET", "POST"), CASE),
    "followups:hand_over": Page(("GET", "POST"), CASE),
    "followups:pin": Page(("GET", "POST"), CASE),
    "followups:unpin": Page(SENT, CASE),
    "followups:reopen": Page(("GET", "POST"), CASE),
    "followups:case_visit": Page(SAFE[:1], CASE, found=frozenset({302})),
    "followups:inbox": Page(SAFE),
    "followups:inbox_handle": Page(SENT, {"pk": "stray"}),
    "followups:calendar": Page(SAFE),
    "followups:calendar_make": Page(SENT),
    "followups:calendar_revoke": Page(SENT),
    "followups:letters": Page(SAFE),
    "followups:letters_print": Page(SAFE),
    "followups:letters_sent": Page(SENT),
    "followups:letter_drop": Page(SENT, {"pk": "letter_to"}),
    "followups:rules": Page(SAFE),
    "followups:texts": Page(SAFE),
    "followups:texts_sign": Page(SENT),
    "followups:schedule": Page(SAFE[:1]),
    "followups:schedule_day": Page(SAFE[:1]),
    "followups:schedule_find": Page(("GET", "POST")),
    "followups:schedule_invite": Page(("GET", "POST")),
    "followups:schedule_row": Page(SAFE[:1], OF_VISIT, found=MOVED),
    "followups:schedule_call": Page(("GET", "POST"), OF_VISIT),
    "followups:schedule_book": Page(("GET", "POST"), OF_VISIT),
    "followups:schedule_unbook": Page(SENT, OF_VISIT),
    "followups:schedule_walk_in": Page(SENT, OF_VISIT),
    "followups:schedule_letter": Page(SENT, OF_VISIT),
    "followups:schedule_waive": Page(SENT, OF_VISIT),
    "patients:list": Page(("GET", "POST")),
    "find:suggest": Page(SENT),
    "patients:register": Page(("GET", "POST")),
    "patients:detail": Page(SAFE, PATIENT),
    "patients:messages": Page(SAFE, PATIENT),
    "patients:edit": Page(("GET", "POST"), PATIENT),
    "patients:status": Page(("GET", "POST"), PATIENT),
    "patients:surgery_new": Page(("GET", "POST"), PATIENT),
    "patients:surgery_edit": Page(("GET", "POST"), SURGERY),
    "patients:ask": Page(SENT, SURGERY),
    "patients:letter": Page(SENT, SURGERY),
    "patients:enter": Page(("GET", "POST"), SURGERY),
    "patients:unlock": Page(SENT, {"pk": "patient", "check_in_pk": "check_in"}),
    "patients:visit": Page(SAFE, VISIT),
    "patients:visit_book": Page(SENT, VISIT),
    "patients:visit_complete": Page(SENT, VISIT),
    "patients:visit_no_show": Page(SENT, VISIT),
    "patients:visit_cancel": Page(SENT, VISIT),
    "patients:note_add": Page(SENT, PATIENT),
    "patients:note": Page(("GET", "POST"), {"pk": "patient", "note_pk": "note"}),
    "privacy:pack": Page(SENT, SURGERY),
    "audit:list": Page(("GET", "POST")),
    "audit:export": Page(SENT),
    "audit:entry": Page(SAFE, {"pk": "entry"}),
    "audit:access": Page(SAFE, PATIENT),
    "exchange:imports": Page(("GET", "POST")),
    "exchange:apply": Page(SENT),
    "exchange:queue": Page(SENT),
    "privacy:restrict": Page(("GET", "POST"), PATIENT),
    "privacy:open": Page(("GET", "POST"), {"pk": "closed"}, found=MOVED),
    "privacy:export": Page(("GET", "POST"), PATIENT),
    "privacy:openings": Page(SAFE),
    "privacy:close": Page(SENT, {"opening": "opening"}, unknown=302),
    "privacy:retention": Page(SAFE),
    "operations:system": Page(SAFE),
    "operations:on_call": Page(("GET", "POST")),
    "operations:hold": Page(SENT),
    "operations:release": Page(SENT),
    "operations:decide": Page(SENT),
}

# What a superuser, who works in no clinic, is refused all the same.
WITHOUT_CLINIC = {
    *("followups:schedule", "followups:schedule_day", "followups:schedule_invite"),
    *("patients:register", "exchange:imports", "exchange:apply"),
    *("operations:hold", "operations:release", "operations:on_call", "followups:texts_sign"),
}

# What anybody may open, and what each answers to a GET without anything.
PUBLIC: dict[str, set[int]] = {
    "home": {302, 403},
    "signin": {200, 302},
    "mfa_authenticate": {302},
    "signout": {405},
    "account_reset_password": {200, 302},
    "account_reset_password_from_key": {200, 302},
    "operations:health": {200, 503},
    "operations:messages": {404},
    "hooks:sms_status": {404, 405},
    "hooks:sms_inbound": {405},
    "followups:calendar_feed": {404},
    "hooks:mail": {404, 405},
    "operations:metrics": {200},
    "check_in:end": {410},
    "check_in:start": {404},
    "check_in:step": {404},
    "check_in:learn": {405},
    "check_in:followups.views.check_in.start": {404},
}
# Pages about oneself: everybody who is signed in may open them, and finds only themselves.
OWN = {
    *("mfa_index", "account_change_password", "usersessions_list", "mfa_activate_totp"),
    *("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes"),
    *("mfa_generate_recovery_codes", "mfa_download_recovery_codes", "account_reauthenticate"),
    *("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_here"),
    *("account_settings", "account_keys"),
}
# Who may look at the rows of a table in the admin besides superusers.
IN_ADMIN = {
    "staff_clinic": {Role.ADMINISTRATOR},
    "staff_user": {Role.ADMINISTRATOR},
    "followups_expectedrange": {Role.ADMINISTRATOR},
    "followups_slottemplate": {Role.ADMINISTRATOR},
    "followups_closedday": {Role.ADMINISTRATOR},
    "followups_visitprotocol": {Role.ADMINISTRATOR},
}


def name_of(route: Route) -> str:
    return resolve(route.path).view_name


def by_name() -> dict[str, Any]:
    """Return every view outside the admin by the name of its address."""
    found = {name_of(route): route for route in routes() if not route.path.startswith("/admin/")}
    return {name: route.pattern.callback for name, route in found.items()}


def may_open(person: str, action: Action) -> bool:
    return person == "superuser" or person in ALLOWED[action]


def own_address(name: str, story: Story) -> str:
    return address(name, {key: getattr(story, of).pk for key, of in PAGES[name].ids.items()})


def foreign_addresses(name: str, own: Story, other: Story) -> list[tuple[str, str]]:
    """Return pairs of addresses that may not differ: the other clinic's ids, and nobody's.

    Where an address holds two ids, each is also mixed with an own one.
    """
    ids = PAGES[name].ids
    pairs = []
    for mixed in [set(ids), *({key} for key in ids if len(ids) > 1)]:
        theirs = {key: getattr(other if key in mixed else own, ids[key]).pk for key in ids}
        nobodys = {key: NOBODYS if key in mixed else getattr(own, ids[key]).pk for key in ids}
        pairs.append((address(name, theirs), address(name, nobodys)))
    return pairs if ids else []


def address(name: str, ids: dict[str, int]) -> str:
    return reverse(name, kwargs=ids)
