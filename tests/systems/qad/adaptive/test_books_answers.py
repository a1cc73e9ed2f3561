"""What is sent to QAD, and what an instance may answer that the simulated one never does."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.errors import AlreadyThere, ConfigurationError, SourceLies, Unanswered
from connector.systems.qad.adaptive.names import names
from connector.systems.qad.system import SYSTEM
from tests.systems.qad.posted import ENTRY_KEY, FULL, entry, invoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.ports import Target

ENTRIES, INVOICES = "api/erp/journalEntries", "api/erp/supplierInvoices"
TAKEN = {"submitResult": {"success": True, "errorSeverity": 0, "errors": []}}


@pytest.fixture
def post_to(instance: Any, connect: Callable[..., Any]) -> Callable[..., Target]:
    """An instance whose browses are there and empty."""
    for posting in names({}).postings.values():
        instance.hold(posting.browse, dict.fromkeys(posting.search.values()))
        instance.rows[posting.browse] = []
    return lambda **changes: SYSTEM.target(connect(**changes))


def posted(instance: Any, path: str) -> Any:
    [call] = [call for call in instance.asked(path) if call.method == "POST"]
    assert set(call.query) == {"viewUri"}
    return canonical.loads(call.body)


def test_a_journal_entry_as_it_goes_over_the_wire(instance: Any, post_to: Callable[..., Target]) -> None:
    instance.extra[ENTRIES] = 200, TAKEN
    post_to().write(entry())
    assert posted(instance, ENTRIES) == {
        "journalEntries": [
            {
                "companyCode": "10USACO",
                "daybookCode": "CONCUR",
                "postingDate": "2026-11-02T00:00:00.000Z",
                "postingText": "Concur R1",
                "currencyCode": "USD",
                "customShort0": "R1",
                "customLong0": "10USACO|R1|1",
                "customLong1": "corr-1",
                "journalEntryLines": [
                    {
                        "lineNumber": 1,
                        "glCode": "6200",
                        "costCentreCode": "120",
                        "currencyCode": "USD",
                        "debitTC": Decimal("5.10"),
                        "creditTC": 0,
                        "postingLineText": "Taxi",
                    },
                    {
                        "lineNumber": 2,
                        "glCode": "2900",
                        "currencyCode": "USD",
                        "debitTC": 0,
                        "creditTC": Decimal("3.10"),
                        "customShort0": "employee",
                        "customShort1": "E7",
                    },
                    {
                        "lineNumber": 3,
                        "currencyCode": "USD",
                        "debitTC": 0,
                        "creditTC": 2,
                        "supplierCode": "S10001",
                        "customShort0": "supplier",
                        "customShort1": "S10001",
                    },
                ],
                "dataOperation": "C",
                "concurrencyHash": "",
            }
        ],
        "supplementaryMessages": [],
    }


def test_an_initial_invoice_as_it_goes_over_the_wire(instance: Any, post_to: Callable[..., Target]) -> None:
    instance.extra[INVOICES] = 200, TAKEN
    post_to().write(invoice())
    [record] = posted(instance, INVOICES)["supplierInvoices"]
    assert record == {
        "companyCode": "10USACO",
        "supplierCode": "S10001",
        "reference": "inv 1",
        "invoiceType": "INVOICE",
        "description": "Concur Q1",
        "invoiceDate": "2026-11-01T00:00:00.000Z",
        "postingDate": "2026-11-02T00:00:00.000Z",
        "currencyCode": "USD",
        "invoiceAmountTC": Decimal("110.00"),
        "isTaxable": False,
        "invoiceStatusCode": "AP-INITIAL",
        "daybookCode": "APINV",
        "purchaseOrderNumber": "PO100001",
        "commentNote": "Concur Q1. Tax: ST 10.00 USD.",
        "customLong1": "corr-1",
        "supplierInvoicePurchaseOrders": [{"purchaseOrderNumber": "PO100001"}],
        "supplierInvoiceMatchingLines": [
            {
                "lineNumber": 1,
                "purchaseOrderNumber": "PO100001",
                "purchaseOrderLine": "1",
                "receiverNumber": "RC1,RC2",
                "matchQty": 4,
                "matchUnitPrice": Decimal("15.00"),
                "amountTC": Decimal("80.00"),
                "description": "It",
            }
        ],
        "dataOperation": "C",
        "concurrencyHash": "",
    }


def test_a_full_invoice_carries_tax_and_posting_lines(instance: Any, post_to: Callable[..., Target]) -> None:
    instance.extra[INVOICES] = 200, TAKEN
    post_to().write(invoice(**FULL))
    [record] = posted(instance, INVOICES)["supplierInvoices"]
    assert (record["isTaxable"], record["vatAmountTC"]) == (True, Decimal("10.00"))
    assert record["supplierInvoiceTaxes"] == [
        {"taxCode": "ST", "glCode": "2200", "taxBaseTC": 100, "taxAmountTC": Decimal("10.00")}
    ]
    assert record["supplierInvoiceLines"][2] == {
        "lineNumber": 3,
        "description": "It",
        "glCode": "6900",
        "amountTC": Decimal("20.00"),
    }


def test_what_qad_says_it_took_without_a_number_is_known_by_its_key(
    instance: Any, post_to: Callable[..., Target]
) -> None:
    instance.extra[ENTRIES] = 200, TAKEN
    written = post_to().write(entry())
    assert (written.target_id, written.facts["document_number"]) == (ENTRY_KEY, ENTRY_KEY)
    assert (written.facts["company"], written.facts["fiscal_year"]) == ("10USACO", "2026")


def test_an_answer_that_says_neither_is_no_answer(instance: Any, post_to: Callable[..., Target]) -> None:
    for said in ({"data": {}}, []):
        instance.extra[ENTRIES] = 200, said
        with pytest.raises(Unanswered, match="answered neither that it posted"):
            post_to().write(entry())


@pytest.mark.parametrize("status", [200, 400, 405])
def test_a_request_qad_does_not_look_at_is_not_held_against_the_document(
    instance: Any, post_to: Callable[..., Target], status: int
) -> None:
    instance.extra[ENTRIES] = status, {"errors": ["Invalid URI"]}
    with pytest.raises(
        ConfigurationError, match=r"Invalid URI\. QAD did not look.*names under entities\.journal_entries"
    ):
        post_to().write(entry())


def test_an_instance_that_refuses_a_reference_it_has_is_asked_for_it(
    instance: Any, post_to: Callable[..., Target]
) -> None:
    errors = [{"message": "The reference already exists on another invoice for this supplier"}]
    instance.extra[INVOICES] = 200, {"submitResult": {"success": False, "errorSeverity": 3, "errors": errors}}
    with pytest.raises(AlreadyThere, match="already exists on another invoice"):
        post_to().write(invoice())


def test_a_browse_that_ignores_its_filter_and_has_no_end_is_not_believed(
    instance: Any, post_to: Callable[..., Target]
) -> None:
    columns = names({}).posting("journal_entries").search.values()
    instance.hold("urn:browse:mfg:xxgl03", *[dict.fromkeys(columns) | {"Posting.CustomLong0": n} for n in range(3)])
    instance.filters_work = False
    assert post_to(page_size=2).find(entry()) is None
    instance.cut = lambda rows, _page, size: rows[:size]
    with pytest.raises(SourceLies, match=r"does not come to an end when asked for Posting\.CustomLong0"):
        post_to(page_size=2).find(entry())


@pytest.mark.parametrize("gone", ["tcCompanyCode", "tcCreditorCode", "CInvoiceType"])
def test_a_posting_that_cannot_be_told_from_others_is_not_passed_over(
    instance: Any, post_to: Callable[..., Target], gone: str
) -> None:
    target = post_to()
    columns = names({}).posting("supplier_invoices").search
    known = {"entity": "10USACO", "supplier_code": "S10001", "reference": "inv 1", "invoice_type": "INVOICE"}
    row = {column: known.get(ours) for ours, column in columns.items()}
    instance.hold("urn:browse:mfg:xxap04", row | {f"CInvoice.{gone}": None})
    with pytest.raises(SourceLies, match=rf"a posting without CInvoice\.{gone}"):
        target.find(invoice())


def test_a_total_the_instance_does_not_show_is_a_difference(instance: Any, post_to: Callable[..., Target]) -> None:
    target = post_to()
    columns = names({}).posting("journal_entries").search.values()
    known = {"Posting.CustomLong0": ENTRY_KEY, "Posting.tcCompanyCode": "10USACO", "Posting.tcCurrencyCode": "USD"}
    instance.hold("urn:browse:mfg:xxgl03", dict.fromkeys(columns) | known)
    found = target.find(entry())
    assert found is not None
    assert found.difference == "QAD shows no total for it, ours is 5.10 USD."
