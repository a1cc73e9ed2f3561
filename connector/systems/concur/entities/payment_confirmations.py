"""Payment confirmations (documented, for expense reports): Concur is told that an employee or a card was paid.

A payment reference names a payment for ever: telling the same again is answered with NOOP and changes nothing. So
Concur need not be asked first, and it cannot be; but a reference that it knows, in something it was not told before,
changes nothing either, and is for a person. What is reversed goes in a confirmation of its own, before what stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import SAID_NO, ConnectorError, NotYet, Refused, Unanswered
from connector.domain.exchange import Found, Written
from connector.reading import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.financial import FinancialIntegration, Verdict

_OTHER_SYSTEM = 99
_REPEATED = 213
_LATER = frozenset({199, 299})
_TOLD = frozenset({"SUCCESS", "NOOP"})
_AMOUNT = "clearingAmount"
_COMPLETELY, _REVERSED = "CP", "RE"
_WORDS = {_COMPLETELY: "paid completely", "PP": "paid in part", _REVERSED: "not paid any more"}


class PaymentConfirmations:
    """Writes payment confirmations."""

    def __init__(self, *, service: FinancialIntegration) -> None:
        self._service = service

    def find(self, document: Outgoing) -> Found | None:
        """Concur shows no payments: it is told again instead."""
        del document
        return None

    def write(self, document: Outgoing) -> Written:
        """Tell it, what is reversed first. Raises NotYet while Concur does not know of the posting yet."""
        body = document.body
        reversal, clearing = values.rows(body.get("reversal") or []), values.rows(body.get("clearing") or [])
        if not reversal:
            verdict = self._tell(document, str(body["status"]), clearing)
        else:
            self._tell(document, _REVERSED, reversal)
            verdict = self._after_reversing(document, clearing)
        return Written(target_id=document.key, answer=_answer(verdict))

    def _after_reversing(self, document: Outgoing, clearing: list[Mapping[str, Any]]) -> Verdict:
        """Tell what stands. Until that is taken half of it has happened; where it is refused again, a person looks."""
        try:
            return self._tell(document, str(document.body["status"]), clearing)
        except Unanswered:
            raise
        except ConnectorError as error:
            if isinstance(error, Refused) and document.in_doubt:
                raise
            why = f"Concur reversed the payments of document {document.key}, and was not told what stands"
            raise Unanswered(f"{why}: {error.message}", **error.evidence) from None

    def _tell(self, document: Outgoing, status: str, clearing: list[Mapping[str, Any]]) -> Verdict:
        doc_id = str(document.body["doc_id"])
        verdict = self._service.confirm_payment(
            {
                "docId": doc_id,
                "processingStatusCode": status,
                "clearingDetails": [_with_numbers(detail) for detail in clearing],
            }
        )
        evidence = {"code": verdict.code, "correlation": verdict.correlation, SAID_NO: True}
        acknowledged = verdict.code in (0, _REPEATED) or verdict.result in _TOLD
        if acknowledged and verdict.code != _OTHER_SYSTEM:
            if not _is_first(verdict) and not _is_known_as(status, document, verdict):
                raise Refused(
                    verdict.sentence(
                        f"Concur changed nothing on document {doc_id}: it was to become {_WORDS[status]} ({status}), "
                        "and Concur says that it was told before. Set it so in Concur by hand, where it shows "
                        "something else, then discard this"
                    ),
                    **evidence,
                )
            return verdict
        if verdict.result == "NOT_POSTING_CONFIRMED":
            raise NotYet(verdict.sentence(f"Concur has not been told yet that {doc_id} was posted"), **evidence)
        if verdict.result == "SYSTEM_ERROR_OCCURRED" or verdict.code in _LATER:
            raise NotYet(verdict.sentence(f"Concur cannot take the payment of {doc_id} now"), **evidence)
        raise Refused(verdict.sentence(f"Concur will not take the payment of document {doc_id}"), **evidence)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in Concur."""
        payments = ", ".join(
            f"payment {reference.get('paymentRef')} of {detail.get(_AMOUNT)} {detail.get('clearingCurrency')}"
            for part in ("reversal", "clearing")
            for detail in values.rows(document.body.get(part))
            for reference in values.rows(detail.get("clearingReference"))
        )
        return (
            f"Look in Concur for {payments or 'no payment'} in the expense report with document id {document.key} "
            "(Expense, Process Reports)."
        )


def _is_first(verdict: Verdict) -> bool:
    return verdict.code == 0 or verdict.result == "SUCCESS"


def _is_known_as(status: str, document: Outgoing, verdict: Verdict) -> bool:
    """Whether what Concur was told before can only be this.

    It is where an answer was lost, as nothing else was sent since; and where the ledger knows of nothing that was told,
    as one that was restored. That a document was paid (213) is no answer to what was paid of it.
    """
    if verdict.code == _REPEATED and status != _COMPLETELY:
        return False
    return document.in_doubt or not document.body.get("before")


def _answer(verdict: Verdict) -> str:
    first, correlation = _is_first(verdict), verdict.correlation
    return f"{'Concur has been told' if first else 'Concur had been told before'} (correlation id {correlation})"


def _with_numbers(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts are stored as texts of their exact digits, and Concur takes numbers."""
    amount = values.number(detail.get(_AMOUNT))
    return {**detail, **({} if amount is None else {_AMOUNT: amount})}
