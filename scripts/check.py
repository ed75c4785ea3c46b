"""What a change must pass: format, lint, types, layers, templates, migrations, deployment, tests.

Each step is an ordinary command that can be run by itself; a failed one does not hide the next.
Arguments go to pytest.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PYTHON = sys.executable
PACKAGES = ["clinic", "patients", "followups", "tests", "scripts"]
TESTING = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "clinic.settings",
    "DEBUG": "0",
    "FUSELINE_DEMO": "0",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP",
    "ALLOWED_HOSTS": "followup.clinic.test",
    "SITE_URL": "https://followup.clinic.test",
    "DATABASE_URL": "postgresql://fuseline@db.clinic.test/fuseline",
    "REDIS_URL": "rediss://broker.clinic.test/0",
    "EMAIL_URL": "smtp+tls://mail.clinic.test:587",
    "DEFAULT_FROM_EMAIL": "followup@clinic.test",
}


@dataclass
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    passed: bool = False

    def run(self) -> None:
        """Run it, its output going straight to the terminal."""
        print(f"== {self.name}", flush=True)
        began = time.monotonic()
        done = subprocess.run(self.command, check=False, env=os.environ | self.environment)
        self.seconds = time.monotonic() - began
        self.passed = done.returncode == 0

    def __str__(self) -> str:
        return f"{self.name:<12}{self.seconds:>8.1f} s   {'ok' if self.passed else 'FAILED'}"


def module(name: str, *arguments: str) -> list[str]:
    return [PYTHON, "-m", name, *arguments]


def manage(*arguments: str) -> list[str]:
    # there is no database here to compare the history of migrations with, and no need to say so
    return [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py", *arguments]


def main(arguments: list[str]) -> int:
    steps = [
        Step("format", module("ruff", "format", "--check", ".")),
        Step("lint", module("ruff", "check", ".")),
        Step("types", module("mypy", *PACKAGES)),
        Step("layers", [str(Path(PYTHON).with_name("lint-imports"))]),
        Step("templates", module("djlint", "--lint", "--quiet", "templates")),
        Step("migrations", manage("makemigrations", "--check", "--dry-run"), TESTING),
        Step("deployment", manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
        Step("tests", module("pytest", *arguments)),
    ]
    for step in steps:
        step.run()
    print("", *steps, sep="\n", flush=True)
    return 0 if all(step.passed for step in steps) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
