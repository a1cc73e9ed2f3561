"""Whether a supplier invoice of QAD has cleared the three-way match, and what QAD says where it has not.

QAD's words are compared without case and blanks. A column that a connection does not read is not looked at; ``ping``
and ``flow show`` say so. Cost lines are matched with nothing. The status code sets all flags of its invoices, so a
tenant may trust it alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain import option
from connector.domain.flow import Option
from connector.domain.money import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from connector.systems.qad.documents import SupplierInvoice

OPTIONS: Mapping[str, Option] = {
    "matched_status_codes": Option(
        default=["AP-RMALLOC"],
        help="QAD invoice status codes that mean: receiver matching done and allocated.",
    ),
    "trust_status_code": Option(
        default=False,
        help="Whether the status code alone says that an invoice is matched: flags, matching and allocation status and "
        "receivers are then not looked at; an amount on hold and lines without an order line still are.",
    ),
    "match_recheck_minutes": Option(
        default=60,
        help="How often an invoice that has not cleared the three-way match is read again by itself, in minutes; "
        "the flow's own schedule normally notices the match first.",
    ),
}

#: fields of an invoice that say whether it has cleared the three-way match
CONTROLS = (
    "status_code",
    "initial",
    "matching_status",
    "allocation_status",
    "hold_amount",
    "approved",
    "payment_locked",
    "receiver_matching",
)
_FINISHED, _ALLOCATED = "FINISHED", "ALLOCATION"


def label(invoice: SupplierInvoice) -> str:
    """The invoice as AP people find it: the supplier's number, and QAD's year/daybook/voucher."""
    number = f'invoice "{invoice.reference}"' if invoice.reference else "an invoice without number"
    voucher = "/".join(filter(None, (invoice.posting_year, invoice.daybook, invoice.voucher))) or invoice.invoice_id
    return f"{number} of supplier {invoice.supplier_code} (QAD {voucher})"


def unmatched(invoice: SupplierInvoice, options: Mapping[str, Any]) -> str:
    """The first thing that keeps the invoice from having cleared the three-way match; empty when it has."""
    trusted, held = option.switch("trust_status_code", options, OPTIONS), invoice.hold_amount or Decimal(0)
    goods = [line for line in invoice.lines if not line.is_cost]
    checks = (
        (trusted or not invoice.initial, "it is still an initial invoice"),
        _status_code(invoice, options, needed=trusted),
        *(() if trusted else _statuses(invoice)),
        (not held, f"{spelled(held, invoice.currency)} of it are on hold"),
        *(() if trusted else _flags(invoice)),
        (bool(goods), "it has no matching lines"),
        *((bool(li.order_number and li.order_line), f"line {li.line} has no order line") for li in goods),
        *((trusted or li.receiver != "", f"line {li.line} has no receiver") for li in goods),
    )
    return next((why for passed, why in checks if not passed), "")


def _status_code(invoice: SupplierInvoice, options: Mapping[str, Any], *, needed: bool) -> tuple[bool, str]:
    said, codes = invoice.status_code, option.codes("matched_status_codes", options, OPTIONS)
    if said is None:
        return not needed, "its status code is to be trusted, but entities.invoices.fields.status_code is null"
    return any(_same(said, code) for code in codes), f"its status code is {said or 'blank'}, not {' or '.join(codes)}"


def _statuses(invoice: SupplierInvoice) -> Iterator[tuple[bool, str]]:
    matching, allocation = invoice.matching_status, invoice.allocation_status
    yield _read(matching, _FINISHED), f"its receiver matching is not finished: QAD says {_quoted(matching)}"
    yield _read(allocation, _ALLOCATED), f"its amounts are not allocated yet: QAD says {_quoted(allocation)}"


def _flags(invoice: SupplierInvoice) -> Iterator[tuple[bool, str]]:
    yield invoice.approved, "it is not approved in QAD"
    yield not invoice.payment_locked, "it is locked for payment"


def _read(said: str | None, wanted: str) -> bool:
    """Whether QAD says what is wanted; a column that is not read says nothing against it."""
    return said is None or _same(said, wanted)


def _same(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _quoted(said: str | None) -> str:
    return f'"{said}"' if said else "nothing"
