"""``bcinvoice`` and ``bcinvoiceapmatching``: supplier invoices, with or without their matching to receivers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad.components.posted_invoice import MATCHING, ORDERS, POSTING, TAXES
from sandbox.qad.components.supplier_invoices import SupplierInvoices
from sandbox.qad.money import rounded
from sandbox.qad.wire import RefusalError
from sandbox.qad_ee.complaints import Complaint
from sandbox.qad_ee.writing import schemas
from sandbox.qad_ee.writing.posting import Posted, complaint, context_of, error, unreadable
from sandbox.qad_ee.writing.rows import Dataset, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from sandbox.qad.documents import Invoice
    from sandbox.qad.tenant import Tenant
    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.spelling import Spelling
    from sandbox.qad_ee.writing.posting import How

Record = dict[str, Any]
_HEADER: Final = {
    "supplierCode": "tcCreditorCode",
    "reference": "CInvoiceReference",
    "invoiceType": "CInvoiceType",
    "invoiceDate": "CInvoiceDate",
    "postingDate": "CInvoicePostingDate",
    "dueDate": "CInvoiceDueDate",
    "currencyCode": "tcCurrencyCode",
    "daybookCode": "tcJournalCode",
    "description": "CInvoiceDescription",
    "invoiceStatusCode": "tcReasonCode",
    "creditTermsCode": "tcNormalPaymentConditionCode",
    "commentNote": "CInvoiceCommentNote",
    "customLong1": "CustomLong1",
    "purchaseOrderNumber": "CInvoicePoNbr",
}


@dataclass(frozen=True, kw_only=True)
class Invoices:
    """Both APIs; ``matching`` says which."""

    tenant: Tenant
    options: Options
    spelling: Spelling
    matching: bool

    def __call__(self, message: Message, workspace: str, how: How) -> Posted:
        """Post every invoice of a message; a part of one is the invoice without what was to be matched or posted."""
        name, table = ("BCInvoiceAPMatching", "tCInvoiceCIAPM") if self.matching else ("BCInvoice", "tCInvoice")
        tables = schemas.MATCHING if self.matching else schemas.BCINVOICE
        dataset = Dataset(name=name, tables=tables, top=("tContextInfo", table), spelling=self.spelling)
        found = dataset.read(message.body)
        rows = found.of(table)
        if not rows:
            return Posted(complaints=[*dataset.warnings, error(f"The dataset {name} has no {table}.")])
        posted = Posted(complaints=list(dataset.warnings), data=self.spelling.element(name))
        context = context_of(found)
        company = (context["tcCompanyCode"] if context else "") or workspace.partition("_")[2]
        for row in rows:
            try:
                complaints, invoice = self._post(row, company, workspace, how)
            except (RefusalError, ArithmeticError, ValueError) as refusal:
                complaints, invoice = [unreadable(refusal)], None
            posted.complaints += complaints
            if invoice is not None and posted.data is not None:
                posted.data.append(self._row(table, invoice))
        return posted

    def _post(self, row: Row, company: str, workspace: str, how: How) -> tuple[list[Complaint], Invoice | None]:
        record = self._record(row, company)
        warnings = self._ignored(row)
        receivers = self._unreceived(record, workspace)
        if receivers or record["supplierCode"] in self.options.locked:
            locked = error(
                f"Supplier {record['supplierCode']} is locked by another user.",
                "tcCreditorCode",
                record["supplierCode"],
            )
            return [*warnings, *(receivers or [locked])], None
        if how == "part":
            record = {**record, POSTING: [], MATCHING: [], TAXES: [], "invoiceStatusCode": "AP-INITIAL"}
        books = SupplierInvoices(self.tenant)
        balanced = not self.matching and how != "part"
        done = books.post(record, workspace, balanced=balanced, keep=how != "nothing")
        names = {"postingDate": "CInvoicePostingDate", "invoiceAmountTC": _side(record)}
        problems = [complaint(one, names) for one in done.problems]
        warnings += [complaint(one, warning=True) for one in done.warnings]
        invoice = done.invoice
        if invoice is not None and self.matching and how == "whole" and _final(row):
            lines = tuple(replace(line, matching="FINISHED") for line in invoice.lines)
            invoice = replace(invoice, lines=lines)
            self.tenant.ledgers[workspace].put_invoice(invoice)
        return problems + warnings, invoice

    def _record(self, row: Row, company: str) -> Record:
        record: Record = {ours: row[theirs] for ours, theirs in _HEADER.items()}
        credit = record["invoiceType"].upper() == "CREDITNOTE"
        taxes = [_tax(one, credit=credit) for one in row.of("tCInvoiceVat")] if self._with_posting(row) else []
        posting = [_cost(line, credit=credit) for line in row.every("tPostingLine")]
        matching: list[Record] = []
        for line in row.of("tAPMatchingCIAPM"):
            match = _match(line, len(posting) + 1)
            matching.append(match)
            posting.append(
                {**_coding(line), **_ordered(match, record["currencyCode"]), "description": line["tcDescription"]}
            )
        posting += [_cost(line, credit=credit, prefix="td") for line in row.of("tAPMatchingCostCIAPM")]
        if self.matching and not record["invoiceStatusCode"]:
            record["invoiceStatusCode"] = "AP-RMALLOC" if _final(row) else "AP-INITIAL"
        tax = row["CInvoiceVatTC"] or sum((Decimal(one["taxAmountTC"] or 0) for one in taxes), Decimal(0))
        return {
            **record,
            "companyCode": row["tcCompanyCode"] or company,
            "invoiceAmountTC": row["CInvoiceOriginalDebitTC" if credit else "CInvoiceOriginalCreditTC"],
            "vatAmountTC": tax if self._with_posting(row) else 0,
            "isTaxable": row["CInvoiceIsTaxable"].lower() == "true",
            ORDERS: [{"purchaseOrderNumber": one["CInvoicePOPoNbr"]} for one in row.of("tCInvoicePO")],
            TAXES: taxes,
            POSTING: [{**line, "lineNumber": place} for place, line in enumerate(posting, start=1)],
            MATCHING: matching,
        }

    def _with_posting(self, row: Row) -> bool:
        return self.matching or any(row.every("tPostingLine"))

    def _ignored(self, row: Row) -> list[Complaint]:
        """Tax without the posting is ignored (documented); how that is told is not."""
        if self._with_posting(row) or not row.of("tCInvoiceVat"):
            return []
        desc = "WARNING: tCInvoiceVat is not used: the posting was not sent."
        return [Complaint(desc=desc, sev="warning", field="tCInvoiceVat")]

    def _unreceived(self, record: Record, workspace: str) -> list[Complaint]:
        """Only an order that has a receipt can be matched."""
        books = self.tenant.ledgers[workspace]
        problems = []
        for line in record[MATCHING]:
            order, place, receiver = (
                line[name] for name in ("purchaseOrderNumber", "purchaseOrderLine", "receiverNumber")
            )
            delivery = books.deliveries.get(order)
            arrived = [one for one in (delivery.lines if delivery else ()) if str(one.line) == place]
            if not any(receiver in {"", one.receiver} for one in arrived):
                desc = f"There is no receiver {receiver} for line {place} of purchase order {order}."
                problems.append(error(desc, "tcReceiverNumber", receiver))
        return problems

    def _row(self, table: str, invoice: Invoice) -> etree._Element:
        return self.spelling.row(
            table,
            (
                ("CInvoice_ID", invoice.invoice_id),
                ("tcCompanyCode", invoice.entity),
                ("CInvoicePostingYear", invoice.year),
                ("tcJournalCode", invoice.daybook),
                ("CInvoiceVoucher", invoice.voucher),
                ("tcCreditorCode", invoice.supplier),
                ("CInvoiceReference", invoice.reference),
                ("CInvoiceType", invoice.kind),
                ("CustomLong1", invoice.posted.correlation if invoice.posted else ""),
                ("tc_Rowid", "1"),
            ),
        )


def _side(record: Record) -> str:
    credit = str(record["invoiceType"]).upper() == "CREDITNOTE"
    return "CInvoiceOriginalDebitTC" if credit else "CInvoiceOriginalCreditTC"


def _final(row: Row) -> bool:
    return row["tlAPMatchingIsStatusFinal"].lower() == "true"


def _coding(line: Row) -> Record:
    return {
        "glCode": line["tcGLCode"],
        "subAccountCode": line["tcDivisionCode"],
        "costCentreCode": line["tcCostCentreCode"],
        "projectCode": line["tcProjectCode"],
    }


def _cost(line: Row, *, credit: bool, prefix: str = "") -> Record:
    sides = [Decimal(line[f"{prefix}PostingLine{side}TC"] or 0) for side in ("Debit", "Credit")]
    amount = sides[1] - sides[0] if credit else sides[0] - sides[1]
    text = line["PostingLineText"] or line["tcDescription"]
    return {**_coding(line), "amountTC": amount, "taxCode": line["tcVatCode"], "description": text}


def _match(line: Row, place: int) -> Record:
    return {
        "lineNumber": place,
        "purchaseOrderNumber": line["tcPurchaseOrderNumber"],
        "purchaseOrderLine": line["tiPurchaseOrderLineNumber"],
        "receiverNumber": line["tcReceiverNumber"],
        "matchQty": line["tdMatchQty"],
        "matchUnitPrice": line["tdMatchUnitPrice"],
    }


def _ordered(match: Mapping[str, Any], currency: str) -> Record:
    amount = Decimal(match["matchQty"] or 0) * Decimal(match["matchUnitPrice"] or 0)
    return {"purchaseOrderNumber": match["purchaseOrderNumber"], "amountTC": rounded(amount, currency)}


def _tax(one: Row, *, credit: bool) -> Record:
    return {
        "taxCode": one["tcVatCode"],
        "glCode": one["tcNormalTaxGLCode"],
        "taxBaseTC": _net(one, "CInvoiceVatVatBase", credit=credit),
        "taxAmountTC": _net(one, "CInvoiceVatVat", credit=credit),
    }


def _net(one: Row, name: str, *, credit: bool) -> Decimal:
    """What stands on the side of the costs, less what stands on the other one."""
    debit, other = (Decimal(one[f"{name}{side}TC"] or 0) for side in ("Debit", "Credit"))
    return other - debit if credit else debit - other
