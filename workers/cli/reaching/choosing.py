"""Which of both it is, chosen once for each command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from workers.cli.reaching.api import Api
    from workers.cli.reaching.ledger import Ledger

SERVER, TOKEN = "ML_CONNECTOR_SERVER", "ML_CONNECTOR_TOKEN"
TOKEN_FILE = f"{TOKEN}_FILE"
#: groups of commands of which some work with a server
SOME = ("connection", "crosswalk", "dead", "flow", "needs", "record", "reconcile", "run", "audit")

_chosen = {"server": ""}


def choose(server: str | None, command: str | None) -> None:
    """Work with this server, or on the ledger where it is empty; raises ConfigurationError where that cannot be."""
    _chosen["server"] = server or ""
    if server and command is not None and command not in SOME:
        raise only_here()


def require_ledger() -> None:
    """Raise ConfigurationError where a server was named, for what is not done with one."""
    if _chosen["server"]:
        raise only_here()


def only_here() -> ConfigurationError:
    """The sentence about what is not done with a server."""
    return ConfigurationError(
        f"This works on the ledger itself, and not with --server: leave that, and {SERVER}, away where the ledger can "
        "be reached; docs/api.md names the commands that work with it."
    )


def reached() -> Ledger | Api:
    """What the command works on; nothing is contacted yet."""
    if not (server := _chosen["server"]):
        from workers.cli.reaching.ledger import Ledger  # noqa: PLC0415 - for those who work on it

        return Ledger()
    from workers.cli.reaching.api import Api  # noqa: PLC0415 - likewise
    from workers.cli.reaching.http import Server  # noqa: PLC0415 - likewise

    return Api(Server(server, _token()))


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
