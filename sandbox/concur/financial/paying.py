"""``POST .../paymentconfirmations``: what was paid on expense reports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.financial import service_codes as codes
from sandbox.concur.financial.documents import IN_THE_LEDGER, OBSOLETE, PAID, POSTED, REVERSED
from sandbox.concur.financial.items import now, objects, said
from sandbox.concur.financial.listing import doc_type
from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.financial.documents import Document, Documents
    from sandbox.concur.financial.service_codes import Forced
    from sandbox.concur.options import Options
    from sandbox.journal import Journal, Outcome

SERVICE = "paymentconfirmations"
#: what a document becomes; after part of the money it stays what it was
_BECOMES: Final = {"CP": PAID, "PP": None, "RE": REVERSED, "OB": OBSOLETE}
_RESULTS: Final = {
    codes.OK: "SUCCESS",
    codes.PAY_NOT_POSTED: "NOT_POSTING_CONFIRMED",
    codes.PAY_NOT_FOUND: "DOCUMENT_NOT_FOUND",
    codes.PAY_LATER: "SYSTEM_ERROR_OCCURRED",
}
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:?\d\d)|\d{8}")


@dataclass(frozen=True, kw_only=True)
class Paying:
    """Records payments of expense reports; a payment reference that is there already is a NOOP."""

    options: Callable[[], Options]
    documents: Documents
    forced: Forced
    journal: Journal

    async def write(self, request: Request) -> Response:
        """Confirm many payments; answer one item for each, in order."""
        kind = doc_type(request)
        confirmations, system_id = await said(request, "processingConfirmation", dict)
        return answer([self._one(kind, one, system_id) for one in confirmations])

    def _one(self, kind: str, said_: Mapping[str, Any], system_id: str) -> dict[str, Any]:
        wanted, references = str(said_.get("docId", "")), _references(said_)
        document, problem = self.documents.get(wanted), _problem(said_, kind)
        known = references & _known(document)
        there = bool(known) and (known == references or self.options().payment_known_by == "any")
        forced = self.forced.take(SERVICE, wanted)
        if forced is not None:
            code, there = forced, False
        elif there:
            code = codes.PAY_NEVER
        else:
            code = _code(document, kind, system_id, problem, str(said_.get("processingStatusCode")))
        reference = ",".join(sorted(references))
        if document is not None:
            status = _BECOMES.get(str(said_.get("processingStatusCode")))
            if code == codes.OK and status is not None:
                self.documents.move(document, status)
            document.payments.append(_kept(said_, system_id, code, noop=there))
            if status == REVERSED and code == codes.OK and self.options().payment_reversal == "payments":
                self.documents.move(document, POSTED if _stands(document) > 0 else REVERSED)
        outcome: Outcome = "created" if code == codes.OK else "refused"
        if there or code == codes.PAY_REPEATED:
            outcome = "duplicate"
        self.journal.record(entity=SERVICE, key=f"{wanted}|{reference}", outcome=outcome)
        return {
            "code": code,
            "docId": wanted,
            "systemId": system_id,
            "paymentConfirmationResult": "NOOP" if there else _RESULTS.get(code, "FAILURE"),
            "errorMessage": "" if there else codes.WORDS[code],
            "paymentRef": reference,
            "detailMessage": "The payment reference is known." if there else problem,
        }


def _code(document: Document | None, kind: str, system_id: str, problem: str, status: str) -> int:
    if document is None or document.doc_type != kind:
        return codes.PAY_NOT_FOUND
    if document.taken_by not in {None, system_id}:
        return codes.OTHER_SYSTEM
    if document.status not in IN_THE_LEDGER:
        return codes.PAY_NOT_POSTED
    if problem:
        return codes.PAY_NEVER
    if document.status == PAID and status in {"CP", "PP"}:
        return codes.PAY_REPEATED
    return codes.OK


def _known(document: Document | None) -> set[str]:
    payments = document.payments if document is not None else []
    return {one for payment in payments if payment["code"] == codes.OK for one in payment["references"]}


def _stands(document: Document) -> Decimal:
    """What is paid of it, without what was reversed."""
    taken = [payment for payment in document.payments if payment["code"] == codes.OK]
    sums = {"CP": 1, "PP": 1, "RE": -1}
    return sum(
        (sums.get(one["status"], 0) * Decimal(part["amount"]) for one in taken for part in one["amounts"]),
        start=Decimal(0),
    )


def _references(confirmation: Mapping[str, Any]) -> set[str]:
    details = objects(confirmation.get("clearingDetails"))
    references = [reference for one in details if isinstance(reference := one.get("clearingReference"), dict)]
    return {str(one["paymentRef"]) for one in references if one.get("paymentRef")}


def _problem(confirmation: Mapping[str, Any], kind: str) -> str:  # noqa: PLR0911  one return for each complaint
    if kind != "expense":
        return "Payments are confirmed for expense reports only."
    status = confirmation.get("processingStatusCode")
    if not isinstance(status, str) or status not in _BECOMES:
        return f"processingStatusCode is one of {', '.join(_BECOMES)}, not {status!r}."
    details = objects(confirmation.get("clearingDetails"))
    if not details and status != "OB":
        return "clearingDetails is required."
    for one in details:
        if not isinstance(one.get("clearingAmount"), int | Decimal) or isinstance(one.get("clearingAmount"), bool):
            return "clearingAmount must be a number."
        if not re.fullmatch("[A-Z]{3}", str(one.get("clearingCurrency"))):
            return "clearingCurrency must be an ISO currency code."
        if not _MOMENT.fullmatch(str(one.get("clearingDate"))):
            return "clearingDate must be written yyyy-MM-ddTHH:mm:ss.SSSZ or yyyyMMdd."
        reference = one.get("clearingReference")
        if not isinstance(reference, dict) or not reference.get("paymentRef"):
            return "clearingReference.paymentRef is required."
        if reference.get("paymentMethod") not in ("E", "C"):  # what was sent may not be hashable
            return "paymentMethod is E or C."
    return ""


def _kept(confirmation: Mapping[str, Any], system_id: str, code: int, *, noop: bool) -> dict[str, Any]:
    details = objects(confirmation.get("clearingDetails"))
    return {
        "systemId": system_id,
        "code": code,
        "noop": noop,
        "at": now(),
        "status": confirmation.get("processingStatusCode"),
        "references": sorted(_references(confirmation)),
        "amounts": [
            {"amount": str(one.get("clearingAmount")), "currency": one.get("clearingCurrency")} for one in details
        ],
    }
