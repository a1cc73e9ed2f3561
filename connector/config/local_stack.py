"""The word that ``up`` leaves in the data directory, so that commands in another terminal find its servers.

It holds the passwords of the embedded servers, so only its owner may read it; it counts only while ``up`` lives, which
the kernel tells by a lock that it gives back when its holder dies, however it dies.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import files
from connector.config.names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STACK_FILE = "stack.json"
#: held by ``up`` as long as it runs
LOCK = "owner.lock"


@dataclass(frozen=True, kw_only=True)
class LocalStack:
    """A stack that runs on this machine. ``settings`` are names and values as in the environment, without prefix."""

    pid: int
    settings: Mapping[str, str]
    places: Mapping[str, str]


def write_stack_file(data_dir: Path, stack: LocalStack) -> None:
    """Write down where this stack's servers are; replaces an older file in one step."""
    word = {"pid": stack.pid, "settings": dict(stack.settings), "places": dict(stack.places)}
    files.write(data_dir / _STACK_FILE, json.dumps(word))


def remove_stack_file(data_dir: Path) -> None:
    """The stack is gone."""
    (data_dir / _STACK_FILE).unlink(missing_ok=True)


def running_stack(data_dir: Path) -> LocalStack | None:
    """Return the stack that runs on this data directory now, or None."""
    if not _held(data_dir / LOCK):
        return None
    try:
        word = json.loads(files.read(data_dir / _STACK_FILE))
        return LocalStack(pid=word["pid"], settings=word["settings"], places=word["places"])
    except (OSError, ValueError, KeyError):
        return None


def of_somebody_else(data_dir: Path) -> str:
    """Why what runs on this data directory cannot be used, where it is another user's; empty where it is not."""
    try:
        owner = data_dir.stat().st_uid
    except OSError:
        return ""
    if os.geteuid() in {owner, 0}:
        return ""
    return (
        f"The data directory {data_dir.absolute()} belongs to {files.user(owner)}: work as that user, or "
        f"name a directory of yours in {PREFIX}DATA_DIR."
    )


def _held(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would keep every command waiting
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
