"""Values given by reference: ``env:NAME``, ``file:PATH`` or ``-`` for standard input.

Secrets arrive only like this, so that none is ever part of a command line, a shell history or a file under version
control. No sentence here repeats a value.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from connector.domain.errors import ConfigurationError
from connector.operations.setup import reserved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: what turns what is written into values, of which some are secrets: by their references, or as they were sent
Resolve: TypeAlias = "Callable[[Mapping[str, Any], frozenset[str]], dict[str, Any]]"
#: the value that a reference of a setting stands for
Read: TypeAlias = "Callable[[str, str], str]"


def text_of(path: str) -> str:
    """Read a text file, or standard input for ``-``; raises ConfigurationError with the reason when it cannot be."""
    if path == "-":
        return _standard_input()
    try:
        raw = Path(path).expanduser().read_bytes()
    except FileNotFoundError:
        raise ConfigurationError(f"The file {path} does not exist.") from None
    except IsADirectoryError:
        raise ConfigurationError(f"{path} is a directory; name a file.") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"The file {path} cannot be read: {reason}.") from None
    return _decoded(raw, f"The file {path}")


def _standard_input() -> str:
    """Read it as a file is read, whatever the locale says."""
    return _decoded(sys.stdin.buffer.read(), "Standard input")


def _decoded(raw: bytes, what: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{what} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from None


def here(key: str, reference: str) -> str:
    """The value on this machine; raises ConfigurationError where there is none."""
    if reference == "-":
        return _filled(key, _standard_input(), "standard input")
    kind, _, place = reference.partition(":")
    if kind == "file":
        reserved.check_file(key, place)
        return _filled(key, text_of(place), f"the file {place}")
    reserved.check_variable(key, place)
    value = os.environ.get(place)
    if value is None:
        raise ConfigurationError(f"{key} refers to the environment variable {place}, which is not set.")
    return _filled(key, value, f"the environment variable {place}")


def refers(value: object) -> bool:
    """Whether a value stands somewhere else."""
    return isinstance(value, str) and value.startswith(("env:", "file:"))


def resolve(config: Mapping[str, Any], secrets: frozenset[str], *, read: Read = here) -> dict[str, Any]:
    """Replace references in flat configuration: a secret must be one, and nothing else may.

    What is no secret is kept in clear and goes into the audit trail, so nothing is fetched for it from elsewhere.
    """
    resolved: dict[str, Any] = {}
    for key, value in config.items():
        reference = refers(value)
        if key in secrets and (reference or value == "-"):
            resolved[key] = read(key, value)
        elif reference:
            raise ConfigurationError(f"{key} is no secret and is kept in clear: write its value here, not {value!r}.")
        elif key in secrets:
            raise ConfigurationError(
                f"{key} is a secret and must not stand here in clear: write env:NAME, file:PATH or - (standard input)."
            )
        else:
            resolved[key] = value
    return resolved


def _filled(key: str, value: str, where: str) -> str:
    stripped = value.rstrip("\r\n")
    if not stripped:
        raise ConfigurationError(f"{key} is empty in {where}.")
    reserved.check_value(key, stripped, where)
    return stripped


def placeholder(connection: str, key: str) -> str:
    """The reference ``export`` writes instead of a secret: ``env:ACME_QAD_PASSWORD``."""
    return "env:" + "".join(letter if letter.isalnum() else "_" for letter in f"{connection}_{key}".upper())
