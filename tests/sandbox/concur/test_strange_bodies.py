from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.concur.client import APPLICATION, TYPES, failed, paid, posted
from tests.sandbox.concur.conftest import connected
from tests.sandbox.concur.test_master_data import ORDERS, RECEIPTS, VENDORS, order, receipt, vendor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.concur.client import Client

STRANGE: tuple[Any, ...] = (None, True, 7, 1.5, "x", "\ud800", [], {}, [[]], [{}], {"a": []})
EXPENSES = f"{TYPES}/expense/transactions"
ACCOUNTS = "/list/v4/lists/aaaaaaaa-0001-4000-8000-000000000001"
HOOK = {
    "id": "hook",
    "filter": ".*",
    "topic": "public.concur.financialintegration",
    "webHookConfig": {"endpoint": "http://127.0.0.1:9/hook"},
}
ITEM = {"listId": ACCOUNTS.rpartition("/")[2], "shortCode": "1", "value": "x", "parentCode": "2", "parentId": "3"}


@pytest.fixture(scope="module")
def sturdy() -> Iterator[Client]:
    with connected() as client:
        client.do(generate={"expenses": 1})
        client.acknowledge(*client.ids())
        client.call("POST", VENDORS, {"Vendor": [vendor()]})
        client.call("POST", ORDERS, order())
        yield client


def variations(body: Any) -> Iterator[Any]:
    """The body with each of its parts, and itself, exchanged for something strange."""
    yield from STRANGE
    if isinstance(body, dict):
        for name, part in body.items():
            yield from ({**body, name: other} for other in variations(part))
    if isinstance(body, list) and body:
        yield from ([other, *body[1:]] for other in variations(body[0]))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{EXPENSES}/acknowledgements", {"ids": ["a"], "systemId": ""}),
        ("POST", f"{EXPENSES}/postingconfirmations", {"postingConfirmations": [posted("ID")], "systemId": ""}),
        ("POST", f"{EXPENSES}/postingconfirmations", {"postingConfirmations": [failed("ID")], "systemId": ""}),
        ("POST", f"{EXPENSES}/paymentconfirmations", {"processingConfirmation": [paid("ID")], "systemId": ""}),
        ("POST", VENDORS, {"Vendor": [vendor(City="x", VendorGroupList=["a"])]}),
        ("PUT", "/api/v3.0/invoice/vendors", {"Vendor": [vendor(City="x", VendorGroupList=["a"])]}),
        ("PUT", ORDERS, order(Status="Closed")),
        ("POST", RECEIPTS, receipt()),
        ("POST", "/list/v4/items", ITEM),
        ("POST", "/list/v4/lists", {"value": "x", "searchCriteria": "TEXT", "displayFormat": "(CODE) TEXT"}),
        ("POST", f"{ACCOUNTS}/bulk", {"requests": [{"shortCode": "5", "value": "x", "parentCode": "2"}]}),
        ("PATCH", f"{ACCOUNTS}/bulk", {"requests": [{"code": "5", "value": "x", "deleted": True}]}),
    ],
)
def test_nothing_that_is_sent_makes_the_simulator_fall_over(sturdy: Client, method: str, path: str, body: Any) -> None:
    doc_id = next(iter(sturdy.state("holds")["expenses"]))
    failures = [one for one in variations(body) if sturdy.status(method, path, one, doc_id) >= 500]
    assert failures == []


def test_no_subscription_makes_the_simulator_fall_over(client: Client) -> None:
    client.sign_in(APPLICATION)
    path = "/events/v4/subscriptions/webhook"
    assert [one for one in variations(HOOK) if client.status("PUT", path, one, "") >= 500] == []
