"""The fault suite itself: it counts right, it finds planted mistakes, it leaves nothing behind."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from clinic.stack.state import PROJECT
from tests.conftest import until
from tests.faults.outcome import Outcome, Plan
from tests.faults.outside import Received

FAULTS = [sys.executable, "-m", "tests.faults", "--seed", "1"]


def outcome(due, copies, *, duplicates=0):
    made = Outcome.of("x", faults=1, due=set(due), copies=Counter(copies))
    return made.keep(duplicates=duplicates)


@pytest.mark.parametrize(
    ("due", "copies", "broken"),
    [
        ("ab", "ab", []),
        ("ab", "a", ["1 lost"]),
        ("ab", "abb", ["more than 0 duplicates"]),
        ("ab", "abbb", ["more than 0 duplicates", "more than 2 copies of one message"]),
        ("a", "ab", []),  # what nobody awaited, as a poisoned row that was mended
    ],
)
def test_what_is_lost_or_repeated_breaks_a_limit(due, copies, broken):
    assert outcome(due, copies).broken == broken


def test_as_many_repeats_as_faults_are_kept():
    assert outcome("ab", "aab", duplicates=1).verdict == "kept"


def test_a_log_is_read_on_even_while_a_line_is_being_written(tmp_path):
    log = tmp_path / "log.jsonl"
    line = json.dumps({"event": "accepted", "key": "a", "To": "x", "at": 1.0}) + "\n"
    received = Received(log)
    assert received.look() == 0
    log.write_text(line + line[:10])
    assert received.look() == 1
    log.write_text(line + line)
    received.look()
    assert received.copies == {"a": 2}


def test_a_quick_run_strikes_less_often_with_the_same_seed():
    assert Plan(100, 5, seed=1, quick=True).some(12) == 3
    assert Plan(100, 5, seed=1).some(12) == 12


@pytest.mark.slow
def test_planted_mistakes_are_found():
    done = subprocess.run([*FAULTS, "--prove"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("BROKEN") >= 4


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whoever_stops_it_no_process_is_left(number, tmp_path):
    arguments = ["--messages", "500", "--only", "kill -9 of a sender"]
    with (tmp_path / "said").open("wb") as said:
        suite = subprocess.Popen([*FAULTS, *arguments], cwd=PROJECT, stdout=said, stderr=said)
    mark = f"fuseline-faults-{suite.pid}-"
    try:
        assert until(lambda: any("senders.log" in each for each in opened(mark)), seconds=300)
        suite.send_signal(number)
        suite.wait(60)
    finally:
        suite.kill()
        suite.wait()
    assert until(lambda: not opened(mark), seconds=15), opened(mark)


def opened(mark: str) -> list[str]:
    """Return the files in the suite's folder that any process holds open."""
    found = []
    for link in Path("/proc").glob("[1-9]*/fd/*"):
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue  # ended meanwhile, or not ours to look into
    return [each for each in found if mark in each]
