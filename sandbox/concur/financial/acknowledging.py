"""``POST .../acknowledgements``: somebody has the documents now; they leave the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.concur.financial import service_codes as codes
from sandbox.concur.financial.documents import ACKNOWLEDGED, CONFIRMED, READY, RECALLED
from sandbox.concur.financial.items import now, said
from sandbox.concur.financial.listing import doc_type
from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.financial.documents import Document, Documents
    from sandbox.concur.financial.service_codes import Forced
    from sandbox.journal import Journal, Outcome

SERVICE = "acknowledgements"


@dataclass(frozen=True, kw_only=True)
class Acknowledging:
    """Takes documents out of the list, each for itself: one that fails stops no other."""

    documents: Documents
    forced: Forced
    journal: Journal

    async def write(self, request: Request) -> Response:
        """Acknowledge many documents; answer one item for each id, in order."""
        kind = doc_type(request)
        ids, system_id = await said(request, "ids", str)
        return answer([self._one(kind, one, system_id) for one in ids])

    def _one(self, kind: str, wanted: str, system_id: str) -> dict[str, Any]:
        document = self.documents.get(wanted)
        forced = self.forced.take(SERVICE, wanted)
        code = _code(document, kind, system_id) if forced is None else forced
        if document is not None:
            if code == codes.OK:
                document.taken_by = system_id
                self.documents.move(document, ACKNOWLEDGED)
            document.acknowledgements.append({"systemId": system_id, "code": code, "at": now()})
        outcome: Outcome = "refused"
        if code in {codes.OK, codes.ACK_REPEATED}:
            outcome = "created" if code == codes.OK else "duplicate"
        self.journal.record(entity=SERVICE, key=wanted, outcome=outcome)
        owner = document.taken_by if document is not None and document.taken_by is not None else system_id
        return {
            "code": code,
            "docId": wanted,
            "systemId": owner,
            "acknowledgeResult": "SUCCESS" if code == codes.OK else "FAILURE",
            "errorMessage": codes.WORDS[code],
        }


def _code(document: Document | None, kind: str, system_id: str) -> int:
    if document is None:
        return codes.ACK_NOT_FOUND
    if document.doc_type != kind:
        return codes.ACK_WRONG_TYPE
    if document.status == RECALLED:
        return codes.ACK_RECALLED
    if document.status == ACKNOWLEDGED or document.status in CONFIRMED:
        return codes.ACK_REPEATED
    if document.status != READY:
        return codes.ACK_NOT_READY
    return codes.OTHER_SYSTEM if document.erp_system_id not in {"", system_id} else codes.OK
