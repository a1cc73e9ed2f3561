"""supplierInvoices and journalEntries. The objects exist in QAD; their REST paths and field names are assumed.

Like QAD itself this never refuses a document for being there already: a reference that the supplier has used before is
a warning, so posting twice shows as two documents.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from connector.sandbox.qad.books import now
from connector.sandbox.qad.components import envelope
from connector.sandbox.qad.components.envelope import Problem, Record
from connector.sandbox.qad.documents import ENTITY, Invoice, InvoiceLine
from connector.sandbox.qad.reckoning import natural_key
from connector.sandbox.qad.tenant import items, route
from connector.sandbox.qad.wire import json_body

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from connector.sandbox.journal import Outcome
    from connector.sandbox.qad.tenant import Served, Tenant

_INVOICE_MANDATORY: Final = (
    "companyCode",
    "supplierCode",
    "reference",
    "invoiceType",
    "invoiceDate",
    "postingDate",
    "currencyCode",
    "invoiceAmountTC",
)
_INVOICE_LIMITS: Final = {"supplierCode": 8, "currencyCode": 3, "reference": 40, "invoiceStatusCode": 20}
_INVOICE_TYPES: Final = ("INVOICE", "CREDITNOTE")
_ENTRY_MANDATORY: Final = ("companyCode", "postingDate", "daybookCode", "postingText")
_ENTRY_LIMITS: Final = {"daybookCode": 8, "postingText": 40}


class Ledger:
    """Both components. Posted invoices join the others, as initial ones unless a status code says otherwise."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Served]:
        """Serve them."""
        tenant = self._tenant
        return [
            route(
                tenant, "/api/erp/supplierInvoices", entity="invoices", get=self._read_invoices, post=self._save_invoice
            ),
            route(
                tenant,
                "/api/erp/journalEntries",
                entity="journal_entries",
                get=self._read_entries,
                post=self._save_entry,
            ),
        ]

    async def _read_invoices(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("companyCode") != ENTITY:
            return envelope.found("supplierInvoices", [])
        supplier, reference = asked.get("supplierCode", ""), asked.get("reference", "")
        same = [
            one
            for kind in _INVOICE_TYPES
            for one in self._tenant.books.with_key(natural_key(supplier, reference, kind))
            if one.reference == reference
        ]
        return envelope.found("supplierInvoices", [_invoice_record(one) for one in same])

    async def _save_invoice(self, request: Request) -> Response:
        record = items(await json_body(request), "supplierInvoices")[0]
        lines = [line for line in record.get("supplierInvoiceLines") or [] if isinstance(line, dict)]
        code, kind = str(record.get("supplierCode", "")), str(record.get("invoiceType", "")).upper()
        key = natural_key(code, str(record.get("reference", "")), kind)
        problems = envelope.missing(record, _INVOICE_MANDATORY) + envelope.too_long(record, _INVOICE_LIMITS)
        problems += self._place_problems(record) + self._account_problems(lines)
        supplier = self._tenant.books.suppliers.get(code)
        if code and (supplier is None or not supplier.active):
            problems.append(
                Problem(message=f"Supplier {code} is not active or does not exist", fieldName="supplierCode")
            )
        if kind and kind not in _INVOICE_TYPES:
            problems.append(
                Problem(message=f"{kind} is not an invoice type.", fieldName="invoiceType", fieldValue=kind)
            )
        total, tax = envelope.amount(record, "invoiceAmountTC"), envelope.amount(record, "vatAmountTC")
        net = sum((envelope.amount(line, "amountTC") for line in lines), Decimal(0))
        if lines and net + tax != total:
            problems.append(Problem(message=f"The lines and the tax are {net + tax}, not {total}.", code="BALANCE"))
        self._tenant.journal.record(entity="supplier_invoices", key=key, outcome="refused" if problems else "created")
        if problems or supplier is None:
            return envelope.complained(problems)
        warnings = self._duplicate_warnings(key)
        invoice = self._invoice(record, lines, supplier.terms)
        self._tenant.books.put_invoice(invoice)
        return envelope.saved("supplierInvoices", [_invoice_record(invoice)], warnings)

    async def _read_entries(self, request: Request) -> Response:
        text = request.query_params.get("postingText")
        entries = [entry for entry in self._tenant.books.journal_entries if text in {None, entry["postingText"]}]
        return envelope.found("journalEntries", entries)

    async def _save_entry(self, request: Request) -> Response:
        record = items(await json_body(request), "journalEntries")[0]
        lines = [line for line in record.get("journalEntryLines") or [] if isinstance(line, dict)]
        problems = envelope.missing(record, _ENTRY_MANDATORY) + envelope.too_long(record, _ENTRY_LIMITS)
        problems += self._place_problems(record) + self._account_problems(lines)
        debit = sum((envelope.amount(line, "debitTC") for line in lines), Decimal(0))
        credit = sum((envelope.amount(line, "creditTC") for line in lines), Decimal(0))
        if not lines or debit != credit:
            problems.append(Problem(message=f"Debit {debit} and credit {credit} do not balance.", code="BALANCE"))
        outcome: Outcome = "refused" if problems else "created"
        self._tenant.journal.record(entity="journal_entries", key=str(record.get("postingText", "")), outcome=outcome)
        if problems:
            return envelope.complained(problems)
        entries = self._tenant.books.journal_entries
        kept = {**record, "voucher": len(entries) + 1, "postingYear": int(str(record["postingDate"])[:4])}
        entries.append(kept)
        return envelope.saved("journalEntries", [kept])

    def _place_problems(self, record: Record) -> list[Problem]:
        """Complain about a company that is not this one and about a period that is closed."""
        problems = []
        if record.get("companyCode") not in {ENTITY, "", None}:
            problems.append(Problem(message="The entity does not exist.", fieldName="companyCode"))
        posted_on = envelope.day(record, "postingDate")
        if posted_on and f"{posted_on:%Y/%m}" in self._tenant.options.closed_periods:
            message = f"Period {posted_on:%Y/%m} is closed for posting."
            problems.append(Problem(message=message, fieldName="postingDate", code="PERIOD"))
        return problems

    def _account_problems(self, lines: list[Record]) -> list[Problem]:
        problems = []
        for line in lines:
            code = str(line.get("glCode", ""))
            account = self._tenant.books.accounts.get(code)
            if account is None or not account.active:
                message = f"GL account {code} is not active or does not exist"
                problems.append(Problem(message=message, fieldName="glCode", fieldValue=code))
            elif account.cost_centre and not line.get("costCentreCode"):
                message = f"GL account {code} requires a cost centre."
                problems.append(Problem(message=message, fieldName="costCentreCode", code="MANDATORY"))
        return problems

    def _duplicate_warnings(self, key: str) -> list[Problem]:
        if not self._tenant.books.with_key(key):
            return []
        message = "The reference already exists on another invoice for this supplier"
        return [Problem(message=message, fieldName="reference", code="DUPLICATE")]

    def _invoice(self, record: Record, lines: list[Record], terms: str) -> Invoice:
        number = len(self._tenant.books.invoices)
        today = now().date()
        invoiced_on = envelope.day(record, "invoiceDate") or today
        posted_on = envelope.day(record, "postingDate") or today
        total, tax = envelope.amount(record, "invoiceAmountTC"), envelope.amount(record, "vatAmountTC")
        status = str(record.get("invoiceStatusCode") or "AP-INITIAL")
        return Invoice(
            invoice_id=str(2_000_001 + number),
            entity=ENTITY,
            year=posted_on.year,
            daybook=str(record.get("daybookCode") or "APINV"),
            voucher=100_001 + number,
            supplier=str(record["supplierCode"]),
            reference=str(record["reference"]),
            kind=str(record["invoiceType"]).upper(),
            description=str(record.get("description") or ""),
            invoiced_on=invoiced_on,
            posted_on=posted_on,
            due_on=envelope.day(record, "dueDate") or invoiced_on,
            currency=str(record["currencyCode"]),
            net=total - tax,
            tax=tax,
            total=total,
            status_code=status,
            initial=status == "AP-INITIAL",
            approved=status in {"AP-RMALLOC", "AP-GLALLOC"},
            payment_locked=status == "AP-INITIAL",
            receiver_matching=status != "AP-GLALLOC",
            allocation="ALLOCATION" if status in {"AP-RMALLOC", "AP-GLALLOC"} else "NOALLOCATION",
            hold=Decimal(0),
            order=str(record.get("purchaseOrderNumber") or ""),
            terms=str(record.get("creditTermsCode") or terms),
            modified=now(),
            lines=tuple(_invoice_line(place, line) for place, line in enumerate(lines, start=1)),
        )


def _invoice_line(place: int, line: Record) -> InvoiceLine:
    cost = envelope.amount(line, "amountTC")
    return InvoiceLine(
        line=place,
        order="",
        order_line=0,
        receiver="",
        item="",
        description=str(line.get("description") or ""),
        quantity=Decimal(1),
        price=cost,
        unit="EA",
        amount=cost,
        account=str(line.get("glCode") or ""),
        sub_account=str(line.get("subAccountCode") or ""),
        cost_centre=str(line.get("costCentreCode") or ""),
        project=str(line.get("projectCode") or ""),
        matching="none",
    )


def _invoice_record(invoice: Invoice) -> Record:
    return {
        "invoiceID": int(invoice.invoice_id),
        "companyCode": invoice.entity,
        "postingYear": invoice.year,
        "daybookCode": invoice.daybook,
        "voucher": invoice.voucher,
        "supplierCode": invoice.supplier,
        "reference": invoice.reference,
        "invoiceType": invoice.kind,
        "description": invoice.description,
        "invoiceDate": envelope.stamp(invoice.invoiced_on),
        "postingDate": envelope.stamp(invoice.posted_on),
        "dueDate": envelope.stamp(invoice.due_on),
        "currencyCode": invoice.currency,
        "invoiceAmountTC": invoice.total,
        "vatAmountTC": invoice.tax,
        "invoiceStatusCode": invoice.status_code,
        "purchaseOrderNumber": invoice.order,
        "isOpen": invoice.balance != 0,
    }
