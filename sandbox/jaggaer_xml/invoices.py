"""BuyerInvoiceOcrMessage: supplier invoices as if they had been scanned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.tenant import CREDIT_MEMO, INVOICE_TYPES, Invoice, InvoiceLine, Tenant, invoice_key, now
from sandbox.jaggaer.totals import rounded
from sandbox.jaggaer_xml.orders import RefusedError, number_at
from sandbox.jaggaer_xml.validating import text

if TYPE_CHECKING:
    from lxml import etree

    from sandbox.jaggaer_xml.options import Options

ENTITY: Final = "invoices"
_CHARGES: Final = ("ShippingCharges", "HandlingCharges", "Tax1", "Tax2")
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Invoices:
    """Takes invoices in."""

    tenant: Tenant

    def take(self, root: etree._Element, options: Options) -> tuple[int, str, tuple[str, ...]]:
        """Return code, text and complaints; a message may hold many, each for itself."""
        complaints = []
        for record in root.findall("BuyerInvoiceOcr"):
            key = _key(record)
            try:
                invoice = self._invoice(record, options)
            except RefusedError as refusal:
                self.tenant.journal.record(entity=ENTITY, key=key, outcome="refused")
                complaints.append(str(refusal))
                continue
            taken = key in self.tenant.invoices
            if taken and options.invoice_twice == "refuse":
                self.tenant.journal.record(entity=ENTITY, key=key, outcome="duplicate")
                said = f"duplicate supplier invoice number {invoice.supplier_invoice_number}."
                complaints.append(options.duplicate_words or said)
                continue
            self.tenant.invoices[f"{key}#{invoice.invoice_id}" if taken else key] = invoice
            self.tenant.journal.record(entity=ENTITY, key=key, outcome="created")
        return (406, "Failure", tuple(complaints)) if complaints else (200, "Success", ())

    def _invoice(self, record: etree._Element, options: Options) -> Invoice:
        supplier, number, kind = key_parts(record)
        if supplier not in self.tenant.companies:
            raise RefusedError("Vendor is not in database.")
        if not number or kind not in INVOICE_TYPES:
            raise RefusedError("SupplierInvoiceNumber and InvoiceType are required.")
        date = text(record, "BuyerInvoiceHeader/InvoiceDate")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", date, re.ASCII):
            raise RefusedError("InvoiceDate must be YYYY-MM-DD.")
        lines = tuple(self._line(line, options) for line in record.findall("BuyerInvoiceLine"))
        total, currency = _total(record, lines)
        return Invoice(
            invoice_id=self.tenant.next_invoice_id(),
            type=kind,
            supplier_number=supplier,
            supplier_name=self.tenant.companies[supplier].name,
            supplier_invoice_number=number,
            currency=currency,
            total=total,
            tax=_charge(record, "Tax1"),
            source="Automated",
            invoice_date=f"{date}T00:00:00.000Z",
            last_update=now(),
            workflow_status="Pending",
            payment_status="Payable",
            match_status="Matched" if all(line.order_number for line in lines) else "Unmatched",
            lines=lines,
        )

    def _line(self, line: etree._Element, options: Options) -> InvoiceLine:
        codes: dict[str, str] = {}
        for value in line.iter("CustomFieldValue"):
            codes[value.get("name", "")] = text(value, "Value")
        order, account = text(line, "PONumber"), codes.get(options.account_field)
        if not account or (options.accounts and account not in options.accounts):
            raise RefusedError(f"{options.account_field} {account or '(none)'} is not a known value.")
        held = self.tenant.orders.get(order)
        if order and options.order_required and held is None:
            raise RefusedError(f"Purchase order {order} could not be found.")
        return InvoiceLine(
            number=int(line.get("lineNumber", "0")),
            description=text(line, "Item/Description"),
            unit=text(line, "Item/UnitOfMeasure") or "EA",
            quantity=number_at(line, "Quantity"),
            unit_price=number_at(line, "UnitPrice/Money"),
            order_number=order or None,
            order_line=text(line, "POLineNumber") or None,
            splits=(codes,),
        )


def key_parts(record: etree._Element) -> tuple[str, str, str]:
    """Return supplier, number and type of an invoice."""
    head = "BuyerInvoiceHeader"
    return (
        text(record, f"{head}/Supplier/SupplierNumber"),
        text(record, f"{head}/SupplierInvoiceNumber"),
        text(record, f"{head}/InvoiceType"),
    )


def _key(record: etree._Element) -> str:
    return invoice_key(*key_parts(record))


def _charge(record: etree._Element, name: str) -> Decimal:
    path = f"BuyerInvoiceHeader/{name}/Money"
    return number_at(record, path) if record.find(path) is not None else Decimal(0)


def _total(record: etree._Element, lines: tuple[InvoiceLine, ...]) -> tuple[Decimal, str]:
    """The claimed total and the one currency; lines may be rounded one way or another."""
    moneys = list(record.iter("Money"))
    currencies = {money.get("currency", "") for money in moneys}
    if len(currencies) != 1 or "" in currencies:
        raise RefusedError("An invoice has one currency.")
    [currency] = currencies
    claimed = number_at(record, "BuyerInvoiceHeader/GrandTotal/Money")
    charges = sum((_charge(record, name) for name in _CHARGES), Decimal(0))
    worked_out = sum((rounded(line.amount, currency) for line in lines), charges)
    if abs(claimed - worked_out) > _CENT * len(lines):
        raise RefusedError(f"GrandTotal {claimed} is not what lines and charges come to, {worked_out}.")
    kind = text(record, "BuyerInvoiceHeader/InvoiceType")
    if (kind == CREDIT_MEMO) is not (claimed < 0):
        raise RefusedError(f"{kind} cannot have the total {claimed}.")
    return claimed, currency
