from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.server import running
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

INVOICE = {"supplierNumber": "V1", "supplierInvoiceNumber": "A1", "currency": "USD", "total": 10}


def test_a_tenant_with_a_history_is_the_same_for_the_same_seed() -> None:
    with running("jaggaer", seed=4, documents=80) as one, running("jaggaer", seed=4, documents=80) as two:
        first, second = one.state("holds", "documents"), two.state("holds", "documents")
    assert first == second
    assert first["documents"]["invoices"] == 80
    held = first["holds"]["invoices"].values()
    assert {"Invoice", "Credit memo"} == {one["invoiceType"] for one in held}
    assert any(one["workflowStatus"] == "Pending" and one["paymentStatus"] == "Payable" for one in held)
    assert all((one["total"][0] == "-") == (one["invoiceType"] == "Credit memo") for one in held)
    assert not any(one["source"] == "Automated" for one in held)
    with running("jaggaer", seed=5, documents=80) as other:
        assert other.state("holds")["holds"] != first["holds"]


def test_an_empty_tenant_holds_nothing_and_counts_nothing(client: Client) -> None:
    state = client.server.state("documents", "writes", "counts", "creates", "system")
    assert set(state["documents"].values()) == {0}
    assert (state["writes"], state["counts"], state["creates"], state["system"]) == ([], {}, {}, "jaggaer")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"colour": "red"}, "no option colour"),
        ({"page_size": 0}, "page_size cannot be 0"),
        ({"page_size": "many"}, "takes a int"),
        ({"expires_in": -1}, "cannot be -1"),
        ({"challenge": 1}, "takes a bool"),
        ({"invoice_casing": "ocr"}, "one of invoiceOcr, invoiceOCR"),
        ({"accounting_fields": []}, "at least one field"),
        ({"accounting_fields": "Account"}, "a list of strings"),
        ({"business_units": [1]}, "a list of strings"),
    ],
)
def test_an_option_that_does_not_exist_or_fit_is_refused_in_a_sentence(
    strict: Client, options: Json, words: str
) -> None:
    with pytest.raises(SandboxMistakeError, match=words):
        strict.server.set_options(**options)


def test_options_answer_how_they_all_stand(client: Client) -> None:
    answer = client.server.set_options(page_size=7)
    assert (answer["page_size"], answer["invoice_casing"]) == (7, "invoiceOcr")
    assert client.server.state("options")["options"] == answer


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "one of invoices, companies, account_values"),
        ({"entity": "shoes", "documents": []}, "one of invoices"),
        ({"entity": "invoices", "documents": {}}, "one of invoices"),
        ({"entity": "invoices", "documents": ["x"]}, "must be an object"),
        ({"entity": "invoices", "documents": [{**INVOICE, "colour": "red"}]}, "no field colour"),
        ({"entity": "invoices", "documents": [{**INVOICE, "total": "much"}]}, "total must be an amount"),
        ({"entity": "invoices", "documents": [{**INVOICE, "total": None}]}, "total must be an amount"),
        ({"entity": "invoices", "documents": [{**INVOICE, "total": "Infinity"}]}, "total must be an amount"),
        ({"entity": "invoices", "documents": [{**INVOICE, "supplierNumber": ""}]}, "supplierNumber must be a text"),
        ({"entity": "invoices", "documents": [{**INVOICE, "invoiceType": "Bill"}]}, "one of Invoice, Credit memo"),
        ({"entity": "invoices", "documents": [{**INVOICE, "lines": ["x"]}]}, "line of an invoice must be an object"),
        (
            {"entity": "invoices", "documents": [{**INVOICE, "lines": [{"quantity": 1, "unitPrice": 1, "x": 1}]}]},
            "line has no field x",
        ),
        (
            {
                "entity": "invoices",
                "documents": [{**INVOICE, "lines": [{"quantity": 1, "unitPrice": 1, "accounting": 4}]}],
            },
            "accounting of a line is an object",
        ),
        ({"entity": "invoices", "documents": [INVOICE, INVOICE]}, "has the invoice V1.A1.Invoice already"),
        ({"entity": "companies", "documents": [{"extCode": "V1"}]}, "companyName must be a text"),
        ({"entity": "account_values", "documents": [{"value": 4000}]}, "value must be a text"),
    ],
)
def test_documents_that_make_no_sense_are_refused_and_none_is_entered(strict: Client, body: Json, words: str) -> None:
    with pytest.raises(SandboxMistakeError, match=words):
        strict.server.add_documents(body)
    assert set(strict.server.state("documents")["documents"].values()) == {0}


def test_people_can_enter_companies_accounts_and_coded_invoices(client: Client) -> None:
    enter = client.server.add_documents
    assert enter({"entity": "companies", "documents": [{"extCode": "V1", "companyName": "Acme"}]}) == {"entered": 1}
    enter({"entity": "account_values", "documents": [{"value": "4000"}, {"value": "4100", "active": False}]})
    line = {"quantity": 2, "unitPrice": "5", "poNumber": "PO1", "poLineNumber": "1", "accounting": {"Account": "4000"}}
    enter({"entity": "invoices", "documents": [{**INVOICE, "lines": [line]}]})
    assert client.holds("companies")["V1"]["companyName"] == "Acme"
    assert client.holds("account_values")["4100"]["active"] is False
    held = client.holds("invoices")["V1|A1|Invoice"]
    assert (held["lines"][0]["accounts"], held["lines"][0]["amount"]) == (["4000"], "10")
    assert client.server.state("writes") == {"writes": []}
    assert client.company("V1", city="Oslo")["bravoId"] == "1000000001"
