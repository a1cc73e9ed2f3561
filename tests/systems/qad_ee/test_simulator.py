"""The connection to QAD Enterprise Edition against its simulator, over HTTP: what is read."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import SourceLies
from connector.domain.exchange import Query, Verdict
from connector.ports import Arrived, Kept, Receiving
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad.posted import entry, invoice
from tests.systems.qad_ee.simulated import KINDS, OPERATIONAL, connection, documents
from tests.systems.qad_ee.standing_in import PUSH_SECRET, Connection
from tests.systems.qad_ee.test_receiving import deliver
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.server import SandboxServer


def test_a_ping_finds_everything(shared: SandboxServer) -> None:
    checks = SYSTEM.ping(connection(shared, writes=True)).checks
    assert {check.verdict for check in checks} == {Verdict.FOUND}
    assert len(checks) == 10


@pytest.mark.parametrize("entity", KINDS)
def test_every_way_to_read_an_entity_gives_the_same_documents(shared: SandboxServer, entity: str) -> None:
    asked = documents(connection(shared, reads={entity: "query_qdoc"}), entity)
    assert asked or entity == "expense_payments"
    browse = {"browse_url": f"{shared.url}/clouderp"}
    assert documents(connection(shared, reads={entity: "browse"}, **browse), entity) == asked
    if entity in OPERATIONAL:
        assert documents(connection(shared, reads={entity: "query_service"}), entity) == asked
    for key in list(asked)[:2]:
        assert documents(connection(shared, reads={entity: "query_qdoc"}), entity, key=key) == {key: asked[key]}


def test_suppliers_come_from_a_wsa_as_well(shared: SandboxServer) -> None:
    names = SYSTEM.examples.simulator and {"supplier_code": "t_vd_addr", "name": "t_ad_name", "currency": "t_vd_curr"}
    unread = dict.fromkeys(
        (
            "search_name",
            "credit_terms",
            "supplier_type",
            "street1",
            "street2",
            "city",
            "state",
            "postal_code",
            "country",
        )
    )
    fields = names | unread | dict.fromkeys(("phone", "modified_date"))
    wsa = {
        "objects": {"supplier": {"record": "tempRow", "fields": fields}},
        "wsa": {
            "operation": "SDI_getSuppliers",
            "namespace": "urn:services-sdi:wsa",
            "parameters": {"parDomain": "{domain}", "parEntity": "", "parSince": "", "parKey": "{key}"},
        },
    }
    to = connection(shared, entities={"suppliers": wsa}, reads={"suppliers": "wsa"}, wsa_url=f"{shared.url}/wsa/wsa1")
    found = documents(to, "suppliers")
    assert {code: one.name for code, one in found.items()} == {
        code: one.name for code, one in documents(connection(shared), "suppliers").items()
    }


def test_a_read_that_was_cut_is_noticed(sandbox: SandboxServer) -> None:
    expected = documents(connection(sandbox), "accounts")
    sandbox.set_options(cut_reads=7)
    assert documents(connection(sandbox), "accounts") == expected, "it is asked on from the last one"
    operation = connection(sandbox).overrides["accounts"]["query_qdoc"]
    known = {"query_qdoc": operation | {"parameters": {"tt_domain": "{domain}"}, "most_rows": 7}}
    with pytest.raises(SourceLies, match="gives 7 at most"):
        documents(connection(sandbox, entities={"accounts": known}), "accounts")


def test_the_query_service_is_read_page_by_page_where_it_sorts_by_key(shared: SandboxServer) -> None:
    paged = {"query_service": {"most_rows": "maxRows"}}
    to = connection(shared, entities=paged, page_size=2)
    pages = list(SYSTEM.source(to).pages(Query(entity="orders")))
    assert max(len(page.rows) for page in pages) == 2
    assert documents(to, "orders") == documents(connection(shared), "orders")


@contextmanager
def subscriber(to: Connection) -> Iterator[str]:
    """What the web process does with a push, without its ledger."""
    assert isinstance(SYSTEM, Receiving)
    receiving = SYSTEM.receiver(to)

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): (value,) for name, value in self.headers.items()}
            arrived = Arrived(body=body, headers=headers)
            message = receiving.read(arrived)
            deliver(to, body)
            reply = receiving.reply(arrived, message, Kept.NEW)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/receive/acme-ee"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_pushed_is_what_would_be_asked_for(sandbox: SandboxServer) -> None:
    every = dict.fromkeys(KINDS, "qxo")
    to = connection(sandbox, reads=every, posted={"supplier_invoices": "qxo", "journal_entries": "qxo"})
    expected = {entity: documents(connection(sandbox), entity) for entity in KINDS}
    with subscriber(to) as url:
        headers = {"X-Connector-Secret": PUSH_SECRET}
        sandbox.set_options(subscriber={"url": url, "headers": headers})
        target = SYSTEM.target(to)
        for document in (invoice(), entry()):
            assert target.find(document) is None
            target.write(document)
            until(lambda one=document: target.find(one) is not None, "it is pushed")  # type: ignore[misc]
        sandbox.add_documents({"publish": "all"})
        until(lambda: all(documents(to, entity).keys() >= expected[entity].keys() for entity in KINDS), "all of it")
        for entity, known in expected.items():
            pushed = documents(to, entity)
            assert {key: pushed[key] for key in known} == known, entity
