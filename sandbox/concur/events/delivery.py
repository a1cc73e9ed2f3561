"""Delivery of events: at least once, again and again while the endpoint fails in a way that may pass."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.events.subscriptions import TOPIC
from sandbox.concur.financial.listing import ENTITY_ID
from sandbox.concur.wire import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.concur.events.keys import KeyRing
    from sandbox.concur.events.subscriptions import Subscriptions
    from sandbox.concur.financial.documents import Document
    from sandbox.concur.options import Options

SIGNATURE: Final = "Concur-Signature"
RETRIED: Final = frozenset({401, 403, 429})
_SERVER_ERROR: Final = 500
_SUCCESS: Final = range(200, 300)
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # webhooks of a sandbox are on loopback


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One event as it travels. ``signature`` None = it carries none."""

    event: Mapping[str, Any]
    body: bytes
    signature: str | None


@dataclass(kw_only=True)
class Delivery:
    """Sends letters to every subscription that wants them, on the server's event loop, and remembers how it went."""

    options: Callable[[], Options]
    subscriptions: Subscriptions
    keys: KeyRing
    home_url: str
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    last: Letter | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def announce(self, document: Document) -> None:
        """Tell that a document waits; nobody is told while nobody has subscribed."""
        if self.subscriptions.held:
            self.send(self.letter(document))

    def letter(self, document: Document, *, company: str = "") -> Letter:
        """Write and sign an event about a document; ``company`` makes it one of another company."""
        path = f"/financialintegration/fi/v4/companies/transactiontypes/{document.doc_type}/transactions"
        event = {
            "id": str(uuid.uuid4()),
            "correlationId": str(uuid.uuid4()),
            "eventType": f"{document.doc_type}.readyForIntegration",
            "topic": TOPIC,
            "timeStamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "subtopic": ENTITY_ID,
            "data": None,
            "route": "stable",
            "facts": {
                "companyId": company or self.options().company_uuid,
                "documentId": document.doc_id,
                "href": f"{self.home_url}{path}?docId={document.doc_id}",
                "entityId": ENTITY_ID,
            },
        }
        body = render(event).encode()
        return Letter(event=event, body=body, signature=self.keys.sign(body))

    def forge(self, letter: Letter) -> Letter:
        """Return the letter signed by somebody else."""
        return Letter(event=letter.event, body=letter.body, signature=self.keys.forge(letter.body))

    def send(self, letter: Letter) -> int:
        """Begin to deliver a letter to all who want it; answer to how many."""
        self.last = letter
        wanting = [one for one in self.subscriptions.held.values() if one.wants(str(letter.event["eventType"]))]
        for one in wanting:
            note = {
                "id": letter.event["id"],
                "type": letter.event["eventType"],
                "document": letter.event["facts"]["documentId"],
                "endpoint": one.endpoint,
                "answers": [],
                "outcome": "pending",
            }
            self.deliveries.append(note)
            task = asyncio.get_running_loop().create_task(self._deliver(letter, one.endpoint, note))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(wanting)

    async def _deliver(self, letter: Letter, endpoint: str, note: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json", **self.options().webhook_headers}
        if letter.signature is not None:
            headers[SIGNATURE] = letter.signature
        for attempt in range(self.options().event_attempts):
            if attempt:
                await asyncio.sleep(self.options().event_retry_seconds * 2 ** (attempt - 1))
            status = await asyncio.to_thread(_post, endpoint, letter.body, headers, self.options().event_timeout)
            note["answers"].append(status)
            if status in _SUCCESS:
                note["outcome"] = "delivered"
                return
            if status is not None and status < _SERVER_ERROR and status not in RETRIED:
                note["outcome"] = "refused"
                return
        note["outcome"] = "given up"


def _post(endpoint: str, body: bytes, headers: Mapping[str, str], timeout: float) -> int | None:
    """Return the status, or None when there was none."""
    request = urllib.request.Request(endpoint, data=body, headers=dict(headers), method="POST")  # noqa: S310  checked to be http(s) when it was subscribed
    try:
        with _DIRECT.open(request, timeout=timeout) as response:
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
    except (OSError, HTTPException):
        return None
