"""Who works a command: settings, application, and the name that the audit trail gets."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from connector import files
from connector.bootstrap import application
from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from connector.operations.operator import Operator
from workers.cli.closing import OPENED, close
from workers.cli.elsewhere import require_ledger

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from connector.config.settings import Settings


#: Linux' audit: set once at login, it stays through sudo and su
_LOGIN = Path("/proc/self/loginuid")
_NOBODY_LOGGED_IN = 2**32 - 1

__all__ = ["actor", "build", "close", "current_operator", "identifier"]


def current_operator() -> Operator:
    """The operator at work; nothing is contacted yet. Raises ConfigurationError where a server was named instead."""
    require_ledger()
    built = build(load_settings())
    built.require_vault()
    return Operator(application=built, actor=actor())


def build(settings: Settings) -> Application:
    """The application, closed when the command ends."""
    built = application(settings)
    OPENED.callback(built.close)
    return built


def actor(*, uid: int | None = None, login: Path = _LOGIN) -> str:
    """Who the audit trail names: the user the kernel runs us as, and who logged in before they became that user.

    Never what the environment says: everybody can set SUDO_USER, USER and LOGNAME.
    """
    found = os.getuid() if uid is None else uid
    name = files.user(found)
    with suppress(OSError, ValueError):
        before = int(login.read_text())
        if before not in {found, _NOBODY_LOGGED_IN}:
            name = f"{name} (logged in as {files.user(before)})"
    return f"operator:{name}"


def identifier(what: str, text: str) -> UUID:
    """Read an id; raises ConfigurationError when it is not one."""
    try:
        return UUID(text)
    except ValueError:
        command = what.split(maxsplit=1)[0]
        raise ConfigurationError(
            f"{text!r} is not the id of a {what}; `ml-connector {command} list --json` prints them."
        ) from None
