"""The simulator's answers, held against SAP's own descriptions of its interfaces."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.concur.client import APPLICATION, TYPES, exact, failed, paid, posted
from tests.sandbox.concur.conftest import connected
from tests.sandbox.concur.descriptions import DESCRIPTIONS, Description
from tests.sandbox.concur.test_master_data import ORDERS, RECEIPTS, order, receipt, vendor
from tests.sap_files import FOLDER
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.concur.client import Client, Json

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="SAP's API descriptions are not beside this checkout (../shared/facts/concur)"
)

LISTS = "/list/v4/lists"
COST_CENTRES = f"{LISTS}/aaaaaaaa-0002-4000-8000-000000000002"
NOWHERE = "aaaaaaaa-0009-4000-8000-000000000009"
SUBSCRIPTIONS = "/events/v4/subscriptions"


@dataclass
class Witness:
    """Sends requests, holds each answer against the description of its operation, and remembers which were sent."""

    client: Client
    operations: list[tuple[Description, str, str, re.Pattern[str]]]
    seen: set[tuple[str, str]] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def see(self, method: str, path: str, body: Json = None, **rest: Json) -> Json:
        answer = self.client.session.request(method, self.client.home + path, json=body, timeout=HANG_SECONDS, **rest)
        described = self._described(method, path)
        assert described is not None, f"{method} {path} is not described"
        description, template = described
        self.seen.add((method, template))
        told = exact(answer.text)
        wrong = description.problems(method, template, answer.status_code, told)
        self.problems += [f"{method} {template} {answer.status_code}: {one}" for one in wrong]
        return told

    def _described(self, method: str, path: str) -> tuple[Description, str] | None:
        return next(
            (
                (one, template)
                for one, verb, template, form in self.operations
                if verb == method and form.fullmatch(path)
            ),
            None,
        )


def operations() -> list[tuple[Description, str, str, re.Pattern[str]]]:
    """Every described operation; templates with fewer parameters first, as ``bulk`` is no item id."""
    found = [
        (one, method, template, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", re.sub(r"\.", r"\\.", template))))
        for one in DESCRIPTIONS
        for method, template in one.operations()
    ]
    return sorted(found, key=lambda one: one[2].count("{"))


def documents(witness: Witness) -> None:
    client = witness.client
    for kind in ("expense", "invoice", "cashadvance"):
        path = f"{TYPES}/{kind}/transactions"
        first = witness.see("GET", path, params={"limit": 3}, headers={"DocumentFormatAs": "JSON"})
        ids = [one["id"] for one in first["content"]]
        witness.see("GET", path, params={"docId": ids[0], "ignoreDocumentStatus": "yes"})
        witness.see("POST", f"{path}/acknowledgements", {"ids": [*ids, ids[0], "unknown"], "systemId": ""})
        confirmations = [
            posted(ids[0]),
            failed(ids[1]),
            posted(ids[0]),
            posted("unknown"),
            posted(ids[2], postingDocs=[]),
        ]
        witness.see("POST", f"{path}/postingconfirmations", {"postingConfirmations": confirmations, "systemId": ""})
        payments = [paid(ids[0]), paid(ids[0]), paid(ids[1]), paid("unknown"), paid(ids[0], "P2", "XX")]
        witness.see("POST", f"{path}/paymentconfirmations", {"processingConfirmation": payments, "systemId": ""})
        witness.see("POST", f"{path}/acknowledgements", {})
        client.do(resubmit=[ids[1]])
        witness.see("GET", path)
    witness.see("GET", f"{TYPES}/payroll/transactions")
    client.server.set_options(scopes=["INVVEN"])
    client.sign_in()
    witness.see("GET", f"{TYPES}/expense/transactions")
    client.server.set_options(scopes=["FISVC", "INVVEN", "INVPO", "spend.list.read", "spend.list.write"])
    client.sign_in()


def vendors(witness: Witness) -> None:
    path, asks = "/api/v3.0/invoice/vendors", {"headers": {"Accept": "application/json"}}
    witness.see("POST", path, {"Vendor": [vendor(), vendor("S2"), vendor("S3", CountryCode=None)]}, **asks)
    witness.see("PUT", path, {"Vendor": [vendor(City="Here"), vendor("S9")]}, **asks)
    witness.see("GET", path, params={"limit": 1}, **asks)
    witness.see("DELETE", path, params={"vendorCode": "S2", "addressCode": "MAIN"}, **asks)


def orders_and_receipts(witness: Witness) -> None:
    witness.see("POST", ORDERS, order())
    witness.see("POST", ORDERS, order())
    witness.see("POST", ORDERS, order(LineItem=[{"LineNumber": "1"}]))
    witness.see("PUT", ORDERS, order(Status="Closed"))
    witness.see("GET", f"{ORDERS}/PO100001")
    witness.see("POST", RECEIPTS, receipt())
    witness.see("POST", RECEIPTS, receipt(LineItemExternalID="9"))
    witness.see("PUT", RECEIPTS, receipt(ReceivedQuantity="6"))
    key = {"purchaseOrderNumber": "PO100001", "goodsReceiptNumber": "RC1"}
    witness.see("GET", RECEIPTS, params=key)
    witness.see("DELETE", RECEIPTS, params=key)


def lists(witness: Witness) -> None:
    category = witness.see("GET", LISTS)["content"][0]["category"]["id"]
    witness.see("GET", f"/list/v4/categories/{category}/lists")
    witness.see("GET", f"/list/v4/categories/{NOWHERE}/lists")
    made = witness.see("POST", LISTS, {"value": "regions"})
    witness.see("POST", LISTS, {})
    path = f"{LISTS}/{made['id']}"
    witness.see("GET", path)
    witness.see("GET", f"{LISTS}/{NOWHERE}")
    witness.see("PUT", path, {"value": "areas"})
    witness.see("DELETE", path)
    top = witness.see("POST", "/list/v4/items", item("10"))
    witness.see("POST", "/list/v4/items", {**item("1"), "parentId": top["id"]})
    witness.see("POST", "/list/v4/items", item("10"))
    one = f"/list/v4/items/{top['id']}"
    witness.see("GET", one)
    witness.see("GET", f"/list/v4/items/{NOWHERE}")
    witness.see("PUT", one, {"shortCode": "11", "value": "Sales"})
    witness.see("GET", f"{one}/children")
    witness.see("GET", f"{COST_CENTRES}/children")
    witness.see("GET", f"{COST_CENTRES}/items/{top['id']}/children")
    witness.see("POST", f"{COST_CENTRES}/bulk", {"requests": [{"shortCode": "20", "value": "Two"}]})
    witness.see("POST", f"{COST_CENTRES}/bulk", {"requests": [{"shortCode": "20", "value": "Two"}]})
    witness.see("PATCH", f"{COST_CENTRES}/bulk", {"requests": [{"code": "20", "deleted": True}]})
    witness.see("PATCH", f"{COST_CENTRES}/bulk", {"requests": [{"code": "77"}, {"code": "20", "deleted": False}]})
    witness.see("POST", f"{COST_CENTRES}/bulk", {})
    witness.see("DELETE", one)
    other = witness.see("POST", "/list/v4/items", item("30"))
    witness.see("DELETE", f"{COST_CENTRES}/items/{other['id']}")
    witness.client.server.set_options(revoke_tokens=True)
    witness.see("GET", LISTS)
    witness.client.sign_in()


def item(code: str) -> Json:
    return {"listId": COST_CENTRES.rpartition("/")[2], "shortCode": code, "value": f"Centre {code}"}


def events(witness: Witness) -> None:
    witness.client.sign_in(APPLICATION)
    config = {"endpoint": "http://127.0.0.1:9/x"}
    body = {"id": "mine", "topic": "public.concur.financialintegration", "webHookConfig": config}
    witness.see("PUT", f"{SUBSCRIPTIONS}/webhook", body)
    witness.see("GET", SUBSCRIPTIONS)
    witness.see("GET", f"{SUBSCRIPTIONS}/mine")
    witness.see("DELETE", f"{SUBSCRIPTIONS}/mine")
    witness.see("GET", "/events/v4/topics")
    witness.client.sign_in()


SERVICES = (documents, vendors, orders_and_receipts, lists, events)


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    """One that is shown what every service answers."""
    with connected(documents=60) as client:
        client.call("POST", "/api/v3.1/invoice/vendors", {"Vendor": [vendor()]})
        made = Witness(client=client, operations=operations())
        for service in SERVICES:
            service(made)
        yield made


def test_every_answer_is_as_sap_describes_it(witness: Witness) -> None:
    assert witness.problems == []


def test_every_operation_that_sap_describes_is_served_and_was_held_against_its_description(witness: Witness) -> None:
    described = {(method, template) for _, method, template, _ in operations()}
    assert described - witness.seen == set()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"content": {}}, "body.content is {}, not of type array"),
        ({"content": [{"docStatus": "HAPPY"}]}, "body.content[0].docStatus is 'HAPPY'"),
        ({"page": {"size": "3"}}, "body.page.size is '3', not of type integer"),
        ({"content": [{"document": "text"}]}, "body.content[0].document is 'text', not of type object"),
    ],
)
def test_an_answer_that_is_otherwise_would_be_noticed(body: Json, problem: str) -> None:
    path = "/financialintegration/fi/v4/companies/transactiontypes/{docType}/transactions"
    (found,) = DESCRIPTIONS[0].problems("GET", path, 200, body)
    assert problem in found


def test_a_part_that_is_missing_and_a_status_that_is_not_described_would_be_noticed() -> None:
    path = "/financialintegration/fi/v4/companies/transactiontypes/{docType}/transactions/acknowledgements"
    assert DESCRIPTIONS[0].problems("POST", path, 200, [{"docId": "1", "systemId": ""}]) == [
        "body[0].acknowledgeResult is missing"
    ]
    assert DESCRIPTIONS[0].problems("POST", path, 418, {}) == ["status 418 is not described"]
