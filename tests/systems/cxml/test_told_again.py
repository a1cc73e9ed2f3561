"""A payment status that comes back: the network, which remembers every payloadID, shows the supplier what QAD has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.exchange import Outgoing
from connector.domain.outcome import Stands
from connector.systems.cxml.system import SYSTEM
from sandbox.server import running
from tests.flows.qad_cxml.ledger import ask
from tests.systems.cxml.conftest import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.domain.flow import Mapped
    from connector.ports import Target
    from sandbox.server import SandboxServer

NAME = "qad_payments_to_cxml"
PAYING, PAID, BOUNCED = "For Collection", "Paid", "Bounced"


class Office:
    """QAD's payment of one invoice, the ledger that keeps what was sent, and the network."""

    def __init__(self, server: SandboxServer, target: Target) -> None:
        self.server, self.target = server, target
        #: the payloadID that the ledger knows
        self.told: str | None = None
        self.sent: list[str] = []

    def mapped(self, status: str, **changed: Any) -> Mapped | Stands:
        payment = {"year": "2026", "instrument": "E", "number": "501", "status": status, "amount": "100.00"}
        paid = {
            "invoice_id": "5001", "supplier_code": "S1", "reference": "A1", "invoice_type": "INVOICE",
            "currency": "USD", "credit_total": "100.00", "debit_total": "0", "balance": "100.00", "open": True,
            "payments": [payment], **changed,
        }  # fmt: skip
        known = f"{NAME}:5001"
        there = {"links": {known: "linked"}, "ids": {known: self.told}} if self.told else {}
        options = {"received_invoices_only": False, "supplier_domain": "NetworkId"}
        said: Mapped | Stands = ask(registry.flow(NAME), paid, options=options, **there)
        return said

    def tell(self, status: str, *, lost: bool = False, **changed: Any) -> str:
        """Map and send; unless the answer is lost, the ledger knows of it."""
        said = self.mapped(status, **changed)
        if isinstance(said, Stands):
            return said.reason
        body = canonical.loads(canonical.dumps(said.body))
        # as in the ledger: by the key and what QAD has, and not by what was there before
        document = Outgoing(entity="invoice_status", key=said.key, body=body, correlation_id=f"mlc-{status[:4]}")
        written = self.target.write(document)
        self.sent.append(written.target_id)
        self.told = self.told if lost else written.target_id
        return written.answer

    @property
    def shown(self) -> list[str]:
        invoice = self.server.state("holds")["holds"]["invoices"]["S1|A1|INVOICE"]
        return [one["type"] for one in invoice["told"]]


@pytest.fixture
def office() -> Iterator[Office]:
    with running("cxml", documents=0) as server:
        line = {"quantity": "10", "price": "10"}
        order = {"order": "PO1", "supplier": "S1", "lines": [line]}
        server.add_documents({"orders": [order], "invoice": [{"order": "PO1", "number": "A1"}]})
        settings = {"identities": ["NetworkId:BUYER"], "remembers_payload_ids": "yes"}
        connection = Connection(url=f"{server.url}/cxml", settings=settings)
        connection.secrets["shared_secret"] = "cxml-buyer"  # type: ignore[index]
        yield Office(server, SYSTEM.target(connection))


def test_a_status_that_comes_back_is_told_however_often(office: Office) -> None:
    for status in (PAYING, PAID, PAYING, PAID, BOUNCED, PAID):
        office.tell(status)

    assert office.shown == ["paying", "paid", "paying", "paid", "reconciled", "paid"]
    assert len(set(office.sent)) == len(office.sent)


def test_the_same_version_sent_again_is_the_same_message(office: Office) -> None:
    office.tell(PAYING)
    office.tell(PAID, lost=True)
    office.tell(PAID)

    assert office.shown == ["paying", "paid"]
    assert office.sent[1] == office.sent[2]


def test_what_is_read_once_more_from_an_older_ledger_is_the_same_message(office: Office) -> None:
    office.tell(PAYING)
    before = office.told
    office.tell(PAID)
    office.told = before
    office.tell(PAID)

    assert office.shown == ["paying", "paid"]


def test_what_changes_nothing_that_is_told_is_not_sent(office: Office) -> None:
    office.tell(PAID)

    assert office.tell(PAID, entity="20UKCO").startswith("Nothing that its supplier is told has changed")
    assert office.shown == ["paid"]


def test_what_goes_back_while_another_status_is_in_doubt_is_not_taken_for_told(office: Office) -> None:
    """The pipeline asks a person of a document that stands while its last answer is missing."""
    office.tell(PAYING)
    office.tell(PAID, lost=True)

    assert isinstance(office.mapped(PAYING), Stands)


@pytest.mark.parametrize("written_down", ["4711", "paid.mlc-Paid@ml-connector"])
def test_what_the_ledger_knows_otherwise_is_told_anew(office: Office, written_down: str) -> None:
    office.tell(PAID)
    office.told = written_down
    office.tell(PAID)

    assert office.shown == ["paid", "paid"]
