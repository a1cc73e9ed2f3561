"""Connections that know whether anything has left yet, and that only go where the guard lets them.

This is the one place that touches urllib3's connection classes. Whatever fails inside ``connect`` failed before a byte
of the request was sent; whatever fails later may have reached the other side.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connector.domain.errors import ConfigurationError, ConnectorError, Unavailable
from connector.http import guard
from connector.http.meter import answering

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3.poolmanager import PoolManager

    from connector.http.meter import Allowance


class GuardedAdapter(HTTPAdapter):
    """A transport of requests whose connections raise our own errors while nothing has been sent."""

    poolmanager: PoolManager

    def __init__(self, *, name: str, allow_private: bool, allowance: Allowance) -> None:
        self._pools = _pools(name, allow_private=allow_private, allowance=allowance)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - requests' own signature
        """Put the guarded connections in."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


def _pools(name: str, *, allow_private: bool, allowance: Allowance) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        response_class = answering(allowance)

        def _new_conn(self) -> socket.socket:
            return _open(self, name=name, allow_private=allow_private)

        def connect(self) -> None:
            _before_sending(super().connect, name=name, host=self.host, port=self.port)

    class Encrypted(HTTPSConnection):
        response_class = answering(allowance)

        def _new_conn(self) -> socket.socket:
            return _open(self, name=name, allow_private=allow_private)

        def connect(self) -> None:
            _before_sending(super().connect, name=name, host=self.host, port=self.port)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _open(connection: HTTPConnection, *, name: str, allow_private: bool) -> socket.socket:
    """Connect to the first checked address that accepts."""
    host = connection.host.strip("[]")
    places = guard.addresses(host, connection.port, allow_private=allow_private, name=name)
    for family, place in places[:-1]:
        try:
            return _dial(connection, family, place)
        except OSError:
            continue
    return _dial(connection, *places[-1])


def _dial(
    connection: HTTPConnection, family: socket.AddressFamily, place: tuple[str | int | bytes, ...]
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in connection.socket_options or ():
            sock.setsockopt(*option)
        if isinstance(connection.timeout, (int, float)):
            sock.settimeout(connection.timeout)
        sock.connect(place)
    except BaseException:
        sock.close()
        raise
    return sock


def _before_sending(connect: Callable[[], None], *, name: str, host: str, port: int) -> None:
    try:
        connect()
    except ConnectorError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left, and that is what matters
        raise _never_left(error, name=name, host=host, port=port) from None


def _never_left(error: Exception, *, name: str, host: str, port: int) -> ConnectorError:
    match error:
        case ssl.SSLCertVerificationError() if "signed certificate" in error.verify_message:
            return ConfigurationError(
                f"{name}: the certificate of {host} is self-signed, so nobody vouches for it; have one of a known "
                "authority put there, or name its authority where this connection takes one (ca_file). "
                "Nothing was sent.",
                host=host,
            )
        case ssl.SSLCertVerificationError():
            return ConfigurationError(
                f"{name}: the certificate of {host} is not trusted ({error.verify_message}); check the host name in "
                "the address, or have the certificate corrected. Nothing was sent.",
                host=host,
            )
        case ssl.SSLError():
            why = "did not agree on an encrypted connection; check that the address and port speak https"
        case socket.gaierror():
            why = "cannot be found in DNS; check the host name in the configured address"
        case TimeoutError():
            why = f"did not accept a connection on port {port} in time; check that it runs and firewalls let us through"
        case ConnectionRefusedError():
            why = f"refuses connections on port {port}; check that it runs and that the port is right"
        case _:
            why = f"cannot be reached on port {port}; check the network"
    return Unavailable(f"{name}: {host} {why}. Nothing was sent.", host=host)
