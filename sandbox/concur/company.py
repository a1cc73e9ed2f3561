"""The company's books as Concur keeps them, all in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.concur.events.delivery import Delivery
from sandbox.concur.events.keys import KeyRing
from sandbox.concur.events.subscriptions import Subscriptions
from sandbox.concur.financial.documents import Documents
from sandbox.concur.financial.service_codes import Forced
from sandbox.concur.invoicing.orders import Orders
from sandbox.concur.invoicing.receipts import Receipts
from sandbox.concur.invoicing.vendors import Vendors
from sandbox.concur.lists.collection import Collection
from sandbox.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.concur.options import Options


@dataclass(frozen=True, kw_only=True)
class Company:
    """Documents, master data and subscriptions of one company, and the journal of all that was written."""

    vendors: Vendors
    orders: Orders
    receipts: Receipts
    subscriptions: Subscriptions
    delivery: Delivery
    journal: Journal
    lists: Collection = field(default_factory=Collection)
    documents: Documents = field(default_factory=Documents)
    forced: Forced = field(default_factory=Forced)


def founded(options: Callable[[], Options], home_url: str) -> Company:
    """Found a company without any documents; ``home_url`` is its geolocation."""
    journal = Journal()
    vendors = Vendors(options=options, journal=journal)
    orders = Orders(vendors=vendors, options=options, journal=journal)
    subscriptions = Subscriptions(options=options)
    delivery = Delivery(options=options, subscriptions=subscriptions, keys=KeyRing(), home_url=home_url)
    return Company(
        vendors=vendors,
        orders=orders,
        receipts=Receipts(orders=orders, journal=journal),
        subscriptions=subscriptions,
        delivery=delivery,
        journal=journal,
    )
