"""Payment confirmations (documented, for expense reports): Concur is told that an employee or a card was paid.

A payment reference names a payment for ever: telling it again is answered with NOOP and changes nothing, so Concur need
not be asked first, and it cannot be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import SAID_NO, NotYet, Refused
from connector.domain.exchange import Found, Written
from connector.reading import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.financial import FinancialIntegration

_OTHER_SYSTEM = 99
_REPEATED = 213
_LATER = frozenset({199, 299})
_TOLD = frozenset({"SUCCESS", "NOOP"})
_AMOUNT = "clearingAmount"


class PaymentConfirmations:
    """Writes payment confirmations."""

    def __init__(self, *, service: FinancialIntegration) -> None:
        self._service = service

    def find(self, document: Outgoing) -> Found | None:
        """Concur shows no payments: it is told again instead."""
        del document
        return None

    def write(self, document: Outgoing) -> Written:
        """Tell it. Raises NotYet while Concur does not know of the posting yet."""
        body = document.body
        doc_id = str(body["doc_id"])
        verdict = self._service.confirm_payment(
            {
                "docId": doc_id,
                "processingStatusCode": body["status"],
                "clearingDetails": [_with_numbers(detail) for detail in values.rows(body.get("clearing"))],
            }
        )
        evidence = {"code": verdict.code, "correlation": verdict.correlation, SAID_NO: True}
        acknowledged = verdict.code in (0, _REPEATED) or verdict.result in _TOLD
        if acknowledged and verdict.code != _OTHER_SYSTEM:
            return Written(target_id=document.key, answer=_answer(verdict.result, verdict.code, verdict.correlation))
        if verdict.result == "NOT_POSTING_CONFIRMED":
            raise NotYet(verdict.sentence(f"Concur has not been told yet that {doc_id} was posted"), **evidence)
        if verdict.result == "SYSTEM_ERROR_OCCURRED" or verdict.code in _LATER:
            raise NotYet(verdict.sentence(f"Concur cannot take the payment of {doc_id} now"), **evidence)
        raise Refused(verdict.sentence(f"Concur will not take the payment of document {doc_id}"), **evidence)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in Concur."""
        payments = ", ".join(
            f"payment {reference.get('paymentRef')} of {detail.get(_AMOUNT)} {detail.get('clearingCurrency')}"
            for detail in values.rows(document.body.get("clearing"))
            for reference in values.rows(detail.get("clearingReference"))
        )
        return (
            f"Look in Concur for {payments or 'no payment'} in the expense report with document id {document.key} "
            "(Expense, Process Reports)."
        )


def _answer(result: str, code: int | None, correlation: str) -> str:
    first = code == 0 or result == "SUCCESS"
    return f"{'Concur has been told' if first else 'Concur had been told before'} (correlation id {correlation})"


def _with_numbers(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts are stored as texts of their exact digits, and Concur takes numbers."""
    amount = values.number(detail.get(_AMOUNT))
    return {**detail, **({} if amount is None else {_AMOUNT: amount})}
