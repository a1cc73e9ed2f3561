"""One amount that a person corrects: what is posted still adds up, or the flow refuses it. Nobody else adds it up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.flow import Mapped
from connector.domain.leaves import leaves, replaced
from connector.domain.lineage.other_values import like, number
from tests.flows.golden import PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator

#: a customer has switched the check of prices off; a currency without decimals rounds a price
EXPECTED = {"qad_invoices_to_jaggaer/line-price-unchecked", "qad_invoices_to_jaggaer/currency-without-decimals"}


def gap(body: Any) -> Decimal | None:
    """What is between the total and its parts, or between debit and credit; None of what has no amounts that add up."""
    lines = body.get("lines") or []
    if "total" in body:
        return Decimal(body["total"]) - sum(Decimal(line["amount"]) + Decimal(line["tax_amount"]) for line in lines)
    if lines and "debit" in lines[0]:
        return sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in lines), start=Decimal(0))
    if "grandTotal" in body.get("header", {}):
        header = body["header"]
        amounts = (round(Decimal(line["quantity"]) * Decimal(line["unitPrice"]["money"]), 2) for line in lines)
        return Decimal(header["grandTotal"]["money"]) - Decimal(header.get("taxCharge1", 0)) - sum(amounts)
    return None


def torn(case: str) -> Iterator[str]:
    """Fields of a golden document with which it is posted although it does not add up any more."""
    flow, pairs = registry.flow(case.partition("/")[0]), PAIRS[registry.flow(case.partition("/")[0]).kind]
    kept = (pairs.folder / f"{case}.ledger.json").exists()
    ledger = pairs.read(f"{case}.ledger.json") if kept else {}
    source, before = pairs.read(f"{case}.source.json"), pairs.said(case)
    if not isinstance(before, Mapped):
        return
    for path, value in leaves(source).items():
        amount = number(value)
        for step in (Decimal(1), Decimal("0.01"), Decimal(-1)) if amount is not None else ():
            try:
                after = pairs.ask(flow, replaced(source, path, like(value, (amount or 0) + step)), **ledger)
            except ConnectorError:
                continue
            if isinstance(after, Mapped) and gap(after.body) != gap(before.body):
                yield path


@pytest.mark.parametrize("name", [name for name, flow in registry.flows().items() if flow.sends and not flow.updates])
def test_no_corrected_amount_is_posted_that_does_not_add_up(name: str) -> None:
    cases = [case for case in PAIRS[registry.flow(name).kind].cases if case.startswith(f"{name}/")]

    assert {case for case in cases if list(torn(case))} <= EXPECTED
