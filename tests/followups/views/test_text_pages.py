"""Staff read every word patients read; a surgeon signs an edition, and that stays as it is."""

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, transaction

from clinic.audit.models import Entry
from followups.models import SignOff
from followups.services import sign_offs
from followups.texts import EDITION, LANGUAGES, texts, wording_of
from tests.counting import queries
from tests.factories import at, make_clinic, make_user

pytestmark = pytest.mark.django_db

PAGE = "/texts/"
ENGLISH = "/texts/?language=en"
SIGN = "/texts/sign/"


@pytest.fixture
def surgeon(client):
    surgeon = make_user("surgeon", title="Dr", first_name="Ana", last_name="Reyes")
    client.force_login(surgeon)
    return surgeon


def said(response, part="main"):
    [found] = BeautifulSoup(response.content, "html.parser").select(part)
    return " ".join(found.get_text(" ").split())


def signing(**changes):
    facts = {"language": "en", "edition": wording_of("en"), "name": "Dr Ana Reyes"}
    return facts | {"role": "Clinical lead", "read": "on"} | changes


def sign(by, language="en", edition=None, **facts):
    return sign_offs.sign(
        language,
        edition=edition or wording_of(language),
        name="Dr Ana Reyes",
        role="Clinical lead",
        by=by,
        now=at(9),
        **facts,
    )


@pytest.mark.parametrize("role", ["nurse", "surgeon", "administrator", "auditor"])
def test_what_nobody_has_signed_says_so_to_everybody(client, role):
    client.force_login(make_user(role))

    assert said(client.get(PAGE)).count("Not signed off.") == len(LANGUAGES)
    assert "No clinician of this clinic has approved" in said(client.get(ENGLISH))


@pytest.mark.parametrize("code", [code for code, _ in LANGUAGES])
def test_every_text_of_a_language_stands_on_its_page(client, surgeon, code):
    shown = said(client.get(f"{PAGE}?language={code}"))

    spoken = texts(code)
    for text in (
        *(question.text for question in spoken.questions.values()),
        *(lesson.paragraphs[-1] for lesson in spoken.lessons.values()),
        spoken.sections["pages"]["frame"]["not_watched"],
        spoken.sections["answers"]["no_pain"],
    ):
        assert " ".join(text.split()) in shown


def test_a_surgeon_signs_and_everybody_reads_who_and_when(client, surgeon):
    response = client.post(SIGN, signing(), follow=True)

    assert "Your sign-off was kept." in said(response, "body")
    assert "Signed off by Dr Ana Reyes , Clinical lead, on" in said(response)
    assert not BeautifulSoup(response.content, "html.parser").select("#sign")
    kept = SignOff.objects.get()
    assert (kept.by, kept.edition, kept.questions) == (surgeon, wording_of("en"), EDITION)
    client.force_login(make_user("administrator"))
    assert said(client.get(PAGE)).count("Not signed off.") == len(LANGUAGES) - 1


def test_a_sign_off_is_written_down(client, surgeon):
    client.post(SIGN, signing())

    [entry] = Entry.objects.filter(what="followups_signoff")
    assert (entry.kind, entry.user) == ("insert", surgeon)


def test_signing_twice_changes_nothing(surgeon):
    assert sign(surgeon) == sign(surgeon)
    assert SignOff.objects.count() == 1


def test_a_sign_off_cannot_be_changed_or_taken_back(surgeon):
    kept = SignOff.objects.filter(pk=sign(surgeon).pk)

    for undo in (lambda: kept.update(name="Somebody else"), kept.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            undo()


def test_another_edition_is_not_signed_by_the_sign_off_of_an_earlier_one(
    client, surgeon, monkeypatch
):
    sign(surgeon)
    monkeypatch.setitem(sign_offs.wording_of.__globals__["_WORDINGS"], "en", "2027.01-00000000")

    shown = said(client.get(PAGE))
    assert "Not signed off." in shown
    assert "the last one signed is 2026" in shown
    assert "Earlier editions" in said(client.get(ENGLISH))


def test_texts_that_changed_while_they_were_read_are_not_signed(client, surgeon):
    response = client.post(SIGN, signing(edition="2026.01-11111111"))

    assert response.status_code == 409
    assert "changed meanwhile" in said(response, "body")
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("role", ["nurse", "administrator", "auditor"])
def test_only_a_surgeon_signs(client, role):
    client.force_login(make_user(role))

    assert client.post(SIGN, signing()).status_code == 403
    assert not BeautifulSoup(client.get(ENGLISH).content, "html.parser").select("#sign")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"role": ""}, "role"),
        ({"role": "two\nlines"}, "role"),
        ({"read": ""}, "read"),
    ],
)
def test_a_sign_off_that_says_too_little_is_refused_at_its_field(client, surgeon, changes, field):
    response = client.post(SIGN, signing(**changes))

    assert response.status_code == 422
    assert BeautifulSoup(response.content, "html.parser").select(f'.errsum a[href="#id_{field}"]')
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("code", ["xx", "EN", "en\u202e", "../en", "e" * 2000])
def test_a_language_without_texts_is_not_found(client, surgeon, code):
    assert client.get(PAGE, {"language": code}).status_code == 404
    assert client.post(SIGN, signing(language=code)).status_code == 400


def test_what_another_clinic_has_signed_counts_for_nobody_here(client, surgeon):
    sign(make_user("surgeon", clinic=make_clinic()))

    assert said(client.get(PAGE)).count("Not signed off.") == len(LANGUAGES)


def test_the_edition_a_report_keeps_can_be_asked_about(client, surgeon):
    assert "has signed them off" in said(client.get(PAGE, {"questions": EDITION}))
    sign(surgeon)

    assert "by Dr Ana Reyes, Clinical lead" in said(client.get(PAGE, {"questions": EDITION}))
    assert "has signed them off" in said(client.get(PAGE, {"questions": "2020.01-unknown"}))


def test_the_administration_says_what_is_not_signed(client, surgeon):
    sign(surgeon)
    client.force_login(make_user("administrator", is_staff=True))

    assert "Patients’ texts: not signed off in Español" in said(client.get("/admin/"), "#content")


def test_the_list_costs_the_same_for_any_number_of_sign_offs(client, surgeon):
    sign(surgeon)
    client.get(PAGE)

    with queries(LIST):
        client.get(PAGE)
    for _ in range(3):
        sign(make_user("surgeon"))
    with queries(LIST):
        client.get(PAGE)


LIST = 6  # session, user, reach, sign-offs, heartbeat, counts
