"""The company's books as Concur keeps them, all in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.sandbox.concur.events.courier import Courier
from connector.sandbox.concur.events.keys import KeyRing
from connector.sandbox.concur.events.subscriptions import Subscriptions
from connector.sandbox.concur.financial.documents import Documents
from connector.sandbox.concur.financial.service_codes import Forced
from connector.sandbox.concur.invoicing.orders import Orders
from connector.sandbox.concur.invoicing.receipts import Receipts
from connector.sandbox.concur.invoicing.vendors import Vendors
from connector.sandbox.concur.lists.shelf import Shelf
from connector.sandbox.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.sandbox.concur.options import Options


@dataclass(frozen=True, kw_only=True)
class Company:
    """Documents, master data and subscriptions of one company, and the journal of all that was written."""

    vendors: Vendors
    orders: Orders
    receipts: Receipts
    subscriptions: Subscriptions
    courier: Courier
    journal: Journal
    lists: Shelf = field(default_factory=Shelf)
    documents: Documents = field(default_factory=Documents)
    forced: Forced = field(default_factory=Forced)


def founded(options: Callable[[], Options], home_url: str) -> Company:
    """Found a company without any documents; ``home_url`` is its geolocation."""
    journal = Journal()
    vendors = Vendors(options=options, journal=journal)
    orders = Orders(vendors=vendors, options=options, journal=journal)
    subscriptions = Subscriptions(options=options)
    courier = Courier(options=options, subscriptions=subscriptions, keys=KeyRing(), home_url=home_url)
    return Company(
        vendors=vendors,
        orders=orders,
        receipts=Receipts(orders=orders, journal=journal),
        subscriptions=subscriptions,
        courier=courier,
        journal=journal,
    )
