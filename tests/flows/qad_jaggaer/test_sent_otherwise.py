"""What the flows say that they change is what they change, and nothing else of a supplier's number is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.domain.flow import Flow, Mapped
from connector.flows.qad_invoices_to_jaggaer import FLOW as INVOICES
from connector.flows.qad_payments_to_jaggaer import FLOW as PAYMENTS
from tests.flows.qad_jaggaer.ledger import ask

GOLDEN = Path(__file__).parent / "golden"
NUMBERS = [
    ("re-77/a", "re-77/a"),
    ("0077", "0077"),
    ("ACME  77", "ACME  77"),
    (" \tACME\u00a077\t1 ", "ACME 77 1"),
    ("AC\u00adME\u200b-\ufeff77", "ACME-77"),
    ("\uff21\u00df\u00e9", "\uff21\u00df\u00e9"),
]


def sent(flow: Flow[Any], case: str, reference: str) -> str:
    payload = json.loads((GOLDEN / flow.name / f"{case}.source.json").read_text()) | {"reference": reference}
    said = ask(flow, payload)
    assert isinstance(said, Mapped), said
    body: Any = said.body
    return str(body.get("header", body)["supplierInvoiceNumber"])


@pytest.mark.parametrize(("written", "number"), NUMBERS)
def test_a_number_goes_as_the_supplier_wrote_it_but_for_white_space_and_what_cannot_be_seen(
    written: str, number: str
) -> None:
    assert sent(INVOICES, "matched", written) == number
    assert sent(PAYMENTS, "credit-note", written) == number
    assert "white space" in INVOICES.changes[0]
    assert INVOICES.changes[0] in PAYMENTS.changes
