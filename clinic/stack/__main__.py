"""The command line of ./run."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from clinic.stack import state as states
from clinic.stack.refusal import Refusal
from clinic.stack.supervisor import (
    Stack,
    Stopped,
    environment,
    free_port,
    require_free_port,
    stop_on_signals,
)
from clinic.stack.walk import walk

USAGE = """./run                     start everything; Ctrl-C stops it
./run --check             start a throw-away copy, walk through it, stop it
./run manage COMMAND...   run a management command on the data of ./run

PORT (8000) and BIND (127.0.0.1) choose the address. DATABASE_URL and REDIS_URL name servers to use
instead of starting our own; .env.example lists all other settings."""

READY = """
Fuseline is ready: {url}

  surgeon         reyes       fuseline-demo
  nurse           kowalczyk   fuseline-demo
  administrator   admin       fuseline-demo

The sign-ins are public and the patients invented: enter no real ones. Messages go to {outbox}.
Ctrl-C stops everything; the data stays in {state}.
"""


# what --check proves is what ./run does with nothing set
PROVED = {
    *("DATABASE_URL", "REDIS_URL", "DEBUG", "FUSELINE_DEMO"),
    *("EMAIL_URL", "EMAIL_HOST", "SITE_URL", "ALLOWED_HOSTS"),
}


def serve() -> None:
    """Run everything in the foreground until stopped."""
    bind, port = os.environ.get("BIND") or "127.0.0.1", chosen_port()
    state = states.find()
    with Stack(state, bind=bind, port=port) as stack:
        require_free_port(bind, port)
        stack.start()
        mail = stack.environment.get("EMAIL_URL", "")
        outbox = mail.removeprefix("file://") if mail.startswith("file:") else "your mail server"
        print(READY.format(url=stack.url, state=state, outbox=outbox), flush=True)
        stack.watch()


def check() -> None:
    """Prove on a copy of its own that this installation works and stops without a trace."""
    for name in PROVED & set(os.environ):
        del os.environ[name]
    state = Path(tempfile.mkdtemp(prefix="fuseline-check-"))
    state.chmod(0o755)
    try:
        states.prepare(state)
        with Stack(state, port=free_port()) as stack:
            stack.start()
            print("start     ok", flush=True)
            walk(stack.url)
        stack.claim.release()
        if states.lock(state / "members", wait=5) is None:
            raise Refusal("A process is left running.")
        print("stop      ok", flush=True)
    except Refusal:
        show_logs(state)
        raise
    finally:
        shutil.rmtree(state, ignore_errors=True)


def manage(arguments: list[str]) -> int:
    """Run a management command; borrow the servers of a running copy, else start them for it."""
    state = states.find()
    if states.is_taken(state):
        try:
            running = json.loads((state / "running.json").read_text())
        except (OSError, ValueError) as error:
            raise Refusal(
                "Fuseline is just starting or stopping; try again in a moment."
            ) from error
        return run_command(arguments, environment(state, site_url=running["SITE_URL"]) | running)
    with Stack(state) as stack:
        stack.start_servers()
        if stack.unfinished.exists():
            stack.prepare()
        return run_command(arguments, stack.environment)


def run_command(arguments: list[str], variables: dict[str, str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command,
        check=False,
        cwd=states.PROJECT,
        env=variables,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ).returncode


def chosen_port() -> int:
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Refusal(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return int(port)


def show_logs(state: Path) -> None:
    """Print the end of each log: the folder is about to go."""
    for log in sorted((state / "log").glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()[-20:]
        print(f"--- {log.name}", *lines, sep="\n", file=sys.stderr)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run", usage=f"\n{USAGE}", add_help=False)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--help", "-h", action="store_true")
    if arguments[:1] == ["manage"]:
        return manage(arguments[1:])
    chosen = parser.parse_args(arguments)
    if chosen.help:
        print(USAGE)
    elif chosen.check:
        check()
    else:
        serve()
    return 0


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(str(refusal))
    except Stopped:
        print("Stopped.", flush=True)
