"""Opens the desk for a command: settings, application, and the name of whoever sits there."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING
from uuid import UUID

from connector.bootstrap import application
from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from connector.operations.desk import Desk

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from connector.config import Settings


_OPENED: list[Application] = []


def desk() -> Desk:
    """The operator's desk; nothing is contacted yet."""
    return Desk(application=build(load_settings()), operator=operator())


def build(settings: Settings) -> Application:
    """The application, closed when the command ends."""
    built = application(settings)
    _OPENED.append(built)
    return built


def close() -> None:
    """Close what the command opened."""
    while _OPENED:
        _OPENED.pop().store.close()


def operator() -> str:
    """Who the audit trail names: the user of the machine, as ``sudo`` knows them."""
    name = os.environ.get("SUDO_USER")
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):  # a container's user may have no name
            name = f"uid-{os.getuid()}"
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
