"""Addresses of the patients' pages for staff."""

from django.urls import path

from followups.views import (
    entry,
    letters,
    notes,
    patient,
    patient_check_in,
    patient_messages,
    surgery,
    visit,
)

app_name = "patients"
urlpatterns = [
    path("", patient.index, name="list"),
    path("new/", patient.register, name="register"),
    path("<id:pk>/", patient.detail, name="detail"),
    path("<id:pk>/edit/", patient.edit, name="edit"),
    path("<id:pk>/messages/", patient_messages.ledger, name="messages"),
    path("<id:pk>/status/", patient.status, name="status"),
    path("<id:pk>/surgery/new/", surgery.add, name="surgery_new"),
    path("<id:pk>/surgery/<id:surgery_pk>/edit/", surgery.edit, name="surgery_edit"),
    path("<id:pk>/surgery/<id:surgery_pk>/ask/", patient_check_in.ask, name="ask"),
    path("<id:pk>/surgery/<id:surgery_pk>/letter/", letters.ask, name="letter"),
    path("<id:pk>/surgery/<id:surgery_pk>/answers/", entry.enter, name="enter"),
    path("<id:pk>/check-in/<id:check_in_pk>/unlock/", patient_check_in.unlock, name="unlock"),
    path("<id:pk>/notes/", notes.add, name="note_add"),
    path("<id:pk>/notes/<id:note_pk>/", notes.show, name="note"),
    path("<id:pk>/visit/<id:visit_pk>/", visit.show, name="visit"),
    path("<id:pk>/visit/<id:visit_pk>/book/", visit.book, name="visit_book"),
    path("<id:pk>/visit/<id:visit_pk>/complete/", visit.complete, name="visit_complete"),
    path("<id:pk>/visit/<id:visit_pk>/no-show/", visit.no_show, name="visit_no_show"),
    path("<id:pk>/visit/<id:visit_pk>/cancel/", visit.cancel, name="visit_cancel"),
]
