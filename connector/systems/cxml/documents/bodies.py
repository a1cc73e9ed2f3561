"""What is sent to suppliers, under our own names: orders, and what became of their invoices.

How a body is written in XML is the target's business. ``stamp`` tells one content of an order from another: it stands
in the payloadID, which is what the ledger knows the order by in the network, so the next version learns from it which
number it has and whether there is anything to tell. The stamp of a payment status does the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.reading.values import present

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

Body = dict[str, Any]

_STATUS_STAMP = re.compile(r"[a-z]+-([0-9]{1,9})-([0-9a-f]{16})\.", re.ASCII)
_STAMP = re.compile(r"([0-9]{1,9})-(new|update|delete)-([0-9a-f]{16})(?:-([0-9a-f]{8}))?\.", re.ASCII)


class OrderType(StrEnum):
    """What an OrderRequest does to the order the supplier has."""

    NEW = "new"
    UPDATE = "update"
    DELETE = "delete"


class InvoiceState(StrEnum):
    """What a supplier is told about an invoice (``InvoiceStatus@type``)."""

    PROCESSING = "processing"
    CANCELED = "canceled"
    RECONCILED = "reconciled"
    REJECTED = "rejected"
    PAYING = "paying"
    PAID = "paid"


#: in the place of a state: who sends an invoice again is not told again, and may have heard of money since
TOLD_BEFORE = "told before"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a payloadID of ours says of the order it sent."""

    version: int
    type: OrderType
    content: str
    #: a digest of whom it was sent to; empty in what the first version of the mapping sent
    recipient: str


def sent(payload_id: str | None) -> Sent | None:
    """Read one; None where it is not of ours: a person wrote down what was found in the network."""
    found = _STAMP.match(payload_id or "")
    if found is None:
        return None
    return Sent(version=int(found[1]), type=OrderType(found[2]), content=found[3], recipient=found[4] or "")


def content_of(header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> str:
    """A digest of what the supplier is told about an order."""
    return canonical.fingerprint([dict(header), [dict(line) for line in lines]])[:16]


def recipient_of(supplier: str) -> str:
    """Return a digest of who gets an order: the next version must go to the same one."""
    return canonical.fingerprint(supplier)[:8]


def order(
    *,
    order_type: OrderType,
    version: int,
    replaces: str,
    header: Mapping[str, Any],
    lines: Iterable[Mapping[str, Any]],
) -> Body:
    """An order; ``replaces`` is the payloadID of the latest OrderRequest about it, empty for a new one."""
    rows = [present(line) for line in lines]
    whole = present(header)
    recipient = recipient_of(str(header["supplier"]))
    stamp = f"{version}-{order_type.value}-{content_of(whole, rows)}-{recipient}"
    body = {"type": order_type.value, "version": version, "replaces": replaces, "stamp": stamp}
    return {**present(body), "header": whole, "lines": rows}


@dataclass(frozen=True, kw_only=True)
class ToldStatus:
    """What a payloadID of ours says of the payment status it told."""

    number: int
    content: str


def told_status(payload_id: str | None) -> ToldStatus | None:
    """Read one; None where it does not say: a person wrote it down, or the first version of the mapping did."""
    found = _STATUS_STAMP.match(payload_id or "")
    return ToldStatus(number=int(found[1]), content=found[2]) if found else None


def status_content(body: Mapping[str, Any]) -> str:
    """A digest of what a supplier is told about an invoice, whichever number that has."""
    return canonical.fingerprint({name: value for name, value in body.items() if name != "number"})[:16]


def status_stamp(body: Mapping[str, Any]) -> str:
    """Tell one status from another, also from the same one told before something else was."""
    return f"{body['state']}-{body.get('number', 1)}-{status_content(body)}"


def invoice_status(
    *,
    supplier: str,
    invoice_number: str,
    invoice_date: dt.date | None,
    state: InvoiceState,
    words: str = "",
    partial: Decimal | None = None,
    currency: str = "",
) -> Body:
    """What became of an invoice. ``partial`` is what was paid where it is not all of it, and goes with paid only."""
    return present(
        {
            "supplier": supplier,
            "invoice_number": invoice_number,
            "invoice_date": invoice_date.isoformat() if invoice_date else "",
            "state": state.value,
            "words": words,
            "partial": None if partial is None else {"amount": partial, "currency": currency},
        }
    )
