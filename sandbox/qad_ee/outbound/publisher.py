"""Publishes what changes, and everything when asked; sends it to the subscriber the option names."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad.reading.endpoint import collections
from sandbox.qad_ee.outbound.business_documents import MASTERS, PUBLISHED, business_document
from sandbox.qad_ee.outbound.queue import ARRIVED, Queue, Queued
from sandbox.qad_ee.reading.documents import key
from sandbox.qad_ee.wire import SOAP, NotReadableError, child, local, parse, text
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from random import Random

    from sandbox.qad.books import Books
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.spelling import Spelling

_AT_ONCE: Final = 4
_PATIENCE_SECONDS: Final = 60.0
_DIRECT: Final = urllib.request.build_opener(
    urllib.request.ProxyHandler({})
)  # subscribers of a sandbox are on loopback


@dataclass(kw_only=True)
class Publisher:
    """QXO of this instance."""

    ledgers: Mapping[str, Books]
    options: Options
    spelling: Spelling
    chance: Random
    queue: Queue = field(default_factory=Queue)
    _events: int = 500_000
    _read: dict[tuple[str, str], int] = field(default_factory=dict)
    _sending: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._skip()

    def notice(self) -> None:
        """Queue every document that was put since the last time; without a subscriber nobody is told."""
        if not self.options.subscriber.get("url"):
            self._skip()
            return
        for workspace, entity in self._kept():
            collection = collections(self.ledgers[workspace])[entity]
            log = collection.log[self._read[workspace, entity] :]
            self._read[workspace, entity] = collection.version
            if self._wanted(entity):
                for place in dict.fromkeys(log):
                    self._put(workspace, entity, collection.documents[place])
        self._send_on()

    def publish(self, asked: object) -> int:
        """Queue every document of these entities, or of ``all``; return how many."""
        if not self.options.subscriber.get("url"):
            raise SandboxMistakeError("There is no subscriber to publish to; set the option subscriber first.")
        entities: Collection[str] = PUBLISHED if asked == "all" else asked if isinstance(asked, list) else ()
        if not entities or not set(entities) <= set(PUBLISHED):
            raise SandboxMistakeError(f'publish takes "all", or a list of {", ".join(PUBLISHED)}.')
        before = self._events
        for workspace, entity in self._kept():
            if entity in entities and self._wanted(entity):
                for document in collections(self.ledgers[workspace])[entity]:
                    self._put(workspace, entity, document)
        self._send_on()
        return self._events - before

    def resend(self, asked: object) -> int:
        """Send messages in error again: those of these business event ids, or ``all``; return how many."""
        if asked != "all" and not isinstance(asked, list):
            raise SandboxMistakeError('resend takes "all", or a list of business event ids.')
        stuck = self.queue.stuck([str(one) for one in asked] if isinstance(asked, list) else None)
        for message in stuck:
            self.queue.retry(message)
        self._send_on()
        return len(stuck)

    def _kept(self) -> Iterator[tuple[str, str]]:
        first = next(iter(self.ledgers))
        for workspace in self.ledgers:
            yield from ((workspace, one) for one in PUBLISHED if one not in MASTERS or workspace == first)

    def _skip(self) -> None:
        for workspace, entity in self._kept():
            self._read[workspace, entity] = collections(self.ledgers[workspace])[entity].version

    def _wanted(self, entity: str) -> bool:
        return entity in (self.options.subscriber.get("entities") or PUBLISHED)

    def _put(self, workspace: str, entity: str, document: Any) -> None:  # noqa: ANN401  any document
        self._events += 1
        row = (workspace, entity, str(key(entity, document)))
        self.queue.put(Queued(event=str(self._events), row=row, document=document))

    def _send_on(self) -> None:
        """Go on sending, unless that goes on already; what is queued before the server runs waits for it."""
        if self._sending is not None and not self._sending.done():
            return
        try:
            self._sending = asyncio.get_running_loop().create_task(self._send())
        except RuntimeError:
            return

    async def _send(self) -> None:
        while count := self.queue.ready():
            messages = [self._next() for _ in range(min(count, _AT_ONCE))]
            await asyncio.gather(*map(self._deliver, messages))

    def _next(self) -> Queued:
        disorder = self.chance.random() < self.options.qxo_disorder
        place = self.chance.randrange(self.queue.ready()) if disorder else 0
        return self.queue.take(place, swapped=disorder)

    async def _deliver(self, message: Queued) -> None:
        body = business_document(message, self.spelling)
        state = await asyncio.to_thread(_post, dict(self.options.subscriber), body)
        if state in ARRIVED and self.chance.random() < self.options.qxo_duplicates:
            await asyncio.to_thread(_post, dict(self.options.subscriber), body)
        self.queue.done(message, state)
        if state in self.options.qxo_retried:
            asyncio.get_running_loop().call_later(self.options.qxo_retry_seconds, self._again, message)

    def _again(self, message: Queued) -> None:
        self.queue.retry(message)
        self._send_on()


def _post(subscriber: Mapping[str, Any], body: bytes) -> str:
    """Send one message and return the state it is in then."""
    headers = {"Content-Type": "text/xml;charset=utf-8", "SOAPAction": '""', **(subscriber.get("headers") or {})}
    request = urllib.request.Request(str(subscriber["url"]), data=body, headers=headers, method="POST")  # noqa: S310  whatever the option says
    try:
        with _DIRECT.open(request, timeout=_PATIENCE_SECONDS) as response:
            return _said(response.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            said = _said(refusal.read())
            return said if said == "SOAPERR" else "SENDERR"
    except (OSError, HTTPException, ValueError, KeyError):
        return "SENDERR"


def _said(body: bytes) -> str:
    """What an answer means: anything but an envelope is no answer."""
    try:
        envelope = parse(body)
    except (NotReadableError, ValueError):
        return "SENDERR"
    answer = child(envelope, SOAP, "Body")
    if answer is None or len(answer) != 1:
        return "SENDERR"
    if local(answer[0]) == "Fault":
        return "SOAPERR"
    result = next((text(one) for one in answer[0].iter() if local(one) == "result"), "success")
    return {"success": "DLV", "warning": "WRN"}.get(result, "APPERR")
