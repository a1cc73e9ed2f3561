"""A dry run over a source that lists what the test gives it, on a real ledger."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain import canonical, outcome
from connector.domain.errors import ConfigurationError, Unavailable
from connector.domain.exchange import Page, Row, Safety
from connector.domain.gate import CodeNeed
from connector.domain.identity import new_id
from connector.operations.operator import Operator
from connector.operations.setup import connections, integrations, stopping
from connector.operations.setup.connections import Parts
from connector.operations.work import audit, dry_run
from connector.ports import Heard, silent
from connector.store import operator as ledger
from connector.store.ledger import Ledger
from connector.store.operator.crosswalks import Code
from connector.vault import EnvelopeVault, new_key, parse_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import PingReport, Query
    from connector.domain.gate import Known
    from connector.operations.work.dry_run import Rehearsed
    from connector.store.operator.transaction import OperatorTransaction

FLOW = "acme/qad_suppliers_to_jaggaer"
GOLDEN = Path(__file__).parents[2] / "flows" / "qad_concur" / "golden"
SUPPLIER = {
    "supplier_code": "10023", "name": "Miller Tools", "search_name": "MILLER", "active": True, "currency": "USD",
    "credit_terms": "30", "supplier_type": "", "street1": "1 Main St", "street2": "", "street3": "", "city": "Chicago",
    "state": "IL", "postal_code": "60601", "country": "US", "phone": "", "email": "", "tax_id": "", "remit_to": None,
    "modified": dt.date(2026, 11, 1),
}  # fmt: skip


@dataclass
class Listing:
    """Implements ports.Source over rows in pages of two."""

    rows: list[Row] = field(default_factory=list)
    pages_read: int = 0

    def pages(self, query: Query) -> Iterator[Page]:
        assert query.entity in {"suppliers", "orders", "cash_advances"}
        for start in range(0, max(1, len(self.rows)), 2):
            self.pages_read += 1
            yield Page(rows=tuple(self.rows[start : start + 2]), number=start // 2 + 1)

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        return row.payload


@dataclass
class Writing:
    """What a dry run asks of a target, which is nothing that reaches it."""

    is_like: Safety = Safety.NATIVE_KEY
    refuses: str = ""

    def safety(self, entity: str) -> Safety:
        if self.refuses:
            raise ConfigurationError(self.refuses)
        assert entity == "companies"
        return self.is_like


@dataclass(frozen=True)
class Connector:
    """The part of the application a dry run uses."""

    store: Ledger
    vault: EnvelopeVault
    listing: Listing
    writing: Writing = field(default_factory=Writing)

    @property
    def database(self) -> Ledger:
        return self.store

    def source(self, name: str) -> Listing:
        assert name in {"acme-qad", "acme-concur"}
        return self.listing

    def target(self, name: str) -> Writing:
        assert name in {"acme-j1", "acme-concur"}
        return self.writing

    def ping(self, name: str, heard: Heard = silent) -> PingReport:
        raise NotImplementedError


@pytest.fixture
def connector(database_url: str) -> Iterator[Connector]:
    ledger = Ledger(database_url)
    yield Connector(ledger, EnvelopeVault(parse_keys(new_key())), Listing())
    ledger.close()


def connect(tx: OperatorTransaction, name: str, system: str) -> None:
    connections.create(tx, name, system, Parts(config={}, overrides={}, secrets={}))


@pytest.fixture
def operator(connector: Connector) -> Operator:
    made = Operator(application=connector, actor="operator:test")
    with made.transaction() as tx:
        for name, system in (("acme-qad", "qad"), ("acme-j1", "jaggaer")):
            connect(tx, name, system)
        shown = integrations.create(tx, "acme", "qad-jaggaer", "acme-qad", "acme-j1")
        ledger.crosswalks.put(tx, shown.integration.id, [Code(table="payment_terms", source="30", target="NET30")])
    return made


def supplier(key: str, **differs: object) -> Row:
    payload = {**SUPPLIER, "supplier_code": key, **differs}
    return Row(payload=payload, modified=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))


def rehearse(operator: Operator, connector: Connector, *rows: Row, **chosen: Any) -> list[Rehearsed]:
    connector.listing.rows = list(rows)
    return list(dry_run.rehearse(operator, FLOW, **{"since": None, "limit": None, **chosen}))


def test_a_new_document_would_be_created(operator: Operator, connector: Connector) -> None:
    (document,) = rehearse(operator, connector, supplier("10023"))

    assert document.would == "create"
    assert document.target_key == "10023"
    assert document.target is not None
    assert document.target["companyInfo"]["extCode"] == "10023"
    assert document.source["supplier_code"] == "10023"


def test_what_cannot_be_asked_or_sent_is_said_so(operator: Operator, connector: Connector) -> None:
    connector.writing.is_like = Safety.NONE
    (one,) = rehearse(operator, connector, supplier("10023"))
    assert one.why == "Would send 10023 to JAGGAER ONE; JAGGAER ONE cannot be asked whether it has it."
    connector.writing.refuses = "Connection acme-j1 says `writes: false`."
    (one,) = rehearse(operator, connector, supplier("10023"))
    assert one.why.endswith("to JAGGAER ONE, which could not be done now: Connection acme-j1 says `writes: false`.")


def test_whoever_looks_is_in_the_trail_before_anything_is_read(operator: Operator, connector: Connector) -> None:
    found = dry_run.rehearse(operator, FLOW, since=None, limit=2, key="10023")
    with pytest.raises(StopIteration):
        next(found)
    event = audit.history(operator, f"flow:{FLOW}")[-1]
    assert (event.name, event.actor, event.detail["document"]) == ("operator.dry_ran", "operator:test", "10023")


def test_on_an_empty_ledger_a_document_shows_what_it_would_become_once_its_supplier_is_there(
    operator: Operator, connector: Connector
) -> None:
    line = {"line": 1, "quantity_ordered": "2", "unit_price": "3.50"}
    order = {"order_number": "PO1", "supplier_code": "10023", "currency": "USD", "credit_terms": "30", "lines": [line]}
    connector.listing.rows = [Row(payload=order), Row(payload=order | {"order_number": "PO2", "credit_terms": "77"})]

    first, second = dry_run.rehearse(operator, "acme/qad_orders_to_jaggaer", since=None, limit=None)

    assert first.would == "wait"
    assert "supplier 10023" in first.why
    assert first.target_key == "PO1"
    assert first.target is not None
    assert first.target["header"]["terms"] == {"standardPaymentTermsCode": "NET30"}
    assert (second.would, second.target) == ("park", None)


def test_a_code_that_is_set_is_not_asked_for_only_because_nothing_was_read_from_qad_yet(
    operator: Operator, connector: Connector
) -> None:
    advance = GOLDEN / "concur_cash_advances_to_qad" / "issued.source.json"
    connector.listing.rows = [Row(payload=canonical.loads(advance.read_bytes()))]
    with operator.transaction() as tx:
        connect(tx, "acme-concur", "concur")
        shown = integrations.create(tx, "books", "qad-concur", "acme-qad", "acme-concur")
        own = Code(table="ledgers", source="DEFAULT", target="10USACO")
        payee = Code(table="payees", source="EMPL", target="2100")
        ledger.crosswalks.put(tx, shown.integration.id, [own])

    def rehearsed() -> Rehearsed:
        (document,) = dry_run.rehearse(operator, "books/concur_cash_advances_to_qad", since=None, limit=None)
        return document

    unset = rehearsed()
    assert (unset.would, unset.target) == ("park", None)
    assert "has payees 'EMPL'; add it" in unset.why

    with operator.transaction() as tx:
        ledger.crosswalks.put(tx, shown.integration.id, [payee])
    waiting = rehearsed()
    assert waiting.would == "wait"
    assert "payees 'EMPL'" in waiting.why
    assert "have been read by qad_cost_objects_to_concur" in waiting.why
    assert waiting.target is not None
    assert [line["account"] for line in waiting.target["lines"]] == ["1480", "2100"]


def test_a_document_without_its_code_would_be_parked(operator: Operator, connector: Connector) -> None:
    (document,) = rehearse(operator, connector, supplier("10023", credit_terms="77"))

    assert document.would == "park"
    assert "payment_terms '77'" in document.why


def test_a_row_that_does_not_say_enough_is_said_and_not_asked_for_as_if_it_were_absent() -> None:
    incomplete = outcome.Incomplete(missing=(CodeNeed(table="addresses", code="10"),), why="It needs a state.")

    assert dry_run.meaning(incomplete) == ("park", "It needs a state.")


def test_a_document_nobody_can_read_would_be_dead(operator: Operator, connector: Connector) -> None:
    (document,) = rehearse(operator, connector, supplier("10023", active="perhaps"))

    assert document.would == "dead"


def test_a_mistake_of_ours_ends_one_document_and_not_the_rehearsal(
    operator: Operator, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = registry.flow("qad_suppliers_to_jaggaer")

    def stumble(document: Any, known: Known, options: Mapping[str, Any]) -> Any:
        if document.supplier_code == "1":
            raise ZeroDivisionError
        return flow.map(document, known, options)

    monkeypatch.setattr(registry, "flow", lambda _: dataclasses.replace(flow, map=stumble))

    assert [document.would for document in rehearse(operator, connector, supplier("1"), supplier("2"))] == [
        "dead",
        "create",
    ]


def test_what_was_read_before_would_be_updated_when_it_changed_and_else_nothing(
    operator: Operator, connector: Connector
) -> None:
    same, other = supplier("10023"), supplier("10023", name="Miller & Sons")
    listed = {name: value for name, value in same.payload.items() if name != "modified"}
    with operator.transaction() as tx:
        flow = ledger.flows.named(tx, "acme", "qad_suppliers_to_jaggaer")
        tx.run(
            "INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id) "
            "VALUES (:id, :flow, '10023', 1, :fingerprint, 'B-77')",
            id=new_id(),
            flow=flow.id,
            fingerprint=canonical.fingerprint(listed),
        )

    assert rehearse(operator, connector, same)[0].would == "nothing"
    (changed,) = rehearse(operator, connector, other)
    assert changed.would == "update"
    assert "B-77" in changed.why


def test_no_more_is_read_than_the_limit_asks(operator: Operator, connector: Connector) -> None:
    rows = [supplier(str(number)) for number in range(9)]

    documents = rehearse(operator, connector, *rows, limit=3)

    assert [document.key for document in documents] == ["0", "1", "2"]
    assert connector.listing.pages_read == 2


def test_since_leaves_out_what_changed_before(operator: Operator, connector: Connector) -> None:
    since = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)

    assert rehearse(operator, connector, supplier("1"), since=since) == []
    assert rehearse(operator, connector) == []


def test_a_connection_that_a_person_stopped_is_not_read(operator: Operator, connector: Connector) -> None:
    stopping.stop(operator, "acme-qad", "QAD is moved")
    with pytest.raises(ConfigurationError, match=r"acme-qad is stopped, so it was not asked: .*QAD is moved"):
        rehearse(operator, connector, supplier("10023"))
    assert connector.listing.pages_read == 0


def test_a_source_that_fails_is_told_as_it_is(operator: Operator, connector: Connector) -> None:
    class Away(Listing):
        def pages(self, query: Query) -> Iterator[Page]:
            raise Unavailable("acme-qad does not answer.")

    away = Connector(connector.store, connector.vault, Away())
    with pytest.raises(Unavailable, match="does not answer"):
        list(dry_run.rehearse(Operator(application=away, actor="operator:test"), FLOW, since=None, limit=None))
