"""Makes or repairs .venv, then goes on inside it. Runs on a bare Python: standard library only.

Called by ./run, ./test and ./check as `bootstrap.py SET MODULE [ARGS...]`; SET is `run` or `test`.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"  # the locks that are in, written last
UNFINISHED = VENV / "unfinished"  # present while pip writes: a killed pip leaves half packages
LOCKS = {
    "run": ["requirements.txt", "requirements/embedded.txt"],
    "test": ["requirements.txt", "requirements/embedded.txt", "requirements/test.txt"],
}
MEGABYTES = {"run": 400, "test": 900}


def main(wanted: str, module: str, *arguments: str) -> None:
    """Replace this process by the module, run inside an environment that has what it needs."""
    os.chdir(PROJECT)
    try:
        with (PROJECT / "requirements.txt").open() as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # two first starts at once: the second one waits
            if missing := not_installed(LOCKS[wanted]):
                install(missing, MEGABYTES[wanted])
    except OSError as error:
        sys.exit(f"Cannot prepare {VENV}: {error.strerror}.")
    except subprocess.CalledProcessError:
        sys.exit("Could not install the Python packages; the lines above say why.")
    except KeyboardInterrupt:
        sys.exit("Stopped; the next start begins the installation anew.")
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])  # noqa: S606


def not_installed(locks: list[str]) -> list[str]:
    """Return the locks that are not in .venv as they stand now."""
    if UNFINISHED.exists() or not os.access(PYTHON, os.X_OK):
        return locks
    present = STAMP.read_text().splitlines() if STAMP.exists() else []
    return [lock for lock in locks if fingerprint(lock) not in present]


def fingerprint(lock: str) -> str:
    """Return a line that changes with the lock and with the Python it was installed for."""
    contents = hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()
    return f"{lock} {sys.version_info.major}.{sys.version_info.minor} {contents}"


def install(locks: list[str], megabytes: int) -> None:
    """Install the locks, hash-checked, binary wheels only; begin anew after an interrupted try."""
    if not importlib.util.find_spec("ensurepip"):
        sys.exit(
            "Python's venv module is incomplete; on Debian or Ubuntu: apt install python3-venv"
        )
    if shutil.disk_usage(PROJECT).free < megabytes * 1_000_000:
        sys.exit(f"The disk is too full: installing needs {megabytes} MB below {PROJECT}.")
    print("Installing Python packages into .venv (once)...", file=sys.stderr, flush=True)
    if UNFINISHED.exists() or not runs_pip():
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    UNFINISHED.touch()
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    strict = ["--require-hashes", "--only-binary", ":all:"]
    chosen = [word for lock in locks for word in ("-r", lock)]
    subprocess.run([*pip, *strict, *chosen], check=True, env=os.environ | {"PIP_NO_INPUT": "1"})
    kept = STAMP.read_text().splitlines() if STAMP.exists() else []
    kept = [line for line in kept if line.split()[0] not in locks]
    STAMP.write_text("\n".join([*kept, *map(fingerprint, locks)]) + "\n")
    UNFINISHED.unlink()


def runs_pip() -> bool:
    """Whether .venv has a working pip of the Python that runs us."""
    if not os.access(PYTHON, os.X_OK):
        return False
    version = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    return subprocess.run([PYTHON, "-c", version], capture_output=True).returncode == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
