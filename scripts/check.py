"""What a change must pass: style, types, layers, dangers, secrets, dependencies, deployment, tests.

Each step is an ordinary command that can be run by itself; a failed one does not hide the next.
Arguments go to pytest; with ``--quick`` among them only a part of the large matrices and walks
runs, as in ./test. Ends with 0 if all passed, 1 if one failed, and 3 if none failed and one
could not find out.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PYTHON = sys.executable
PRODUCT = ["clinic", "patients", "followups", "scripts", "gunicorn.conf.py"]
PACKAGES = ["clinic", "patients", "followups", "tests", "scripts"]
TESTING = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "clinic.settings",
    "DEBUG": "0",
    "FUSELINE_DEMO": "0",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP",
    "FIELD_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "ALLOWED_HOSTS": "followup.clinic.test",
    "SITE_URL": "https://followup.clinic.test",
    "DATABASE_URL": "postgresql://fuseline@db.clinic.test/fuseline",
    "REDIS_URL": "rediss://broker.clinic.test/0",
    "EMAIL_URL": "smtp+tls://mail.clinic.test:587",
    "DEFAULT_FROM_EMAIL": "followup@clinic.test",
}
PASSED, FAILED, UNKNOWN = "ok", "FAILED", "UNKNOWN: could not be found out; this is no pass"
UNKNOWN_CODE = 3


@dataclass
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    outcome: str = FAILED
    can_be_unknown: bool = False  # its exit code 3 says so; pytest has another meaning for it

    def run(self) -> None:
        """Run it, its output going straight to the terminal."""
        print(f"== {self.name}", flush=True)
        began = time.monotonic()
        done = subprocess.run(self.command, check=False, env=os.environ | self.environment)
        self.seconds = time.monotonic() - began
        if done.returncode == 0:
            self.outcome = PASSED
        elif done.returncode == UNKNOWN_CODE and self.can_be_unknown:
            self.outcome = UNKNOWN

    def __str__(self) -> str:
        return f"{self.name:<13}{self.seconds:>8.1f} s   {self.outcome}"


def module(name: str, *arguments: str) -> list[str]:
    return [PYTHON, "-m", name, *arguments]


def manage(*arguments: str) -> list[str]:
    # there is no database here to compare the history of migrations with, and no need to say so
    return [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py", *arguments]


def suite(arguments: list[str]) -> list[str]:
    """Return the command that runs the tests, all of them unless only a part is asked for."""
    others = [each for each in arguments if each != "--quick"]
    extent = [] if "--quick" in arguments else ["--thorough"]
    return module("pytest", *extent, *others)


def main(arguments: list[str]) -> int:
    steps = [
        Step("format", module("ruff", "format", "--check", ".")),
        Step("lint", module("ruff", "check", ".")),
        Step("types", module("mypy", *PACKAGES)),
        Step("layers", [str(Path(PYTHON).with_name("lint-imports"))]),
        Step("templates", module("djlint", "--lint", "--quiet", "templates")),
        Step("migrations", manage("makemigrations", "--check", "--dry-run"), TESTING),
        Step("deployment", manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
        Step("dangers", module("bandit", "-q", "-c", "pyproject.toml", "-r", *PRODUCT)),
        Step("secrets", module("scripts.find_secrets")),
        Step("dependencies", module("scripts.dependencies"), can_be_unknown=True),
        Step("tests", suite(arguments)),
    ]
    for step in steps:
        step.run()
    print("", *steps, sep="\n", flush=True)
    return exit_code({step.outcome for step in steps})


def exit_code(outcomes: set[str]) -> int:
    if FAILED in outcomes:
        return 1
    return UNKNOWN_CODE if UNKNOWN in outcomes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
