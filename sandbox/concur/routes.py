"""Which path is served by what, and which scope opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from sandbox.concur import profile
from sandbox.concur.events import keys
from sandbox.concur.financial.acknowledging import Acknowledging
from sandbox.concur.financial.listing import Listing
from sandbox.concur.financial.paying import Paying
from sandbox.concur.financial.posting import Posting
from sandbox.concur.lists.bulk import Bulk
from sandbox.concur.lists.catalogue import Catalogue
from sandbox.concur.lists.complaints import complaint
from sandbox.concur.lists.items import Items
from sandbox.concur.sign_in import PATH, SignIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.concur.company import Company
    from sandbox.concur.gate import Gate, Handler
    from sandbox.concur.options import Options

FINANCIAL: Final = "/financialintegration/fi/v4/companies/transactiontypes/{doc_type}/transactions"


def routes(company: Company, gate: Gate, options: Callable[[], Options]) -> list[Route]:
    """Lay out every service of the company."""
    token = SignIn(options=options, grants=gate.grants, gate=gate).token
    return [
        Route(PATH, gate.marked(token), methods=["POST"]),
        Route(keys.PATH, gate.marked(company.delivery.keys.read), methods=["GET"]),
        Route(profile.PATH, gate.api(profile.Profiles(options=options).me, scope="company.read"), methods=["GET"]),
        *_financial(company, gate, options),
        *_invoicing(company, gate),
        *_lists(company, gate, options),
        *_events(company, gate),
    ]


def _financial(company: Company, gate: Gate, options: Callable[[], Options]) -> list[Route]:
    documents, forced, journal = company.documents, company.forced, company.journal

    def post(path: str, handler: Handler) -> Route:
        return Route(f"{FINANCIAL}/{path}", gate.api(handler, scope="FISVC"), methods=["POST"])

    listing = Listing(documents=documents, options=options, gate=gate)
    return [
        Route(FINANCIAL, gate.api(listing.read, scope="FISVC"), methods=["GET"]),
        post("acknowledgements", Acknowledging(documents=documents, forced=forced, journal=journal).write),
        post("postingconfirmations", Posting(documents=documents, forced=forced, journal=journal).write),
        post(
            "paymentconfirmations", Paying(options=options, documents=documents, forced=forced, journal=journal).write
        ),
    ]


def _invoicing(company: Company, gate: Gate) -> list[Route]:
    vendors, orders, receipts = company.vendors, company.orders, company.receipts

    def serve(method: str, path: str, handler: Handler, scope: str) -> Route:
        return Route(path, gate.api(handler, scope=scope), methods=[method])

    ways = {"GET": vendors.read, "POST": vendors.create, "PUT": vendors.update, "DELETE": vendors.delete}
    order, receipt = "/api/v3.0/invoice/purchaseorders", "/api/v3.0/invoice/purchaseorderreceipts"
    return [
        *(
            serve(method, f"/api/{version}/invoice/vendors", handler, "INVVEN")
            for version in ("v3.0", "v3.1")
            for method, handler in ways.items()
        ),
        serve("POST", order, orders.create, "INVPO"),
        serve("PUT", order, orders.update, "INVPO"),
        serve("GET", order + "/{order_id}", orders.read, "INVPO"),
        serve("GET", receipt, receipts.read, "INVPO"),
        serve("POST", receipt, receipts.create, "INVPO"),
        serve("PUT", receipt, receipts.update, "INVPO"),
        serve("DELETE", receipt, receipts.delete, "INVPO"),
    ]


def _lists(company: Company, gate: Gate, options: Callable[[], Options]) -> list[Route]:
    catalogue = Catalogue(collection=company.lists, options=options)
    items = Items(collection=company.lists, options=options, journal=company.journal)
    bulk = Bulk(items=items)

    def serve(method: str, path: str, handler: Handler) -> Route:
        scope = "spend.list.read" if method == "GET" else "spend.list.write"
        return Route(f"/list/v4/{path}", gate.api(handler, scope=scope, complaint=complaint), methods=[method])

    return [
        serve("GET", "categories/{category_id}/lists", catalogue.read),
        serve("GET", "lists", catalogue.read),
        serve("POST", "lists", catalogue.create),
        serve("GET", "lists/{list_id}", catalogue.single),
        serve("PUT", "lists/{list_id}", catalogue.update),
        serve("DELETE", "lists/{list_id}", catalogue.delete),
        serve("GET", "lists/{list_id}/children", items.top),
        serve("GET", "lists/{list_id}/items/{item_id}/children", items.below),
        serve("DELETE", "lists/{list_id}/items/{item_id}", items.delete),
        serve("POST", "lists/{list_id}/bulk", bulk.create),
        serve("PATCH", "lists/{list_id}/bulk", bulk.update),
        serve("POST", "items", items.create),
        serve("GET", "items/{item_id}", items.read),
        serve("PUT", "items/{item_id}", items.update),
        serve("DELETE", "items/{item_id}", items.delete),
        serve("GET", "items/{item_id}/children", items.below),
    ]


def _events(company: Company, gate: Gate) -> list[Route]:
    subscriptions = company.subscriptions

    def serve(method: str, path: str, handler: Handler) -> Route:
        guarded = gate.api(handler, scope="events.topic.read", holder="application")
        return Route(f"/events/v4/{path}", guarded, methods=[method])

    return [
        serve("PUT", "subscriptions/webhook", subscriptions.save),
        serve("GET", "subscriptions", subscriptions.list),
        serve("GET", "subscriptions/{name}", subscriptions.single),
        serve("DELETE", "subscriptions/{name}", subscriptions.delete),
        serve("GET", "topics", subscriptions.topics),
    ]
