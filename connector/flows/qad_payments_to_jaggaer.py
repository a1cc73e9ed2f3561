"""Payment status: what QAD has paid on an invoice JAGGAER knows goes back to JAGGAER.

The state is worked out anew from all payments QAD lists for the invoice, so that a void or bounced payment takes its
effect back by itself. Paid and Paid Conditionally are money that left; For Collection is on its way; Initial and
Allocated are plans; Void and Bounced do not count (statuses documented, what they mean for JAGGAER is our mapping).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.dependency import Dependency, unmet
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import LinkNeed, LinkState, Needs
from connector.domain.money import Money
from connector.domain.outcome import Bury, Skip
from connector.posting import codes_without_case, jaggaer_invoice
from connector.posting.payment_standing import Standing, standing
from connector.systems.jaggaer import documents as jaggaer
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_payments_to_jaggaer"
_INVOICES = "qad_invoices_to_jaggaer"
_SUPPLIERS = "qad_suppliers_to_jaggaer"
OPTIONS: Mapping[str, Option] = {}

_TYPES = {
    qad.InvoiceType.INVOICE: jaggaer.InvoiceType.INVOICE,
    qad.InvoiceType.CREDIT_NOTE: jaggaer.InvoiceType.CREDIT_MEMO,
}


def _invoice(paid: qad.InvoicePayments) -> Dependency:
    need = LinkNeed(flow=_INVOICES, key=paid.invoice_id)
    return Dependency(need=need, label=f"invoice {paid.reference or paid.invoice_id} of supplier {paid.supplier_code}")


def needs(paid: qad.InvoicePayments, _options: Mapping[str, Any]) -> Needs:
    """The invoice in JAGGAER, whether JAGGAER was told of payments before, and how it spells the supplier."""
    supplier = codes_without_case.need(_SUPPLIERS, paid.supplier_code)
    return Needs(links=(_invoice(paid).need, LinkNeed(flow=_NAME, key=paid.invoice_id), supplier))


def map_payments(paid: qad.InvoicePayments, known: Known, _options: Mapping[str, Any]) -> Mapped | Outcome:
    """The payment status of one invoice."""
    label = _invoice(paid).label
    told_before = known.link(_NAME, paid.invoice_id).state is LinkState.LINKED
    now = standing(paid, told_before=told_before)
    if now is None:
        return Skip(reason=f"Nothing was paid on {label} yet.")
    kind = _TYPES.get(paid.invoice_type)
    if kind is None:
        return Skip(reason=f"QAD documents of type {paid.invoice_type.value} are not in JAGGAER, so {label} is not.")
    if known.link(_INVOICES, paid.invoice_id).state is LinkState.SKIPPED:
        return Skip(reason=f"JAGGAER does not get {label}, so it does not get its payment status either.")
    if not paid.reference:
        return Bury(
            code="invoice_number_missing",
            reason=f"QAD invoice {paid.invoice_id} of supplier {paid.supplier_code} has no supplier invoice number, "
            "the only thing JAGGAER finds an invoice by.",
            suggestion="Enter the reference in QAD; the corrected invoice is read by itself.",
        )
    stopped = unmet([_invoice(paid)], known, of=f"Payment status of {label}", source="QAD", target="JAGGAER")
    return stopped or _status(paid, kind, now, known)


def _status(paid: qad.InvoicePayments, kind: jaggaer.InvoiceType, now: Standing, known: Known) -> Mapped:
    supplier = codes_without_case.as_sent(known, _SUPPLIERS, paid.supplier_code)
    key = jaggaer.invoice_key(supplier_number=supplier, invoice_number=paid.reference, invoice_type=kind)
    sent_as = known.link(_INVOICES, paid.invoice_id).target_key or key
    # the invoice's own key says whether its business unit counts
    unit = sent_as.removeprefix(f"{key}|") if sent_as.startswith(f"{key}|") else ""
    latest = now.latest
    signed = -now.amount if kind is jaggaer.InvoiceType.CREDIT_MEMO and now.amount else now.amount
    money = Money(amount=signed, currency=paid.currency)
    body = jaggaer.payment_status(
        supplier_number=supplier,
        invoice_number=paid.reference,
        invoice_type=kind,
        state=jaggaer.PaymentState(now.state.value),
        money=jaggaer.amount(money.currency, money.amount),
        day=latest.date if latest else None,
        method=latest.instrument if latest else "",
        # the way QAD shows a payment, so that it can be found there
        number="/".join(filter(None, (latest.year, latest.instrument, latest.number))) if latest else "",
        unit=unit,
    )
    return Mapped(key=sent_as if unit else key, body=body)


FLOW: Flow[qad.InvoicePayments] = Flow(
    name=_NAME,
    kind="qad-jaggaer",
    title="Payment status",
    source=Side(system="qad", entity="payments"),
    target=Side(system="jaggaer", entity="payment_status"),
    schedule="every 15m",
    after=(_INVOICES,),
    options=OPTIONS,
    changes=(jaggaer_invoice.AS_WRITTEN, "What was paid on a credit note is negative."),
    parse=partial(qad.parse, qad.InvoicePayments),
    summarise=qad.InvoicePayments.summarised,
    key_field="invoice_id",
    codes_in_any_case=True,
    crosswalks=(),
    needs=needs,
    map=map_payments,
)
