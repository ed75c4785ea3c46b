"""A patient list between its check and its import: one encrypted file, for an hour at most.

The name is generated and holds whose it is, so that nobody else finds it. Every look at the
folder takes away what has grown too old.
"""

import os
import re
import secrets
import stat
import tempfile
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import InvalidToken

from clinic.staff import sealing
from clinic.staff.models import Clinic, User

FOLDER = "fuseline-imports"
KEPT_SECONDS = 60 * 60
_NAME = re.compile("[0-9a-f]{32}", re.ASCII)


def keep(data: bytes, *, user: User, clinic: Clinic) -> str:
    """Store the file and return the name under which its owner gets it back."""
    forget_old()
    name = secrets.token_hex(16)
    opened = os.open(_path(name, user, clinic), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as file:
        file.write(sealing.seal(b64encode(data).decode()))
    return name


def get(name: str, *, user: User, clinic: Clinic) -> bytes | None:
    """Return the file, or None where it is not this person's or not there any more."""
    forget_old()
    if not _NAME.fullmatch(name):
        return None
    with suppress(OSError, InvalidToken):
        return b64decode(sealing.unseal(_path(name, user, clinic).read_text()))
    return None


def forget(name: str, *, user: User, clinic: Clinic) -> None:
    _path(name, user, clinic).unlink(missing_ok=True)


def forget_old() -> None:
    """Delete every file that nobody has imported within the hour."""
    oldest = time.time() - KEPT_SECONDS
    for path in _folder().iterdir():
        with suppress(OSError):  # a colleague's request was quicker
            if path.stat().st_mtime < oldest:
                path.unlink()


def _path(name: str, user: User, clinic: Clinic) -> Path:
    return _folder() / f"{clinic.pk}-{user.pk}-{name}"


def _folder() -> Path:
    """Return the folder, which belongs to this process's account alone."""
    folder = Path(tempfile.gettempdir()) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is open to others; remove it.")
    return folder
