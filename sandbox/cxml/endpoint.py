"""The network's address: one URL for everything it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.cxml import grammar, values
from sandbox.cxml.envelope import Envelope, opened
from sandbox.cxml.network import Answered, Network
from sandbox.cxml.orders import Orders
from sandbox.cxml.statuses import Statuses
from sandbox.cxml.wire import RefusedError, answer, element, now, read, responded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml import etree
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.cxml.wanted import Answers

PATH: Final = "/cxml"
_ALREADY: Final = "Document {} was already processed."


class Endpoint:
    """Judges what comes, takes it, and answers with the code of its outcome."""

    def __init__(self, network: Network, answers: Answers, *, base_url: str) -> None:
        self._network, self._answers = network, answers
        self._url = f"{base_url}{PATH}"
        self._takes: Mapping[str, Callable[[Envelope], str]] = {
            "OrderRequest": Orders(network).take,
            "StatusUpdateRequest": Statuses(network).take,
        }

    async def post(self, request: Request) -> Response:
        """Answer one document."""
        body = await request.body()
        kind = "?"
        try:
            envelope = opened(read(body, request.headers.get("content-type", "")), self._network.options)
            kind = envelope.kind
            wanted = self._answers.next(kind)
            if wanted is not None and not wanted.effect:
                return self._noted(kind, wanted.status, wanted.response())
            response = self._known(envelope) or self._taken(envelope)
        except RefusedError as refusal:
            http = 200 if self._network.options.refuses_with_http == "200" else refusal.code
            return self._noted(kind, refusal.code, answer(responded(refusal.code, str(refusal)), http=http))
        return response if wanted is None else self._noted(kind, wanted.status, wanted.response())

    def _known(self, envelope: Envelope) -> Response | None:
        """Answer a payloadID that was here; None when it was not, or is forgotten."""
        before, options = self._network.payloads.get(envelope.payload), self._network.options
        if before is None or options.repeats == "forgotten":
            return None
        self._network.repeats[envelope.payload] += 1
        if before.fingerprint != envelope.fingerprint:
            raise RefusedError(409, f"Another document came as {envelope.payload} before.")
        if options.repeats == "conflict":
            raise RefusedError(409, _ALREADY.format(envelope.payload))
        if options.repeats == "already processed":
            return answer(responded(500, _ALREADY.format(envelope.payload)), http=options.repeat_http)
        return answer(responded(before.code, before.sentence))

    def _taken(self, envelope: Envelope) -> Response:
        if envelope.kind == "ProfileRequest" and self._network.options.profile:
            grammar.check(envelope.root)
            return self._noted(envelope.kind, 200, answer(responded(200, more=self._profile())))
        take = self._takes.get(envelope.kind)
        if take is None:
            raise RefusedError(450, f"The network does not take {envelope.kind}.")
        grammar.check(envelope.root)
        values.check(envelope.root)
        if not envelope.payload.strip():
            raise RefusedError(400, "payloadID is empty.")
        code, sentence = self._network.options.accepts_with, take(envelope)
        self._network.payloads[envelope.payload] = Answered(
            fingerprint=envelope.fingerprint, code=code, sentence=sentence
        )
        return self._noted(envelope.kind, code, answer(responded(code, sentence)))

    def _noted(self, kind: str, code: int, response: Response) -> Response:
        self._network.answered[f"{kind} {code}"] += 1
        return response

    def _profile(self) -> etree._Element:
        transactions = [element("Transaction", element("URL", self._url), requestName=name) for name in self._takes]
        return element("ProfileResponse", *transactions, effectiveDate=now())
