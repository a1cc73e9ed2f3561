"""How a deployment reaches what lies outside: directly or through a proxy, and whose certificates it believes."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

#: as HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the process say; without a proxy although the deployment has one
ENVIRONMENT, DIRECT = "environment", "direct"


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """What holds for every connection that says nothing else."""

    #: address, ENVIRONMENT, or nothing; it may hold a password
    proxy: str = field(default="", repr=False)
    ca_file: str = ""


NOTHING_SAID = Outbound()


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """One forward proxy that speaks HTTP."""

    host: str
    port: int
    url: str = field(repr=False)

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"{self.host}:{self.port}"


def proxy_at(address: str, *, with_password: bool = True) -> Proxy:
    """Read a proxy's address; raises ValueError, whose words are the end of a sentence and show no password."""
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        port = parts.port
    except ValueError:
        raise ValueError("is no address like http://proxy.acme.example:3128") from None
    if parts.scheme != "http" or not parts.hostname or not port or parts.path.strip("/") or parts.query:
        raise ValueError("is no address like http://proxy.acme.example:3128")
    if parts.username is not None and not with_password:
        raise ValueError("holds a user or password, which stand in ML_CONNECTOR_PROXY alone")
    if any(not sign.isprintable() for sign in unquote(f"{parts.username or ''}{parts.password or ''}")):
        raise ValueError("holds a sign that no password in a header may have")
    return Proxy(host=parts.hostname, port=port, url=parts._replace(path="").geturl())
