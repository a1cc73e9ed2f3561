"""Whether a command works with the API of a console instead of the ledger itself, said once for each command."""

from __future__ import annotations

from connector.domain.errors import ConfigurationError

SERVER, TOKEN = "ML_CONNECTOR_SERVER", "ML_CONNECTOR_TOKEN"
TOKEN_FILE = f"{TOKEN}_FILE"
#: commands that are of the machine they are typed on, and why
HERE = {
    "up": "it starts servers and workers on this machine",
    "demo": "it starts servers, workers and simulators on this machine",
    "doctor": "it looks at the settings, servers, keys and clock of this machine",
    "sandbox": "it serves a simulator on this machine",
    "db": "it makes, backs up and restores the database itself",
    "vault": "master keys never leave the machines that have them",
}

_chosen = {"server": ""}


def choose(server: str | None, command: str | None) -> None:
    """Work with this server, or on the ledger where it is empty; raises ConfigurationError where that cannot be."""
    _chosen["server"] = server or ""
    if server and command in HERE:
        raise only_here(HERE[command])


def require_ledger() -> None:
    """Raise ConfigurationError where a server was named, for what is not done with one."""
    if _chosen["server"]:
        raise only_here()


def only_here(why: str = "") -> ConfigurationError:
    """The sentence about what is not done with a server, and why, where there is a reason."""
    return ConfigurationError(
        f"This works on the ledger itself, and not with --server{f', for {why}' if why else ''}: leave that, and "
        f"{SERVER}, away where the ledger can be reached; docs/api.md names the commands that work with it."
    )


def server() -> str:
    """The console's address; empty where the command works on the ledger itself."""
    return _chosen["server"]
