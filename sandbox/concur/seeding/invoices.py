"""Invoices as Concur Invoice hands them over, and what the ledger should show for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.seeding import conventions
from sandbox.concur.seeding.expense_document import guid
from sandbox.concur.seeding.money import long, rounded, shares, smallest, worth

if TYPE_CHECKING:
    from random import Random

    from sandbox.concur.seeding.conventions import Vendor
    from sandbox.concur.seeding.people import Employee

_TAX: Final = {"DE": ("DE-V19", "0.19"), "GB": ("GB-V20", "0.20"), "CA": ("CA-GST", "0.05")}
_WHOLE: Final = (Decimal(100),)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, coded by its shares; ``net`` is negative on a credit."""

    quantity: Decimal
    price: Decimal
    net: Decimal
    tax: Decimal
    shipping: Decimal
    account: str
    cost_centres: tuple[str, ...]
    percentages: tuple[Decimal, ...]
    order: str = ""


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """The truth behind a payment request."""

    number: int
    request_id: str
    owner: Employee
    vendor: Vendor
    reference: str
    invoiced_on: date
    lines: tuple[Line, ...]
    tax_code: str

    @property
    def net(self) -> Decimal:
        """Everything but tax and shipping."""
        return sum((one.net for one in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """All tax."""
        return sum((one.tax for one in self.lines), Decimal(0))

    @property
    def shipping(self) -> Decimal:
        """All shipping."""
        return sum((one.shipping for one in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What is asked for."""
        return self.net + self.tax + self.shipping

    @property
    def orders(self) -> list[str]:
        """The orders it refers to."""
        return list(dict.fromkeys(one.order for one in self.lines if one.order))


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What an invoice of a scenario looks like. ``orders``: how many; ``received``: whether goods have arrived."""

    orders: int = 0
    received: bool = True
    lines: int = 1
    percentages: tuple[Decimal, ...] = _WHOLE
    taxed: bool = False
    shipping: bool = False
    credit: bool = False


SCENARIOS: Final = {
    "one order": Shape(orders=1),
    "no order": Shape(),
    "no order, several lines": Shape(lines=4),
    "order without receipt": Shape(orders=1, received=False),
    "credit without order": Shape(credit=True),
    "no order, taxed": Shape(lines=2, taxed=True),
    "two orders": Shape(orders=2),
    "no order, split": Shape(percentages=(Decimal(50), Decimal(30), Decimal(20))),
    "order, taxed": Shape(orders=1, taxed=True),
    "no order, shipping": Shape(shipping=True),
    "credit on order": Shape(orders=1, credit=True),
}


def make_invoice(
    number: int, *, request_id: str, shape: Shape, owner: Employee, chance: Random, documents: int
) -> Invoice:
    """Invent invoice ``number`` (from 0) of a company beside a QAD with ``documents`` documents."""
    orders, vendor = _orders(shape, chance, documents)
    invoiced_on = conventions.TODAY - timedelta(days=chance.randint(3, 40))
    tax_code, rate = _TAX.get(vendor.country, ("", "0")) if shape.taxed else ("", "0")
    count = shape.lines if not orders else len(orders)
    return Invoice(
        number=number,
        request_id=request_id,
        owner=owner,
        vendor=vendor,
        reference=_reference(number, credit=shape.credit),
        invoiced_on=invoiced_on,
        tax_code=tax_code,
        lines=tuple(
            _line(shape, orders[place] if orders else "", vendor.currency, Decimal(rate), chance)
            for place in range(count)
        ),
    )


def _orders(shape: Shape, chance: Random, documents: int) -> tuple[list[str], Vendor]:
    known = conventions.orders(documents) if shape.received else conventions.orders_without_receipt(documents)
    if not shape.orders or not known:
        return [], chance.choice(conventions.vendors(documents))
    number, vendor = chance.choice(known)
    others = [one for one, its in known if its == vendor and one != number]
    return [number, *chance.sample(others, min(shape.orders - 1, len(others)))], vendor


def _line(shape: Shape, order: str, currency: str, rate: Decimal, chance: Random) -> Line:
    quantity = Decimal(chance.randint(1, 40) * (-1 if shape.credit else 1))
    price = worth(chance.randint(250, 40_000), currency)
    net = quantity * price
    return Line(
        quantity=quantity,
        price=price,
        net=net,
        tax=rounded(net * rate, currency),
        shipping=max(rounded(net / 20, currency), smallest(currency)) if shape.shipping else Decimal(0),
        account=conventions.ORDER_ACCOUNT if order else chance.choice(conventions.INVOICE_ACCOUNTS),
        cost_centres=tuple(chance.choice(conventions.COST_CENTRES) for _ in shape.percentages),
        percentages=shape.percentages,
        order=order,
    )


def _reference(number: int, *, credit: bool) -> str:
    """Write the vendor's own number; some have spaces and small letters."""
    styles = ("CI-{n:06d}", "ci {n:05d} x", "2026/K{n:05d}", "{n:07d}-R")
    return ("CR-{n:06d}" if credit else styles[number % len(styles)]).format(n=number + 1)


def invoice_document(invoice: Invoice) -> dict[str, Any]:
    """Write the first revision. Dates are ISO or, on every third invoice, the American way, as SAP's sample has it."""
    owner, credit = invoice.owner, invoice.total < 0
    orders = invoice.orders
    form = "%m/%d/%Y" if invoice.number % 3 == 1 else "%Y-%m-%d"
    days = 30
    return {
        "requestHeader": {
            "requestId": invoice.request_id,
            "reqKey": 9000 + invoice.number,
            "requestName": f"{'Credit' if credit else 'Invoice'} {invoice.reference}",
            "vendorInvoiceNumber": invoice.reference,
            "invoiceDate": invoice.invoiced_on.strftime(form),
            "invoiceReceivedDate": invoice.invoiced_on.strftime(form),
            "paymentDueDate": (invoice.invoiced_on + timedelta(days=days)).strftime(form),
            "netPaymentTermDays": days,
            "payMethodType": "CLIENT",
            "poNumber": orders[0] if len(orders) == 1 else None,
            "multiplePurchaseOrder": "Y" if len(orders) > 1 else "N",
            "deliverySlipNumber": None,
            "currencyAlphaCode": invoice.vendor.currency,
            "requestTotal": long(invoice.total),
            "amountNetInvoice": long(invoice.net),
            "amountShippingTotal": long(invoice.shipping),
            "amountTax": long(invoice.tax),
            "ledgerCode": owner.ledger,
            "revisionNumber": "1",
            "isTest": "N",
        },
        "ownerEmployee": {
            "employeeId": owner.employee_id,
            "employeeFirstName": owner.first,
            "employeeLastName": owner.last,
        },
        "vendor": {
            "vendorCode": invoice.vendor.code,
            "vendorRemitToAddressCode": "REMIT",
            "vendorName": invoice.vendor.name,
        },
        "lineItem": [_line_document(invoice, place, one) for place, one in enumerate(invoice.lines, start=1)],
    }


def _line_document(invoice: Invoice, place: int, line: Line) -> dict[str, Any]:
    currency = invoice.vendor.currency
    nets, taxes = (shares(amount, line.percentages, currency) for amount in (line.net, line.tax))
    shippings = shares(line.shipping, line.percentages, currency)
    return {
        "lineItemSequenceOrder": place,
        "lineItemDescription": f"{'Goods' if line.order else 'Services'} {place}",
        "lineItemPurchaseOrderNumber": line.order or None,
        "poLineNumber": "1" if line.order else None,
        "lineItemQuantity": long(line.quantity),
        "lineItemUnitPrice": long(line.price),
        "lineItemTotal": long(line.net + line.tax + line.shipping),
        "receiptNumbers": [],
        "expenseTypeCode": "GOODS" if line.order else "SERVC",
        "allocation": [
            {
                "allocationId": guid(invoice.request_id, place, number),
                "allocationPercentage": long(percentage),
                "allocationAccountCode": line.account,
                f"allocation{conventions.COST_CENTRE_FIELD}": cost_centre,
                f"allocation{conventions.PROJECT_FIELD}": None,
                "journal": {
                    "accountCode": line.account,
                    "amountNet": long(net),
                    "amountShipping": long(shipping),
                    "amountGross": long(net + tax + shipping),
                    "tax": [
                        {
                            "taxCode": invoice.tax_code,
                            "taxAuthorityLabel": f"{invoice.tax_code[:2]}VAT",
                            "amountTax": long(tax),
                            "amountReclaim": long(tax),
                        }
                    ]
                    if invoice.tax_code
                    else [],
                },
            }
            for number, (percentage, cost_centre, net, tax, shipping) in enumerate(
                zip(line.percentages, line.cost_centres, nets, taxes, shippings, strict=True), start=1
            )
        ],
    }


def expected_invoice(invoice: Invoice) -> dict[str, Any]:
    """Return what the ledger should show; amounts of a credit are positive, as QAD keeps them."""
    sign = -1 if invoice.total < 0 else 1
    kind = "CREDITNOTE" if sign < 0 else "INVOICE"
    reference = "".join(invoice.reference.upper().split())
    return {
        "request": invoice.request_id,
        "key": f"{invoice.vendor.code}|{reference}|{kind}",
        "supplier": invoice.vendor.code,
        "reference": invoice.reference,
        "type": kind,
        "currency": invoice.vendor.currency,
        "ledger": invoice.owner.ledger,
        "total": str(sign * invoice.total),
        "net": str(sign * invoice.net),
        "tax": str(sign * invoice.tax),
        "shipping": str(sign * invoice.shipping),
        "lines": len(invoice.lines),
        "orders": invoice.orders,
    }
