"""The connection to QAD Enterprise Edition against its simulator, over HTTP."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from connector.domain.errors import AlreadyThere, Refused, SourceLies, Unanswered, Unavailable
from connector.domain.exchange import Query, Verdict
from connector.ports import Arrived, Kept, Receiving
from connector.systems.qad.documents import InvoicePayments, PurchaseOrder, Supplier, SupplierInvoice, parse
from connector.systems.qad.documents.accounts import GLAccount
from connector.systems.qad.documents.cost_objects import CostObject
from connector.systems.qad.documents.expense_payments import ExpensePayments
from connector.systems.qad.documents.receipts import Receipts
from connector.systems.qad_ee.system import SYSTEM
from sandbox.server import SandboxServer, running
from tests.systems.qad.posted import FULL, entry, held, invoice
from tests.systems.qad_ee.standing_in import PUSH_SECRET, Connection
from tests.systems.qad_ee.test_receiving import deliver
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.domain.exchange import Outgoing
    from connector.ports import Target

KINDS: dict[str, Any] = {
    "suppliers": Supplier,
    "orders": PurchaseOrder,
    "receipts": Receipts,
    "accounts": GLAccount,
    "invoices": SupplierInvoice,
    "payments": InvoicePayments,
    "cost_objects": CostObject,
    "expense_payments": ExpensePayments,
}
OPERATIONAL = ("suppliers", "orders", "receipts")


@pytest.fixture(scope="module")
def shared() -> Iterator[SandboxServer]:
    """A site that is only read."""
    with running("qad-ee", seed=3, documents=12, options={"browse": True}) as server:
        yield server


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A site of one's own, to post into."""
    with running("qad-ee", seed=3, documents=4) as server:
        yield server


def connection(server: SandboxServer, *, entities: dict[str, Any] | None = None, **changes: Any) -> Connection:
    written = yaml.safe_load(SYSTEM.examples.at(server.url)) | changes
    overrides = written.pop("entities") | (entities or {})
    secrets = {"password": "qad-sandbox", "push_secret": PUSH_SECRET}
    return Connection(config=SYSTEM.check(written, overrides), overrides=overrides, secrets=secrets)


def documents(to: Connection, entity: str, **query: Any) -> dict[str, Any]:
    rows = [row for page in SYSTEM.source(to).pages(Query(entity=entity, **query)) for row in page.rows]
    kind = KINDS[entity]
    return {str(getattr(read, kind.KEY)): read for read in (parse(kind, row.payload) for row in rows)}


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


@pytest.mark.parametrize("prefixes", ["common", "split", "weird"])
def test_prefixes_mean_nothing(sandbox: SandboxServer, prefixes: str) -> None:
    sandbox.set_options(prefixes=prefixes)
    assert documents(connection(sandbox), "orders")
    assert SYSTEM.target(connection(sandbox)).write(invoice()).target_id.startswith("2026/APINV/")


def test_a_read_that_was_cut_is_noticed(sandbox: SandboxServer) -> None:
    expected = documents(connection(sandbox), "accounts")
    sandbox.set_options(cut_reads=7)
    assert documents(connection(sandbox), "accounts") == expected, "it is asked on from the last one"
    operation = connection(sandbox).overrides["accounts"]["query_qdoc"]
    known = {"query_qdoc": operation | {"parameters": {"tt_domain": "{domain}"}, "most_rows": 7}}
    with pytest.raises(SourceLies, match="gives 7 at most"):
        documents(connection(sandbox, entities={"accounts": known}), "accounts")


@pytest.mark.parametrize("make", [entry, invoice, lambda: invoice(**FULL)], ids=["entry", "initial", "full"])
def test_a_posting_is_there_once_and_found_again(sandbox: SandboxServer, make: Callable[[], Outgoing]) -> None:
    target, document = SYSTEM.target(connection(sandbox)), make()
    assert target.find(document) is None
    written = target.write(document)
    assert written.warning == ""
    found = target.find(document)
    assert found is not None
    assert (found.target_id, found.difference, found.correlation) == (written.target_id, "", "corr-1")
    assert held(sandbox, document.entity)[document.key]["copies"] == 1


WSA_SEARCH = {
    "supplier_invoices": {
        "search": {
            "record": "tempRow",
            "wsa": {
                "operation": "SDI_getPostedInvoices",
                "namespace": "urn:services-sdi:wsa",
                "parameters": {
                    "parDomain": "{domain}",
                    "parSupplier": "{supplier_code}",
                    "parReference": "{reference}",
                    "parCorrelation": "{correlation}",
                },
            },
            "fields": {
                "entity": "t_tcCompanyCode",
                "supplier_code": "t_tcCreditorCode",
                "reference": "t_CInvoiceReference",
                "invoice_type": "t_CInvoiceType",
                "currency": "t_tcCurrencyCode",
                "credit_total": "t_CInvoiceOriginalCreditTC",
                "debit_total": "t_CInvoiceOriginalDebitTC",
                "daybook": "t_tcJournalCode",
                "fiscal_year": "t_CInvoicePostingYear",
                "voucher": "t_CInvoiceVoucher",
                "posting_date": "t_CInvoicePostingDate",
                "correlation": "t_CustomLong1",
            },
        }
    }
}


@pytest.mark.parametrize("way", ["browse", "wsa"])
def test_a_posting_is_asked_back_in_other_ways_as_well(sandbox: SandboxServer, way: str) -> None:
    sandbox.set_options(browse=True)
    urls = {"browse_url": f"{sandbox.url}/clouderp", "wsa_url": f"{sandbox.url}/wsa/wsa1"}
    entities = WSA_SEARCH if way == "wsa" else {}
    target = SYSTEM.target(connection(sandbox, entities=entities, posted={"supplier_invoices": way}, **urls))
    assert target.find(invoice()) is None
    written = target.write(invoice())
    for corrected in (invoice(), invoice(reference="INV 2")):
        found = target.find(corrected)
        assert found is not None
        assert (found.target_id, found.correlation) == (written.target_id, "corr-1")


def test_the_query_service_is_read_page_by_page_where_it_sorts_by_key(shared: SandboxServer) -> None:
    paged = {"query_service": {"most_rows": "maxRows"}}
    to = connection(shared, entities=paged, page_size=2)
    pages = list(SYSTEM.source(to).pages(Query(entity="orders")))
    assert max(len(page.rows) for page in pages) == 2
    assert documents(to, "orders") == documents(connection(shared), "orders")


def target_of(sandbox: SandboxServer, **rule: Any) -> Target:
    sandbox.set_options(answers=[rule])
    return SYSTEM.target(connection(sandbox))


@pytest.mark.parametrize("make", [entry, invoice])
@pytest.mark.parametrize("kind", ["error_posted", "partly", "runtime", "exception", "fault", "blank"])
def test_an_error_that_was_posted_is_posted_once(
    sandbox: SandboxServer, kind: str, make: Callable[[], Outgoing]
) -> None:
    rule = {"exception": {"code": "ProcessException003"}, "fault": {"code": "Server"}}.get(kind, {})
    target, document = target_of(sandbox, kind=kind, count=1, posted=True, **rule, api=_api(make())), make()
    try:
        written = target.write(document)
    except Unanswered:
        if kind == "partly":
            assert target.find(document) is None, "rolled back, as far as anybody can see"
            return
        assert kind == "blank"
    else:
        assert "although QAD answered with an error" in written.warning
    found = target.find(document)
    assert found is not None
    assert found.difference == ""


def _api(document: Outgoing) -> str:
    return "bcinvoice" if document.entity == "supplier_invoices" else "bjournalentry"


def test_what_was_rolled_back_is_refused(sandbox: SandboxServer) -> None:
    with pytest.raises(Refused, match="took bcinvoice back whole"):
        target_of(sandbox, kind="rolled_back", count=1, api="bcinvoice").write(invoice())


def test_a_late_commit_is_found_when_it_is_asked_again(sandbox: SandboxServer) -> None:
    target = target_of(sandbox, kind="late", seconds=600, count=1, api="bcinvoice")
    with pytest.raises(Unanswered, match="may still come"):
        target.write(invoice())
    assert target.find(invoice()) is None
    sandbox.set_options(commit=True)
    found = target.find(invoice())
    assert found is not None
    assert found.correlation == "corr-1"


@pytest.mark.parametrize(("kind", "error"), [("unposted", Unanswered), ("session", Unavailable)])
def test_what_never_happened_is_not_taken_for_done(sandbox: SandboxServer, kind: str, error: type[Exception]) -> None:
    target = target_of(sandbox, kind=kind, count=1, api="bcinvoice")
    with pytest.raises(error):
        target.write(invoice())
    assert target.find(invoice()) is None
    assert target.write(invoice()).target_id


def test_business_reasons_are_qads_own_words(sandbox: SandboxServer) -> None:
    sandbox.set_options(closed_periods=["2026/11"])
    with pytest.raises(Refused, match=r"(?i)period"):
        SYSTEM.target(connection(sandbox)).write(invoice())


def test_a_reference_that_is_there_already_is_only_warned_of(sandbox: SandboxServer) -> None:
    target = SYSTEM.target(connection(sandbox))
    target.write(invoice())
    assert "reference" in target.write(invoice("corr-2")).warning.lower()


def test_an_element_that_qad_does_not_use_is_no_plain_success(sandbox: SandboxServer) -> None:
    to = connection(sandbox)
    renamed = {**to.overrides["supplier_invoices"], "fields": {"description": "CInvoiceDescripton"}}
    to = connection(sandbox, entities={"supplier_invoices": renamed})
    assert SYSTEM.target(to).write(invoice()).warning.startswith("a part of what was sent is not in QAD")


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


def test_another_documents_posting_under_the_key_is_told(sandbox: SandboxServer) -> None:
    target = target_of(sandbox, kind="error_posted", count=1, api="bcinvoice")
    target.write(invoice("corr-0"))
    sandbox.set_options(answers=[{"kind": "exception", "code": "TransactionException002", "api": "bcinvoice"}])
    with pytest.raises(AlreadyThere):
        target.write(invoice("corr-1"))
