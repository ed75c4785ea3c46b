"""Real servers, started, killed and stopped in a folder of their own."""

import os
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from clinic.stack import state as states
from clinic.stack.processes import DEATHS_ALLOWED, Process
from clinic.stack.refusal import Refusal
from clinic.stack.servers import Postgres, Valkey
from tests.conftest import until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def state():
    """A folder that PostgreSQL's account can reach, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory(prefix="fuseline-servers-") as folder:
        Path(folder).chmod(0o755)
        states.prepare(Path(folder))
        yield Path(folder)


@pytest.fixture(scope="module")
def postgres(state):
    server = Postgres(state)
    server.start()
    yield server
    server.process.stop()


@pytest.fixture(scope="module")
def valkey(state):
    server = Valkey(state)
    server.start()
    yield server
    server.process.stop()


def test_committed_rows_survive_a_kill_of_the_database(postgres):
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE note (text text)")
        connection.execute("INSERT INTO note VALUES ('kept')")
    postgres.process.child.kill()
    assert until(lambda: not postgres.process.runs)
    postgres.process.note_death()
    postgres.start()
    with psycopg.connect(postgres.url()) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("kept",)]


def test_a_half_filled_database_can_be_made_anew(postgres):
    assert postgres.is_empty()
    with psycopg.connect(postgres.url()) as connection:
        connection.execute("CREATE TABLE django_migrations ()")
    assert not postgres.is_empty()
    postgres.make_anew()
    assert postgres.is_empty()


def test_the_product_is_no_superuser_and_cannot_read_files(postgres):
    with (
        psycopg.connect(postgres.url()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT pg_read_file('/etc/passwd')")


def test_the_database_asks_for_its_password_and_opens_no_port(postgres):
    without = f"postgresql://fuseline:wrong@/fuseline?host={postgres.sockets}"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without)
    with psycopg.connect(postgres.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert postgres.sockets.stat().st_mode & 0o777 == 0o700


def test_the_broker_answers_on_its_socket_only(valkey):
    with redis.Redis.from_url(valkey.url()) as client:
        assert client.set("rings", 1)
        assert client.config_get("port") == {"port": "0"}


def test_a_process_that_keeps_dying_is_given_up_with_its_log_named(state):
    process = Process("worker", ["/bin/false"], log=state / "log" / "worker.log")
    for _ in range(DEATHS_ALLOWED):
        process.start()
        process.note_death()
    with pytest.raises(Refusal, match=r"worker keeps stopping; .*worker\.log"):
        process.note_death()


def test_stopping_a_process_ends_what_it_started(state):
    log = state / "log" / "web.log"
    process = Process("web", ["/bin/sh", "-c", "trap '' TERM; sleep 60 & wait; wait"], log=log)
    process.start()
    assert process.child
    group = process.child.pid
    assert until(lambda: len(members(group)) == 2)
    process.stop(patience=0.2)
    assert until(lambda: not members(group))


def members(group):
    """The processes of a group that still run; the dead may wait a moment to be collected."""
    return [
        process
        for process in psutil.process_iter(["status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE and group_of(process) == group
    ]


def group_of(process):
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None
