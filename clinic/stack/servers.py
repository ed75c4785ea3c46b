"""PostgreSQL and Valkey: on Unix sockets only, in a folder no one else enters."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Any

import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

from clinic.stack import binaries
from clinic.stack.accounts import become, give, server_account
from clinic.stack.processes import Process, plain_environment, wait_until
from clinic.stack.refusal import Refusal
from clinic.stack.state import secret

NAME = "fuseline"  # of the database and of its owner, who migrates
# who signs in as what: pages own nothing and reach one clinic at a time, workers reach all
LOGINS = {"fuseline_web": "fuseline_app", "fuseline_worker": "fuseline_service"}
LONGEST_SOCKET_FOLDER = 80  # the kernel allows 108 bytes for the whole path of a socket

# what a throw-away cluster need not promise; and it leaves nothing outside its folder
HASTE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",
}


def socket_folder(state: Path) -> Path:
    """Return the folder of the sockets, open to the servers' account only."""
    folder = state / "run"
    if len(str(folder)) > LONGEST_SOCKET_FOLDER:
        name = hashlib.sha256(str(state).encode()).hexdigest()[:12]
        folder = Path("/tmp") / f"fuseline-{name}"  # noqa: S108
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in owners():
        raise Refusal(f"{folder} was made by another account; remove it.")
    folder.chmod(0o700)
    give(folder, server_account())
    return folder


def owners() -> set[int]:
    account = server_account()
    return {os.geteuid()} | ({account.pw_uid} if account else set())


class Postgres:
    """A cluster in the state folder. The product's role owns its database but is no superuser."""

    def __init__(self, state: Path, *, throw_away: bool = False, **options: Any) -> None:
        self.account = server_account()
        self.sockets = socket_folder(state)
        self.state = state
        self.programs = binaries.postgres(self.account, copies=state)
        version = binaries.major_version(self.programs, self.account)
        self.data = state / f"pgdata-{version}"  # another major version never opens these files
        self.throw_away = throw_away
        self.process = Process(
            "PostgreSQL",
            [self.programs / "postgres", "-D", self.data, *self.settings()],
            log=state / "log" / "postgresql.log",
            stop_signal=SIGINT,  # its fast shutdown: open sessions do not hold it up
            cwd="/",
            env=plain_environment(),
            **become(self.account),
            **options,
        )

    def settings(self) -> list[str]:
        chosen = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "64MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            # statements and refused rows carry answers of patients
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
        }
        chosen |= HASTE if self.throw_away else {}
        return [f"--{name}={value}" for name, value in chosen.items()]

    def url(self, database: str = NAME) -> str:
        """Return the address the owner uses."""
        return self.address(NAME, "database-secret", database)

    def url_of(self, login: str) -> str:
        """Return the address one of the ``LOGINS`` uses."""
        return self.address(login, "database-secret", NAME)

    def address(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{secret(self.state, password)}@/{database}?host={self.sockets}"

    def start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self.make_cluster()
        self.forget_the_dead()
        self.process.start()
        wait_until(self.answers, self.process, seconds=60)
        self.make_database()

    def forget_the_dead(self) -> None:
        """Remove the lock files of a killed server, whose process id may be another's by now.

        That no server of ours is left is known from the claim on the folder.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.sockets.glob(".s.PGSQL.*"):
            stale.unlink()

    def make_cluster(self) -> None:
        """Create the cluster with initdb; a half-made one is thrown away."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        give(self.data, self.account)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(secret(self.state, "superuser-secret"))
            password.flush()
            give(Path(password.name), self.account)
            made = self.program(
                *("initdb", "-D", self.data, "-U", "postgres", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
                if self.data.name >= "pgdata-17"
                else ("--locale=C.UTF-8",),
                *("--auth=scram-sha-256", f"--pwfile={password.name}", "--data-checksums"),
                *(["--no-sync"] if self.throw_away else []),
            )
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            said = made.stderr.strip().splitlines() or ["no reason given"]
            raise Refusal(f"PostgreSQL could not make its data folder: {said[-1]}")

    def make_database(self) -> None:
        """Make the product's roles and database, once."""
        role, database = sql.Identifier(NAME), sql.Identifier(NAME)
        with self.superuser() as connection:
            self.make_roles(connection)
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
            if not known.rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def make_roles(self, connection: psycopg.Connection) -> None:
        """Make the owner, and the logins of web and workers, where they are missing."""
        password = sql.Literal(secret(self.state, "database-secret"))
        found = connection.execute("SELECT rolname FROM pg_roles").fetchall()
        known = {name for (name,) in found}
        if NAME not in known:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    sql.Identifier(NAME), password
                )
            )
        for login, role in LOGINS.items():
            names = {"login": sql.Identifier(login), "role": sql.Identifier(role)}
            if role not in known:
                connection.execute(sql.SQL("CREATE ROLE {role} NOLOGIN").format(**names))
                # the owner may act as either, which tests do
                connection.execute(
                    sql.SQL("GRANT {role} TO {owner}").format(owner=sql.Identifier(NAME), **names)
                )
            if login not in known:
                connection.execute(
                    sql.SQL("CREATE ROLE {login} LOGIN PASSWORD {password} IN ROLE {role}").format(
                        password=password, **names
                    )
                )

    def is_empty(self) -> bool:
        """Whether nothing has been migrated into the product's database yet."""
        with psycopg.connect(self.url()) as connection:
            found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
        return found == (None,)

    def make_anew(self) -> None:
        """Throw the product's database away and make an empty one."""
        with self.superuser() as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(NAME)))
        self.make_database()

    def superuser(self) -> psycopg.Connection:
        address = self.address("postgres", "superuser-secret", "postgres")
        return psycopg.connect(address, autocommit=True, connect_timeout=3)

    def answers(self) -> bool:
        try:
            self.superuser().close()
        except psycopg.OperationalError:
            return False
        return True

    def program(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.programs / name, *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=plain_environment(),
            **become(self.account),
        )


class Valkey:
    """The broker. What it holds may be lost; it is kept on disk all the same."""

    def __init__(self, state: Path, *, throw_away: bool = False, **options: Any) -> None:
        self.folder = state / "valkey"
        self.socket = socket_folder(state) / "valkey.sock"
        keep = ["--appendonly", "no" if throw_away else "yes", "--save", ""]
        self.process = Process(
            "Valkey",
            [
                *(str(binaries.valkey()), "--port", "0", "--daemonize", "no"),
                *("--unixsocket", str(self.socket), "--unixsocketperm", "700"),
                *("--dir", str(self.folder), "--maxmemory-policy", "noeviction", *keep),
            ],
            log=state / "log" / "valkey.log",
            stop_signal=SIGTERM,
            cwd="/",
            env=plain_environment(),
            **options,
        )

    def url(self, number: int = 0) -> str:
        return f"unix://{self.socket}?db={number}"

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self.process.start()
        wait_until(self.answers, self.process, seconds=30)

    def answers(self) -> bool:
        # by default the client itself would retry a refused connection for seconds
        once = Retry(NoBackoff(), 0)
        try:
            with redis.Redis(unix_socket_path=str(self.socket), retry=once) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
