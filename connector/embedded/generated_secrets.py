"""What ``up`` and ``demo`` make for themselves in the data directory, once, readable by nobody else."""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

from connector import files
from connector.config import MASTER_KEYS_FILE, PREFIX
from connector.domain.errors import ConfigurationError
from connector.master_keys import new_key

if TYPE_CHECKING:
    from pathlib import Path

    from connector.config.settings import Settings

_WRITABLE = stat.S_IWGRP | stat.S_IWOTH


def ensure_data_dir(data_dir: Path) -> Path:
    """Create the data directory: others may walk through it (PostgreSQL's account must), but not list it."""
    try:
        files.make_parents(data_dir)
        data_dir.mkdir(mode=0o711, exist_ok=True)
        found = data_dir.stat()
        if os.geteuid() not in {0, found.st_uid}:
            raise ConfigurationError(
                f"The data directory {data_dir} belongs to another user (number {found.st_uid}): start ml-connector as "
                f"that user, or set {PREFIX}DATA_DIR to another one."
            )
        if found.st_mode & _WRITABLE:  # what lies in it could be replaced by others
            data_dir.chmod(stat.S_IMODE(found.st_mode) & ~_WRITABLE)
    except OSError as error:
        raise ConfigurationError(
            f"The data directory {data_dir} cannot be made: {error.strerror}. Set {PREFIX}DATA_DIR to another one."
        ) from None
    return data_dir


def ensure_master_key(data_dir: Path) -> Path:
    """Make a master key in the data directory, mode 600, unless there is one; returns its file."""
    file = ensure_data_dir(data_dir) / MASTER_KEYS_FILE
    _make_once(file, f"{new_key()}\n")
    files.read(file)
    return file


def ensure_flower_password(settings: Settings) -> str:
    """Return Flower's password: the setting, or one made in the data directory."""
    if settings.flower_password:
        return settings.flower_password
    file = ensure_data_dir(settings.data_dir) / "flower.password"
    _make_once(file, secrets.token_urlsafe(12))
    return files.read(file).strip()


def _make_once(file: Path, content: str) -> None:
    try:
        files.make_once(file, content)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}.") from None
