"""A restricted record is closed to all but its team, and still nothing of it is missed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import Entry
from followups.choices import Severity
from followups.models import FollowUp
from patients import restrictions
from patients.models import Patient, Restriction
from tests.counting import captured
from tests.factories import at, make_clinic, make_flag, make_patient, make_surgery, make_user
from tests.privacy.conftest import come_in

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(name, args=args)


def flagged(patient, **facts):
    return make_flag(patient.surgeries.get(), **facts)


def test_everybody_else_finds_no_such_patient(client, restricted, outsider):
    come_in(client, outsider)
    assert client.get(url("patients:detail", restricted.pk)).status_code == 404
    assert client.get(url("patients:edit", restricted.pk)).status_code == 404
    assert b"Hopper" not in client.get(url("patients:list")).content
    assert b"Nobody found" in client.post(url("patients:list"), {"q": "Hopper"}).content


def test_its_surgeon_and_the_one_who_restricted_it_keep_access(client, patient):
    by = make_user("surgeon")
    restrictions.restrict(patient, members=[], reason="Asked for it.", by=by, now=at(1))
    for each in (by, patient.surgeries.get().surgeon):
        come_in(client, each)
        page = client.get(url("patients:detail", patient.pk))
        assert "Restricted record" in page.content.decode()


def test_chosen_colleagues_keep_access(client, patient, surgeon, outsider):
    come_in(client, surgeon)
    chosen = {"reason": "Works here.", "members": [outsider.pk]}
    done = client.post(url("privacy:restrict", patient.pk), chosen)
    assert done.status_code == 302
    come_in(client, outsider)
    assert client.get(url("patients:detail", patient.pk)).status_code == 200


def test_restricting_again_changes_the_team_and_nothing_twice(patient, surgeon, outsider):
    for members in ([outsider], [outsider], []):
        restrictions.restrict(patient, members=members, reason="Why.", by=surgeon, now=at(1))
    assert list(Restriction.objects.get().members.all()) == [surgeon]


def test_lifting_opens_it_to_everybody_and_may_be_repeated(client, restricted, surgeon, outsider):
    come_in(client, surgeon)
    for _ in range(2):
        done = client.post(url("privacy:restrict", restricted.pk), {"lift": "1"})
        assert done.status_code == 302
    come_in(client, outsider)
    assert client.get(url("patients:detail", restricted.pk)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "required"),
        ({"reason": "  "}, "required"),
        ({"reason": "x" * 201}, "at most 200"),
        ({"reason": "Why.", "members": ["1_0"]}, "valid choice"),
        ({"reason": "Why.", "members": ["99999999"]}, "valid choice"),
    ],
)
def test_a_restriction_that_cannot_be_is_refused_and_keeps_what_was_typed(
    client, patient, surgeon, typed, said
):
    come_in(client, surgeon)
    page = client.post(url("privacy:restrict", patient.pk), typed)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert typed["reason"].strip() in page.content.decode()
    assert not Restriction.objects.exists()


def test_nobody_of_another_clinic_or_role_is_offered(client, patient, surgeon, outsider):
    stranger, clerk = make_user("nurse", clinic=make_clinic()), make_user("administrator")
    come_in(client, surgeon)
    page = client.get(url("privacy:restrict", patient.pk)).content.decode()
    assert f'value="{outsider.pk}"' in page
    assert not any(f'value="{each.pk}"' in page for each in (stranger, clerk, surgeon))


def test_only_surgeons_restrict(client, patient, outsider):
    come_in(client, outsider)
    assert client.post(url("privacy:restrict", patient.pk), {}).status_code == 403


def test_the_queue_shows_that_somebody_has_to_look_and_nothing_else(client, restricted, outsider):
    low = flagged(make_patient_with_surgery("Low"), severity=Severity.ROUTINE)
    flagged(restricted, severity=Severity.URGENT, explanation="Bladder trouble.")
    flagged(make_patient_with_surgery("High"), severity=Severity.EMERGENCY)
    come_in(client, outsider)
    page = client.get(url("followups:queue")).content.decode()
    assert page.index("High") < page.index("Restricted record") < page.index("Low")
    assert url("privacy:open", restricted.pk) in page
    for secret in ("Hopper", "Grace", "SECRET-1", "Bladder", "TLIF"):
        assert secret not in page.replace("Low", "").split("Restricted record")[1].split("</li>")[0]
    assert "Hopper" not in page
    assert "Bladder" not in page
    assert '<span class="sub">3' in page
    case = FollowUp.objects.get(surgery__patient=restricted)
    assert client.get(url("followups:case", case.pk)).status_code == 404
    assert client.get(url("followups:case", case_of(low).pk)).status_code == 200


def test_its_own_team_sees_the_case_as_any_other(client, restricted, surgeon):
    flagged(restricted, explanation="Bladder trouble.")
    come_in(client, surgeon)
    page = client.get(url("followups:queue")).content.decode()
    assert "Grace Hopper" in page
    assert "Restricted record" not in page


def test_narrowing_to_a_reason_does_not_tell_the_reason(client, restricted, outsider):
    flag = flagged(restricted)
    come_in(client, outsider)
    page = client.get(url("followups:queue"), {"family": flag.family}).content.decode()
    assert "Restricted record" not in page
    assert flag.get_family_display() not in client.get(url("followups:queue")).content.decode()


def test_narrowing_to_a_severity_keeps_the_restricted_ones_of_it(client, restricted, outsider):
    flagged(restricted, severity=Severity.URGENT)
    come_in(client, outsider)
    for severity, shown in (("urgent", True), ("soon", False)):
        page = client.get(url("followups:queue"), {"severity": severity}).content.decode()
        assert ("Restricted record" in page) == shown


def test_every_page_of_a_long_queue_shows_the_restricted_ones_once(
    client, restricted, outsider, monkeypatch
):
    monkeypatch.setattr("followups.views.reading.PAGE", 2)
    for number in range(5):
        flagged(make_patient_with_surgery(f"Open{number}"), raised_at=at(60 - number))
    flagged(restricted, raised_at=at(58))
    come_in(client, outsider)
    asked, seen = url("followups:queue"), 0
    for _ in range(4):
        page = client.get(asked).content.decode()
        seen += page.count("Restricted record</a>")
        if 'rel="next"' not in page:
            break
        query = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        asked = query
    assert seen == 1


def test_looking_at_the_queue_does_not_count_as_reading_the_restricted_record(
    client, restricted, outsider
):
    flagged(restricted)
    come_in(client, outsider)
    client.get(url("followups:queue"))
    client.get(url("patients:list"))
    client.get(url("privacy:open", restricted.pk))
    assert not Entry.objects.about(restricted.pk).filter(kind="read", user=outsider).exists()


def test_the_list_says_how_many_and_finds_one_by_its_exact_number(client, restricted, outsider):
    come_in(client, outsider)
    page = client.get(url("patients:list")).content.decode()
    assert "1 restricted record not listed. Find it by its exact record number." in page
    found = client.post(url("patients:list"), {"q": " secret-1 "})
    assert found.status_code == 302
    assert found.url == url("privacy:open", restricted.pk)
    for near in ("SECRET", "SECRET-11", "Hopper"):
        page = client.post(url("patients:list"), {"q": near})
        assert url("privacy:open", restricted.pk) not in page.content.decode()


def test_others_whose_number_begins_alike_are_still_found(client, restricted, outsider):
    make_patient(mrn="SECRET-12", family_name="Noether")
    come_in(client, outsider)
    page = client.post(url("patients:list"), {"q": "SECRET-1"}).content.decode()
    assert "Noether" in page
    assert "A restricted record has exactly this number." in page


def test_an_auditor_reads_that_it_is_there_and_is_not_sent_where_they_may_not_go(
    client, restricted
):
    come_in(client, make_user("auditor"))
    page = client.post(url("patients:list"), {"q": "SECRET-1"})
    assert page.status_code == 200
    assert "restricted record" in page.content.decode()
    assert url("privacy:open", restricted.pk) not in page.content.decode()


def test_its_number_cannot_be_taken_and_the_refusal_names_nobody(client, restricted, outsider):
    come_in(client, outsider)
    typed = {
        "mrn": "secret-1",
        "given_name": "Ada",
        "family_name": "Byron",
        "date_of_birth": "1975-12-10",
        "sex": "female",
        "language": "en",
    }
    page = client.post(url("patients:register"), typed)
    assert page.status_code == 422
    assert "belongs to a restricted record" in page.content.decode()
    assert "Hopper" not in page.content.decode()


def test_the_count_beside_the_queue_includes_them(client, restricted, outsider):
    flagged(restricted)
    come_in(client, outsider)
    page = client.get(url("patients:list")).content.decode()
    assert '<span class="n" id="queue-badge">1</span>' in page
    assert "1 active patient<" in page


def test_the_admin_is_closed_to_superusers_too(client, restricted):
    come_in(client, make_user("surgeon", clinic=None, is_superuser=True, is_staff=True))
    assert "Hopper" not in client.get("/admin/patients/patient/").content.decode()
    assert client.get(f"/admin/patients/patient/{restricted.pk}/change/").status_code == 302
    surgery = restricted.surgeries.get()
    assert "Hopper" not in client.get("/admin/patients/surgery/").content.decode()
    assert client.get(f"/admin/patients/surgery/{surgery.pk}/change/").status_code == 302
    named = client.post("/admin/patients/surgery/add/", {"patient": restricted.pk})
    assert "Hopper" not in named.content.decode()


def queries_of(client, where) -> int:
    client.get(url(where))  # what is remembered between requests is remembered now
    with captured() as asked:
        client.get(url(where))
    return len(asked)


def test_restricted_records_cost_one_query_however_many_and_the_list_none(client, surgeon):
    for number in range(3):
        patient = make_patient_with_surgery(f"Ada{number}")
        flagged(patient)
    outsider = come_in(client, make_user("nurse"))
    pages = ("followups:queue", "patients:list")
    without = {page: queries_of(client, page) for page in pages}
    for patient in Patient.objects.all()[1:]:
        restrictions.restrict(patient, members=[], reason="Why.", by=surgeon, now=at(1))
        assert queries_of(client, pages[0]) == without[pages[0]] + 1
        assert queries_of(client, pages[1]) == without[pages[1]]
    restriction = Restriction.objects.select_related("clinic").first()
    restrictions.break_glass(restriction, by=outsider, reason="x" * 20, now=timezone.now())
    assert "You opened" in client.get(url(pages[1])).content.decode()
    assert queries_of(client, pages[1]) == without[pages[1]]


def make_patient_with_surgery(name: str):
    patient = make_patient(given_name=name)
    make_surgery(patient)
    return patient


def case_of(flag) -> FollowUp:
    return FollowUp.objects.get(surgery=flag.surgery_id)
