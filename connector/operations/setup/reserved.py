"""What ``env:`` and ``file:`` do not reach: the product's own secrets, and what the machine tells of its processes.

A reference carries a value of this machine to another system. Whoever may write a connection's file, but may not read
the product's environment, must not be able to have its master key sent to a listener of theirs as a "password".
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from connector.config import DATA_DIR, MASTER_KEYS_FILE, PREFIX, secret_settings
from connector.config.local_stack import running_stack
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FILE = "_FILE"
#: variables in which the product's servers and programs find their addresses and passwords; FLOWERS_LTD is a customer
_RESERVED = re.compile(
    rf"{PREFIX}.*|PGPASS(WORD|FILE)|(POSTGRES|REDIS|REDISCLI|CELERY|FLOWER|DATABASE_URL|BROKER_URL)(_.*)?",
    re.IGNORECASE,
)
#: where a machine shows its processes, their environment and its devices
_MACHINE = tuple(map(Path, ("/proc", "/sys", "/dev")))
#: shorter values are too common to be told from others
_TELLING = 8


def check_variable(key: str, name: str) -> None:
    """Refuse a variable that is the product's own; raises ConfigurationError."""
    if _RESERVED.fullmatch(name):
        raise ConfigurationError(
            f"{key} refers to the environment variable {name}, which is the product's own or one of its servers'; give "
            "the connection a variable of its own."
        )


def check_file(key: str, name: str) -> None:
    """Refuse a file that is the product's own, or none; raises ConfigurationError. What is not there is left alone."""
    try:
        place = Path(name).expanduser().resolve()
        found = place.stat()
    except (OSError, ValueError, RuntimeError):
        return
    if any(place.is_relative_to(folder) for folder in _MACHINE) or not stat.S_ISREG(found.st_mode):
        raise ConfigurationError(
            f"{key} refers to {name}, which is not a plain file; write the secret into a file of its own."
        )
    if place.is_relative_to(_data_dir(os.environ)) or any(_same(place, own) for own in _files(os.environ)):
        raise ConfigurationError(
            f"{key} refers to the file {name}, which holds a secret of the product; give the connection a file of its "
            "own."
        )


def check_value(key: str, value: str, where: str) -> None:
    """Refuse a value that is, or carries, a secret of the product, wherever it was found; raises ConfigurationError."""
    if any(secret in value or value in _passwords(secret) for secret in _secrets(os.environ)):
        raise ConfigurationError(
            f"{key} would be a secret of the product ({where} holds it); give the connection a secret of its own."
        )


def _same(one: Path, other: Path) -> bool:
    """Whether both are one file, by whatever name."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _data_dir(environment: Mapping[str, str]) -> Path:
    chosen = environment.get(f"{PREFIX}DATA_DIR", "").strip()
    return Path(chosen or DATA_DIR).expanduser().resolve()


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    """Files the product reads secrets from."""
    for name, value in environment.items():
        if name.startswith(PREFIX) and name.endswith(_FILE) and value.strip():
            yield Path(value).expanduser()
    yield _data_dir(environment) / MASTER_KEYS_FILE


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """The product's secrets as they are at hand here, whole and in parts."""
    fields = secret_settings()
    known = [environment.get(f"{PREFIX}{name.upper()}", "") for name in fields]
    known += [_text(file) for file in _files(environment)]
    stack = running_stack(_data_dir(environment))
    known += [value for name, value in (stack.settings if stack else {}).items() if name in fields]
    for text in known:
        for entry in text.replace(",", "\n").splitlines():
            yield from (part for part in (entry.strip(), entry.partition(":")[2].strip()) if len(part) >= _TELLING)


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


def _passwords(secret: str) -> Iterator[str]:
    """What stands as a password in an address, in its own place or as a word behind the question mark."""
    try:
        parts = urlsplit(secret)
    except ValueError:
        return
    words = parse_qsl(parts.query) if parts.scheme else []
    yield from filter(None, [unquote(parts.password or ""), *(value for word, value in words if "password" in word)])
