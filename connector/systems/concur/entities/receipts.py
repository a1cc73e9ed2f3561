"""Receipts of purchase orders v3.0 (documented): one position at a time, known by order, line and receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import AlreadyThere, Malformed, Refused, SourceLies, Transient, Unanswered
from connector.domain.exchange import Found, Written
from connector.reading import values
from connector.systems.concur import comparing, invoice_answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.client import ConcurClient
    from connector.systems.concur.names import Names

_ORDER, _LINE, _RECEIPT = "PurchaseOrderNumber", "LineItemExternalID", "GoodsReceiptNumber"
LISTED = "Items"
_QUANTITY = "ReceivedQuantity"
_DELETED = "Deleted"


class Receipts:
    """Writes the positions of one receipt; those that are as they should be are left alone."""

    def __init__(self, *, client: ConcurClient, names: Names) -> None:
        self._client, self._names = client, names

    def find(self, document: Outgoing) -> Found | None:
        """Ask for every position."""
        there = self._there(document)
        wanted = _wanted(document)
        if not any(_key(one) in there for one in wanted):
            return None
        different = [one for one in wanted if not _as_wanted(one, there.get(_key(one)))]
        sentence = (
            f"{len(different)} of its {len(wanted)} positions in Concur are not what is sent." if different else ""
        )
        return Found(target_id=document.key, difference=sentence)

    def write(self, document: Outgoing) -> Written:
        """Create, change or delete positions, whichever it takes."""
        there = self._there(document)
        done: dict[str, int] = {}
        correlation = ""
        for one in _wanted(document):
            if _as_wanted(one, there.get(_key(one))):
                continue
            try:
                verb, correlation = self._bring(one, there.get(_key(one)))
            except (Transient, SourceLies, Refused) as error:
                if not done:
                    raise
                what = f"{sum(done.values())} positions of {document.key} are written, and the next is not"
                raise Unanswered(f"{what}: {error.message}", **error.evidence) from None
            done[verb] = done.get(verb, 0) + 1
        if not done:
            return Written(target_id=document.key, answer=comparing.UNCHANGED)
        counts = ", ".join(f"{count} positions {verb}" for verb, count in sorted(done.items()))
        return Written(target_id=document.key, answer=f"{counts} (last correlation id {correlation})")

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in Concur."""
        numbers = dict.fromkeys(_key(one)[2] for one in values.rows(document.body.get("receipts")))
        order = document.key.partition("|")[0]
        what = f"receipts {', '.join(numbers)} of purchase order {order}"
        return f"Look in Concur for {what} (Invoice, Purchase Orders, Receipts)."

    def _bring(self, receipt: Mapping[str, Any], there: Mapping[str, Any] | None) -> tuple[str, str]:
        path = self._names("receipts", "path")
        what = f"position {receipt.get(_LINE)} of receipt {receipt.get(_RECEIPT)}"
        if _is_deleted(receipt):
            reply = self._client.write("DELETE", path, params=_search(receipt))
            if reply.body:
                invoice_answers.taken(reply, names=self._names, what=what)
            return "deleted", reply.correlation
        if there is None:
            try:
                reply = self._client.write("POST", path, comparing.to_send(receipt, {}))
                invoice_answers.taken(reply, names=self._names, what=what)
            except AlreadyThere:
                pass  # somebody was faster: bring theirs up to date
            else:
                return "created", reply.correlation
        reply = self._client.write("PUT", path, comparing.to_send(receipt, there))
        invoice_answers.taken(reply, names=self._names, what=what)
        return "changed", reply.correlation

    def _there(self, document: Outgoing) -> dict[tuple[str, str, str], Mapping[str, Any]]:
        """What Concur has of the receipts this document is about, by key."""
        found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        searches = {(_key(one)[0], _key(one)[2]) for one in _wanted(document)}
        for order, receipt in sorted(searches):
            params = {"purchaseOrderNumber": order, "goodsReceiptNumber": receipt}
            reply = self._client.find(self._names("receipts", "path"), params)
            rows = reply.rows(LISTED) if reply is not None else []
            found |= {_key(row): row for row in rows if not _is_deleted(row)}
        return found


def _wanted(document: Outgoing) -> Sequence[Mapping[str, Any]]:
    wanted = values.rows(document.body.get("receipts"))
    if not all(all(_key(one)) for one in wanted):
        raise Malformed(
            f"Receipt {document.key} has a position without {_ORDER}, {_LINE} or {_RECEIPT}: it cannot be told apart."
        )
    return wanted


def _key(receipt: Mapping[str, Any]) -> tuple[str, str, str]:
    order, line, number = (values.text(receipt.get(name)) for name in (_ORDER, _LINE, _RECEIPT))
    return order, line, number


def _search(receipt: Mapping[str, Any]) -> dict[str, str]:
    order, line, number = _key(receipt)
    return {"purchaseOrderNumber": order, "lineItemExternalID": line, "goodsReceiptNumber": number}


def _is_deleted(receipt: Mapping[str, Any]) -> bool:
    return values.flag(receipt.get(_DELETED))


def _as_wanted(ours: Mapping[str, Any], theirs: Mapping[str, Any] | None) -> bool:
    if theirs is None or _is_deleted(ours):
        return theirs is None and _is_deleted(ours)
    plain = {name: value for name, value in ours.items() if name not in (_QUANTITY, _DELETED)}
    same_quantity = values.number(ours.get(_QUANTITY)) == values.number(theirs.get(_QUANTITY))
    return same_quantity and not comparing.difference(plain, theirs)
