from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.jaggaer.client import message

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

PATH = "/ji/v1/invoices/paymentstatus"
KEY = "V1001|ACME-77|Invoice"


def tell(client: Client, **fields: Json) -> Json:
    whole = {
        "supplier": {"supplierNumber": "V1001"},
        "supplierInvoiceNumber": "ACME-77",
        "invoiceType": "Invoice",
        "paymentStatus": "Paid",
        "paymentDate": "2026-02-20T00:00:00.000Z",
        "paymentMethod": "CHECK",
        "paymentNumber": "CHECK/100",
        "amount": {"currency": "USD", "money": 10.8},
        **fields,
    }
    return client.post(PATH, {"invoicePaymentStatus": {name: part for name, part in whole.items() if part is not None}})


@pytest.fixture
def invoiced(stocked: Client) -> Json:
    stocked.invoice(message())
    return stocked


def test_a_payment_shows_on_the_invoice_and_in_the_state(invoiced: Client) -> None:
    told = tell(invoiced)
    assert told["returnCode"] == 0
    header = invoiced.get(f"/ji/v1/invoices/{told['invoiceId']}")["header"]
    assert header["paymentStatus"] == "Paid"
    assert (header["payment"]["method"], header["payment"]["number"]) == ("CHECK", "CHECK/100")
    assert invoiced.get("/ji/v1/invoices", flt="paymentStatus==Paid")["totRecords"] == 1
    held = invoiced.holds("payment_status")[KEY]
    assert (held["paymentStatus"], held["paidAmount"], held["currency"]) == ("Paid", "10.8", "USD")
    assert invoiced.holds("invoices")[KEY]["paidAmount"] == "10.8"


def test_the_last_message_counts_so_that_a_void_takes_a_payment_back(invoiced: Client) -> None:
    tell(invoiced, paymentStatus="PartiallyPaid", amount={"currency": "USD", "money": 5})
    tell(invoiced)
    tell(
        invoiced, paymentStatus="Payable", amount={"currency": "USD", "money": 0}, paymentDate=None, paymentNumber=None
    )
    held = invoiced.holds("payment_status")[KEY]
    assert (held["paymentStatus"], held["paidAmount"], held["paymentDate"]) == ("Payable", "0", None)
    told = [write for write in invoiced.server.state("writes")["writes"] if write["entity"] == "payment_status"]
    assert [write["outcome"] for write in told] == ["created", "updated", "updated"]


def test_in_process_may_be_written_with_a_space_and_without_an_amount(invoiced: Client) -> None:
    assert tell(invoiced, paymentStatus="In Process", amount=None)["returnCode"] == 0
    assert invoiced.holds("invoices")[KEY]["paymentStatus"] == "InProcess"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"supplierInvoiceNumber": "ACME-78"}, "there is no invoice V1001|ACME-78|Invoice"),
        ({"supplier": {"supplierNumber": "V2"}}, "there is no invoice V2|"),
        ({"invoiceType": "Credit memo"}, "there is no invoice"),
        ({"invoiceType": "Bill"}, "not one of Invoice, Credit memo"),
        ({"paymentStatus": "Lost"}, "not one of Payable, InProcess, PartiallyPaid, Paid"),
        ({"amount": {"currency": "EUR", "money": 10.8}}, "the invoice is in USD, the payment in EUR"),
        ({"amount": {"currency": "USD", "money": 10.81}}, "more than the invoice's total"),
        ({"amount": {"currency": "USD", "money": -1}}, "differ in sign"),
        ({"amount": {"currency": "USD", "money": 0}}, "not paid with an amount of zero"),
        ({"amount": 10.8}, "must be an amount"),
        ({"paymentStatus": "PartiallyPaid"}, "not partially paid with 10.8"),
        ({"paymentDate": "yesterday"}, "must be written"),
        ({"bank": "x"}, 'Unrecognized field "bank"'),
    ],
)
def test_a_payment_that_will_not_do_is_refused_with_words(strict_stocked: Client, fields: Json, words: str) -> None:
    strict_stocked.invoice(message())  # there from the second time on
    answer = tell(strict_stocked, **fields)
    assert answer["returnCode"] == 2
    assert words in answer["returnMessage"]
    assert strict_stocked.holds("payment_status") == {}


def test_a_body_that_is_no_json_is_a_bad_request(strict: Client) -> None:
    assert strict.send(PATH, "").status_code == 400
