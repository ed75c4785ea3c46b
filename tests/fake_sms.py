"""A provider of text messages, speaking Twilio's HTTP contract. Run as a process by the tests.

``python -m tests.fake_sms HOST PORT LOG [--mode MODE] [--delay SECONDS] [--idempotent]``

LOG is what the phones got: one JSON object a line, appended and flushed as a message is taken,
before anything is answered. ``POST /_mode`` with a form ``mode=…&delay=…&idempotent=…&share=…``
switches while it runs; ``share=0.01`` lets a mode befall one call in a hundred only.

Modes: ok, slow, hang_before, hang_after, error_500, error_429, drop (takes the message and
closes the connection without a reply), garbage (takes it and answers nonsense), opted_out,
bad_number. An Idempotency-Key sent again yields the first answer only with ``--idempotent``.
"""

import argparse
import base64
import json
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

MODES = (
    *("ok", "slow", "hang_before", "hang_after", "error_500", "error_429"),
    *("drop", "garbage", "opted_out", "bad_number"),
)
REFUSALS = {
    "error_500": (500, 20500, "Internal Server Error"),
    "error_429": (429, 20429, "Too Many Requests"),
    "opted_out": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "bad_number": (400, 21211, "The 'To' number is not a valid phone number."),
}
RETRY_AFTER = "2"


class Provider(ThreadingHTTPServer):
    """What the provider knows: its mode, and the messages it has taken."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], log: Path, **settings: Any) -> None:
        super().__init__(address, Handler)
        self.log = log.open("a", encoding="utf-8")
        self.calls = log.with_suffix(".calls").open("a", encoding="utf-8")
        self.settings: dict[str, Any] = {
            "mode": "ok",
            "delay": 1.0,
            "idempotent": False,
            "share": 1.0,
        } | settings
        self.by_key: dict[str, dict[str, str]] = {}
        self.lock = threading.Lock()

    def note_call(self) -> None:
        """Count a try to send, whatever becomes of it: a dot each, beside the log."""
        with self.lock:
            self.calls.write(".")
            self.calls.flush()

    def take(self, form: dict[str, str], key: str) -> dict[str, str]:
        """Write a message down as delivered and return it with its new id."""
        with self.lock:
            if self.settings["idempotent"] and key in self.by_key:
                return self.by_key[key]
            message = {"sid": f"SM{uuid4().hex}", "key": key, **form}
            self.log.write(json.dumps({"at": time.time(), **message}) + "\n")
            self.log.flush()
            if key:
                self.by_key[key] = message
            return message

    def mode_now(self) -> str:
        share = float(self.settings["share"])
        return str(self.settings["mode"]) if random.random() < share else "ok"  # noqa: S311


class Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        form = {
            name: values[-1]
            for name, values in parse_qs(self.rfile.read(length).decode(), True).items()
        }
        if self.path == "/_mode":
            self._switch(form)
        elif self._account() is None:
            self._answer(401, {"code": 20003, "message": "Authenticate"})
        else:
            self._message(form)

    def _message(self, form: dict[str, str]) -> None:
        self.server.note_call()
        mode, delay = self.server.mode_now(), float(self.server.settings["delay"])
        if mode in ("slow", "hang_before"):
            time.sleep(delay)
        if mode == "hang_before":  # whoever asked has gone by now; nothing was taken
            self.close_connection = True
            return
        if mode in REFUSALS:
            status, code, text = REFUSALS[mode]
            self._answer(status, {"code": code, "message": text, "status": status})
            return
        if missing := {"To", "From", "Body"} - form.keys():
            self._answer(400, {"code": 21604, "message": f"{sorted(missing)} required"})
            return
        message = self.server.take(form, self.headers.get("Idempotency-Key", ""))
        if mode == "hang_after":
            time.sleep(delay)
        if mode in ("drop", "hang_after"):
            self.close_connection = True
        elif mode == "garbage":
            self._answer(200, b"\xff<html>it works!")
        else:
            self._answer(201, self._resource(message))

    def _resource(self, message: dict[str, str]) -> dict[str, Any]:
        return {
            "sid": message["sid"],
            "status": "queued",
            "to": message.get("To"),
            "from": message.get("From"),
            "body": message.get("Body"),
            "error_code": None,
        }

    def _switch(self, form: dict[str, str]) -> None:
        """Change the settings named; an unknown mode changes nothing."""
        if form.get("mode", "ok") not in MODES:
            self._answer(400, {"message": f"modes: {', '.join(MODES)}"})
            return
        settings = self.server.settings
        if "mode" in form:
            settings["mode"] = form["mode"]
        for name in ("delay", "share"):
            if name in form:
                settings[name] = float(form[name])
        if "idempotent" in form:
            settings["idempotent"] = form["idempotent"] == "1"
        self._answer(200, dict(settings))

    def _account(self) -> str | None:
        """Return who signs in, if it is the account the address names."""
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        try:
            account, _, token = base64.b64decode(given).decode().partition(":")
        except ValueError:
            return None
        is_theirs = f"/Accounts/{account}/" in self.path
        return account if scheme == "Basic" and token and is_theirs else None

    def _answer(self, status: int, content: dict[str, Any] | bytes) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", RETRY_AFTER)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: what it took stands in its log."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("log", type=Path)
    parser.add_argument("--mode", choices=MODES, default="ok")
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--idempotent", action="store_true")
    given = parser.parse_args()
    provider = Provider(
        (given.host, given.port),
        given.log,
        mode=given.mode,
        delay=given.delay,
        idempotent=given.idempotent,
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    provider.serve_forever()


if __name__ == "__main__":
    main()
