"""Whether a command works with the API of a console instead of the ledger itself, said once for each command."""

from __future__ import annotations

from connector.domain.errors import ConfigurationError
from workers.cli.closing import OPENED

SERVER, TOKEN = "ML_CONNECTOR_SERVER", "ML_CONNECTOR_TOKEN"
TOKEN_FILE = f"{TOKEN}_FILE"
#: what is of the machine it is typed on by nature, and why
OF_THIS_MACHINE = {
    "up": "it starts the product on this machine",
    "demo": "it starts the product on this machine",
    "sandbox": "it starts a simulator on this machine",
    "doctor": "it looks at the settings, servers and clocks of this machine",
    "db": "it works as the owner of the database, which no console is",
    "vault": "master keys are with the machines that work, and nobody is told of them",
}

_chosen = {"server": ""}


def choose(server: str | None, command: str | None) -> None:
    """Work with this server until the command ends, or on the ledger; raises ConfigurationError where it cannot be."""
    _chosen["server"] = server or ""
    OPENED.callback(_chosen.update, server="")
    if server and command in OF_THIS_MACHINE:
        raise only_here(command)


def require_ledger() -> None:
    """Raise ConfigurationError where a server was named, for what is not done with one."""
    if _chosen["server"]:
        raise only_here()


def only_here(command: str = "") -> ConfigurationError:
    """The sentence about what is not done with a server."""
    why = f", because {OF_THIS_MACHINE[command]}" if command in OF_THIS_MACHINE else ""
    return ConfigurationError(
        f"This works on the ledger itself, and not with --server{why}: leave that, and {SERVER}, away where the ledger "
        "can be reached; docs/api.md names the commands that work with it."
    )


def server() -> str:
    """The console's address; empty where the command works on the ledger itself."""
    return _chosen["server"]
