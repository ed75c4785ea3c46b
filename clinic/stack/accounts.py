"""Under which account the servers run, and what that account can reach."""

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

from clinic.stack.refusal import Refusal


def server_account() -> pwd.struct_passwd | None:
    """Return the account for PostgreSQL, which refuses to run as root; None is our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Refusal("Root has no 'postgres' or 'nobody' account to run PostgreSQL as.")


def become(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments that make subprocess run as that account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path, account: pwd.struct_passwd | None) -> None:
    """Hand a file or folder to that account."""
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def can_reach(path: Path, account: pwd.struct_passwd | None) -> bool:
    """Whether that account may pass through every folder down to this one."""
    if account is None:
        return True
    asked = subprocess.run(["/usr/bin/test", "-x", path], check=False, cwd="/", **become(account))
    return asked.returncode == 0
