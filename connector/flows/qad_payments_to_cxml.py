"""Payment status: what QAD has paid on an invoice that came as cXML is told to its supplier (InvoiceStatus).

Money that left is ``paid``, with a PartialAmount where it is not all of it; money on its way is ``paying``; a payment
that came back, void or bounced, makes the invoice ``reconciled`` again: in the books, and still to be paid. The state
is worked out anew from all payments QAD lists for the invoice. Statuses of an invoice are numbered by what was told
before, so that one that comes back is another message; what changes in QAD and nothing that is told is not sent.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.dependency import Dependency, unmet
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import LinkNeed, LinkState, Needs
from connector.domain.money import Money
from connector.domain.outcome import Bury, Skip, Stands, Wait
from connector.posting import cxml_suppliers as suppliers
from connector.posting.payment_standing import PaymentState, Standing, standing
from connector.systems.cxml.documents import bodies, identity
from connector.systems.cxml.documents.bodies import InvoiceState
from connector.systems.cxml.documents.invoices import Purpose
from connector.systems.qad import documents as qad
from connector.systems.qad.documents import postings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_payments_to_cxml"
_INVOICES = "cxml_invoices_to_qad"
_PURPOSES = {
    qad.InvoiceType.INVOICE: (Purpose.STANDARD, Purpose.DEBIT_MEMO, Purpose.LINE_LEVEL_DEBIT_MEMO),
    qad.InvoiceType.CREDIT_NOTE: (Purpose.CREDIT_MEMO, Purpose.LINE_LEVEL_CREDIT_MEMO),
}
_KINDS = {
    qad.InvoiceType.INVOICE: postings.InvoiceType.INVOICE,
    qad.InvoiceType.CREDIT_NOTE: postings.InvoiceType.CREDIT_NOTE,
}
_STATES = {
    PaymentState.PAID: InvoiceState.PAID,
    PaymentState.PARTIALLY_PAID: InvoiceState.PAID,
    PaymentState.IN_PROCESS: InvoiceState.PAYING,
    PaymentState.PAYABLE: InvoiceState.RECONCILED,
}

OPTIONS: Mapping[str, Option] = {
    **suppliers.OPTIONS,
    **suppliers.LISTED,
    "received_invoices_only": Option(
        default=True,
        help="Whether suppliers are told only of invoices that they sent as cXML; if not, of all they have in QAD.",
    ),
}


def _label(paid: qad.InvoicePayments) -> str:
    return f"invoice {paid.reference or paid.invoice_id} of supplier {paid.supplier_code}"


def needs(paid: qad.InvoicePayments, _options: Mapping[str, Any]) -> Needs:
    """Who its supplier is in the network, and whether they were told of payments before."""
    return Needs(links=(LinkNeed(flow=_NAME, key=paid.invoice_id),), codes=(suppliers.out_need(paid.supplier_code),))


def second_needs(paid: qad.InvoicePayments, known: Known, options: Mapping[str, Any]) -> Needs:
    """The invoice as it came, under each purpose it may have had."""
    supplier = suppliers.in_network(paid.supplier_code, known, options, OPTIONS)
    return Needs(links=tuple(_came_as(paid, supplier))) if supplier else Needs()


def _came_as(paid: qad.InvoicePayments, supplier: str) -> list[LinkNeed]:
    purposes = _PURPOSES.get(paid.invoice_type, ()) if paid.reference else ()
    return [
        LinkNeed(flow=_INVOICES, key=identity.invoice_key(supplier, paid.reference, purpose.value))
        for purpose in purposes
    ]


def map_payments(paid: qad.InvoicePayments, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The payment status of one invoice."""
    link = known.link(_NAME, paid.invoice_id)
    told_before = link.state is LinkState.LINKED
    now = standing(paid, told_before=told_before)
    supplier = suppliers.in_network(paid.supplier_code, known, options, OPTIONS)
    if now is None or (now.state is PaymentState.PAYABLE and not told_before):
        return Skip(reason=f"Nothing was paid on {_label(paid)} yet.")
    stopped = suppliers.wrong_row(paid.supplier_code, known) or _not_told(paid, supplier)
    if not stopped and option.switch("received_invoices_only", options, OPTIONS):
        stopped = _not_received(paid, supplier or "", known)
    return stopped or _status(paid, supplier or "", now, link.target_id if told_before else None)


def _not_told(paid: qad.InvoicePayments, supplier: str | None) -> Outcome | None:
    """Why nobody can be told."""
    label = _label(paid)
    if paid.invoice_type not in _KINDS:
        return Skip(reason=f"QAD documents of type {paid.invoice_type.value} do not come as cXML, so {label} did not.")
    if supplier is None:
        return Skip(reason=f"The supplier of {label} is not in the network.")
    if not paid.reference:
        return Bury(
            code="invoice_number_missing",
            reason=f"QAD invoice {paid.invoice_id} of supplier {paid.supplier_code} has no supplier invoice number, "
            "the only thing its supplier knows it by.",
            suggestion="Enter the reference in QAD; the corrected invoice is read by itself.",
        )
    return None


def _not_received(paid: qad.InvoicePayments, supplier: str, known: Known) -> Outcome | None:
    """Why its supplier is not told: it did not come as cXML, or is not in the books yet."""
    came = [need for need in _came_as(paid, supplier) if known.link(need.flow, need.key).state is not LinkState.ABSENT]
    label = _label(paid)
    if not came:
        return Skip(reason=f"No such invoice came from {supplier} as cXML, so nobody is told what was paid on {label}.")
    if untold := [need for need in came if known.link(need.flow, need.key).untold]:
        return Wait(
            gate=f"its supplier being told that {label} is processed",
            why=f"Payment status of {label} waits: its supplier has not been told yet that it is processed, and would "
            "hear of that after the money.",
            needs=tuple(untold),
        )
    if any(known.link(need.flow, need.key).state is LinkState.LINKED for need in came):
        return None
    waits = [Dependency(need=need, label=label) for need in came[:1]]
    return unmet(waits, known, of=f"Payment status of {label}", source="the network", target="QAD")


def _status(paid: qad.InvoicePayments, supplier: str, now: Standing, told_as: str | None) -> Mapped | Stands:
    partial_ = now.state is PaymentState.PARTIALLY_PAID
    money = Money(amount=now.amount, currency=paid.currency)
    body = bodies.invoice_status(
        supplier=supplier,
        invoice_number=paid.reference,
        invoice_date=None,
        state=_STATES[now.state],
        words=_words(now),
        partial=money.amount if partial_ else None,
        currency=money.currency,
    )
    if told_as is not None:
        before = bodies.told_status(told_as)
        if before is not None and before.content == bodies.status_content(body):
            return Stands(reason=f"Nothing that its supplier is told has changed on the payment of {_label(paid)}.")
        body = {**body, "number": (before.number if before else 1) + 1}
    key = f"{supplier}|{paid.reference}|{_KINDS[paid.invoice_type].value}|{paid.invoice_id}"
    return Mapped(key=key, body=body)


def _words(now: Standing) -> str:
    """How the supplier finds the payment, or why there is none any more."""
    if now.latest is None:
        return "A payment did not stand; the invoice is still to be paid."
    latest = now.latest
    number = "/".join(filter(None, (latest.year, latest.instrument, latest.number)))
    day = latest.date.isoformat() if isinstance(latest.date, dt.date) else ""
    return " ".join(filter(None, ("Payment", number, f"of {day}" if day else "")))


FLOW: Flow[qad.InvoicePayments] = Flow(
    name=_NAME,
    kind="qad-cxml",
    title="Payment status",
    source=Side(system="qad", entity="payments"),
    target=Side(system="cxml", entity="invoice_status"),
    schedule="every 15m",
    after=(_INVOICES,),
    options=OPTIONS,
    changes=("What was paid on a credit memo is told without its sign.",),
    parse=partial(qad.parse, qad.InvoicePayments),
    summarise=qad.InvoicePayments.summarised,
    key_field="invoice_id",
    codes_in_any_case=True,
    crosswalks=(suppliers.OUT,),
    needs=needs,
    second_needs=second_needs,
    map=map_payments,
    version=2,
)
