"""Where a tenant's URL may point: an address typed into a form must not open our own network.

The address is checked when the connection to it is made, after DNS, and that checked address is the one connected to:
a name that answers differently the second time gains nothing, and a redirect is a connection like any other.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from connector.domain.errors import ConfigurationError
from connector.http.redact import redacted

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Place: TypeAlias = tuple[socket.AddressFamily, tuple[str | int | bytes, ...]]

#: for every connection at once: what each of the two permissions below gives to one
SETTING = "ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES"
PRIVATE, PLAIN = "allow_private_addresses", "allow_plain_http"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: other blocks whose last 32 bits are an IPv4 address: IPv4-compatible, IPv4-translated, NAT64 within one network
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48")))
#: the only part of IPv6 that is routed on the internet
_ROUTED = ipaddress.IPv6Network("2000::/3")
#: cloud metadata services outside the link-local range; no deployment setting opens these
METADATA = frozenset(
    {
        ipaddress.ip_address("100.100.100.200"),  # Alibaba Cloud
        ipaddress.ip_address("192.0.0.192"),  # Oracle Cloud
        ipaddress.ip_address("fd00:ec2::254"),  # AWS over IPv6
        ipaddress.ip_address("168.63.129.16"),  # Azure's virtual host, a public number that never leaves the host
    }
)


def check_url(url: str, *, allow_plain: bool, name: str = "The connection") -> SplitResult:
    """Split an absolute URL. Raises ConfigurationError for any that must not or cannot be called."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise ConfigurationError(
            f"{name}: an address in its configuration cannot be read as a URL; correct it."
        ) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_fits:
        raise ConfigurationError(
            f"{name}: {redacted(url)!r} is not a web address; write it in full, like https://erp.example.com/path."
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            f"{name}: the address of {parts.hostname} holds a user name or password; "
            "take it out and use the configuration's own fields for credentials."
        )
    if parts.scheme != "https" and not allow_plain:
        raise ConfigurationError(
            f"{name}: {redacted(url)} is not encrypted; use https, with ca_file where the certificate is of an "
            f"authority of your own. Only with `{PLAIN}: true` in its configuration may a connection use plain http, "
            f"and all of them in a deployment with {SETTING}=true, for sandboxes."
        )
    return parts


def addresses(host: str, port: int, *, allow_private: bool, name: str = "The connection") -> list[Place]:
    """Resolve a host to the addresses that may be connected to.

    Raises socket.gaierror when the name is unknown and ConfigurationError when any of its addresses is refused: a name
    with one public and one private address is an attack or a mistake, and neither deserves a try.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
    places: list[Place] = []
    for family, _, _, _, place in found:
        why = refused(ipaddress.ip_address(str(place[0]).partition("%")[0]), allow_private=allow_private)
        if why:
            raise ConfigurationError(f"{name}: {host} {why}", host=host)
        places.append((family, place))
    return places


def admitted_through_a_proxy(host: str, port: int, *, allow_private: bool, name: str = "The connection") -> None:
    """Raises ConfigurationError for a host that leads, as far as is known here, where nobody may call.

    The proxy looks the name up by itself. One that only it can look up, and what it connects to then, is its affair.
    """
    with suppress(socket.gaierror):
        addresses(host, port, allow_private=allow_private, name=name)


def refused(address: IPAddress, *, allow_private: bool) -> str:
    """Why this address is not called, as the end of a sentence; empty when it may be."""
    inner = _inside(address)
    if inner in METADATA or inner.is_link_local:
        return "leads to a link-local or cloud metadata address, which is never called; correct the address."
    if inner.is_multicast or inner.is_unspecified:
        return "leads to an address that is not one host; correct the address."
    if not _is_public(address, inner) and not allow_private:
        return (
            "leads to a private or loopback address, which this connection may not call; correct the address, or write "
            f"`{PRIVATE}: true` into its configuration if that is your own network ({SETTING}=true permits it to all)."
        )
    return ""


def _is_public(address: IPAddress, inner: IPAddress) -> bool:
    """Whether the internet leads there, and not a translation or tunnel of this network alone."""
    routed = isinstance(address, ipaddress.IPv4Address) or address.ipv4_mapped or address in _NAT64
    return inner.is_global and (bool(routed) or address in _ROUTED)


def _inside(address: IPAddress) -> IPAddress:
    """Unwrap the IPv4 address that an IPv6 address may carry."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64 or any(address in block for block in _CARRIERS):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
