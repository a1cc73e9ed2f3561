"""Connecting to a host by addresses that were looked at, and to no other ones."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from connector.http import guard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.http.guard import Place


def connected(
    host: str,
    port: int,
    *,
    timeout: float | None,
    allow_private: bool,
    name: str,
    options: Sequence[tuple[int, int, int | bytes]] = (),
) -> socket.socket:
    """Connect to the first checked address that accepts; raises as ``guard.addresses``, and OSError."""
    places = guard.addresses(host, port, allow_private=allow_private, name=name)
    for place in places[:-1]:
        try:
            return _dial(place, timeout, options)
        except OSError:
            continue
    return _dial(places[-1], timeout, options)


def _dial(place: Place, timeout: float | None, options: Sequence[tuple[int, int, int | bytes]]) -> socket.socket:
    family, where = place
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in options:
            sock.setsockopt(*option)
        sock.settimeout(timeout)
        sock.connect(where)
    except BaseException:
        sock.close()
        raise
    return sock
