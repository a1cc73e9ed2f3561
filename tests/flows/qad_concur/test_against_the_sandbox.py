"""Every document the simulated Concur invents, against figures it reckons from the truth and from no document."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.flow import Mapped
from connector.domain.gate import LinkNeed
from connector.flows.concur_cash_advances_to_qad import FLOW as ADVANCES
from connector.flows.concur_expenses_to_qad import FLOW as EXPENSES
from connector.flows.concur_invoices_to_qad import FLOW as INVOICES
from sandbox.concur.financial.documents import Documents
from sandbox.concur.seeding import conventions
from sandbox.concur.seeding.seeder import Seeder
from tests.flows.qad_concur.ledger import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.concur.financial.documents import Document

FLOWS = {"expense": EXPENSES, "cashadvance": ADVANCES, "invoice": INVOICES}
#: each payee and tax code on an account named like it, so that the journal shows them apart
CODES = {
    **{f"payees:{payee}": f"payee|{payee}" for payee in conventions.CROSSWALK["payees"]},
    **{f"tax_accounts:{code}": f"tax|{code}" for code in conventions.CROSSWALK["tax_accounts"]},
    **{f"ledgers:{ledger}": f"entity {ledger}" for ledger in conventions.LEDGERS},
}
FIELDS = {
    name: [f"{level}{field}" for level in ("entry", "allocation")]
    for name, field in (
        ("cost_centre_field", conventions.COST_CENTRE_FIELD),
        ("project_field", conventions.PROJECT_FIELD),
    )
}


@pytest.fixture(scope="module")
def seeded() -> list[Document]:
    shelf = Documents()
    Seeder(shelf, seed=11, documents=400).fill()
    return list(shelf)


def payload(document: Document) -> dict[str, Any]:
    header = {"doc_id": document.doc_id, "source_key": document.source_key, "revision": str(document.revision)}
    return {**header, "is_test": document.test, "document": canonical.loads(document.text)}


def posted(document: Document, **options: Any) -> Mapping[str, Any]:
    chosen = {**FIELDS, **options} if document.doc_type != "cashadvance" else options
    said = ask(FLOWS[document.doc_type], payload(document), codes=CODES, options=chosen)
    assert isinstance(said, Mapped), said
    return said.body


def told(document: Document) -> Mapping[str, Any]:
    assert document.expected is not None
    return document.expected


def test_every_scenario_is_there(seeded: list[Document]) -> None:
    assert len({document.scenario for document in seeded}) > 35


def test_each_journal_has_the_amounts_the_truth_has(seeded: list[Document]) -> None:
    for document in (one for one in seeded if one.doc_type != "invoice"):
        body, truth = posted(document), told(document)
        totals: dict[str, Decimal] = defaultdict(Decimal)
        objects: dict[str, Decimal] = defaultdict(Decimal)
        for line in body["lines"]:
            amount = line["debit"] - line["credit"]
            named = line["account"] if "|" in line["account"] else f"account|{line['account']}"
            totals[named] += amount
            if named.startswith("account|"):
                objects[f"{line['account']}|{line['cost_centre']}|{line['project']}"] += amount

        assert sum(totals.values()) == 0
        assert _spelled(totals) == _spelled(truth["totals"]), document.scenario
        assert _spelled(objects) == _spelled(truth["cost_objects"]), document.scenario
        assert body["currency"] == truth["currency"]
        # a cash advance does not say its ledger
        assert body["entity"] == f"entity {truth['ledger'] if document.doc_type == 'expense' else 'DEFAULT'}"
        parties = {line["party"] for line in body["lines"] if line["party_type"] == "employee"}
        assert parties <= {truth["employee"]}


@pytest.mark.parametrize("mode", ["INITIAL", "FULL"])
def test_each_invoice_has_the_figures_the_truth_has(seeded: list[Document], mode: str) -> None:
    for document in (one for one in seeded if one.doc_type == "invoice"):
        body, truth = posted(document, invoice_mode=mode), told(document)

        assert body["total"] == Decimal(truth["total"])
        assert sum(line["amount"] for line in body["lines"]) == Decimal(truth["net"]) + Decimal(truth["shipping"])
        assert sum(line["tax_amount"] for line in body["lines"]) == Decimal(truth["tax"])
        if mode == "FULL":
            assert sum(tax["amount"] for tax in body["taxes"]) == Decimal(truth["tax"])
        assert (body["supplier_code"], body["reference"], body["invoice_type"], body["currency"]) == (
            truth["supplier"],
            truth["reference"],
            truth["type"],
            truth["currency"],
        )
        assert sorted(body["order_numbers"]) == sorted(truth["orders"])


def test_exactly_the_invoices_with_orders_ask_for_receipts(seeded: list[Document]) -> None:
    for document in (one for one in seeded if one.doc_type == "invoice"):
        needs = INVOICES.needs(INVOICES.parse(payload(document)), {})
        asked = {need.key for need in needs.links if need.flow == "qad_receipts_to_concur"}
        assert asked == set(told(document)["orders"])
        assert LinkNeed(flow=INVOICES.name, key=document.source_key) in needs.links


def _spelled(amounts: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in amounts.items() if Decimal(amount)}
