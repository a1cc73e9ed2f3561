"""Which proxy a request goes through: the connection says, else the deployment, and the environment only if asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connector.domain.errors import ConfigurationError
from connector.domain.outbound import DIRECT, ENVIRONMENT, Proxy, proxy_at
from connector.http import guard

if TYPE_CHECKING:
    from collections.abc import Callable

    #: the proxy of an address; None for those that are reached directly
    Proxies = Callable[[str], Proxy | None]


_PLAIN_PORT = 80


def proxies(said: str, deployment: str, *, name: str) -> Proxies:
    """Read both; raises ConfigurationError."""
    chosen = said or deployment
    if chosen == ENVIRONMENT:
        return lambda url: _of_environment(url, name)
    if chosen in {"", DIRECT}:
        return directly
    one = _read(chosen, name)
    return lambda _: one


def directly(_: str) -> None:
    """Nobody stands between."""


def proxy_for(url: str, proxy_of: Proxies, *, allow_private: bool, name: str) -> Proxy | None:
    """The proxy to send a request by; raises ConfigurationError for an address that may not be called.

    What goes through a tunnel is looked at when that is made. Without encryption one connection serves all addresses.
    """
    proxy, parts = proxy_of(url), urlsplit(url)
    if proxy is not None and parts.scheme == "http":
        guard.admitted_through_a_proxy(
            str(parts.hostname), parts.port or _PLAIN_PORT, allow_private=allow_private, name=name
        )
    return proxy


def _of_environment(url: str, name: str) -> Proxy | None:
    from requests.utils import get_environ_proxies  # noqa: PLC0415 - for those who ask the environment

    given = get_environ_proxies(url)  # nothing where NO_PROXY names it
    address = given.get(urlsplit(url).scheme) or given.get("all")
    if not address:
        return None
    return _read(address, f"{name} (by the environment)")


def _read(address: str, name: str) -> Proxy:
    try:
        return proxy_at(address)
    except ValueError as why:
        raise ConfigurationError(f"{name}: the proxy {why}; correct it. Nothing was sent.") from None
