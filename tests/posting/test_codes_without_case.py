"""QAD compares codes without case: two spellings of a supplier, an order, an account are one document."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector import registry
from connector.domain.flow import Flow, Mapped
from connector.domain.gate import Known, Link, LinkState
from connector.posting.codes_without_case import folded
from tests.flows.qad_jaggaer.ledger import known_to

GOLDEN = Path(__file__).parents[1] / "flows" / "qad_jaggaer" / "golden"
CODED = [
    "qad_suppliers_to_jaggaer",
    "qad_accounts_to_jaggaer",
    "qad_orders_to_jaggaer",
    "qad_suppliers_to_concur",
    "qad_orders_to_concur",
    "qad_receipts_to_concur",
]


def source(flow: str, case: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((GOLDEN / flow / f"{case}.source.json").read_text())
    return payload


def mapped(flow: Flow[Any], payload: dict[str, Any], **options: Any) -> Mapped:
    """Map it where all it needs is in the target, in small letters."""
    document = flow.parse(payload)
    needs = flow.needs(document, options)
    known = known_to(flow.name, needs.links, needs.codes, {}, {})
    links = {
        need: replace(link, target_key=need.key.lower()) if link.state is LinkState.LINKED else link
        for need, link in known.links.items()
    }
    said = flow.map(document, replace(known, links=links), options)
    assert isinstance(said, Mapped), said
    return said


@pytest.mark.parametrize("name", CODED)
def test_the_ledger_knows_both_spellings_as_one(name: str) -> None:
    flow = registry.flow(name)
    assert flow.fold("abc01") == flow.fold("ABC01") == "ABC01"


def test_every_flow_from_qad_that_asks_the_crosswalk_asks_in_any_case() -> None:
    asking = {"jaggaer": {"suppliers", "orders", "invoices", "payments"}}
    asking["concur"] = {"suppliers", "orders", "receipts", "payments"}
    for target, whats in asking.items():
        assert all(registry.flow(f"qad_{what}_to_{target}").codes_in_any_case for what in whats)
    assert not registry.flow("concur_expenses_to_qad").codes_in_any_case, "Concur's codes are its own affair"


def test_of_a_cost_object_only_the_code_is_folded() -> None:
    assert registry.flow("qad_cost_objects_to_concur").fold("cost_centre|a1") == "cost_centre|A1"


def test_keys_of_other_systems_are_left_alone() -> None:
    assert registry.flow("concur_expenses_to_qad").fold("gWvXYZ") == "gWvXYZ"


def test_an_order_needs_its_supplier_in_whatever_case() -> None:
    flow, order = registry.flow("qad_orders_to_jaggaer"), source("qad_orders_to_jaggaer", "new")
    keys = [
        {need.key for need in flow.needs(flow.parse(order | {"supplier_code": code}), {}).links}
        for code in ("abc01", "ABC01")
    ]
    assert keys[0] == keys[1]
    assert "ABC01" in keys[0]


def test_jaggaer_is_sent_the_spelling_of_the_master() -> None:
    order = source("qad_orders_to_jaggaer", "new") | {"supplier_code": "ABC01"}
    assert mapped(registry.flow("qad_orders_to_jaggaer"), order).body["header"]["supplier"] == {
        "supplierNumber": "abc01"
    }
    invoice = source("qad_invoices_to_jaggaer", "matched") | {"supplier_code": "Abc01"}
    sent = mapped(registry.flow("qad_invoices_to_jaggaer"), invoice)
    assert sent.body["header"]["supplier"] == {"supplierNumber": "abc01"}
    assert sent.body["lines"][0]["poNumber"] == "po10001"
    assert sent.key == "abc01|INV77-A|Invoice"


def test_what_the_ledger_does_not_know_is_sent_as_it_stands() -> None:
    from connector.posting.codes_without_case import as_sent, need  # noqa: PLC0415

    assert as_sent(Known(), "qad_suppliers_to_jaggaer", "aBc") == "aBc"
    unsent = Known(links={need("f", "abc"): Link(state=LinkState.LINKED, target_id="1")})
    assert as_sent(unsent, "f", "aBc") == "aBc"
    assert folded("aBc") == "ABC"


def test_an_option_says_whether_the_number_counts_for_each_business_unit() -> None:
    invoices, invoice = registry.flow("qad_invoices_to_jaggaer"), source("qad_invoices_to_jaggaer", "matched")
    assert mapped(invoices, invoice).key == "10023|INV77-A|Invoice"
    assert mapped(invoices, invoice, invoice_number_per_entity=True).key == "10023|INV77-A|Invoice|0001"


@pytest.mark.parametrize(("sent_as", "unit"), [("10023|A-1|Invoice|0001", "0001"), ("10023|A-1|Invoice", None)])
def test_a_payment_status_names_the_business_unit_where_the_invoice_was_sent_by_it(
    sent_as: str, unit: str | None
) -> None:
    flow = registry.flow("qad_payments_to_jaggaer")
    document = flow.parse(source("qad_payments_to_jaggaer", "partly-paid") | {"reference": "A-1"})
    needs = flow.needs(document, {})
    known = known_to(flow.name, needs.links, (), {}, {})
    links = {
        need: replace(link, target_key=sent_as if need.flow == "qad_invoices_to_jaggaer" else link.target_key)
        for need, link in known.links.items()
    }
    said = flow.map(document, replace(known, links=links), {})
    assert isinstance(said, Mapped)
    assert said.key == sent_as
    assert said.body.get("businessUnit") == ({"internalName": unit} if unit else None)
