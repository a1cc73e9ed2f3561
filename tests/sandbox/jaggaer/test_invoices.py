from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.jaggaer.client import message

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

PATH = "/ji/v1/invoices"


def enter(client: Client, *documents: Json) -> Json:
    whole = [{"supplierNumber": "V1001", "currency": "USD", "total": "10", **each} for each in documents]
    return client.server.add_documents({"entity": "invoices", "documents": whole})


def rows(answer: str) -> Json:
    return [row["header"] for row in answer["jiinvoiceList"].get("jiinvoice", [])]


def test_an_empty_list_is_an_empty_wrapper(client: Client) -> None:
    assert client.get(PATH) == {
        "returnCode": 0,
        "returnMessage": "",
        "totRecords": 0,
        "returnedRecords": 0,
        "startAt": 1,
        "jiinvoiceList": {},
    }


def test_a_list_shows_headers_only_with_string_booleans_and_without_nulls(stocked: Client) -> None:
    stocked.invoice(message())
    answer = stocked.get(PATH)
    (row,) = answer["jiinvoiceList"]["jiinvoice"]
    assert set(row) == {"header"}
    header = row["header"]
    assert header["nonPOInvoice"] == "false"
    assert header["businessUnit"] == "0001"
    assert header["total"] == {"currency": "USD", "value": Decimal("10.8")}
    assert header["supplier"]["supplierNumber"] == "V1001"
    assert header["supplierInvoiceNumber"] == "ACME-77"
    assert header["invoiceNumber"] == header["originalInvoiceNumber"] == "I00001"
    assert "dueDate" not in header
    assert None not in header.values()


def test_a_single_invoice_adds_lines_with_strings_for_order_numbers(stocked: Client) -> None:
    body = message(header={"notes": "by hand", "billTo": {"address": {"addressCode": "B1"}}})
    invoice_id = stocked.invoice(body)["invoiceId"]
    answer = stocked.get(f"{PATH}/{invoice_id}")
    assert set(answer) == {"header", "lineList"}
    assert answer["header"]["billTo"] == {"address": {"addressCode": "B1"}}
    assert answer["header"]["terms"]["standardPaymentTermsCode"] == "Net 60"
    assert answer["header"]["payment"]["method"] == "Unknown"
    assert answer["header"]["notes"] == "by hand"
    (line,) = answer["lineList"]["invoiceLine"]
    assert (line["poNumber"], line["poLineNumber"], line["lineNumber"]) == ("PO1", "2", 1)
    assert (line["quantity"], line["unitPrice"], line["receipts"]) == (4, Decimal("2.5"), {"receipt": []})
    group = line["splittableFieldSetGroupList"]["splittableFieldSetGroup"][0]
    index = group["splittableFieldIndexSet"][0]["splittableFieldIndexList"]["splittableFieldIndex"][0]
    assert index["customFieldValueList"]["customFieldValue"] == [
        {"internalName": "Account", "value": "4000", "description": "Account 4000"}
    ]
    assert stocked.get(f"{PATH}/1")["returnCode"] == 2


def test_invoices_are_filtered_by_number_and_supplier_unless_the_tenant_ignores_it(client: Client) -> None:
    enter(client, {"supplierInvoiceNumber": "A1"}, {"supplierInvoiceNumber": "A2"}, {"supplierNumber": "V2"})
    wanted = "supplierInvoiceNumber==A2;supplierNumber==V1001"
    assert [row["supplierInvoiceNumber"] for row in rows(client.get(PATH, flt=wanted))] == ["A2"]
    assert client.get(PATH, flt="supplierInvoiceNumber==A9")["totRecords"] == 0
    assert client.get(PATH, flt="invoiceId>=2400002")["totRecords"] == 2
    client.server.set_options(ignore_invoice_filter=True)
    assert client.get(PATH, flt=wanted)["totRecords"] == 3


def test_rows_come_by_id_in_pages_of_the_servers_choice_while_last_update_is_in_no_order(client: Client) -> None:
    enter(client, *({"supplierInvoiceNumber": f"A{n}"} for n in range(120)))
    start, seen = 1, []
    while (answer := client.get(PATH, start=start))["returnedRecords"]:
        assert answer["startAt"] == start
        seen += [row["invoiceId"] for row in rows(answer)]
        start += answer["returnedRecords"]
    assert len(seen) == answer["totRecords"] == 120
    assert seen == sorted(seen)
    assert client.get(PATH)["returnedRecords"] == 50


def test_pages_may_come_short_before_the_end(client: Client) -> None:
    client.server.set_options(page_size=4, short_pages=True)
    enter(client, *({"supplierInvoiceNumber": f"A{n}"} for n in range(9)))
    assert [client.get(PATH, start=start)["returnedRecords"] for start in (1, 5, 7, 9, 10)] == [4, 2, 2, 1, 0]


@pytest.mark.parametrize("query", [{"start": "-1"}, {"flt": "nothing"}])
def test_a_senseless_question_is_refused_on_http_200(strict: Client, query: Json) -> None:
    answer = strict.get(PATH, **query)
    assert answer["returnCode"] == 2
    assert answer["returnMessage"].startswith("operation not completed due to error")


def test_an_invoice_without_the_suppliers_number_leaves_the_field_out(client: Client) -> None:
    enter(
        client, {"total": "-5", "tax": "-1", "matchStatus": "Do Not Match", "lines": [{"quantity": 1, "unitPrice": -4}]}
    )
    (row,) = rows(client.get(PATH))
    assert "supplierInvoiceNumber" not in row
    assert (row["invoiceType"], row["total"]["value"], row["taxCharge1"]) == ("Credit memo", -5, -1)
    assert (row["invoiceLineType"], row["nonPOInvoice"], row["containsNonPOLines"]) == ("Non-PO", "true", "true")
    assert client.get(PATH, flt="supplierInvoiceNumber==x")["totRecords"] == 0
    line = client.get(f"{PATH}/{row['invoiceId']}")["lineList"]["invoiceLine"][0]
    assert line["splittableFieldSetGroupList"] == {}
    assert "toleranceStatus" not in line
