"""Invoices that people of this tenant entered before anything was connected, in the proportions a real tenant showed.

Their suppliers belong to this tenant alone (numbers ``JAG-...``), so nothing an ERP sends meets them. Of 64 invoices
that were seen, 4 were credit memos, 5 pending although payable, 38 without an order, 1 without a supplier's number.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from sandbox.jaggaer.tenant import (
    CREDIT_MEMO,
    FIRST_COMPANY_ID,
    Company,
    Invoice,
    InvoiceLine,
    Tenant,
)

_NAMES: Final = (
    "Harbour Office Supply",
    "Ridgeway Catering",
    "Lakeside Couriers",
    "Northfield Cleaning",
    "Orchard Print",
)
_MANUAL_SHARE, _CREDIT_SHARE, _PENDING_SHARE, _NAMELESS_SHARE, _ORDER_SHARE = 0.6, 4 / 64, 5 / 64, 1 / 64, 26 / 64
_THE_DAY: Final = datetime(2026, 9, 1, tzinfo=UTC)


def remember(tenant: Tenant, *, seed: int, invoices: int) -> None:
    """Fill an empty tenant with ``invoices`` past invoices, the same ones for the same seed."""
    chance = Random(seed)  # noqa: S311  plausible data, no secret
    if invoices:
        for number, name in enumerate(_NAMES, start=1):
            code = f"JAG-{number:03d}"
            info = {"extCode": code, "companyName": name, "type": "SELLER", "status": "ACTIVE", "isoCountry": "US"}
            tenant.companies[code] = Company(bravo_id=str(FIRST_COMPANY_ID + number - 1), info=info)
    for number in range(1, invoices + 1):
        invoice = _invoice(tenant, number, chance)
        tenant.invoices[invoice.key] = invoice


def _invoice(tenant: Tenant, number: int, chance: Random) -> Invoice:
    supplier = chance.choice(list(tenant.companies))
    credit = chance.random() < _CREDIT_SHARE
    on_order = chance.random() < _ORDER_SHARE
    amount = Decimal(chance.randint(500, 900_000)).scaleb(-2) * (-1 if credit else 1)
    entered = _THE_DAY + timedelta(hours=number)
    touched = entered + timedelta(minutes=chance.randint(1, 60_000))
    return Invoice(
        invoice_id=tenant.next_invoice_id(),
        type=CREDIT_MEMO if credit else "Invoice",
        supplier_number=supplier,
        supplier_name=tenant.companies[supplier].name,
        supplier_invoice_number=None if chance.random() < _NAMELESS_SHARE else f"H-{number:05d}",
        currency="USD",
        total=amount,
        tax=Decimal(0),
        source="Manual" if chance.random() < _MANUAL_SHARE else "Form Request",
        invoice_date=_written(entered.replace(hour=0)),
        due_date=_written(entered.replace(hour=0) + timedelta(days=30)),
        last_update=_written(touched),
        workflow_status="Pending" if chance.random() < _PENDING_SHARE else "Completed",
        payment_status="Payable",
        match_status="Matched" if on_order else chance.choice(["Unmatched", "Do Not Match"]),
        business_unit="0001",
        lines=(
            InvoiceLine(
                number=1,
                description="Services",
                unit="EA",
                quantity=Decimal(1),
                unit_price=amount,
                order_number=f"H{number:09d}" if on_order else None,
                order_line="1" if on_order else None,
            ),
        ),
    )


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
