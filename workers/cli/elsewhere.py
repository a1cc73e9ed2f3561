"""Whether a command works with the API of a console instead of the ledger itself, said once for each command."""

from __future__ import annotations

from connector.domain.errors import ConfigurationError

SERVER, TOKEN = "ML_CONNECTOR_SERVER", "ML_CONNECTOR_TOKEN"
TOKEN_FILE = f"{TOKEN}_FILE"
#: groups of commands of which some work with a server
SOME = ("connection", "crosswalk", "dead", "flow", "needs", "period", "record", "reconcile", "run", "audit")

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


def server() -> str:
    """The console's address; empty where the command works on the ledger itself."""
    return _chosen["server"]
