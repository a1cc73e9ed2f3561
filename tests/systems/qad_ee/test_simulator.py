"""The connection to QAD Enterprise Edition against its simulator, over HTTP: what is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import SourceLies
from connector.domain.exchange import Query, Verdict
from connector.ports import Receiving
from connector.systems.qad_ee.system import SYSTEM
from tests.console.post import Post
from tests.systems.qad.posted import entry, invoice
from tests.systems.qad_ee.simulated import KINDS, OPERATIONAL, connection, documents
from tests.systems.qad_ee.standing_in import PUSH_SECRET
from tests.waiting import until

if TYPE_CHECKING:
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


def test_what_is_pushed_is_what_would_be_asked_for(sandbox: SandboxServer) -> None:
    every = dict.fromkeys(KINDS, "qxo")
    to = connection(sandbox, reads=every, posted={"supplier_invoices": "qxo", "journal_entries": "qxo"})
    expected = {entity: documents(connection(sandbox), entity) for entity in KINDS}
    assert isinstance(SYSTEM, Receiving)
    with Post() as post:
        to = replace(to, inbox=post.house.inbox)
        post.house.mailbox = SYSTEM.receiver(to)  # type: ignore[assignment]  # any receiver
        headers = {"X-Connector-Secret": PUSH_SECRET}
        sandbox.set_options(subscriber={"url": f"{post.url}/receive/acme", "headers": headers})
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
        assert {entity for _, entity in post.house.polled} >= set(KINDS) - {"expense_payments"}
        assert not any(message.problem for message in post.house.stored)
