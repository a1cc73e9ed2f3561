"""Requests to one JAGGAER ONE tenant, answers as envelopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import Refused, Unavailable
from connector.http.request import Request
from connector.systems.jaggaer.answers import opened
from connector.systems.jaggaer.listing import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.http.authorized import Authorized
    from connector.systems.jaggaer.answers import Envelope
    from connector.systems.jaggaer.names import Names


class JaggaerClient:
    """Reads and writes; knows envelopes and lists, but no document."""

    def __init__(self, *, sender: Authorized, names: Names) -> None:
        self._sender, self._names = sender, names

    def get(self, path: str, parameters: Mapping[str, str] | None = None, *, single: str = "") -> Envelope:
        """Read one answer; ``single`` is the key of the one document it is about, for which no envelope is needed."""
        request = Request(method="GET", url=path, params=parameters or {})
        return opened(self._sender.send(request), names=self._names, path=path, single=single)

    def post(self, path: str, body: Mapping[str, Any]) -> Envelope:
        """Write a document; a missing or unreadable answer raises Unanswered."""
        request = Request(method="POST", url=path, json=body, writes=True)
        return opened(self._sender.send(request), names=self._names, path=path)

    def methods(self, path: str) -> frozenset[str]:
        """Which methods a path says that it takes; empty when it does not say."""
        answer = self._sender.send(Request(method="OPTIONS", url=path))
        allowed = answer.headers.get("Allow", "").upper().split(",")
        return frozenset(method.strip() for method in allowed if method.strip())

    def list_(self, entity: str, flt: str, *, start: int = 1) -> Iterator[Mapping[str, Any]]:
        """Walk the list of an entity from a position on.

        The server may ignore ``flt``: compare what comes. One that refuses it is asked for everything instead.
        """
        begun = False
        try:
            for document in self._walk(entity, flt, start):
                begun = True
                yield document
        except Refused as refusal:
            if not flt or begun:
                raise Unavailable(f"JAGGAER does not list {entity}: {refusal.message}") from None
            yield from self.list_(entity, "", start=start)

    def _walk(self, entity: str, flt: str, start: int) -> Iterator[Mapping[str, Any]]:
        path = self._names(entity, "path")
        return walk(
            lambda parameters: self.get(path, parameters), names=self._names, entity=entity, flt=flt, start=start
        )
