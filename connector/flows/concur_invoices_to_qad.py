"""Supplier invoices approved in Concur become supplier invoices in QAD, each looked for before it is posted.

Mode INITIAL, which QAD recommends for integrations, creates an initial invoice: the total, order lines to match with,
and tax and coding as a comment for accounts payable to finish. FULL also writes the tax and the posting. An invoice
with purchase orders waits until each of them has a receipt in QAD, because QAD matches against receipts only. A
negative total is a credit note; QAD's amounts are positive for both.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import LinkNeed, LinkState, Needs
from connector.domain.money import decimals, spelled
from connector.domain.outcome import Bury, Wait
from connector.domain.sentence import capital
from connector.posting import concur_coding
from connector.posting import invoice_rules as rules
from connector.posting.codes_without_case import need as qad_need
from connector.posting.concur_coding import Coding
from connector.posting.invoice_lines import comment, lines_in_qad, taxes_in_qad
from connector.posting.rounding import in_cents
from connector.reading.invoice_numbers import normalised
from connector.systems.concur.documents import parse
from connector.systems.concur.documents.invoices import Invoice
from connector.systems.qad.documents import postings
from connector.systems.qad.documents.postings import InvoiceMode, InvoiceType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome
    from connector.posting.invoice_rules import Cost

_NAME = "concur_invoices_to_qad"
_RECEIPTS = "qad_receipts_to_concur"
_LONGEST_SHOWN = 60
_MOST_NAMED = 8

OPTIONS: Mapping[str, Option] = {
    **concur_coding.OPTIONS,
    "invoice_mode": Option(
        default=InvoiceMode.INITIAL.value,
        help="INITIAL: an invoice that accounts payable finishes in QAD; FULL: with its tax and its posting.",
        choices=tuple(InvoiceMode),
    ),
    "initial_status_code": Option(default="AP-INITIAL", help="QAD's invoice status code in mode INITIAL."),
    "order_status_code": Option(
        default="AP-NOALLOC", help="QAD's invoice status code in mode FULL for invoices with purchase orders."
    ),
    "full_status_code": Option(
        default="AP-GLALLOC", help="QAD's invoice status code in mode FULL for invoices without purchase orders."
    ),
    "daybook": Option(default="APINV", help="QAD's daybook for supplier invoices."),
    "credit_daybook": Option(default="APCR", help="QAD's daybook for credit notes."),
    "receipt_required": Option(
        default=True, help="Whether an invoice waits until each of its purchase orders has a receipt in QAD."
    ),
}


def label(invoice: Invoice) -> str:
    """The invoice as accounts payable finds it: the supplier's number, and Concur's id."""
    header, vendor = invoice.document.request_header, invoice.document.vendor
    number = header.vendor_invoice_number[:_LONGEST_SHOWN]
    what = f'invoice "{number}"' if number else "an invoice without number"
    return f"{what} of supplier {vendor.vendor_code or 'unknown'} (Concur {invoice.source_key})"


def _costs(invoice: Invoice, options: Mapping[str, Any]) -> tuple[Cost, ...] | Bury:
    return rules.costs(invoice, concur_coding.finder(options, OPTIONS), label=capital(label(invoice)))


def _mode(options: Mapping[str, Any]) -> InvoiceMode:
    return option.choice("invoice_mode", options, OPTIONS, InvoiceMode)


def _coding(invoice: Invoice, costs: tuple[Cost, ...], options: Mapping[str, Any]) -> Coding:
    vendor = invoice.document.vendor.vendor_code
    return Coding(
        ledger=invoice.document.request_header.ledger_code,
        accounts=tuple(dict.fromkeys(cost.account for cost in costs if cost.account)),
        objects=tuple(dict.fromkeys(cost.objects for cost in costs)),
        taxes=tuple(code for code in rules.taxes(costs) if code) if _mode(options) is InvoiceMode.FULL else (),
        suppliers=(vendor,) if vendor else (),
    )


def _receipts(invoice: Invoice, options: Mapping[str, Any]) -> tuple[LinkNeed, ...]:
    if not option.switch("receipt_required", options, OPTIONS):
        return ()
    return tuple(qad_need(_RECEIPTS, order) for order in invoice.orders)


def needs(invoice: Invoice, options: Mapping[str, Any]) -> Needs:
    """Its codes, the receipts of its orders, and whether it is in the books already."""
    costs = _costs(invoice, options)
    codes = () if isinstance(costs, Bury) else _coding(invoice, costs, options).needs().codes
    return Needs(links=(LinkNeed(flow=_NAME, key=invoice.source_key), *_receipts(invoice, options)), codes=codes)


def second_needs(invoice: Invoice, known: Known, options: Mapping[str, Any]) -> Needs:
    """What QAD must have for these codes."""
    costs = _costs(invoice, options)
    return Needs() if isinstance(costs, Bury) else _coding(invoice, costs, options).second_needs(known)


def map_invoice(invoice: Invoice, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The supplier invoice; or what stands against it: figures first, then codes, receipts and the period."""
    name, header = label(invoice), invoice.document.request_header
    if skipped := concur_coding.unwanted(
        is_test=invoice.is_test or header.is_test, label=name, options=options, offered=OPTIONS
    ):
        return skipped
    if twice := concur_coding.posted_before(_NAME, known, invoice, label=name):
        return twice
    costs = _costs(invoice, options)
    if isinstance(costs, Bury):
        return costs
    codes = _coding(invoice, costs, options)
    if stopped := (
        _unusable(invoice, costs, options)
        or _wrong_total(invoice, costs, options)
        or codes.missing(known)
        or _not_received(invoice, known, options)
    ):
        return stopped
    day = concur_coding.day_to_post(header.invoice_date, label=name, options=options, offered=OPTIONS)
    if not isinstance(day, dt.date):
        return day
    return _invoice(invoice, costs, codes, day=day, known=known, options=options)


def _unusable(invoice: Invoice, costs: tuple[Cost, ...], options: Mapping[str, Any]) -> Bury | None:
    """What QAD cannot take without."""
    header, name = invoice.document.request_header, capital(label(invoice))
    full = _mode(options) is InvoiceMode.FULL
    checks = (
        (bool(invoice.document.vendor.vendor_code), "supplier_missing", "has no vendor code"),
        (bool(normalised(header.vendor_invoice_number)), "invoice_number_missing", "has no invoice number"),
        (header.invoice_date is not None, "date_missing", "has no invoice date"),
        (bool(costs), "lines_missing", "has no lines"),
        (not full or all(cost.account for cost in costs), "account_missing", "has an allocation without account"),
        (not full or all(tax.code for c in costs for tax in c.taxes), "tax_code_missing", "has a tax without code"),
    )
    for passed, code, why in checks:
        if not passed:
            return Bury(code=code, reason=f"{name} {why}.", suggestion=rules.IN_CONCUR)
    return None


def _wrong_total(invoice: Invoice, costs: tuple[Cost, ...], options: Mapping[str, Any]) -> Bury | None:
    """Lines and tax must be what the supplier wants; an initial invoice may leave tax or shipping at its header."""
    header = invoice.document.request_header
    wanted = rules.total(invoice, costs)
    added = sum((cost.amount + cost.tax for cost in costs), start=Decimal(0))
    apart = [Decimal(0)]
    if _mode(options) is InvoiceMode.INITIAL:
        tax, shipping = header.amount_tax or Decimal(0), header.amount_shipping_total
        apart += [tax, shipping, tax + shipping]
    currency = header.currency_alpha_code
    if wanted - added in apart and in_cents(wanted, currency) is not None:
        return None
    return Bury(
        code="amounts_do_not_add_up",
        reason=f"Lines and tax of {label(invoice)} add up to {spelled(added, currency)}, "
        f"but its total is {spelled(wanted, currency)}.",
        suggestion=rules.IN_CONCUR,
    )


def _not_received(invoice: Invoice, known: Known, options: Mapping[str, Any]) -> Wait | None:
    """Wait for a receipt of every order."""
    absent = [need for need in _receipts(invoice, options) if known.link(need.flow, need.key).state is LinkState.ABSENT]
    if not absent:
        return None
    more = len(absent) - _MOST_NAMED
    listed = ", ".join(need.key for need in absent[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return Wait(
        gate=f"receipt of {listed} in QAD",
        why=f"{capital(label(invoice))} waits: nothing was received on {listed} in QAD yet.",
        needs=tuple(absent),
    )


def _invoice(
    invoice: Invoice, costs: tuple[Cost, ...], codes: Coding, *, day: dt.date, known: Known, options: Mapping[str, Any]
) -> Mapped:
    header, vendor, mode = invoice.document.request_header, invoice.document.vendor, _mode(options)
    currency = header.currency_alpha_code
    wanted = round(rules.total(invoice, costs), decimals(currency))
    kind = InvoiceType.CREDIT_NOTE if wanted < 0 else InvoiceType.INVOICE
    sign = -1 if kind is InvoiceType.CREDIT_NOTE else 1
    entity, supplier = codes.entity(known), concur_coding.coded("suppliers", vendor.vendor_code, known)
    body = postings.supplier_invoice(
        entity=entity,
        supplier_code=supplier,
        remit_to=vendor.vendor_remit_to_address_code,
        reference=header.vendor_invoice_number,
        invoice_type=kind,
        words=postings.text_with(invoice.source_key, before="Concur"),
        invoice_date=header.invoice_date,
        posting_date=day,
        due_date=invoice.due_day,
        currency=currency,
        total=sign * wanted,
        mode=mode,
        status_code=_status_code(invoice, mode, options),
        daybook=option.text("credit_daybook" if sign < 0 else "daybook", options, OPTIONS),
        order_numbers=invoice.orders,
        comment=comment(invoice, costs, sign, known) if mode is InvoiceMode.INITIAL else "",
        lines=lines_in_qad(costs, sign, known, invoice.document.request_header.po_number, mode),
        taxes=taxes_in_qad(costs, sign, known) if mode is InvoiceMode.FULL else (),
    )
    key = postings.invoice_key(
        entity=entity, supplier_code=supplier, reference=header.vendor_invoice_number, invoice_type=kind
    )
    return Mapped(key=key, body=body, facts={"doc_id": invoice.doc_id})


def _status_code(invoice: Invoice, mode: InvoiceMode, options: Mapping[str, Any]) -> str:
    if mode is InvoiceMode.INITIAL:
        return option.text("initial_status_code", options, OPTIONS)
    return option.text("order_status_code" if invoice.orders else "full_status_code", options, OPTIONS)


FLOW: Flow[Invoice] = Flow(
    name=_NAME,
    kind="qad-concur",
    title="Supplier invoices",
    source=Side(system="concur", entity="invoices"),
    target=Side(system="qad", entity="supplier_invoices"),
    updates=False,
    schedule="every 5m",
    confirms=True,
    after=(concur_coding.SUPPLIERS, concur_coding.COST_OBJECTS, _RECEIPTS),
    options=OPTIONS,
    parse=partial(parse, Invoice),
    summarise=Invoice.summarised,
    key_field="source_key",
    controls=("is_test",),
    identity_field="doc_id",
    crosswalks=concur_coding.CROSSWALKS,
    code_lists=concur_coding.CODE_LISTS,
    needs=needs,
    second_needs=second_needs,
    map=map_invoice,
)
