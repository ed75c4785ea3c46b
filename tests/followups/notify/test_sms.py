"""Text messages over a real socket, to a provider that behaves and misbehaves as they do."""

import json
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from clinic.stack.supervisor import free_port
from followups.notify import MESSENGERS, CannotSend, Outgoing, Refused, UnknownOutcome, sms
from followups.notify.alphabet import fits_one_text
from tests.conftest import until

MESSAGE = Outgoing(
    to="+12125550123", subject="", body="A question: https://x.y/c/1/", reference="r1"
)


class Provider:
    def __init__(self, start, folder: Path, *options: str) -> None:
        self.url, self.log = f"http://127.0.0.1:{free_port()}", folder / "phones.jsonl"
        host, port = self.url.removeprefix("http://").split(":")
        process = start(sys.executable, "-m", "tests.fake_sms", host, port, self.log, *options)
        assert until(lambda: "ready" in process.said()), process.said()

    def is_now(self, **settings: object) -> None:
        requests.post(f"{self.url}/_mode", data=settings, timeout=5).raise_for_status()

    def phones_got(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def provider(start, tmp_path, settings, monkeypatch):
    found = Provider(start, tmp_path)
    settings.SMS_URL, settings.SITE_URL = found.url, "https://clinic.example"
    settings.SMS_ACCOUNT, settings.SMS_TOKEN, settings.SMS_FROM = "AC1", "secret", "+12125550100"
    monkeypatch.setattr(sms, "TIMEOUTS", (0.5, 0.5))
    return found


def test_a_message_arrives_with_the_way_its_receipt_comes_back(provider):
    provider_id = sms.send(MESSAGE)

    [got] = provider.phones_got()
    assert got["sid"] == provider_id
    assert (got["To"], got["From"], got["Body"]) == ("+12125550123", "+12125550100", MESSAGE.body)
    assert got["StatusCallback"] == "https://clinic.example/hooks/sms/status/r1/"
    assert got["key"] == "r1"


def test_a_clinic_with_a_number_of_its_own_writes_from_it(provider):
    sms.send(replace(MESSAGE, sender="+12125550177"))

    assert provider.phones_got()[0]["From"] == "+12125550177"


def test_what_each_answer_of_the_provider_means(provider):
    """One server for all of them, as each start of a process takes a while."""
    for mode, error, closes in (
        ("opted_out", Refused, True),
        ("bad_number", Refused, True),
        ("error_500", CannotSend, None),
        ("error_429", CannotSend, None),
    ):
        provider.is_now(mode=mode)
        with pytest.raises(error) as raised:
            sms.send(MESSAGE)
        assert getattr(raised.value, "should_close_channel", None) == closes
        assert MESSAGE.to not in str(raised.value)
    assert raised.value.retry_after == timedelta(seconds=2)
    assert provider.phones_got() == []

    provider.is_now(mode="hang_before", delay=1)
    with pytest.raises(UnknownOutcome):
        sms.send(MESSAGE)
    assert provider.phones_got() == []

    provider.is_now(mode="hang_after", delay=1)
    for mode in ("hang_after", "drop", "garbage"):
        provider.is_now(mode=mode)
        with pytest.raises(UnknownOutcome):
            sms.send(MESSAGE)
    assert len(provider.phones_got()) == 3  # all of them had left

    provider.is_now(mode="slow", delay=0.2)
    began = time.monotonic()
    assert sms.send(MESSAGE)
    assert time.monotonic() - began >= 0.2


def test_a_provider_that_honours_keys_sends_a_repeated_message_once(provider):
    provider.is_now(idempotent=1)

    assert sms.send(MESSAGE) == sms.send(MESSAGE) != sms.send(replace(MESSAGE, reference="r2"))
    assert len(provider.phones_got()) == 2


def test_a_provider_that_is_away_or_does_not_know_us_is_tried_again(provider, settings):
    settings.SMS_TOKEN = ""
    with pytest.raises(CannotSend, match="does not let us in"):
        sms.send(MESSAGE)
    settings.SMS_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(CannotSend):
        sms.send(MESSAGE)


@pytest.mark.parametrize("body", ["", "x" * 161, "Llámenos 😀", "Zażółć"])
def test_a_text_that_is_no_single_text_message_is_not_sent(settings, body):
    settings.SMS_URL = "http://127.0.0.1:9"

    with pytest.raises(Refused) as refused:
        sms.send(replace(MESSAGE, body=body))
    assert not refused.value.should_close_channel


def test_the_basic_alphabet_has_the_letters_of_our_languages():
    assert fits_one_text("¿Cómo está? ¡Llámenos!") is False  # á and ó are not in it
    assert fits_one_text("¿Como esta? ¡Llamenos! Ñandú".replace("ú", "u"))


def test_without_a_provider_there_is_no_such_channel(settings):
    settings.SMS_URL = ""
    assert "sms" not in MESSENGERS
    assert list(MESSENGERS) == ["email"]
    settings.SMS_URL = "https://api.example"
    assert list(MESSENGERS) == ["email", "sms"]
