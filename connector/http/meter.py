"""How much of an answer is read from a socket, and for how long: heads, chunks and trailers count like the body.

Whatever reads the answer reads through this, so that no part of it can go on for ever: not a head that trickles, not a
body in chunks that never ends, not compressed blocks that unpack to nothing.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from connector.http.limits import Limit

#: heads may come on top of the body
_HEAD_BYTES = 1_000_000


class OverdrawnError(Exception):
    """An answer goes on beyond what is read; the words complete the sentence "acme (host) ..."."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What one answer may take."""

    limit: Limit
    seconds: float
    clock: Callable[[], float]


class Metered(io.RawIOBase):
    """A socket's reading side that ends when the allowance is used up."""

    def __init__(self, raw: io.RawIOBase, allowance: Allowance) -> None:
        self._raw, self._allowance = raw, allowance
        self._began, self._read = allowance.clock(), 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - a buffer has no name in this version of Python
        """Read some; raises OverdrawnError when it is too much, or takes too long."""
        allowed = self._allowance
        if allowed.clock() - self._began > allowed.seconds:
            raise OverdrawnError(f"was still answering after {allowed.seconds:g} seconds")
        count: int | None = self._raw.readinto(buffer)
        self._read += count or 0
        if self._read > allowed.limit.most_bytes + _HEAD_BYTES:
            raise OverdrawnError(allowed.limit.bytes_exceeded)
        return count

    def close(self) -> None:
        """Close the socket's side as well."""
        if not self.closed:
            self._raw.close()
        super().close()


def answering(allowance: Allowance) -> type[HTTPResponse]:
    """The class of answers on a connection, metered from their first byte."""

    class Answering(HTTPResponse):
        def __init__(self, sock: socket, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - http.client's signature
            super().__init__(sock, *arguments, **named)
            self.fp = io.BufferedReader(Metered(self.fp.detach(), allowance))

    return Answering


def elements(text: str) -> int:
    """At most so many objects, lists and values are in a text if it is JSON: each takes many times its bytes."""
    return sum(text.count(sign) for sign in ",[{") if text.lstrip()[:1] in ("{", "[") else 0
