"""Payment status coming back from the ERP. Path and body are ours: nothing public describes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.listing import ji, ji_refusal
from sandbox.jaggaer.shape import Money, Node, RefusedError
from sandbox.jaggaer.tenant import INVOICE_TYPES, Invoice, Payment, Tenant, invoice_key, now
from sandbox.jaggaer.wire import NotJsonError, answer, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ENTITY: Final = "payment_status"
STATUSES: Final = {name.lower(): name for name in ("Payable", "InProcess", "PartiallyPaid", "Paid")}
FIELDS: Final = (
    *("supplier", "supplierInvoiceNumber", "invoiceType", "paymentStatus"),
    *("paymentDate", "paymentMethod", "paymentNumber", "amount", "businessUnit"),
)


@dataclass(frozen=True, kw_only=True)
class PaymentStatus:
    """Takes in what the ERP has paid."""

    tenant: Tenant

    async def write(self, request: Request) -> Response:
        """Return POST invoices/paymentstatus: what is paid on one invoice so far; the last message counts."""
        try:
            body = Node(await read(request), "the message")
        except NotJsonError as problem:
            return answer({"returnCode": 2, "returnMessage": str(problem)}, status=400)
        key = "?"
        try:
            body.only("invoicePaymentStatus")
            message = body.node("invoicePaymentStatus")
            message.only(*FIELDS)
            key = self._key(message)
            invoice = self._invoice(key)
            payment = _payment(message, invoice)
        except RefusedError as refusal:
            self.tenant.journal.record(entity=ENTITY, key=key, outcome="refused")
            return ji_refusal(refusal)
        self.tenant.invoices[key] = replace(invoice, payment=payment, payment_status=payment.status, last_update=now())
        self.tenant.journal.record(entity=ENTITY, key=key, outcome="updated" if invoice.payment else "created")
        return ji({"invoiceId": invoice.invoice_id})

    def _key(self, message: Node) -> str:
        supplier = message.node("supplier")
        supplier.only("supplierNumber")
        kind = message.text("invoiceType")
        if kind not in INVOICE_TYPES:
            raise RefusedError(f"invoiceType {kind} is not one of {', '.join(INVOICE_TYPES)}.")
        key = invoice_key(supplier.text("supplierNumber"), message.text("supplierInvoiceNumber"), kind)
        unit = message.node("businessUnit").text("internalName") if message.has("businessUnit") else ""
        return f"{key}|{unit}" if f"{key}|{unit}" in self.tenant.invoices else key

    def _invoice(self, key: str) -> Invoice:
        if key not in self.tenant.invoices:
            raise RefusedError(f"there is no invoice {key} (supplier, number, type).")
        return self.tenant.invoices[key]


def _payment(message: Node, invoice: Invoice) -> Payment:
    status = STATUSES.get(message.text("paymentStatus").replace(" ", "").lower())
    if status is None:
        raise RefusedError(
            f"paymentStatus {message.text('paymentStatus')} is not one of {', '.join(STATUSES.values())}."
        )
    paid = message.money("amount") if message.has("amount") else Money(currency=invoice.currency, amount=Decimal(0))
    if paid.currency != invoice.currency:
        raise RefusedError(f"the invoice is in {invoice.currency}, the payment in {paid.currency}.")
    if paid.amount * invoice.total < 0:
        raise RefusedError(f"the amount paid ({paid.amount}) and the invoice's total ({invoice.total}) differ in sign.")
    _check_amount(status, abs(paid.amount), abs(invoice.total))
    return Payment(
        status=status,
        amount=paid.amount,
        currency=paid.currency,
        date=message.instant("paymentDate") if message.has("paymentDate") else None,
        method=message.maybe_text("paymentMethod"),
        number=message.maybe_text("paymentNumber"),
    )


def _check_amount(status: str, paid: Decimal, total: Decimal) -> None:
    if paid > total:
        raise RefusedError(f"the amount paid ({paid}) is more than the invoice's total ({total}).")
    if status == "PartiallyPaid" and not Decimal(0) < paid < total:
        raise RefusedError(f"an invoice of {total} is not partially paid with {paid}.")
    if status == "Paid" and paid == 0 and total != 0:
        raise RefusedError("an invoice is not paid with an amount of zero.")
