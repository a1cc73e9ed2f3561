"""``POST .../postingconfirmations``: how the posting in the ERP ended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.financial import service_codes as codes
from sandbox.concur.financial.documents import ACKNOWLEDGED, CONFIRMED, FAILED, POSTED, READY, RECALLED
from sandbox.concur.financial.items import now, objects, said
from sandbox.concur.financial.listing import doc_type
from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.financial.documents import Document, Documents
    from sandbox.concur.financial.service_codes import Forced
    from sandbox.journal import Journal, Outcome

SERVICE = "postingconfirmations"
LONGEST_NUMBER: Final = 80
LONGEST_MESSAGE: Final = 1300
_RESULTS: Final = {
    codes.OK: "SUCCESS",
    codes.POST_NOT_ACKNOWLEDGED: "NOT_YET_ACKNOWLEDGED",
    codes.POST_RECALLED: "WAS_RECALLED",
    codes.POST_NOT_FOUND: "DOCUMENT_NOT_FOUND",
    codes.POST_LATER: "SYSTEM_ERROR_OCCURRED",
}


@dataclass(frozen=True, kw_only=True)
class Posting:
    """Records postings and failures. A failed document goes back to its processor; it waits for a correction."""

    documents: Documents
    forced: Forced
    journal: Journal

    async def write(self, request: Request) -> Response:
        """Confirm many postings; answer one item for each, in order."""
        kind = doc_type(request)
        confirmations, system_id = await said(request, "postingConfirmations", dict)
        return answer([self._one(kind, one, system_id) for one in confirmations])

    def _one(self, kind: str, said_: Mapping[str, Any], system_id: str) -> dict[str, Any]:
        wanted = str(said_.get("docId", ""))
        document, problem = self.documents.get(wanted), _problem(said_)
        forced = self.forced.take(SERVICE, wanted)
        code = _code(document, kind, system_id, problem) if forced is None else forced
        if document is not None:
            if code == codes.OK:
                self.documents.move(document, POSTED if said_["overallPostingStatusCode"] == "success" else FAILED)
            document.postings.append(_kept(said_, system_id, code))
        outcome: Outcome = "refused"
        if code in {codes.OK, codes.POST_REPEATED}:
            outcome = "created" if code == codes.OK else "duplicate"
        self.journal.record(entity=SERVICE, key=wanted, outcome=outcome)
        return {
            "code": code,
            "docId": wanted,
            "systemId": system_id,
            "postingConfirmationResult": _RESULTS.get(code, "FAILURE"),
            "errorMessage": codes.WORDS[code],
            "detailMessage": problem if code == codes.POST_NEVER else "",
        }


def _code(document: Document | None, kind: str, system_id: str, problem: str) -> int:  # noqa: PLR0911  one return for each code
    if document is None:
        return codes.POST_NOT_FOUND
    if document.doc_type != kind:
        return codes.POST_WRONG_TYPE
    if document.status == RECALLED:
        return codes.POST_RECALLED
    if document.status == READY:
        return codes.POST_NOT_ACKNOWLEDGED
    if document.taken_by != system_id:
        return codes.OTHER_SYSTEM
    if document.status in CONFIRMED:
        return codes.POST_REPEATED
    if document.status != ACKNOWLEDGED:
        return codes.POST_UNKNOWN_STATE
    return codes.POST_NEVER if problem else codes.OK


def _problem(confirmation: Mapping[str, Any]) -> str:  # noqa: PLR0911  one return for each complaint
    """Say what is wrong with the confirmation itself, by the lengths and forms SAP publishes; blank = nothing."""
    status = confirmation.get("overallPostingStatusCode")
    if status not in ("success", "error"):  # what was sent may not be hashable
        return f"overallPostingStatusCode is success or error, not {status!r}."
    postings, messages = objects(confirmation.get("postingDocs")), objects(confirmation.get("systemMessages"))
    if status == "success" and not postings:
        return "A success names at least one posted document in postingDocs."
    for one in postings:
        number = str(one.get("documentNumber") or "")
        if not number or len(number) > LONGEST_NUMBER:
            return f"documentNumber must have 1 to {LONGEST_NUMBER} characters."
        if not re.fullmatch(r"\d{4}", str(one.get("fiscalYear", ""))):
            return "fiscalYear must be a year of four digits."
        if not _is_day(one.get("postingDate")):
            return "postingDate must be written YYYY-MM-DD."
    for message in messages:
        if any(len(str(message.get(name) or "")) > LONGEST_MESSAGE for name in ("messageLongText", "messageShortText")):
            return f"A system message has at most {LONGEST_MESSAGE} characters."
    return ""


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _kept(confirmation: Mapping[str, Any], system_id: str, code: int) -> dict[str, Any]:
    return {
        "systemId": system_id,
        "code": code,
        "at": now(),
        "status": confirmation.get("overallPostingStatusCode"),
        "postingDocs": objects(confirmation.get("postingDocs")),
        "systemMessages": objects(confirmation.get("systemMessages")),
    }
