"""QAD documents under our own names, and the only door a payload comes in by: ``parse``.

The names are ours; which QAD column fills which is in ``entities.yaml``. The meaning of the columns is documented (QAD
Financials and purchasing) unless a field says otherwise. Payloads come from JSON: amounts as Decimal, int or their
exact digits as text, never float; dates as ISO text. An empty text and a missing one mean the same.
"""

from __future__ import annotations

from connector.systems.qad.documents.accounts import GLAccount
from connector.systems.qad.documents.document import Document, parse
from connector.systems.qad.documents.invoices import InvoiceLine, InvoiceType, SupplierInvoice
from connector.systems.qad.documents.orders import OrderLine, OrderStatus, PurchaseOrder
from connector.systems.qad.documents.payments import InvoicePayments, Payment, PaymentStatus
from connector.systems.qad.documents.suppliers import RemitTo, Supplier

__all__ = [
    "Document",
    "GLAccount",
    "InvoiceLine",
    "InvoicePayments",
    "InvoiceType",
    "OrderLine",
    "OrderStatus",
    "Payment",
    "PaymentStatus",
    "PurchaseOrder",
    "RemitTo",
    "Supplier",
    "SupplierInvoice",
    "parse",
]
