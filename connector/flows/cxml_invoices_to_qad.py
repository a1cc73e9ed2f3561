"""Invoices that suppliers send as cXML become initial supplier invoices in QAD, each looked for before it is posted.

An initial invoice is what QAD recommends for integrations: the total, the order lines to match with, and tax and
charges as a comment for accounts payable to finish. An invoice with purchase orders waits until each of them has a
receipt in QAD. A document whose figures do not add up is rejected, and its supplier is told why. One invoice stays one
invoice, in however many messages it comes. Credit memos are credit notes: QAD's amounts are positive for both.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import canonical, option
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkNeed, LinkState, Needs
from connector.domain.outcome import Bury, Park, Reject, Skip, Wait
from connector.domain.period import Closed, posting_day
from connector.domain.sentence import capital
from connector.posting import cxml_figures as figures
from connector.posting import cxml_suppliers as suppliers
from connector.posting.codes_without_case import need as qad_need
from connector.posting.cxml_lines import comment, lines_in_qad
from connector.posting.open_periods import FIRST_OPEN_DAY
from connector.reading.invoice_numbers import normalised
from connector.systems.cxml.documents import parse
from connector.systems.cxml.documents.bodies import TOLD_BEFORE, InvoiceState
from connector.systems.cxml.documents.invoices import Invoice, Operation, Purpose
from connector.systems.qad.documents import cost_objects, postings
from connector.systems.qad.documents.postings import InvoiceMode, InvoiceType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "cxml_invoices_to_qad"
_RECEIPTS = "qad_receipts_to_cxml"
_ENTITIES, _ONLY_ENTITY = "ledgers", "DEFAULT"
_LONGEST_SHOWN = 60
_MOST_NAMED = 8
_BY_HAND = "Enter it in QAD by hand, then discard this dead letter."

OPTIONS: Mapping[str, Option] = {
    **suppliers.OPTIONS,
    "status_code": Option(default="AP-INITIAL", help="QAD's invoice status code of initial invoices."),
    "daybook": Option(default="APINV", help="QAD's daybook for supplier invoices."),
    "credit_daybook": Option(default="APCR", help="QAD's daybook for credit notes."),
    "receipt_required": Option(
        default=True, help="Whether an invoice waits until each of its purchase orders has a receipt in QAD."
    ),
    "first_open_day": FIRST_OPEN_DAY,
    "closed_period": Option(
        default=Closed.NEXT_OPEN.value,
        help="What becomes of a document dated before first_open_day: next_open posts it on that day, wait waits "
        "until the day is open, refuse rejects it.",
        choices=tuple(Closed),
    ),
}


def label(invoice: Invoice) -> str:
    """The invoice as accounts payable finds it: the supplier's number, and who the supplier is in the network."""
    what = "credit memo" if invoice.credit else "invoice"
    return f'{what} "{invoice.invoice_number[:_LONGEST_SHOWN]}" of {invoice.supplier[0]}'


def _entity_needs(invoice: Invoice) -> tuple[CodeNeed, ...]:
    """A company with several entities of QAD may have a name for each in the network."""
    ours = (CodeNeed(table=_ENTITIES, code=str(party)) for party in invoice.buyer)
    return (*ours, CodeNeed(table=_ENTITIES, code=_ONLY_ENTITY))


def _receipts(invoice: Invoice, options: Mapping[str, Any]) -> tuple[LinkNeed, ...]:
    if not option.switch("receipt_required", options, OPTIONS):
        return ()
    return tuple(qad_need(_RECEIPTS, order) for order in invoice.order_numbers)


def needs(invoice: Invoice, options: Mapping[str, Any]) -> Needs:
    """Whether it is in the books already, who its supplier is, and the receipts of its orders."""
    return Needs(
        links=(LinkNeed(flow=_NAME, key=invoice.source_key), *_receipts(invoice, options)),
        codes=tuple(dict.fromkeys((*suppliers.in_needs(invoice), *_entity_needs(invoice)))),
    )


def map_invoice(invoice: Invoice, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The supplier invoice; or what stands against it. What is in the books is not rejected: it may be paid."""
    said, link = _mapped(invoice, known, options), known.link(_NAME, invoice.source_key)
    if not isinstance(said, Reject) or link.state is not LinkState.LINKED:
        return said
    return Bury(
        code="posted_before",
        reason=f"{said.reason} It came again, and is in QAD's books as {link.target_id}: its supplier is told nothing.",
        suggestion=f"See whether {link.target_id} is right, reverse it in QAD where it is not, then discard this.",
    )


def _mapped(invoice: Invoice, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """Figures first, then codes, receipts and the period."""
    supplier = suppliers.in_qad(invoice, known, options, OPTIONS)
    if stopped := (
        _not_to_be_posted(invoice, known)
        or _unread(invoice)
        or _wrong(invoice)
        or _by_hand(invoice)
        or _unknown(invoice, supplier, known)
        or _not_received(invoice, known, options)
    ):
        return stopped
    day = posting_day(
        invoice.invoice_date or dt.date.min,
        first_open=option.day("first_open_day", options, OPTIONS),
        rule=option.choice("closed_period", options, OPTIONS, Closed),
        of=capital(label(invoice)),
        target="QAD",
    )
    if not isinstance(day, dt.date):
        return day
    return _invoice(invoice, supplier, day, known, options)


def _not_to_be_posted(invoice: Invoice, known: Known) -> Outcome | None:
    """What is for information, was taken back, or is in the books."""
    name, link = capital(label(invoice)), known.link(_NAME, invoice.source_key)
    posted = link.state is LinkState.LINKED
    if invoice.operation is Operation.DELETE:
        return _taken_back(invoice, link.target_id if posted else None)
    if invoice.information_only:
        return Skip(reason=f"{name} is for information only (isInformationOnly); it is not posted.")
    if posted and link.facts.get("content", "") != _content(invoice):
        return Bury(
            code="posted_before",
            reason=f"{name} came again with other content, but is in QAD's books as {link.target_id}.",
            suggestion=f"Compare both: reverse {link.target_id} in QAD and enter the new one there by hand, or have "
            "its supplier give a second invoice a number of its own.",
        )
    return None


def _taken_back(invoice: Invoice, posted: str | None) -> Outcome:
    """What is in the books, and what is not here at all, is for people."""
    name = capital(label(invoice))
    if posted:
        return Bury(
            code="deleted_after_posting",
            reason=f"{name} was taken back by its supplier, but is in QAD's books as {posted}.",
            suggestion=f"Reverse {posted} in QAD, then discard this dead letter.",
        )
    if not invoice.refers:
        return Reject(reason=f"{name} is taken back without a DocumentReference to what is meant.")
    if not invoice.original_known:
        return Bury(
            code="deleted_unknown",
            reason=f"{name} was taken back by its supplier, but neither the message that this refers to "
            f"({invoice.refers_to[:_LONGEST_SHOWN] or 'none'}) nor an invoice of that number and purpose came here.",
            suggestion="Ask the supplier which invoice is meant, see in QAD that it is not paid, then discard this.",
        )
    return Skip(reason=f"{name} was taken back by its supplier before it was posted.")


def _unread(invoice: Invoice) -> Bury | None:
    """What nobody here can add up: whether it is wrong is not known, so its supplier is not told that it is."""
    if not invoice.unread:
        return None
    return _entered(invoice, f"has {', '.join(invoice.unread)}, which are not read here")


def _wrong(invoice: Invoice) -> Reject | None:
    """What its supplier has to correct."""
    signed = invoice.summary.due if invoice.summary.due is not None else invoice.total
    checks = (
        (bool(normalised(invoice.invoice_number)), "has no number"),
        (invoice.invoice_date is not None, "has no invoiceDate"),
        (bool(invoice.orders) and all(order.lines for order in invoice.orders), "has an order without lines"),
        (
            not any(order.order_message for order in invoice.orders),
            "names an order only by the message it came in, with an OrderReference that has no orderID",
        ),
        (
            invoice.purpose is not Purpose.LINE_LEVEL_CREDIT_MEMO or invoice.refers,
            "is a lineLevelCreditMemo without a DocumentReference to the invoice it corrects",
        ),
    )
    why = next((said for passed, said in checks if not passed), "") or figures.contradiction(invoice)
    if not why and invoice.credit and signed >= 0:
        why = f"has the purpose {invoice.purpose.value}, but its amount is not below zero"
    if not why and not invoice.credit and signed < 0:
        why = f"has the purpose {invoice.purpose.value}, but its amount is below zero"
    return Reject(reason=f"{capital(label(invoice))} {why}. Correct it and send it again.") if why else None


def _by_hand(invoice: Invoice) -> Bury | None:
    """What is right, but more than an initial invoice can say."""
    withheld = any(one.withheld for part in (invoice.summary, *invoice.lines) for one in part.tax_details)
    why = ""
    if invoice.summary.deposit:
        why = "has a DepositAmount, which has to be settled with its prepayment"
    elif withheld:
        why = "has withholding tax"
    return _entered(invoice, why) if why else None


def _entered(invoice: Invoice, why: str) -> Bury:
    return Bury(code="enter_by_hand", reason=f"{capital(label(invoice))} {why}.", suggestion=_BY_HAND)


def _unknown(invoice: Invoice, supplier: str, known: Known) -> Park | None:
    missing = () if supplier else (suppliers.in_needs(invoice)[0],)
    if not _entity(invoice, known):
        missing = (*missing, CodeNeed(table=_ENTITIES, code=_ONLY_ENTITY))
    return Park(missing=missing) if missing else None


def _entity(invoice: Invoice, known: Known) -> str:
    rows = (known.code(need.table, need.code) for need in _entity_needs(invoice))
    return next(filter(None, rows), "")


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


def _content(invoice: Invoice) -> str:
    """A digest of what is owed for what: words, and how its number is spelled, may differ."""
    words = {"description", "part", "line_number"}
    lines = [
        [order.order_number, *(line.model_dump(exclude=words) for line in order.lines)] for order in invoice.orders
    ]
    return canonical.fingerprint([invoice.currency, invoice.invoice_date, invoice.summary.model_dump(), lines])[:16]


def _invoice(invoice: Invoice, supplier: str, day: dt.date, known: Known, options: Mapping[str, Any]) -> Mapped:
    kind = InvoiceType.CREDIT_NOTE if invoice.credit else InvoiceType.INVOICE
    sign, entity = -1 if invoice.credit else 1, _entity(invoice, known)
    link = known.link(_NAME, invoice.source_key)
    # what is in the books is found there by its number as it was spelled then
    number = link.facts.get("number") or invoice.invoice_number
    told = link.state is LinkState.LINKED and not link.untold
    body = postings.supplier_invoice(
        entity=entity,
        supplier_code=supplier,
        remit_to="",
        reference=number,
        invoice_type=kind,
        words=postings.text_with(number, before="cXML"),
        invoice_date=invoice.invoice_date,
        posting_date=day,
        due_date=None,
        currency=invoice.currency,
        total=sign * invoice.total + 0,
        mode=InvoiceMode.INITIAL,
        status_code=option.text("status_code", options, OPTIONS),
        daybook=option.text("credit_daybook" if invoice.credit else "daybook", options, OPTIONS),
        order_numbers=invoice.order_numbers,
        comment=comment(invoice, sign),
        lines=lines_in_qad(invoice, sign),
        taxes=(),
    )
    key = postings.invoice_key(entity=entity, supplier_code=supplier, reference=number, invoice_type=kind)
    state = TOLD_BEFORE if told else InvoiceState.PROCESSING.value
    facts = {"number": number, "content": _content(invoice), "told": state}
    return Mapped(key=key, body=body, facts=facts)


FLOW: Flow[Invoice] = Flow(
    name=_NAME,
    kind="qad-cxml",
    title="Supplier invoices",
    source=Side(system="cxml", entity="invoices"),
    target=Side(system="qad", entity="supplier_invoices"),
    updates=False,
    schedule="every 5m",
    confirms=True,
    after=(_RECEIPTS,),
    options=OPTIONS,
    changes=("Amounts of a credit memo are positive in QAD, where it is a credit note.",),
    parse=partial(parse, Invoice),
    summarise=Invoice.summarised,
    key_field="source_key",
    controls=("operation", "information_only"),
    codes_in_any_case=True,
    crosswalks=(_ENTITIES, suppliers.IN),
    code_lists={_ENTITIES: cost_objects.ENTITIES, suppliers.IN: suppliers.CODES},
    needs=needs,
    map=map_invoice,
)
