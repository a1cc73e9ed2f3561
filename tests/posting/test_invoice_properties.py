from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from connector.domain.flow import Mapped
from connector.domain.money import decimals
from connector.domain.outcome import Bury
from connector.flows.concur_invoices_to_qad import FLOW as INVOICES
from tests.flows.qad_concur.ledger import ask
from tests.posting.strategies import HALF, invoices


@HALF
@given(invoices())
def test_an_invoice_in_full_is_the_sum_of_its_lines_and_taxes(invoice: dict[str, Any]) -> None:
    said = ask(INVOICES, invoice, options={"invoice_mode": "FULL"})

    assert isinstance(said, Mapped)
    lines, taxes_, total = said.body["lines"], said.body["taxes"], said.body["total"]
    assert total > 0
    assert sum(line["amount"] for line in lines) + sum(tax["amount"] for tax in taxes_) == total
    assert sum(line["tax_amount"] for line in lines) == sum(tax["amount"] for tax in taxes_)
    assert (said.body["invoice_type"] == "CREDITNOTE") is (invoice["document"]["requestHeader"]["requestTotal"] < 0)


@HALF
@given(invoices(), st.sampled_from(["INITIAL", "FULL"]))
def test_every_order_line_travels_with_its_quantity_once(invoice: dict[str, Any], mode: str) -> None:
    said = ask(INVOICES, invoice, options={"invoice_mode": mode})

    assert isinstance(said, Mapped)
    counted = [line for line in said.body["lines"] if line["quantity"]]
    assert [(line["order_number"], line["order_line"], line["quantity"]) for line in counted] == [
        (line["lineItemPurchaseOrderNumber"], str(line["poLineNumber"]), abs(line["lineItemQuantity"]))
        for line in invoice["document"]["lineItem"]
    ]
    assert set(said.body["order_numbers"]) == {line["order_number"] for line in counted} - {""}


@HALF
@given(invoices(), st.sampled_from(["INITIAL", "FULL"]), st.integers(-1000, 1000))
def test_an_invoice_that_is_off_by_any_amount_is_not_posted(invoice: dict[str, Any], mode: str, off: int) -> None:
    assume(off)
    header = invoice["document"]["requestHeader"]
    header["requestTotal"] += Decimal(off).scaleb(-decimals(header["currencyAlphaCode"]))

    said = ask(INVOICES, invoice, options={"invoice_mode": mode})

    assert isinstance(said, Bury)
    assert said.code == "amounts_do_not_add_up"
