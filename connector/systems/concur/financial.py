"""The Financial Integration Service v4 (documented): lists of documents, and answers with a code for each document.

A code rides inside HTTP 200, one for each document of a bulk call. Acknowledging and confirming may be repeated without
harm, so a lost answer is only a reason to do it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.errors import (
    NotYet,
    Refused,
    SourceLies,
    Unavailable,
    UnknownName,
    in_doubt_until_answered,
)
from connector.reading import values
from connector.systems.concur import answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.systems.concur.client import ConcurClient, Reply
    from connector.systems.concur.config import ConcurConfig
    from connector.systems.concur.names import Names

#: our entities -> Concur's document types
KINDS = {"expenses": "expense", "invoices": "invoice", "cash_advances": "cashadvance"}
PAID = "expense"
_MOST_IDS = 500


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One page of documents, as they came."""

    documents: tuple[Mapping[str, Any], ...] = field(repr=False)
    #: whether the service can have more behind this page; its count of all documents is not believed
    more: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the documents, in order."""
        return tuple(values.text(document.get("id")) for document in self.documents)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the service said about one document."""

    code: int | None
    #: SUCCESS, NOT_YET_ACKNOWLEDGED ...
    result: str
    words: str
    #: the system that has the document, where the service names it
    system_id: str
    correlation: str

    def sentence(self, what: str) -> str:
        """A sentence about it with the service's words, its code and the correlation id."""
        said = self.words.rstrip(".") or self.result or "no reason given"
        code = "" if self.code is None else f"code {self.code}, "
        return f"{what}: {said} ({code}correlation id {self.correlation})."


def kind_of(entity: str) -> str:
    """Concur's document type for an entity; raises UnknownName."""
    if entity not in KINDS:
        raise UnknownName.among("entity to read from Concur", entity, KINDS)
    return KINDS[entity]


class FinancialIntegration:
    """The service, for one connection."""

    def __init__(self, *, client: ConcurClient, names: Names, config: ConcurConfig) -> None:
        self._client, self._names, self._config = client, names, config

    @property
    def system_id(self) -> str:
        """Our name among several systems that fetch documents of this company."""
        return self._config.system_id

    def ready(self, kind: str, page: int) -> Listed:
        """One page, counted from 0, of the documents that wait to be fetched."""
        params = {"page": str(page), "limit": str(self._config.page_size)}
        if self._config.system_id:
            params["systemId"] = self._config.system_id
        reply = self._client.get(self._path("list", kind), params, self._format)
        documents = documents_in(reply)
        size = values.whole(values.at(reply.body, "page.size")) or self._config.page_size
        links = values.rows(values.at(reply.body, "links"))
        more = len(documents) >= min(size, self._config.page_size) or any(link.get("rel") == "next" for link in links)
        return Listed(documents=documents, more=more and bool(documents))

    def single(self, kind: str, doc_id: str) -> Mapping[str, Any] | None:
        """One document whatever has become of it; None when Concur has none with this id."""
        params = {"docId": doc_id, "ignoreDocumentStatus": "yes"}
        try:
            reply = self._client.find(self._path("list", kind), params, self._format)
        except Refused as refused:
            if answers.absent(refused.message, names=self._names):
                return None
            raise
        found = documents_in(reply) if reply is not None else ()
        return next((document for document in found if values.text(document.get("id")) == doc_id), None)

    def acknowledge(self, kind: str, doc_ids: Sequence[str]) -> dict[str, Verdict]:
        """Tell that we have these documents; a verdict for each that the service spoke of."""
        verdicts: dict[str, Verdict] = {}
        for start in range(0, len(doc_ids), _MOST_IDS):
            body = {"ids": list(doc_ids[start : start + _MOST_IDS]), "systemId": self._config.system_id}
            reply = self._client.post_idempotent(self._path("acknowledge", kind), body)
            verdicts |= _verdicts(reply, "acknowledgeResult")
        return verdicts

    def confirm_posting(self, kind: str, confirmation: Mapping[str, Any]) -> Verdict:
        """Tell how the posting of a document ended."""
        body = {"systemId": self._config.system_id, "postingConfirmations": [confirmation]}
        reply = self._client.post_idempotent(self._path("confirm_posting", kind), body)
        return _only(reply, "postingConfirmationResult", values.text(confirmation.get("docId")))

    def confirm_payment(self, confirmation: Mapping[str, Any]) -> Verdict:
        """Tell that a document was paid; a payment reference that is known already changes nothing."""
        body = {"systemId": self._config.system_id, "processingConfirmation": [confirmation]}
        reply = self._client.write("POST", self._path("confirm_payment", PAID), body)
        with in_doubt_until_answered("Concur was told of a payment."):
            return _only(reply, "paymentConfirmationResult", values.text(confirmation.get("docId")))

    def paths(self) -> dict[str, str]:
        """Entity -> the path it is listed at."""
        return {entity: self._path("list", kind) for entity, kind in KINDS.items()}

    def payment_path(self) -> str:
        """Where payments are confirmed."""
        return self._path("confirm_payment", PAID)

    @property
    def _format(self) -> dict[str, str]:
        return {"DocumentFormatAs": self._config.document_format.lower()}

    def _path(self, what: str, kind: str) -> str:
        return self._names("transactions", what, kind=kind)


def documents_in(reply: Reply) -> tuple[Mapping[str, Any], ...]:
    """The documents of a page; raises for a body that does not list any, not even none."""
    body = reply.body
    if not isinstance(body, dict):
        raise Unavailable(f"{reply.where} listed documents as something else than a JSON object ({reply.status}).")
    if "id" in body and "document" in body:
        return (body,)
    content: Any = next((body[name] for name in ("content", "fIDocuments") if body.get(name) is not None), None)
    if content is None and values.whole(values.at(body, "page.totalElements")) == 0:
        return ()
    if content is None:
        raise reply.no_answer("without a list of documents")
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        raise SourceLies(f"{reply.where} listed documents in a shape nobody knows; nothing was taken.")
    return tuple(content)


def _verdicts(reply: Reply, result: str) -> dict[str, Verdict]:
    """The service's verdicts by document id."""
    if not isinstance(reply.body, list):
        raise Unavailable(
            f"{reply.where} answered without a verdict on each document "
            f"({answers.reason(reply.body) or f'HTTP {reply.status}'}, correlation id {reply.correlation}).",
            correlation=reply.correlation,
        )
    return {
        values.text(item.get("docId")): Verdict(
            code=values.whole(item.get("code")),
            result=values.text(item.get(result)).upper(),
            words=values.line(
                "; ".join(filter(None, (values.text(item.get(n)) for n in ("errorMessage", "detailMessage"))))
            ),
            system_id=values.text(item.get("systemId")),
            correlation=reply.correlation,
        )
        for item in values.rows(reply.body)
    }


def _only(reply: Reply, result: str, doc_id: str) -> Verdict:
    verdict = _verdicts(reply, result).get(doc_id)
    if verdict is None:
        raise NotYet(
            f"{reply.where} said nothing about document {doc_id} (correlation id {reply.correlation}).",
            correlation=reply.correlation,
        )
    return verdict
