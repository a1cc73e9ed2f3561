"""Connections that know whether anything has left yet, and that only go where the guard lets them.

This is the one place that touches urllib3's connection classes. Whatever fails inside ``connect`` failed before a byte
of the request was sent; whatever fails later may have reached the other side.
"""

from __future__ import annotations

import re
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connector.domain.errors import ConfigurationError, ConnectorError, Unavailable
from connector.http import guard
from connector.http.dialling import connected
from connector.http.meter import answering

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3.poolmanager import PoolManager, ProxyManager

    from connector.domain.outbound import Proxy
    from connector.http.meter import Allowance

#: what http.client says of a proxy that does not connect us
_TUNNEL = re.compile(r"^Tunnel connection failed: (\d{3})")


class Guarded:
    """The classes of connections to one place. All threads share them: a class takes more memory than a connection."""

    def __init__(self, *, name: str, allow_private: bool, allowance: Allowance) -> None:
        self.direct = _pools(name, allow_private=allow_private, allowance=allowance, through=False)
        self.proxied = _pools(name, allow_private=allow_private, allowance=allowance, through=True)


class GuardedAdapter(HTTPAdapter):
    """A transport of requests whose connections raise our own errors while nothing has been sent."""

    poolmanager: PoolManager

    def __init__(self, guarded: Guarded) -> None:
        self._guarded = guarded
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - requests' own signature
        """Put the guarded connections in."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._guarded.direct

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:  # noqa: ANN401 - requests' own signature
        """Put those to a proxy in."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._guarded.proxied
        return manager


def _pools(
    name: str, *, allow_private: bool, allowance: Allowance, through: bool
) -> dict[str, type[HTTPConnectionPool]]:
    def opened(connection: HTTPConnection) -> socket.socket:
        if not through:
            return _open(connection, name=name, allow_private=allow_private)
        try:  # the operator's own proxy mostly has a private address
            return _open(connection, name=f"{name} (through its proxy)", allow_private=True)
        except Exception as error:  # noqa: BLE001 - nothing has left, and it is the proxy that is at fault
            raise _of_the_proxy(error, name=name, host=connection.host, port=connection.port) from None

    answers = answering(allowance)

    class Plain(HTTPConnection):
        response_class = answers

        def _new_conn(self) -> socket.socket:
            return opened(self)

        def connect(self) -> None:
            _before_sending(super().connect, name=name, host=self.host, port=self.port)

    class Encrypted(HTTPSConnection):
        response_class = answers

        def _new_conn(self) -> socket.socket:
            return opened(self)

        def connect(self) -> None:
            host, port = self.host, self.port
            if through and self._tunnel_host:
                host, port = self._tunnel_host.strip("[]"), self._tunnel_port or self.port
                guard.admitted_through_a_proxy(host, port, allow_private=allow_private, name=name)
            _before_sending(super().connect, name=name, host=host, port=port)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _open(connection: HTTPConnection, *, name: str, allow_private: bool) -> socket.socket:
    timeout = connection.timeout
    return connected(
        connection.host.strip("[]"),
        connection.port,
        timeout=timeout if isinstance(timeout, (int, float)) else None,
        allow_private=allow_private,
        name=name,
        options=connection.socket_options or (),
    )


def _before_sending(connect: Callable[[], None], *, name: str, host: str, port: int) -> None:
    try:
        connect()
    except ConnectorError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left, and that is what matters
        raise _never_left(error, name=name, host=host, port=port) from None


def wants_password(proxy: Proxy, *, name: str) -> ConfigurationError:
    """What a proxy means that answers 407."""
    return ConfigurationError(
        f"{name}: the proxy {proxy} wants a user and a password; write them into ML_CONNECTOR_PROXY "
        "(http://user:password@host:port), which connections go through that name no proxy. Nothing was sent."
    )


def _of_the_proxy(error: Exception, *, name: str, host: str, port: int) -> ConnectorError:
    if isinstance(error, ConnectorError):
        return error
    return _never_left(error, name=f"{name} (through its proxy)", host=host, port=port)


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
        case OSError() if refused := _TUNNEL.search(str(error)):
            if int(refused[1]) == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
                return ConfigurationError(
                    f"{name}: the proxy wants a user and a password before it connects us to {host}; write them into "
                    "ML_CONNECTOR_PROXY (http://user:password@host:port). Nothing was sent.",
                    host=host,
                )
            why = f"is not reached: the proxy answers {refused[1]} instead of connecting us; have it let us through"
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
