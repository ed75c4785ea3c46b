"""What pages, tables and events of the audit are called in a sentence.

``{who}`` stands for the patient. A page nobody has named yet is called by its address name.
"""

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db.models import Model
from django.urls import URLResolver, get_resolver

from clinic.staff.access import Action

PAGES = {
    "followups:queue": "the review queue",
    "followups:case": "the case of {who}",
    "followups:claim": "“Claim” in the case of {who}",
    "followups:release": "“Release” in the case of {who}",
    "followups:acknowledge": "“Acknowledge” in the case of {who}",
    "followups:contact": "the contact form in the case of {who}",
    "followups:resolve": "the form that resolves the case of {who}",
    "followups:changes": "what has changed in the review queue",
    "followups:undo": "“Undo” in the case of {who}",
    "followups:snooze": "the form that snoozes the case of {who}",
    "followups:wake": "“Wake” in the case of {who}",
    "followups:imaging": "the imaging request in the case of {who}",
    "followups:result": "the imaging result in the case of {who}",
    "followups:hand_over": "the form that hands over the case of {who}",
    "followups:pin": "the form that pins the case of {who}",
    "followups:unpin": "“Unpin” in the case of {who}",
    "followups:reopen": "the form that reopens the case of {who}",
    "followups:case_visit": "“Visit” in the case of {who}",
    "followups:inbox": "the messages from patients",
    "followups:inbox_handle": "“Handled” on a message from {who}",
    "followups:calendar": "the own calendar address",
    "followups:calendar_make": "a new calendar address",
    "followups:calendar_revoke": "the end of a calendar address",
    "followups:letters": "the letters to patients",
    "followups:letters_print": "the letters to patients, printed",
    "followups:letters_sent": "“Sent” on letters to patients",
    "followups:letter_drop": "“Not needed” on a letter to {who}",
    "followups:rules": "the clinical rules",
    "followups:texts": "the patients’ texts",
    "followups:texts_sign": "the sign-off of patients’ texts",
    "followups:schedule": "the schedule",
    "followups:schedule_day": "the list of a day",
    "followups:schedule_find": "the search for a visit to book",
    "followups:schedule_row": "a visit of {who} in the schedule",
    "followups:schedule_call": "the call box of {who}",
    "followups:schedule_book": "the free times for {who}",
    "followups:schedule_unbook": "“Undo” of a booking of {who}",
    "followups:schedule_walk_in": "“Is here now” of {who}",
    "followups:schedule_letter": "“The letter is sent” of {who}",
    "followups:schedule_waive": "“Stop expecting it” of {who}",
    "patients:list": "the list of patients",
    "find:suggest": "the search for patients",
    "patients:register": "the form for a new patient",
    "patients:detail": "the record of {who}",
    "patients:messages": "the messages to {who}",
    "patients:edit": "the form that edits {who}",
    "patients:status": "the status form of {who}",
    "patients:surgery_new": "the form for an operation of {who}",
    "patients:surgery_edit": "the form that corrects an operation of {who}",
    "patients:ask": "“Ask now” of {who}",
    "patients:letter": "“Write a letter” to {who}",
    "patients:enter": "the form for answers of {who}",
    "patients:unlock": "the unlocking of a check-in of {who}",
    "patients:visit": "a visit of {who}",
    "patients:visit_book": "the booking form of a visit of {who}",
    "patients:visit_complete": "the form that completes a visit of {who}",
    "patients:visit_no_show": "the form for a missed visit of {who}",
    "patients:visit_cancel": "the form that cancels a visit of {who}",
    "patients:note_add": "the form for a note on {who}",
    "patients:note": "a note on {who}",
    "audit:list": "the audit",
    "audit:entry": "an audit entry about {who}",
    "audit:export": "the export of the audit",
    "audit:access": "the access list of {who}",
    "privacy:openings": "the list of broken glass",
    "privacy:open": "the form that breaks the glass for {who}",
    "privacy:restrict": "the form that restricts {who}",
    "privacy:export": "the copy for the patient of {who}",
    "privacy:pack": "the visit pack of {who}",
    "privacy:retention": "what is kept how long",
    "privacy:close": "“Close it now” of a restricted record",
    "operations:system": "the system page",
    "operations:on_call": "the on-call route",
    "followups:page": "an emergency page",
    "operations:hold": "“Stop all messages”",
    "operations:release": "the release of all messages",
    "operations:decide": "the list of messages that are stuck",
    "exchange:imports": "the import of patients",
    "exchange:apply": "the import of patients",
    "exchange:queue": "the review queue as a file",
}
TABLES = {
    "patients_patient": "record",
    "patients_opening": "break-glass opening",
    "patients_restriction_members": "team of the restricted record",
    "patients_contactchannel": "contact channel",
    "followups_inboundmessage": "message from a patient",
    "patients_surgery": "operation",
    "followups_signoff": "sign-off of patients’ texts",
    "staff_user": "account",
    "followups_oncall": "on-call route",
    "followups_hold": "hold on all messages",
}
EVENTS = {
    "refused": "was refused {page}",
    "not found": "asked for something that does not exist: {page}",
    "glass broken": "broke the glass to open the record of {who}",
    "opening closed": "closed a restricted record again",
    "record exported": "made a copy for the patient of {who}",
    "visit pack made": "made a visit pack of {who}",
    "audit exported": "exported {rows} audit entries",
    "queue exported": "saved {rows} cases of the review queue as a file",
    "messages released": "sent {messages} messages after all",
    "messages left unsent": "left {messages} messages unsent",
    "patients imported": "imported patients: {create} new, {update} changed",
}


def page(name: str) -> str:
    """Return a page's name in a sentence, by the name of its address."""
    if name in PAGES:
        return PAGES[name]
    place, _, rest = name.rpartition(":")
    said = f"{place} {rest}" if place else rest
    return f"the page “{said.replace('_', ' ').replace(':', ' ')}”"


def table(name: str) -> str:
    """Return what a row of a table is called."""
    if name in TABLES:
        return TABLES[name]
    model = model_of(name)
    return str(model._meta.verbose_name) if model else name.replace("_", " ")


@cache
def model_of(table: str) -> type[Model] | None:
    models = apps.get_models(include_auto_created=True)
    return next((model for model in models if model._meta.db_table == table), None)


@cache
def searchable() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what an entry can be about, in groups, as a form offers it."""
    pages = [(name, _title(page(name))) for name in _guarded(get_resolver())]
    audited = [
        (model._meta.db_table, _title(table(model._meta.db_table)))
        for model in apps.get_models(include_auto_created=True)
        if any(trigger.name == "audited" for trigger in getattr(model._meta, "triggers", ()))
    ]
    events = [(name, _title(name)) for name in EVENTS]
    groups = [("Pages", pages), ("Records", audited), ("Events", events)]
    return [(group, sorted(set(names), key=lambda each: each[1])) for group, names in groups]


def _title(said: str) -> str:
    bare = said.replace(" {who}", " a patient").removeprefix("the ")
    return bare[:1].upper() + bare[1:]


def _guarded(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Yield the address name of every page that staff need a right for."""
    for pattern in resolver.url_patterns:
        if not isinstance(pattern, URLResolver):
            if pattern.name and isinstance(getattr(pattern.callback, "access", None), Action):
                yield f"{space}{pattern.name}"
        elif pattern.namespace != "admin":
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _guarded(pattern, inner)
