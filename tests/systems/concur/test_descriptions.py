from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.exchange import Query, Result
from connector.http.body import encode
from connector.ports import silent
from connector.systems.concur.client import ConcurClient
from connector.systems.concur.financial import FinancialIntegration
from connector.systems.concur.ping import Probe
from connector.systems.concur.source import ConcurSource
from connector.systems.concur.system import ConnectionParts
from connector.systems.concur.target import ConcurTarget
from tests.sap_files import FOLDER
from tests.systems.concur.conftest import LISTS, Connection
from tests.systems.concur.descriptions import Operation, Sent, operations
from tests.systems.concur.outgoing import below, item, order, payment, position, receipt, vendor

if TYPE_CHECKING:
    from connector.http.request import Answer, Request
    from connector.systems.concur.client import Sender
    from sandbox.server import SandboxServer

needs_descriptions = pytest.mark.skipif(not FOLDER.is_dir(), reason="SAP's descriptions of its services are not here")


@dataclass
class Listening:
    """Sends, and keeps what was sent."""

    inner: Sender
    sent: list[Sent] = field(default_factory=list)

    def send(self, request: Request) -> Answer:
        body = None if request.json is None else json.loads(encode(request.json))
        params, headers = dict(request.params), dict(request.headers)
        path = f"/{request.url.lstrip('/')}"
        self.sent.append(Sent(method=request.method, path=path, params=params, headers=headers, body=body))
        return self.inner.send(request)


@pytest.fixture
def everything(sandbox: SandboxServer) -> list[Sent]:
    """One of each request we can make, as it left."""
    lists = {**LISTS, "connected": "aaaaaaaa-0004-4000-8000-000000000004"}
    overrides = {"list_items": {"lists": lists}}
    opened = ConnectionParts(Connection(url=sandbox.url, settings={"document_format": "text"}, overrides=overrides))
    listening = Listening(opened.sender)
    client = ConcurClient(sender=listening, names=opened.names)
    service = FinancialIntegration(client=client, names=opened.names, config=opened.config)
    source = ConcurSource(service=service, names=opened.names, config=opened.config)
    target = ConcurTarget(client=client, service=service, names=opened.names, waits=(5,))
    sandbox.add_documents({"generate": {"expenses": 2, "invoices": 1, "cash_advances": 1}})
    for entity in ("expenses", "invoices", "cash_advances"):
        for page in source.pages(Query(entity=entity)):
            payloads = [row.payload for row in page.rows]
            source.acknowledge(entity, payloads)
            for number, payload in enumerate(payloads):
                source.withdrawn(entity, payload)
                source.confirm(entity, payload, Result(target_id="7", refused="no " * 900 if number else ""))
                if entity == "expenses" and not number:
                    target.write(payment(payload["doc_id"]))
    documents = [vendor(), vendor(City="Reno"), item(), item(value="Else"), item(deleted=True), order()]
    documents += [order(quantity="3"), receipt(), receipt(position(quantity="2")), receipt(position(Deleted="true"))]
    for document in documents:
        target.write(document)
    together = [item("1"), item("2"), below("US", "")]
    target.write_many(together)
    target.write_many([item("1", "Else"), item("2", deleted=True), below("1", "US"), below("2", "US")])
    target.write(below("3", "US"))
    Probe(client=client, service=service, names=opened.names).report(login="", heard=silent)
    return listening.sent


def described(sent: Sent, known: list[Operation]) -> Operation | None:
    return next((one for one in known if one.method == sent.method and one.pattern.fullmatch(sent.path)), None)


def is_probe(sent: Sent) -> bool:
    """Ping asks a path for writing with GET, to be told that it is there."""
    return sent.method == "GET" and sent.path.endswith("/paymentconfirmations")


@needs_descriptions
def test_every_request_is_one_that_sap_describes(everything: list[Sent]) -> None:
    known = operations()
    asked = [sent for sent in everything if not is_probe(sent)]
    complaints = {
        f"{sent.method} {sent.path}": found.complaints(sent) if (found := described(sent, known)) else ["not described"]
        for sent in asked
    }

    assert {request: said for request, said in complaints.items() if said} == {}
    methods = {(sent.method, sent.path.rpartition("/")[2]) for sent in asked}
    assert len(methods) >= 17, methods


def vendors_of(sent: Sent) -> dict[str, Any]:
    found: dict[str, Any] = sent.body["Vendor"][0]
    return found


@needs_descriptions
def test_a_request_that_is_not_as_described_would_be_noticed(everything: list[Sent]) -> None:
    known = operations()
    made = next(sent for sent in everything if sent.method == "POST" and sent.path.endswith("/vendors"))
    listed = next(sent for sent in everything if sent.method == "GET" and sent.path.endswith("/transactions"))
    taken = next(sent for sent in everything if sent.path.endswith("/acknowledgements"))
    created = next(sent for sent in everything if sent.method == "POST" and sent.path.endswith("/items"))
    cases = {
        "body.Vendor[0].Vendorname does not exist": replace(
            made, body={"Vendor": [{**vendors_of(made), "Vendorname": "x"}]}
        ),
        "body.Vendor[0].City is a string, not 7": replace(made, body={"Vendor": [{**vendors_of(made), "City": 7}]}),
        "offset is no parameter": replace(listed, params={**listed.params, "offset": "1"}),
        "documentFormatAs is one of ['text', 'json'], not 'JSON'": replace(
            listed, headers={"DocumentFormatAs": "JSON"}
        ),
        "body.systemId is required": replace(taken, body={"ids": ["a"]}),
        "body.listId is a UUID, not 'accounts'": replace(created, body={**created.body, "listId": "accounts"}),
        "body.value is required": replace(created, body={"listId": created.body["listId"], "shortCode": "1"}),
    }

    for complaint, sent in cases.items():
        found = described(sent, known)
        assert found is not None
        assert found.complaints(sent) == [complaint]
