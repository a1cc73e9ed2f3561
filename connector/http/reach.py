"""How far the requests of one connection go: its configured addresses, and nowhere that an answer or a path names.

A token or a password is worth stealing, and an answer may name an address: of the company's data centre, of the next
page, of a redirect. What lies beyond the configured addresses and domains is not called, whoever names it.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from connector.http import paths

if TYPE_CHECKING:
    from collections.abc import Iterable

#: a domain with fewer names may belong to many (``co.uk``)
_LEAST_NAMES = 3
_PORTS = {"http": 80, "https": 443}


class Reach:
    """These addresses, each with its scheme and port; and everything encrypted in these domains."""

    def __init__(self, *addresses: str, domains: Iterable[str] = ()) -> None:
        self._origins = frozenset(origin for address in addresses if (origin := _origin(address)) is not None)
        self._domains = tuple(dict.fromkeys(domain.lower().strip(".") for domain in domains))
        self._plain = any(scheme == "http" for scheme, _, _ in self._origins)

    def admits(self, url: str) -> bool:
        """Whether this address may be called."""
        origin = _origin(url)
        if origin is None:
            return False
        scheme, host, _ = origin
        inside = any(host == domain or host.endswith(f".{domain}") for domain in self._domains)
        return origin in self._origins or (inside and (scheme == "https" or self._plain))

    def __str__(self) -> str:
        """As a person reads it."""
        return ", ".join([*sorted({host for _, host, _ in self._origins}), *(f"*.{name}" for name in self._domains)])


def domain_of(address: str) -> str:
    """The domain an address lies in, as far as it certainly has one owner; else its host."""
    origin = _origin(address)
    host = origin[1] if origin else ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        above = host.partition(".")[2]
        return above if above.count(".") >= _LEAST_NAMES - 1 else host
    return host


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        scheme, host, port = paths.origin(url)
    except ValueError:
        return None
    name = (host or "").rstrip(".")
    return (scheme, name, port or _PORTS.get(scheme)) if name else None
