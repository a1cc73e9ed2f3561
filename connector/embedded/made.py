"""What ``up`` and ``demo`` make for themselves in the data directory, once, readable by nobody else."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from connector.config import MASTER_KEYS_FILE, PREFIX
from connector.domain.errors import ConfigurationError
from connector.vault import new_key

if TYPE_CHECKING:
    from pathlib import Path

    from connector.config import Settings


def ensure_data_dir(data_dir: Path) -> Path:
    """Create the data directory: others may walk through it (PostgreSQL's account must), but not list it."""
    try:
        data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The data directory {data_dir} cannot be made: {error.strerror}. Set {PREFIX}DATA_DIR to another one."
        ) from None
    return data_dir


def ensure_master_key(data_dir: Path) -> Path:
    """Make a master key in the data directory, mode 600, unless there is one; returns its file."""
    file = ensure_data_dir(data_dir) / MASTER_KEYS_FILE
    _make_once(file, f"{new_key()}\n")
    return file


def ensure_flower_password(settings: Settings) -> str:
    """Return Flower's password: the setting, or one made in the data directory."""
    if settings.flower_password:
        return settings.flower_password
    file = ensure_data_dir(settings.data_dir) / "flower.password"
    _make_once(file, secrets.token_urlsafe(12))
    return file.read_text().strip()


def _make_once(file: Path, content: str) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        if file.exists():
            return
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(draft, file)  # complete or not at all, and never over a key that exists
        except FileExistsError:
            return
        finally:
            draft.unlink()
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}.") from None
