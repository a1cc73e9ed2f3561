"""Which of both it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from connector.domain.errors import ConfigurationError
from workers.cli.elsewhere import TOKEN, TOKEN_FILE, server
from workers.cli.session import current_operator

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.operations.operator import Operator
    from workers.cli.reaching.http import Server

Here = TypeVar("Here")
There = TypeVar("There")


def chosen(here: Callable[[Operator], Here], there: Callable[[Server], There]) -> Here | There:
    """What the command works on: the ledger, in the name of who works at this machine, or the server that was named."""
    return there(console()) if server() else here(current_operator())


def console() -> Server:
    """The console that was named; nothing is contacted yet."""
    from workers.cli.reaching.http import Server  # noqa: PLC0415 - for those who work with one

    return Server(server(), _token())


def _token() -> str:
    from connector.operations.setup.references import text_of  # noqa: PLC0415 - likewise

    file = os.environ.get(TOKEN_FILE, "")
    token = (text_of(file) if file else os.environ.get(TOKEN, "")).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"--server takes a token of yours: set {TOKEN}, or {TOKEN_FILE} to a file that holds it. `ml-connector "
            "operator token add`, or the page Your account, makes one."
        )
    return token
