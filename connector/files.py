"""Files that nobody else may read, plant or redirect: made exclusively, with mode 600, and no link is followed.

Whatever the product writes goes through here. What is not ours is refused with a ConfigurationError.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PRIVATE = 0o600
_ALWAYS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def handle(path: Path, flags: int) -> int:
    """Open a file that is our own, and make it if the flags say so; returns its descriptor."""
    try:
        opened = os.open(path, flags | _ALWAYS, _PRIVATE)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _unsafe(path, "it is a link, and links are not followed") from None
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


def directory(path: Path) -> Path:
    """Make a directory that only we can enter; one that is there must be our own."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise _unsafe(path, "it is a link, and links are not followed")
    if found.st_uid != os.geteuid():
        raise _unsafe(path, f"it belongs to another user (number {found.st_uid})")
    if stat.S_IMODE(found.st_mode) & _OTHERS:
        path.chmod(0o700)
    return path


def _ours(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _unsafe(path, "it is no ordinary file")
    if found.st_uid != os.geteuid():
        raise _unsafe(path, f"it belongs to another user (number {found.st_uid})")
    if found.st_nlink > 1:
        raise _unsafe(path, "it has a second name, which somebody else may have given it")


def _unsafe(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"{path} is not used, because {why}: look who put it there, then remove it.")
