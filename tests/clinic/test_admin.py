"""Django's admin: every page of every model opens, whatever stands in the address."""

import uuid
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.staff.models import Clinic, Role, User
from followups.choices import ContactMethod, ContactOutcome, FlagEventKind
from followups.models import (
    CheckIn,
    CheckInLink,
    ClosedDay,
    ContactAttempt,
    ExpectedRange,
    Flag,
    FlagEvent,
    FollowUp,
    Heartbeat,
    Hold,
    Notice,
    OnCall,
    Origin,
    Provider,
    Reminder,
    SlotTemplate,
    StaffMessage,
    Visit,
    VisitProtocol,
)
from followups.services import plans, visits
from patients.choices import ChannelKind
from patients.models import (
    ImagingStudy,
    InstrumentScore,
    KnownDeficit,
    Patient,
    RiskProfile,
    Surgery,
)
from tests.factories import (
    at,
    make_clinic,
    make_expected_range,
    make_flag,
    make_patient,
    make_surgery,
    make_user,
    store_report,
    surgery_facts,
)

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
FACTS = {ImagingStudy, InstrumentScore, KnownDeficit}
HOUSE = {User, Clinic, ExpectedRange, SlotTemplate, ClosedDay, VisitProtocol}
EDITABLE = {Patient, Surgery} | HOUSE | FACTS
PROCESS = [model for model in MODELS if model not in EDITABLE]

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def url(model: type[Model], page: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def make_superuser(**overrides: Any) -> User:
    return make_user("administrator", is_staff=True, is_superuser=True, **overrides)


def make_one_of_each() -> None:
    """One patient's whole story, with at least one row in every table."""
    clinic = make_clinic()
    patient = make_patient(clinic=clinic)
    surgery = make_surgery(patient)
    RiskProfile.objects.create(clinic=clinic, patient=patient, recorded_on=date(2026, 3, 1))
    make_expected_range()
    flag = make_flag(surgery)
    store_report(surgery, day=3)
    user = make_user(clinic=clinic)
    FlagEvent.objects.create(
        clinic=clinic,
        flag=flag,
        kind=FlagEventKind.NOTE,
        at=at(60),
        severity=flag.severity,
        by=user,
    )
    ContactAttempt.objects.create(
        clinic=clinic,
        surgery=surgery,
        at=at(60),
        by=user,
        method=ContactMethod.PHONE,
        outcome=ContactOutcome.REACHED,
    )
    check_in = CheckIn.objects.filter(surgery=surgery).latest("due_at")
    CheckInLink.objects.create(
        clinic=clinic, check_in=check_in, token_hash=uuid.uuid4().bytes, made_at=at(0)
    )
    Reminder.objects.create(
        clinic=clinic,
        patient=surgery.patient,
        check_in=check_in,
        channel=ChannelKind.EMAIL,
        step=0,
        not_before=at(3),
        not_after=at(4),
    )
    StaffMessage.objects.create(
        clinic=clinic,
        kind="target",
        to=user,
        flag=flag,
        key=f"notice:{flag.pk}",
        channel=ChannelKind.EMAIL,
        not_before=at(3),
        not_after=at(4),
    )
    OnCall.objects.create(clinic=clinic, email="on.call@example.org")
    Hold.objects.create(clinic=clinic, reason="Wrong numbers", at=at(1), by=user)
    Provider.objects.get_or_create(channel=ChannelKind.EMAIL)
    Origin.objects.get_or_create(only=True, defaults={"place": "here", "seen_at": at(1)})
    visit = Visit.objects.filter(surgery=surgery).latest("target_on")
    visits.book(visit, booked_for=at(730), clinician=user.pk, by=user, now=at(60))
    SlotTemplate.objects.create(clinic=clinic, weekday=0, starts_at=time(9), clinician=user)
    ClosedDay.objects.create(clinic=clinic, on=date(2026, 11, 26), name="Thanksgiving")
    VisitProtocol.objects.create(clinic=clinic, group="lumbar")
    of_surgery = {"clinic": clinic, "surgery": surgery}
    Notice.objects.create(
        clinic=clinic, flag=flag, level="owner", clock_started_at=at(60), made_at=at(62)
    )
    ImagingStudy.objects.create(**of_surgery, modality="ct", question="bone_fusion")
    InstrumentScore.objects.create(
        **of_surgery, instrument="odi", score=22, recorded_at=at(60), entered_by=user
    )
    KnownDeficit.objects.create(
        **of_surgery, item="weak", assessed_on=date(2026, 3, 9), assessor=user
    )
    Heartbeat.objects.get_or_create(name=f"sweep-{clinic.pk}", defaults={"at": at(0)})


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(make_superuser())
    return client


@pytest.fixture
def story() -> None:
    make_one_of_each()


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_every_model_of_ours_is_there_and_djangos_groups_are_not():
    labels = {model._meta.app_label for model in MODELS}
    assert labels == {"staff", "patients", "followups", "audit"}
    assert Group not in MODELS
    assert len(MODELS) == 32


@each_model
def test_lists_and_rows_open(root, story, model):
    assert root.get(url(model, "changelist")).status_code == 200
    row = model.objects.order_by("pk").first()
    assert row is not None
    assert root.get(url(model, "change", row.pk)).status_code == 200
    assert root.get(url(model, "history", row.pk)).status_code == 200


@each_model
def test_only_what_services_can_add_can_be_added(root, model):
    expected = 200 if model in EDITABLE else 403
    assert root.get(url(model, "add")).status_code == expected


@each_model
def test_nothing_is_ever_deleted_or_edited_in_the_list(root, story, model):
    row = model.objects.order_by("pk").first()
    assert root.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    page = root.get(url(model, "changelist"))
    assert b"delete_selected" not in page.content
    assert not admin.site._registry[model].list_editable
    acted = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes", "index": 0}
    root.post(url(model, "changelist"), acted)
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", PROCESS, ids=lambda model: model.__name__)
def test_history_and_process_can_only_be_looked_at(root, story, model):
    row = model.objects.order_by("pk").first()
    page = root.get(url(model, "change", row.pk))
    assert b'name="_save"' not in page.content
    assert root.post(url(model, "change", row.pk), {"_save": "1"}).status_code == 403


@each_model
def test_a_list_takes_the_same_queries_for_more_rows(root, story, model):
    few = queries(root, url(model, "changelist"))
    for _ in range(3):
        make_one_of_each()
    assert queries(root, url(model, "changelist")) == few


FINE = {200, 302, 400, 403, 404}  # answered: shown, sent back to the start, or refused
ODD = [
    "e=1",
    "o=zz",
    "o=99.-1.x",
    "q=%00",
    "q=a%00b",
    "q=(%25_[%5C",
    f"q={'word+' * 200}",
    "p=-1",
    "p=x",
    "p=99999999999999999999",
    "all=",
    "_to_field=zz",
    "_popup=1",
    "_facets=True",
    "nope=1",
    "pk=x",
    "pk__in=1,x",
    "id=99999999999999999999",
    "id=%00",
    "clinic=x",
    "clinic=%00",
    "clinic__id__exact=x",
    "clinic__id__exact=99999999999999999999",
    "clinic__id__exact=1_0",
    "clinic__name__startswith=A",
    "clinic__isnull=x",
    "mrn__regex=(",
    "username__startswith=a",
    "password__startswith=a",
    "status__exact=%00",
    "status=%ff",
    "severity__exact=99999999999999999999",
    "severity__exact=x",
    "kind__exact=%00&kind__exact=1",
    "is_active__exact=7",
    "has_on_call__exact=x",
]
DATES = [
    "__year=0",
    "__year=10000",
    "__year=x",
    "__year=99999999999999",
    "__year=2026&{}__month=13",
]
DATES += ["__day=32", "__gte=x", "__gte=%00", "__lt=99999-01-01", "=2026-02-30", "__foo=1"]
DATES += ["__year=2026&{}__month=3&{}__day=0", "__year=-1", "__year=2026&{}__month=2&{}__day=31"]


def odd_addresses(model: type[Model]) -> Iterator[str]:
    yield from ODD
    hierarchy = admin.site._registry[model].date_hierarchy
    if hierarchy:
        yield from (hierarchy + dates.replace("{}", hierarchy) for dates in DATES)


@each_model
def test_no_query_string_breaks_a_list(root, story, model):
    root.raise_request_exception = False
    answers = {
        query: root.get(f"{url(model, 'changelist')}?{query}").status_code
        for query in odd_addresses(model)
    }
    assert answers["e=1"] == 200
    assert {query: status for query, status in answers.items() if status not in FINE} == {}


@each_model
def test_no_query_string_breaks_a_form(root, story, model):
    root.raise_request_exception = False
    row = model.objects.order_by("pk").first()
    fields = [f.name for f in model._meta.fields]
    odd = "&".join(f"{name}=x%00" for name in fields) + "&when=x&_changelist_filters=%00&_popup=x"
    for address in (url(model, "add"), url(model, "change", row.pk)):
        assert root.get(f"{address}?{odd}").status_code in FINE


@pytest.mark.parametrize(
    "key", ["x", "%00", "0", "-1", "99999999999999999999", "1_0", "_5F", "%D9%A7"]
)
def test_an_odd_id_is_not_found(root, story, key):
    root.raise_request_exception = False
    for model in MODELS:
        address = url(model, "changelist") + key + "/change/"
        assert root.get(address).status_code in FINE


@pytest.mark.parametrize("term", ["", "a", "%00", "%", "x+" * 300])
@pytest.mark.parametrize("field", ["patient", "surgeon", "supersedes", "zz"])
def test_completion_survives_any_term(root, story, field, term):
    root.raise_request_exception = False
    query = f"app_label=patients&model_name=surgery&field_name={field}&term={term}"
    status = root.get(f"{reverse('admin:autocomplete')}?{query}").status_code
    assert status in FINE
    assert field != "zz" or status != 200


def test_a_form_starts_empty_whatever_the_address_says(root):
    page = root.get(url(Patient, "add") + "?mrn=PRYING&created_at=x")
    assert b"PRYING" not in page.content


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_clinical_staff_have_no_admin_even_when_let_in(client, story, role):
    client.force_login(make_user(role, is_staff=True))
    for model in MODELS:
        assert client.get(url(model, "changelist")).status_code == 403


def test_administrators_have_no_patient_data_in_admin(client, story):
    client.force_login(make_user("administrator", is_staff=True))
    for model in MODELS:
        expected = 200 if model in HOUSE else 403
        assert client.get(url(model, "changelist")).status_code == expected
    assert b'href="/admin/patients/' not in client.get(reverse("admin:index")).content


def test_everybody_signs_in_by_the_same_door(client):
    answer = client.get(reverse("admin:index"), follow=False)
    assert answer.status_code == 302
    answer = client.get(answer.url)
    assert answer.url.startswith(reverse("signin"))
    client.force_login(make_user())
    assert client.get(reverse("admin:login")).status_code == 403


# Patients and surgeries go through their services


def patient_post(**overrides: Any) -> dict[str, Any]:
    facts = {
        "mrn": "m 1",
        "family_name": "Lovelace",
        "given_name": "Ada",
        "date_of_birth": "1975-12-10",
        "sex": "female",
        "language": "en",
    }
    return facts | overrides


def test_a_patient_is_registered_with_a_normalised_record_number(root):
    clinic = make_clinic()
    answer = root.post(url(Patient, "add"), patient_post(clinic=clinic.pk))
    assert answer.status_code == 302
    assert Patient.objects.get(clinic=clinic).mrn == "M1"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("date_of_birth", "2/3/68", "4 digits"),
        ("date_of_birth", "2100-01-01", "in the future"),
        ("date_of_birth", "1901-01-01", "more than 120 years"),
        ("mrn", "m_1", "letters"),
        ("family_name", "\u200b", "at least one letter"),
        ("sex", "x", "Select a valid choice"),
    ],
)
def test_what_the_service_refuses_is_said_at_its_field_and_nothing_is_stored(
    root, field, value, reason
):
    answer = root.post(url(Patient, "add"), patient_post(clinic=make_clinic().pk, **{field: value}))
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field]
    assert reason in str(errors[field])
    assert not Patient.objects.exists()


def test_a_record_number_in_use_is_refused(root):
    patient = make_patient()
    other = make_patient(clinic=patient.clinic)
    answer = root.post(url(Patient, "change", other.pk), patient_post(mrn=patient.mrn))
    assert answer.status_code == 200
    assert answer.context["errors"]
    other.refresh_from_db()
    assert other.mrn != patient.mrn


def test_a_patient_is_corrected_and_neither_clinic_nor_status_can_be_posted(root):
    patient = make_patient()
    posted = patient_post(clinic=make_clinic().pk, status="deceased", status_since="2026-01-01")
    assert root.post(url(Patient, "change", patient.pk), posted).status_code == 302
    stored = Patient.objects.get(pk=patient.pk)
    assert (stored.mrn, stored.clinic, stored.status) == ("M1", patient.clinic, "active")
    assert stored.channels.count() == 1


def surgery_post(**overrides: Any) -> dict[str, Any]:
    facts = surgery_facts(levels="L4-L5", restriction_end_pod=84)
    return facts | {"performed_on": str(timezone.localdate() - timedelta(days=5))} | overrides


def test_a_surgery_recorded_in_admin_is_followed_up(root):
    patient = make_patient()
    answer = root.post(url(Surgery, "add"), surgery_post(patient=patient.pk))
    assert answer.status_code == 302
    assert CheckIn.objects.filter(surgery=Surgery.objects.get()).exists()


def test_a_corrected_surgery_date_moves_the_plan(root):
    recorded = plans.record_surgery(
        make_patient(),
        facts=surgery_facts(performed_on=timezone.localdate() - timedelta(days=9)),
        now=timezone.now(),
    )
    root.post(url(Surgery, "change", recorded.pk), surgery_post())
    moved = FollowUp.objects.get(surgery=recorded)
    assert moved.planned_from == timezone.localdate() - timedelta(days=5)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("performed_on", "1970-01-01", "before the patient was born"),
        ("performed_on", "2100-01-01", "more than a year ahead"),
        ("levels", "L9-L10", "is not a level"),
        ("restriction_end_pod", "99999", "Ensure this value|violated|32767"),
        ("supersedes", "", ""),
    ],
)
def test_what_cannot_be_true_of_a_surgery_is_refused_at_its_field(root, field, value, reason):
    posted = surgery_post(patient=make_patient().pk)
    if field == "supersedes":
        value, reason = str(make_surgery().pk), "an operation of this patient"
        posted["is_revision"] = "on"
    answer = root.post(url(Surgery, "add"), posted | {field: value})
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert any(part in str(errors) for part in reason.split("|"))
    assert Surgery.objects.count() == (field == "supersedes")


def test_the_surgeon_is_one_of_the_patients_clinic(root):
    elsewhere = make_user("surgeon", clinic=make_clinic())
    patient = make_patient(clinic=make_clinic())
    answer = root.post(url(Surgery, "add"), surgery_post(patient=patient.pk, surgeon=elsewhere.pk))
    assert "surgeon" in answer.context["adminform"].form.errors


def test_a_second_operation_on_the_same_day_is_refused(root):
    surgery = make_surgery()
    posted = surgery_post(patient=surgery.patient.pk, performed_on=str(surgery.performed_on))
    answer = root.post(url(Surgery, "add"), posted)
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert Surgery.objects.count() == 1


# Staff


def user_post(**overrides: Any) -> dict[str, Any]:
    facts = {
        "username": "newcomer",
        "email": "newcomer@clinic.test",
        "first_name": "New",
        "last_name": "Comer",
        "role": "nurse",
        "is_active": "on",
    }
    return facts | overrides


def test_a_superuser_adds_staff_to_any_clinic(root):
    clinic = make_clinic()
    answer = root.post(url(User, "add"), user_post(clinic=clinic.pk))
    assert answer.status_code == 302
    newcomer = User.objects.get(username="newcomer")
    assert (newcomer.clinic, newcomer.role) == (clinic, "nurse")
    assert not newcomer.has_usable_password()


def test_staff_without_a_clinic_are_refused(root):
    answer = root.post(url(User, "add"), user_post())
    assert answer.status_code == 200
    assert not User.objects.filter(username="newcomer").exists()


@pytest.fixture
def administrator(client: Client) -> User:
    user = make_user("administrator", is_staff=True, clinic=make_clinic())
    client.force_login(user)
    return user


def test_an_administrator_adds_staff_to_the_own_clinic_only(client, administrator):
    elsewhere = make_clinic()
    posted = user_post(clinic=elsewhere.pk, is_superuser="on", is_staff="on")
    assert client.post(url(User, "add"), posted).status_code == 302
    newcomer = User.objects.get(username="newcomer")
    assert (newcomer.clinic, newcomer.is_superuser) == (administrator.clinic, False)


def test_an_administrator_cannot_reach_superusers_or_other_clinics(client, administrator):
    for other in (
        make_superuser(clinic=administrator.clinic),
        make_user(clinic=make_clinic()),
    ):
        for page in ("change", "history", "delete"):
            assert client.get(url(User, page, other.pk), follow=True).status_code in (200, 403)
            assert other.username.encode() not in client.get(url(User, page, other.pk)).content
        password = reverse("admin:auth_user_password_change", args=[other.pk])
        assert client.get(password).status_code in (403, 404)
    elsewhere = url(Clinic, "change", make_clinic().pk)
    assert client.get(elsewhere).status_code == 302  # back to the start: no such clinic


def test_an_administrator_cannot_become_a_superuser(client, administrator):
    posted = user_post(username=administrator.username, is_superuser="on", is_staff="on")
    client.post(url(User, "change", administrator.pk), posted | {"role": "administrator"})
    administrator.refresh_from_db()
    assert administrator.last_name == "Comer"
    assert not administrator.is_superuser


def test_an_administrator_changes_the_own_clinic_and_adds_none(client, administrator):
    assert client.get(url(Clinic, "add")).status_code == 403
    clinic = administrator.clinic
    assert clinic is not None
    posted = {
        name: getattr(clinic, name) or ""
        for name in ("code", "time_zone", "emergency_number", "crisis_line")
    }
    posted |= {"name": "Renamed", "urgent_phone": "+12125550100", "office_phone": ""}
    posted |= {"quiet_from": "20:00", "quiet_until": "08:00"}
    assert client.post(url(Clinic, "change", clinic.pk), posted).status_code == 302
    clinic.refresh_from_db()
    assert clinic.name == "Renamed"


def test_imaging_entered_here_is_judged_at_once(root):
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    form = {
        "surgery": surgery.pk,
        "modality": "xray",
        "question": "hardware_position",
        "done_on": "2026-04-13",
        "resulted_at_0": "2026-04-13",
        "resulted_at_1": "12:00:00",
        "findings": "displacement",
    }
    answer = root.post(url(ImagingStudy, "add"), form)
    assert answer.status_code == 302, answer.context["errors"]
    assert Flag.objects.open().filter(family="imaging").exists()


def test_a_modality_that_cannot_answer_the_question_is_refused(root):
    form = {"surgery": make_surgery().pk, "modality": "mri", "question": "bone_fusion"}
    answer = root.post(url(ImagingStudy, "add"), form)
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not ImagingStudy.objects.exists()


# The house: its start page, its colours, the way to the audit


def groups(client: Client) -> dict[str, list[str]]:
    """Return what the start page offers, group by group."""
    page = BeautifulSoup(client.get(reverse("admin:index")).content, "html.parser")
    return {
        module.caption.get_text(strip=True): [  # type: ignore[union-attr]
            row.get_text(strip=True) for row in module.select("th[scope=row]")
        ]
        for module in page.select(".groups .module")
    }


def test_an_administrator_finds_people_clinic_rules_and_imports_and_no_patient(
    client, administrator
):
    assert groups(client) == {
        "People & access": ["Users"],
        "Clinic": ["Clinics", "Slot templates", "Closed days"],
        "Rules": ["Expected ranges", "Visit protocols", "Clinical rules"],
        "Texts": ["Patients’ texts: not signed off in English, Español"],
        "Imports": ["Import patients"],
    }


def test_a_superuser_finds_the_audit_and_the_record_too(root):
    found = groups(root)
    first = ["People & access", "Clinic", "Rules", "Texts", "Imports", "Audit"]
    assert list(found)[:6] == first
    assert "Search the audit" in found["Audit"]
    assert {"Record", "Follow-up"} <= set(found)
    assert sum(map(len, found.values())) == len(MODELS) + 4


def test_the_groups_lead_to_pages_that_open(client, administrator):
    page = BeautifulSoup(client.get(reverse("admin:index")).content, "html.parser")
    for link in page.select(".groups a"):
        assert client.get(link["href"]).status_code == 200, link["href"]


def test_administrators_never_reach_the_audit_or_patients_in_admin(client, administrator, story):
    for model in MODELS:
        if model not in HOUSE:
            assert client.get(url(model, "changelist")).status_code == 403, model


def test_a_row_leads_superusers_to_its_history_in_the_audit(root):
    patient = make_patient()
    page = BeautifulSoup(root.get(url(Patient, "change", patient.pk)).content, "html.parser")
    link = page.find("a", string="In the audit")["href"]
    assert link == f"{reverse('audit:list')}?what=patients_patient&row={patient.pk}"
    assert f"registered {patient.mrn}" in root.get(link).content.decode()


def test_administrators_have_djangos_history_instead(client, administrator):
    page = client.get(url(User, "change", administrator.pk)).content.decode()
    assert "historylink" in page
    assert reverse("audit:list") not in page


def test_an_entry_of_the_audit_is_read_on_its_own_page(root, story):
    entry = Entry.objects.filter(kind="insert").latest("pk")
    page = root.get(url(Entry, "change", entry.pk)).content.decode()
    assert reverse("audit:entry", args=[entry.pk]) in page


def test_admin_wears_the_products_colours_without_inline_style(root, story):
    patient = Patient.objects.earliest("pk")
    for where in (
        reverse("admin:index"),
        url(Patient, "changelist"),
        url(Patient, "change", patient.pk),
    ):
        page = BeautifulSoup(root.get(where).content, "html.parser")
        sheets = [link["href"] for link in page.select("link[rel=stylesheet]")]
        assert {"/static/tokens.css", "/static/admin.css"} <= set(sheets)
        assert not any("dark_mode" in sheet for sheet in sheets)
        assert not page.select("[style], style, script:not([src])[type='text/javascript']")
        assert "theme-toggle" not in str(page)
