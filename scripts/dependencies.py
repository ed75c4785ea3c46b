"""Asks whether a locked dependency has a known hole. Ends with 0 (none), 1 (some) or 3 (unknown).

pip-audit alone says "none found" where it could ask nobody, for example without a network; its
--strict stops at the first such package. Here a package nobody was asked about is unknown.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = ("requirements.txt", "requirements/embedded.txt", "requirements/test.txt")
UNKNOWN = 3


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    command += [word for lock in LOCKS for word in ("--requirement", lock)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    code, lines = verdict(locked(), done.stdout)
    print(*lines, sep="\n")
    return code


def locked() -> set[str]:
    """Return the packages that every lock installs everywhere, so that all must be answered for."""
    text = "\n".join(Path(lock).read_text() for lock in LOCKS)
    return set(re.findall(r"^([a-z0-9.-]+)==[^;\s]+ \\$", text, re.MULTILINE))


def verdict(wanted: set[str], answer: str) -> tuple[int, list[str]]:
    """Return the exit code and what to say about pip-audit's answer."""
    try:
        told: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        told = []
    asked = {each["name"] for each in told if "vulns" in each}
    skipped = {each["name"] for each in told} - asked
    holes = [
        f"{each['name']} {each['version']}: {hole['id']}, fixed in {hole['fix_versions'] or 'none'}"
        for each in told
        for hole in each.get("vulns", ())
    ]
    silent = skipped | (wanted - asked)
    if silent:
        holes.append(
            f"UNKNOWN: nobody could be asked about {len(silent)} of {len(silent | asked)} packages."
            " Run this where the advisory service can be reached, before a release."
        )
    if len(holes) > bool(silent):
        return 1, holes
    if silent:
        return UNKNOWN, holes
    return 0, [f"No known hole in {len(asked)} packages."]


if __name__ == "__main__":
    sys.exit(main())
