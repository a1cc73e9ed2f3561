"""Where this product is reached over HTTP."""

from __future__ import annotations

HEALTH = "/healthz"
READY = "/readyz"
METRICS = "/metrics"


def webhook(system: str) -> str:
    """Where events of a system arrive."""
    return f"/webhooks/{system}"


def receive(connection: str) -> str:
    """Where a connection's system posts documents."""
    return f"/receive/{connection}"


def connect(system: str) -> str:
    """The redirect URI of our application at a system whose customers connect themselves."""
    return f"/connect/{system}"


def connected(system: str) -> str:
    """Below which a person sees what became of it."""
    return f"{connect(system)}/connected"
