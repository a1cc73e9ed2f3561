from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.jaggaer.client import message
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

KEY = "V1001|ACME-77|Invoice"


def counted(client: Client) -> Json:
    state = client.server.state("counts", "creates")
    return state["counts"].get("invoices", {}), state["creates"].get("invoices", {})


def test_an_invoice_comes_in_with_its_order_tie_and_accounts(stocked: Client) -> None:
    answer = stocked.invoice(message())
    assert (answer["returnCode"], answer["returnMessage"]) == (0, "")
    held = stocked.holds("invoices")[KEY]
    assert held["invoiceId"] == answer["invoiceId"]
    assert (held["total"], held["tax"], held["currency"]) == ("10.8", "0.8", "USD")
    assert (held["paymentStatus"], held["paidAmount"], held["source"]) == ("Payable", "0", "Automated")
    assert held["lines"] == [
        {
            "lineNumber": 1,
            "poNumber": "PO1",
            "poLineNumber": "2",
            "quantity": "4",
            "unitPrice": "2.5",
            "amount": "10",
            "accounts": ["4000"],
            "accounting": [{"Account": "4000"}],
        }
    ]
    assert counted(stocked) == ({KEY: 1}, {KEY: 1})


def test_the_import_tolerates_a_slash_at_the_end_and_a_batch(stocked: Client) -> None:
    body = {"batchId": "B-1", "batchInfo": {"batchNumber": "B-1"}, **message()}
    assert stocked.post("/ji/v1/invoices/ocr/", body)["returnCode"] == 0


@pytest.mark.parametrize(("spoken", "other"), [("invoiceOcr", "invoiceOCR"), ("invoiceOCR", "invoiceOcr")])
def test_a_tenant_speaks_one_casing_and_refuses_the_other(stocked: Client, spoken: str, other: str) -> None:
    stocked.server.set_options(invoice_casing=spoken)
    assert f'Unrecognized field "{other}"' in stocked.invoice(message(casing=other))["returnMessage"]
    assert stocked.invoice(message(casing=spoken))["returnCode"] == 0


@pytest.mark.parametrize("number", ["ACME-77", "acme-77", " ACME -77", "\uff21CME-77", "AC\u200bME-77"])
def test_the_same_number_of_the_same_supplier_is_a_duplicate_however_written(stocked: Client, number: str) -> None:
    first = stocked.invoice(message())
    again = stocked.invoice(message(header={"supplierInvoiceNumber": number}))
    assert again["returnCode"] == 2
    assert "duplicate supplier invoice number" in again["returnMessage"]
    assert f"invoiceId {first['invoiceId']}" in again["returnMessage"]
    assert counted(stocked) == ({KEY: 2}, {KEY: 1})
    assert [write["outcome"] for write in stocked.server.state("writes")["writes"]][-2:] == ["created", "duplicate"]


def test_another_supplier_or_another_type_may_use_the_number_again(stocked: Client) -> None:
    stocked.company("V2")
    stocked.invoice(message())
    other = {"supplier": {"supplierNumber": "V2"}}
    assert stocked.invoice(message(header=other, line={"poNumber": None, "poLineNumber": None}))["returnCode"] == 0
    credit = {"invoiceType": "Credit memo", "taxCharge1": -0.8, "total": {"currency": "USD", "money": -10.8}}
    assert stocked.invoice(message(header=credit, line={"quantity": -4}))["returnCode"] == 0
    assert stocked.holds("invoices")["V1001|ACME-77|Credit memo"]["total"] == "-10.8"
    assert set(counted(stocked)[0].values()) == {1}


def test_what_a_person_entered_is_a_duplicate_and_was_never_counted_as_created(stocked: Client) -> None:
    entered = {"supplierNumber": "V1001", "supplierInvoiceNumber": "acme 77", "currency": "USD", "total": "10.80"}
    stocked.server.add_documents({"entity": "invoices", "documents": [{**entered, "supplierInvoiceNumber": "acme-77"}]})
    assert "duplicate" in stocked.invoice(message())["returnMessage"]
    assert counted(stocked) == ({KEY: 1}, {})
    assert stocked.holds("invoices")[KEY]["source"] == "Manual"


@pytest.mark.parametrize(
    ("header", "line", "words"),
    [
        ({"supplier": {"supplierNumber": "V9"}}, {}, "Unknown supplier id V9"),
        ({"supplierInvoiceNumber": None}, {}, "supplierInvoiceNumber is missing"),
        ({"supplierInvoiceNumber": "9" * 51}, {}, "has 51 characters; at most 50 are allowed"),
        ({"invoiceType": "Credit Memo"}, {}, "not one of Invoice, Credit memo"),
        ({"invoiceType": "Credit memo"}, {}, "has a negative total"),
        ({"taxCharge1": 0, "total": {"currency": "USD", "money": -10}}, {"quantity": -4}, "negative total"),
        ({"businessUnit": "0001"}, {}, "businessUnit must be an object, not a string"),
        ({"businessUnit": {"name": "0001"}}, {}, 'Unrecognized field "name"'),
        ({"invoiceDate": "2026-01-23"}, {}, "must be written YYYY-MM-DDThh:mm:ss.SSSZ"),
        ({"invoiceDate": None}, {}, "invoiceDate is missing"),
        ({"colour": "red"}, {}, 'Unrecognized field "colour"'),
        ({"total": {"currency": "USD", "money": 10.81}}, {}, "does not add up: lines and charges make 10.8 USD"),
        ({"grandTotal": {"currency": "USD", "money": 99}}, {}, "the total says 99"),
        ({"total": {"currency": "EUR", "money": 10.8}}, {}, "the total is in EUR, the lines are in USD"),
        ({"total": {"currency": "USD", "value": 10.8}}, {}, 'must be an amount {"currency", "money"}'),
        ({"taxCharge1": 0.801}, {}, "more decimals than USD has"),
        ({}, {"unitPrice": 2.5}, 'must be an amount {"currency", "money"}'),
        ({}, {"unitPrice": {"currency": "USD", "money": "2.5"}}, "money must be a number, not a string"),
        ({}, {"unitPrice": {"currency": "usd", "money": 2.5}}, "must be an ISO currency code"),
        ({}, {"unitPrice": {"currency": "USD", "money": 1e30}}, "out of range"),
        ({}, {"ocrItem": {"unitOfMeasure": "EA"}}, "description is missing"),
        ({}, {"poNumber": "PO7"}, "purchase order PO7 is not known"),
        ({}, {"poLineNumber": "3"}, "purchase order PO1 has no line 3"),
        ({}, {"poLineNumber": 2}, "poLineNumber must be a string, not a number"),
        ({}, {"poLineNumber": None}, "given together or not at all"),
        ({}, {"splittableFieldSetGroupList": None}, "has no Account"),
        ({}, {"splittableFieldSetGroupList": {"splittableFieldSetGroup": [{}]}}, "has no Account"),
        ({}, {"glAccount": "4000"}, 'Unrecognized field "glAccount"'),
    ],
)
def test_an_invoice_that_will_not_do_is_refused_with_words(
    strict_stocked: Client, header: Json, line: Json, words: str
) -> None:
    answer = strict_stocked.invoice(message(header=header, line=line))
    assert answer["returnCode"] == 2
    assert words in answer["returnMessage"]
    assert strict_stocked.holds("invoices") == {}
    assert counted(strict_stocked) == ({}, {})
    assert strict_stocked.server.state("writes")["writes"][-1]["outcome"] == "refused"


def test_an_account_must_be_known_and_active(stocked: Client) -> None:
    stocked.account(active="false")
    assert "Account 4000 is not active" in stocked.invoice(message())["returnMessage"]
    stocked.server.set_options(accounting_fields=["GLCode"])
    assert "no accounting field Account" in stocked.invoice(message())["returnMessage"]
    stocked.server.set_options(accounting_fields=["Account"])
    body = message()
    line = body["invoiceOcr"]["invoiceOcrLineList"]["invoiceOcrLine"][0]
    group = line["splittableFieldSetGroupList"]["splittableFieldSetGroup"][0]
    index = group["splittableFieldIndexSet"][0]["splittableFieldIndexList"]["splittableFieldIndex"][0]
    index["customFieldValueList"]["customFieldValue"] = [{"internalName": "Account", "value": "9999"}]
    assert "Account 9999 is not a known value" in stocked.invoice(body)["returnMessage"]
    group["splittableFieldIndexSet"] = {}
    assert "splittableFieldIndexSet must be a list" in stocked.invoice(body)["returnMessage"]
    group["splittableFieldIndexSet"] = ["x"]
    assert "must hold objects" in stocked.invoice(body)["returnMessage"]


def test_an_order_of_another_supplier_cannot_be_invoiced(stocked: Client) -> None:
    stocked.company("V2")
    answer = stocked.invoice(message(header={"supplier": {"supplierNumber": "V2"}}))
    assert "purchase order PO1 is for supplier V1001, not V2" in answer["returnMessage"]


def test_a_tenant_may_ask_for_no_order_and_no_account_and_check_units_and_terms(stocked: Client) -> None:
    stocked.server.set_options(order_required=False, account_required=False, business_units=["0002"])
    bare = {"poNumber": "ELSEWHERE", "splittableFieldSetGroupList": None}
    assert "business unit 0001 is not known" in stocked.invoice(message(line=bare))["returnMessage"]
    stocked.server.set_options(business_units=[], payment_terms=["Net 30"])
    assert "Net 60 is not known" in stocked.invoice(message(line=bare))["returnMessage"]
    header = {"terms": None, "businessUnit": None, "dueDate": "2026-02-22T00:00:00.000Z"}
    assert stocked.invoice(message(header=header, line=bare))["returnCode"] == 0


def test_lines_are_unique_in_one_currency_and_there_is_one_at_least(stocked: Client) -> None:
    assert "line number 1 is there twice" in stocked.invoice(message(lines=[{}, {}]))["returnMessage"]
    foreign = {"lineNumber": 2, "unitPrice": {"currency": "EUR", "money": 1}}
    assert "several currencies: EUR, USD" in stocked.invoice(message(lines=[{}, foreign]))["returnMessage"]
    body = message()
    body["invoiceOcr"]["invoiceOcrLineList"] = {}
    assert "no lines" in stocked.invoice(body)["returnMessage"]


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "total", "fits"),
    [
        ("3", "0.335", "USD", "1.01", True),  # 1.005 rounds up
        ("3", "0.335", "USD", "1.00", True),  # or down
        ("3", "0.335", "USD", "1.02", False),
        ("2", "12.5", "JPY", "25", True),
        ("1", "12.5", "JPY", "12.5", False),  # there is no half yen
        ("1", "1.234", "KWD", "1.234", True),
        ("1", "1.234", "USD", "1.23", True),
        ("1", "1.234", "USD", "1.24", False),
    ],
)
def test_a_total_is_one_that_the_lines_can_give_in_their_currency(
    stocked: Client, *, quantity: str, price: str, currency: str, total: str, fits: bool
) -> None:
    header = {"taxCharge1": 0, "total": {"currency": currency, "money": float(total)}}
    line = {"quantity": float(quantity), "unitPrice": {"currency": currency, "money": float(price)}}
    answer = stocked.invoice(message(header=header, line=line))
    assert (answer["returnCode"] == 0) is fits, answer


def test_the_state_tells_a_lines_amount_in_its_currency_and_its_price_exactly(stocked: Client) -> None:
    header = {"taxCharge1": 0, "total": {"currency": "JPY", "money": 1000}}
    stocked.invoice(message(header=header, line={"quantity": 3, "unitPrice": {"currency": "JPY", "money": 333.4}}))
    (line,) = stocked.holds("invoices")[KEY]["lines"]
    assert (line["amount"], line["unitPrice"]) == ("1000", "333.4")


def test_without_a_total_the_lines_and_charges_make_it(stocked: Client) -> None:
    header = {"total": None, "shippingCharge": 3, "discountAmount": 1.5}
    invoice_id = stocked.invoice(message(header=header))["invoiceId"]
    assert stocked.get(f"/ji/v1/invoices/{invoice_id}")["header"]["total"]["value"] == Decimal("12.3")


def test_warnings_and_pending_invoices_happen_as_often_as_asked(stocked: Client) -> None:
    stocked.server.set_options(warn_every=2, pending_every=2)
    answers = [stocked.invoice(message(header={"supplierInvoiceNumber": f"N{n}"})) for n in range(4)]
    assert sorted(answer["returnCode"] for answer in answers) == [0, 0, 1, 1]
    assert {"warnings" in answer["returnMessage"] for answer in answers if answer["returnCode"]} == {True}
    held = stocked.holds("invoices").values()
    assert sorted((one["workflowStatus"], one["paymentStatus"]) for one in held) == [
        ("Completed", "Payable"),
        ("Completed", "Payable"),
        ("Pending", "Payable"),
        ("Pending", "Payable"),
    ]


def test_a_body_that_is_no_json_is_a_bad_request(strict: Client) -> None:
    url = strict.server.url + "/j1p/api/public/ji/v1/invoices/ocr"
    answer = strict.session.post(url, data="<xml/>", timeout=HANG_SECONDS)
    assert (answer.status_code, answer.json()["returnCode"]) == (400, 2)


def test_a_reset_after_the_effect_leaves_the_invoice_there_and_the_resend_is_counted(stocked: Client) -> None:
    stocked.server.set_faults({"match": {"path": "/ocr"}, "kind": "reset-after", "count": 1})
    with pytest.raises(OSError, match="Connection"):
        stocked.invoice(message())
    assert stocked.invoice(message())["returnCode"] == 2
    assert counted(stocked) == ({KEY: 2}, {KEY: 1})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"total_as": "value"}, 'total must be an amount {"currency", "value"}'),
        ({"total_as": "number"}, "total must be a number"),
        ({"prices_as": "text"}, "unitPrice must be a string"),
        ({"charges_as": "money"}, 'taxCharge1 must be an amount {"currency", "money"}'),
        ({"charges_as": "text"}, "taxCharge1 must be a string"),
        ({"accounting_as": "percent"}, "distributionType None is not PercentOfPrice"),
        ({"accounting_as": "code"}, "this tenant wants the accounting as code"),
        ({"spelled": ["total=invoiceTotal"]}, 'Unrecognized field "total (spelled invoiceTotal here)"'),
        ({"addresses_required": ["remitTo"]}, "remitTo is missing"),
    ],
)
def test_a_tenant_may_want_another_shape_and_takes_no_other(stocked: Client, options: Json, sentence: str) -> None:
    stocked.server.set_options(**options)
    answer = stocked.invoice(message())
    assert answer["returnCode"] == 2
    assert sentence in answer["returnMessage"]


def test_an_address_that_does_not_exist_and_a_fee_where_none_is_taken_are_refused(stocked: Client) -> None:
    stocked.server.set_options(address_codes=["B1"])
    billed = {"billTo": {"address": {"addressCode": "B2"}}}
    assert "billTo: address code B2 is not known" in stocked.invoice(message(header=billed))["returnMessage"]
    fees = {"miscFeeList": {"miscFee": [{"name": "shippingCharge", "fee": 1}]}}
    assert "takes no miscFeeList" in stocked.invoice(message(header=fees))["returnMessage"]
    stocked.server.set_options(charges_as="fee")
    strange = {"miscFeeList": {"miscFee": [{"name": "surprise", "fee": 1}]}}
    assert "there is no fee surprise" in stocked.invoice(message(header=strange))["returnMessage"]
