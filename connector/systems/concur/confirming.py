"""What Concur is told about documents that we took: that we have them, and how each one ended."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from connector.domain.errors import NotYet, Recalled, Refused, SourceLies, Transient
from connector.domain.outcome import Cancel, Retry
from connector.domain.sentence import capital
from connector.reading import values
from connector.systems.concur.financial import kind_of
from connector.systems.concur.messages import system_messages
from connector.systems.concur.payloads import DOC_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.exchange import Result
    from connector.systems.concur.financial import FinancialIntegration, Verdict

_log = logging.getLogger(__name__)

LONGEST_NUMBER = 80

_OTHER_SYSTEM = 99
_ACK_REPEATED, _ACK_RECALLED, _ACK_NOT_READY, _ACK_NOT_FOUND, _ACK_WRONG_TYPE = 101, 102, 103, 104, 105
_NOT_ACKNOWLEDGED, _RECALLED, _REPEATED, _NOT_FOUND = 111, 112, 113, 116
#: unknown state, wrong type, never retry
_FINAL = frozenset({_OTHER_SYSTEM, 114, 115, _NOT_FOUND, 198})

#: states of a document in which nobody wants it posted any more -> why (documented)
_ENDED = {
    "RECALLED": "Concur has taken the document back",
    "VOID": "the document is void in Concur",
    "CANCEL": "the document is cancelled in Concur",
    "POSTING_CONFIRMED_FAILURE": "Concur gave the document back to its processor; its correction comes by itself",
}
#: states in which a document that is "not ready" for being acknowledged already is
_TAKEN = frozenset(
    {
        "ACKNOWLEDGED",
        "POSTING_CONFIRMED_SUCCESS",
        "PAID",
        "PAYMENT_CONFIRMED_SUCCESS",
        "PAYMENT_CONFIRMED_REVERSED",
        "PAYMENT_CONFIRMED_OBSOLETE",
    }
)


class Confirmations:
    """Tells Concur about documents of one connection."""

    def __init__(self, *, service: FinancialIntegration) -> None:
        self._service = service

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> dict[int, Cancel | Retry]:
        """Take documents off Concur's list; returns, by place, those that are not ours, and those it cannot say of yet.

        Concur lists them no more then, but shows each by its id. The log keeps the ids, beside the ledger: an older
        backup of the ledger does not tell them (see ``flow reread``). All of them may be acknowledged again.
        """
        kind = kind_of(entity)
        places = {str(payload[DOC_ID]): place for place, payload in enumerate(payloads)}
        if places:
            _log.info("concur.acknowledging", extra={"entity": entity, "ids": list(places)})
        verdicts = self._service.acknowledge(kind, list(places)) if places else {}
        said = {place: self._said(kind, doc_id, verdicts.get(doc_id)) for doc_id, place in places.items()}
        return {place: outcome for place, outcome in said.items() if outcome is not None}

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        """Why Concur does not want a document posted any more; empty while it does."""
        doc_id = str(payload[DOC_ID])
        found = self._service.single(kind_of(entity), doc_id)
        if found is None:
            return f"Concur does not have document {doc_id} any more."
        status = _status(found)
        return f"{capital(_ENDED[status])} (document {doc_id}, {status})." if status in _ENDED else ""

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        """Tell how the posting ended; returns what to write down.

        Raises Recalled when the document was taken back, Refused when Concur will never take this confirmation, and
        NotYet when it may later.
        """
        kind, confirmation = kind_of(entity), _confirmation(payload, result)
        verdict = self._service.confirm_posting(kind, confirmation)
        if verdict.code == _NOT_ACKNOWLEDGED or verdict.result == "NOT_YET_ACKNOWLEDGED":
            self._acknowledge_late(entity, payload)
            verdict = self._service.confirm_posting(kind, confirmation)
        return _settled(verdict, str(payload[DOC_ID]), result)

    def _acknowledge_late(self, entity: str, payload: Mapping[str, Any]) -> None:
        kind, doc_id = kind_of(entity), str(payload[DOC_ID])
        verdict = self._service.acknowledge(kind, [doc_id]).get(doc_id)
        match self._said(kind, doc_id, verdict):
            case Retry(why=why):
                raise NotYet(why)
            case Cancel(reason=reason):
                recalled = verdict is not None and verdict.code == _ACK_RECALLED
                raise (Recalled if recalled else Refused)(reason)
            case None:
                pass

    def _said(self, kind: str, doc_id: str, verdict: Verdict | None) -> Cancel | Retry | None:
        """What a verdict on one document means for it alone; None when the document is ours."""
        if verdict is None:
            return Retry(why=f"Concur said nothing about document {doc_id} when it was acknowledged.")
        try:
            sentence, decided = self._lost(kind, doc_id, verdict)
        except (Transient, Refused, SourceLies) as error:  # about looking at this document
            return Retry(why=verdict.sentence(f"Document {doc_id} is not ready in Concur, and {error.message}"))
        if not decided:
            return Retry(why=sentence)
        return Cancel(reason=sentence) if sentence else None

    def _lost(self, kind: str, doc_id: str, verdict: Verdict) -> tuple[str, bool]:
        """Why a document is not ours (empty when it is), and whether that is decided."""
        code = verdict.code
        if code == 0 or (code is None and verdict.result == "SUCCESS"):
            return "", True
        if code == _ACK_REPEATED:
            # whoever acknowledged under our name was us: an answer got lost, or this is the second time
            ours = not verdict.system_id or verdict.system_id == self._service.system_id
            return ("" if ours else verdict.sentence(f"System {verdict.system_id!r} has document {doc_id}")), True
        if code == _ACK_NOT_READY:
            return self._not_ready(kind, doc_id, verdict)
        what = {
            _OTHER_SYSTEM: f"Document {doc_id} belongs to another system",
            _ACK_RECALLED: f"Concur has taken document {doc_id} back before we had it",
            _ACK_NOT_FOUND: f"Concur does not have document {doc_id} any more",
            _ACK_WRONG_TYPE: f"Document {doc_id} is of another type than {kind}",
        }.get(code or 0)
        if what is None:
            return verdict.sentence(f"Concur did not take the acknowledgement of document {doc_id}"), False
        return verdict.sentence(what), True

    def _not_ready(self, kind: str, doc_id: str, verdict: Verdict) -> tuple[str, bool]:
        """Not ready has many reasons, and the document's state tells which."""
        found = self._service.single(kind, doc_id)
        status = _status(found) if found is not None else ""
        if status in _TAKEN:
            theirs = values.text(found.get("erpSystemId")) if found is not None else ""
            ours = not theirs or theirs == self._service.system_id
            return ("" if ours else verdict.sentence(f"System {theirs!r} has document {doc_id}")), True
        if found is None or status in _ENDED:
            return verdict.sentence(capital(_ENDED.get(status, "Concur does not have the document any more"))), True
        return verdict.sentence(f"Document {doc_id} is {status or 'in no known state'} in Concur"), False


def _settled(verdict: Verdict, doc_id: str, result: Result) -> str:
    """What the service's verdict on a confirmation means."""
    evidence = {"code": verdict.code, "correlation": verdict.correlation}
    if verdict.code == 0 or (verdict.code is None and verdict.result == "SUCCESS"):
        told = "that posting failed" if result.refused else f"posting as {_number(result)}"
        return f"Concur has been told: {told} (correlation id {verdict.correlation})."
    if verdict.code == _REPEATED:
        return verdict.sentence("Concur had been told before")
    if verdict.code == _RECALLED or verdict.result == "WAS_RECALLED":
        raise Recalled(verdict.sentence(f"Concur has taken document {doc_id} back"), **evidence)
    if verdict.code in _FINAL or verdict.result == "DOCUMENT_NOT_FOUND":
        raise Refused(verdict.sentence(f"Concur will not take the confirmation of document {doc_id}"), **evidence)
    raise NotYet(verdict.sentence(f"Concur cannot take the confirmation of document {doc_id} now"), **evidence)


def _confirmation(payload: Mapping[str, Any], result: Result) -> dict[str, Any]:
    return {
        "docId": str(payload[DOC_ID]),
        "overallPostingStatusCode": "error" if result.refused else "success",
        "postingDocs": [] if result.refused else [_posting(result)],
        "systemMessages": system_messages(result.refused),
    }


def _posting(result: Result) -> dict[str, Any]:
    """What was posted. Concur wants a day and a year: where the target named none it is today's."""
    day = result.facts.get("posting_date") or dt.datetime.now(dt.UTC).date().isoformat()
    return {
        "companyId": result.facts.get("company", ""),
        "documentNumber": _number(result)[:LONGEST_NUMBER],
        "fiscalYear": result.facts.get("fiscal_year") or day[:4],
        "paymentRelevantLineItems": [],
        "postingDate": day[:10],
    }


def _number(result: Result) -> str:
    return result.facts.get("document_number") or result.target_id or "unknown"


def _status(document: Mapping[str, Any]) -> str:
    return values.text(document.get("docStatus")).upper()
