from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.qad.books import Books
from sandbox.qad.expected import expected, goes
from sandbox.qad.keys import key_of
from sandbox.qad.money import decimals
from sandbox.qad.seeding.seeder import Seeder

if TYPE_CHECKING:
    from sandbox.qad.documents import Matching


def seeded(documents: int, seed: int = 1) -> Books:
    books = Books()
    Seeder(books, seed).fill(documents)
    return books


@pytest.fixture(scope="module")
def books() -> Books:
    return seeded(400)


def whole(books: Books) -> list[object]:
    return [*books.suppliers, *books.accounts, *books.orders, *books.receipts, *books.invoices, *books.settled]


def test_the_same_seed_gives_the_same_documents_and_another_seed_others() -> None:
    assert whole(seeded(60, seed=3)) == whole(seeded(60, seed=3))
    assert whole(seeded(60, seed=3)) != whole(seeded(60, seed=4))


def test_more_on_demand_is_what_a_larger_seed_would_have_had() -> None:
    small = Books()
    seeder = Seeder(small, 2)
    seeder.suppliers(5)
    seeder.suppliers(5)
    large = Books()
    Seeder(large, 2).suppliers(10)
    assert list(small.suppliers) == list(large.suppliers)


def test_nothing_is_seeded_for_no_documents() -> None:
    assert whole(seeded(0)) == []


def test_entities_scale_with_the_number_of_invoices(books: Books) -> None:
    assert len(books.invoices) == 400
    assert len(books.suppliers) == 40
    assert len(books.orders) == 320
    assert len(books.accounts) == 30


def test_lines_and_tax_add_up_to_the_total_in_the_decimals_of_the_currency(books: Books) -> None:
    for invoice in books.invoices:
        assert sum(line.amount for line in invoice.lines) + invoice.tax == invoice.total
        for amount in (invoice.total, invoice.tax, *(line.amount for line in invoice.lines)):
            assert amount == round(amount, decimals(invoice.currency))
        for line in invoice.lines:
            assert abs(line.quantity * line.price - line.amount) <= Decimal("0.5").scaleb(-decimals(invoice.currency))


def test_every_match_state_appears_even_in_a_small_sandbox() -> None:
    small = seeded(30)
    states = {(one.status_code, one.kind, one.matched, one.payment_locked, one.hold > 0) for one in small.invoices}
    assert {
        ("AP-INITIAL", "INVOICE", False, True, False),
        ("AP-NOALLOC", "INVOICE", False, False, False),
        ("AP-NOALLOC", "CREDITNOTE", False, False, False),
        ("AP-RMALLOC", "INVOICE", True, False, False),
        ("AP-RMALLOC", "INVOICE", True, True, False),
        ("AP-RMALLOC", "INVOICE", True, False, True),
        ("AP-RMALLOC", "INVOICE", False, False, False),
        ("AP-RMALLOC", "CREDITNOTE", True, False, False),
        ("AP-GLALLOC", "INVOICE", False, False, False),
    } <= states
    assert {"USD", "EUR", "JPY", "BHD"} <= {one.currency for one in small.invoices}
    assert any(line.cost_centre for one in small.invoices for line in one.lines)
    assert any(line.project for one in small.invoices for line in one.lines)


def test_payments_are_in_every_status_and_on_about_three_in_five_matched_invoices(books: Books) -> None:
    statuses = Counter(payment.status for one in books.settled for payment in one.payments)
    assert set(statuses) == {"Paid", "Initial", "For Collection", "Void", "Bounced"}
    could = [one for one in books.invoices if goes(one) and one.kind == "INVOICE"]
    assert 0.5 < len(books.settled) / len(could) < 0.7
    assert any(0 < one.paid < one.total for one in books.settled)
    assert all(one.paid <= one.total for one in books.settled)


def test_only_invoices_that_are_free_to_be_paid_have_payments(books: Books) -> None:
    assert all(goes(invoice) for invoice in books.settled)


def test_no_more_is_received_than_ordered_and_matched_goods_were_received(books: Books) -> None:
    matched: Counter[tuple[str, int]] = Counter()
    for receipt in books.receipts:
        if receipt.quantity > 0:
            matched[receipt.order, receipt.line] += receipt.quantity  # type: ignore[assignment]  # exact counts
    for order in books.orders:
        for line in order.lines:
            assert matched[order.number, line.line] == line.received <= line.ordered
    receivers = {receipt.receiver for receipt in books.receipts}
    for invoice in books.invoices:
        for line in invoice.lines:
            assert (line.receiver in receivers) == (line.matching != "none")


def test_orders_are_open_closed_and_cancelled_and_a_cancelled_one_is_never_billed(books: Books) -> None:
    statuses = {order.number: order.status for order in books.orders}
    assert set(statuses.values()) == {"", "O", "C", "X"}
    assert all(statuses[one.order] != "X" for one in books.invoices if one.order)


def test_everything_is_linked(books: Books) -> None:
    accounts = {account.code: account for account in books.accounts}
    for order in books.orders:
        assert order.supplier in books.suppliers
        for line in order.lines:
            account = accounts[line.account]
            assert account.active
            assert bool(line.cost_centre) or not account.cost_centre
            assert bool(line.project) or not account.project
    for invoice in books.invoices:
        supplier = books.suppliers.get(invoice.supplier)
        assert supplier is not None
        assert supplier.active
        assert supplier.currency == invoice.currency
        order = books.orders.get(invoice.order)
        assert order is None or order.supplier == invoice.supplier


def test_some_suppliers_are_inactive_and_some_have_no_remit_to(books: Books) -> None:
    assert {supplier.active for supplier in books.suppliers} == {True, False}
    assert {supplier.remit is None for supplier in books.suppliers} == {True, False}


def test_codes_and_names_fit_their_fields(books: Books) -> None:
    for supplier in books.suppliers:
        assert len(supplier.code) <= 8
        assert len(supplier.name) <= 36
        assert len(supplier.search_name) <= 28
        assert len(supplier.terms) <= 8
        assert supplier.email.endswith(".example")
    assert all(len(order.number) <= 8 for order in books.orders)


def test_natural_keys_are_different_although_spelled_in_many_ways(books: Books) -> None:
    keys = [key_of(invoice) for invoice in books.invoices]
    assert len(set(keys)) == len(keys)
    assert any(" " in invoice.reference for invoice in books.invoices)


@pytest.mark.parametrize(
    "change",
    [
        {"initial": True},
        {"approved": False},
        {"payment_locked": True},
        {"receiver_matching": False},
        {"status_code": "AP-NOALLOC"},
        {"hold": Decimal("0.01")},
        {"lines": ()},
    ],
)
def test_one_thing_wrong_is_enough_to_keep_an_invoice_back(books: Books, change: dict[str, Any]) -> None:
    cleared = books.invoices.documents[0]
    assert goes(cleared)
    assert not goes(replace(cleared, **change))


@pytest.mark.parametrize("matching", ["open", "none"])
def test_one_line_not_matched_for_good_keeps_an_invoice_back(books: Books, matching: Matching) -> None:
    cleared = next(one for one in books.invoices if goes(one) and len(one.lines) > 1)
    for place in range(len(cleared.lines)):
        lines = [replace(line, matching=matching) if at == place else line for at, line in enumerate(cleared.lines)]
        assert not goes(replace(cleared, lines=tuple(lines)))


def test_what_is_expected_on_the_other_side_follows_from_the_truth(books: Books) -> None:
    wanted = expected(books)
    assert wanted["companies"] == [supplier.code for supplier in books.suppliers]
    assert len(wanted["account_values"]) == 30
    assert not set(wanted["orders"]) & set(wanted["cancelled_orders"])
    assert len(wanted["orders"]) + len(wanted["cancelled_orders"]) == 320
    credits_ = [facts for key, facts in wanted["invoices"].items() if key.endswith("|Credit memo")]
    assert credits_
    assert all(Decimal(facts["amount"]) < 0 for facts in credits_)
    assert set(wanted["payment_status"]) < set(wanted["invoices"])
    assert set(wanted["payment_status"].values()) == {"Paid", "PartiallyPaid", "InProcess", "Payable"}
