"""What is kept no longer than it says, and what is never deleted by a clock."""

import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.privacy import retention
from followups import tokens
from followups.models import CheckIn, CheckInLink, Heartbeat, ProviderEvent
from patients.models import SymptomReport
from tests.factories import at, make_check_in, make_report, make_user
from tests.privacy.conftest import come_in

pytestmark = pytest.mark.django_db


def test_links_go_thirty_days_after_their_check_in_closed_and_not_before():
    check_in = make_check_in(day=3)
    tokens.new_link(check_in, now=at(3))
    closed = check_in.closes_at
    assert retention.drop_links(closed + timedelta(days=30)) == 0
    assert CheckInLink.objects.count() == 1
    assert retention.drop_links(closed + timedelta(days=30, seconds=1)) == 1
    assert CheckIn.objects.filter(pk=check_in.pk).exists()


def test_what_providers_reported_goes_after_400_days_and_not_before():
    reported = at(3)
    ProviderEvent.objects.create(
        provider="twilio", event_id="SM1:delivered", kind="delivered", received_at=reported
    )
    assert retention.drop_receipts(reported + timedelta(days=400)) == 0
    assert retention.drop_receipts(reported + timedelta(days=400, seconds=1)) == 1


def test_the_record_and_the_audit_outlive_every_run(patient):
    make_report(patient.surgeries.get(), day=3)
    entries = Entry.objects.count()
    retention.run(now=timezone.now() + timedelta(days=365 * 50))
    assert SymptomReport.objects.count() == 1
    assert Entry.objects.count() == entries


def test_messages_of_the_demo_go_after_a_week(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    old, new, other = tmp_path / "old.log", tmp_path / "new.log", tmp_path / "notes.txt"
    for path, days in ((old, 8), (new, 6), (other, 99)):
        path.write_text("x")
        moment = (timezone.now() - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    assert retention.drop_demo_messages(timezone.now()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.log", "notes.txt"]


def test_the_job_says_what_it_did_and_twice_changes_nothing(capsys, client):
    client.force_login(make_user())
    tokens.new_link(make_check_in(day=3), now=at(3))
    now = timezone.now()
    moment = max(now, at(60)) + timedelta(days=90)
    first, second = retention.run(now=moment), retention.run(now=moment)
    assert first["links"] == 1
    assert first["sessions"] >= 1
    assert not any(second.values())
    assert Heartbeat.objects.get(name="retention").detail == second
    call_command("retention")
    assert "links 0" in capsys.readouterr().out


def test_administrators_and_auditors_read_the_rules(client):
    for role, status in (("administrator", 200), ("auditor", 200), ("nurse", 403)):
        come_in(client, make_user(role))
        page = client.get(reverse("privacy:retention"))
        assert page.status_code == status
    come_in(client, make_user("administrator"))
    assert "Not enforced yet" in client.get(reverse("privacy:retention")).content.decode()
    retention.run(now=timezone.now())
    page = client.get(reverse("privacy:retention")).content.decode()
    assert "Last enforced" in page
    for rule in retention.RULES:
        assert rule.kept in page


def test_the_document_says_the_same(settings):
    document = (settings.BASE_DIR / "docs" / "privacy.md").read_text()
    for rule in retention.RULES:
        assert f"| {rule.data} | {rule.kept} | {rule.then} | {rule.why} |" in document
