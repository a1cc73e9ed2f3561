"""Files that nobody else may read, plant or redirect: made exclusively, with mode 600, and no link is followed.

Whatever the product writes goes through here, and what it reads again of it: a key that somebody else planted would be
known to them. What is not ours is refused with a ConfigurationError.
"""

from __future__ import annotations

import errno
import os
import pwd
import secrets
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

_PRIVATE = 0o600
_ALWAYS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def user(uid: int) -> str:
    """The name of a user of this machine; one in a container may have none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"


def handle(path: Path, flags: int) -> int:
    """Open a file that is our own, and make it if the flags say so; returns its descriptor."""
    try:
        opened = os.open(path, flags | _ALWAYS, _PRIVATE)
    except OSError as error:
        _say_what_is_there(path, error)
        raise
    try:
        _ours(path, os.fstat(opened))
        if stat.S_IMODE(os.fstat(opened).st_mode) & _OTHERS:
            os.fchmod(opened, _PRIVATE)
    except BaseException:
        os.close(opened)
        raise
    return opened


def append(path: Path) -> int:
    """Open a log; returns its descriptor."""
    return handle(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def read(path: Path) -> str:
    """Read the whole of what the product wrote; raises OSError where it is gone."""
    with reading(path) as file:
        return file.read()


@contextmanager
def reading(path: Path) -> Iterator[TextIO]:
    """Read what the product wrote: root or we ourselves own it, and it is no link; raises OSError where it is gone.

    (A second name is none of a reader's business: a file has one while it is made.) Root may read in a directory of
    another user, as that user.
    """
    try:
        opened = os.open(path, os.O_RDONLY | _ALWAYS)
    except OSError as error:
        _say_what_is_there(path, error)
        raise
    with os.fdopen(opened, encoding="utf-8") as file:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode):
            raise _unsafe(path, "it is no ordinary file")
        if found.st_uid != 0 and os.geteuid() not in {0, found.st_uid}:
            raise _unsafe(path, f"it belongs to another user (number {found.st_uid})")
        yield file


@contextmanager
def replacing(path: Path) -> Iterator[int]:
    """A file in the place of this one, complete or not at all; a link of that name is replaced, not followed."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    opened = handle(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        try:
            yield opened
            os.fsync(opened)
        finally:
            os.close(opened)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write(path: Path, content: str) -> None:
    """Write a whole file in the place of this one."""
    with replacing(path) as opened, os.fdopen(opened, "w", closefd=False) as file:
        file.write(content)


def make_once(path: Path, content: str) -> None:
    """Write a file unless there is one: complete or not at all, whoever else does the same at this moment."""
    if os.path.lexists(path):
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        write(draft, content)
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def directory(path: Path, *, mode: int = 0o700) -> Path:
    """Make a directory that nobody else can list or write to; one that is there must be our own."""
    make_parents(path)
    path.mkdir(mode=mode, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise _unsafe(path, "it is a link, and links are not followed")
    if found.st_uid != os.geteuid():
        raise _unsafe(path, f"it belongs to another user (number {found.st_uid})")
    if stat.S_IMODE(found.st_mode) & _OTHERS & ~mode:
        path.chmod(mode)
    return path


def make_parents(path: Path) -> None:
    """Make the directories above this one where they are missing: whatever the umask, no others replace what is in."""
    for missing in reversed([parent for parent in path.parents if not parent.exists()]):
        missing.mkdir(mode=0o755, exist_ok=True)


def _say_what_is_there(path: Path, error: OSError) -> None:
    """Raise ConfigurationError where a file cannot be opened because somebody planted something else."""
    if error.errno == errno.ELOOP:
        raise _unsafe(path, "it is a link, and links are not followed") from None
    if error.errno in {errno.ENXIO, errno.EISDIR}:
        raise _unsafe(path, "it is no ordinary file") from None


def _ours(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _unsafe(path, "it is no ordinary file")
    if found.st_uid != os.geteuid():
        raise _unsafe(path, f"it belongs to another user (number {found.st_uid})")
    if found.st_nlink > 1:
        raise _unsafe(path, "it has a second name, which somebody else may have given it")


def _unsafe(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"{path} is not used, because {why}: look who put it there, then remove it.")
