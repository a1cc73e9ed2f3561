"""The HTTP of a connection, as its configuration and the deployment permit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.http.proxies import proxies
from connector.http.session import Http

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.http.connection_settings import Reaching
    from connector.http.limits import Limit
    from connector.http.reach import Reach
    from connector.ports import OpenConnection

_MEGABYTE = 1_000_000


def opened(
    connection: OpenConnection,
    base_url: str,
    config: Reaching,
    *,
    reach: Reach | None = None,
    limits: Mapping[str, Limit] | None = None,
) -> Http:
    """Open it; nothing is sent. The deployment's setting permits to all connections what a connection may to itself.

    ``reach`` is how far requests may go, where that is further than the base URL. ``limits`` are those of single paths.
    """
    everything = connection.allow_private_addresses
    return Http(
        name=connection.name,
        base_url=base_url,
        allow_private=everything or config.allow_private_addresses,
        allow_plain=everything or config.allow_plain_http,
        ca_file=config.ca_file or connection.outbound.ca_file or None,
        proxy_of=proxies(config.proxy, connection.outbound.proxy, name=connection.name),
        reach=reach,
        limits=limits,
        timeout=config.timeout_seconds,
        most_bytes=config.most_answer_megabytes * _MEGABYTE,
        most_elements=config.most_answer_elements,
    )
