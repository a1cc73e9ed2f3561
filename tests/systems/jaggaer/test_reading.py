from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    PermissionMissing,
    Refused,
    SourceLies,
    Unanswered,
    Unavailable,
)
from connector.reading import values
from connector.systems.jaggaer import wrappers
from tests.http.misbehaving import Behaviour, says
from tests.systems.jaggaer.conftest import TOKEN_PATH, Connection, account, company, invoice

if TYPE_CHECKING:
    from connector.ports import Target
    from tests.http.misbehaving import Server

COMPANIES = "/j1p/api/public/ja/v1/companyprofiles"
VALUES = "/j1p/api/public/ji/v1/customfieldvalues"
INVOICES = "/j1p/api/public/ji/v1/invoices"


def answer(status: int = 200, **body: Any) -> Behaviour:
    return says(status, json.dumps(body).encode())


def target_of(server: Server, path: str, *behaviours: Behaviour) -> Target:
    server.on(TOKEN_PATH, says(body=b'{"access_token": "t", "expires_in": 300}'))
    server.on(path, *behaviours)
    return Connection(url=server.url).target()


def page(start: int, total: object, *codes: str, **more: Any) -> Behaviour:
    rows = [{"returnCompanyInfo": {"bravoId": 7, "extCode": code}} for code in codes]
    return answer(
        **{
            "returnCode": "0",
            "totRecords": total,
            "returnedRecords": len(rows),
            "startAt": start,
            "returnCompanyData": rows,
            **more,
        }
    )


@pytest.mark.parametrize("code", [0, "0", " 0 ", 0.0])
def test_a_return_code_may_be_number_or_text(server: Server, code: object) -> None:
    target = target_of(server, COMPANIES, answer(returnCode=code, returnMessage="OK", bravoId=12))

    assert target.write(company()).target_id == "12"


def test_without_an_id_in_the_answer_the_natural_key_is_the_id(server: Server) -> None:
    target = target_of(server, INVOICES + "/ocr", answer(returnCode=0))

    assert target.write(invoice()).target_id == "V1001|ACME-77|Invoice"


def test_a_warning_without_words_is_still_a_warning(server: Server) -> None:
    target = target_of(server, COMPANIES, answer(returnCode="1", bravoId="1"))

    assert target.write(company()).warning == "no reason given"


@pytest.mark.parametrize(
    ("behaviour", "kind", "sentence"),
    [
        (answer(returnCode=2, returnMessage="bad\n  thing"), Refused, "JAGGAER refuses it: bad thing"),
        (answer(returnCode="-996"), Refused, "return code -996 without a reason"),
        (answer(returnCode=2, returnMessage="It ALREADY exists"), AlreadyThere, "ALREADY exists"),
        (answer(400, returnCode="2", returnMessage="no JSON"), Refused, "JAGGAER refuses it: no JSON"),
        (says(422, b"<html>"), Refused, "HTTP 422 without a reason"),
        (answer(404, returnMessage="no such supplier"), Refused, "no such supplier"),
        (answer(409), AlreadyThere, "conflict"),
        (says(403), PermissionMissing, r"does not let this client use /j1p/.* \(403\)"),
        (says(404), ConfigurationError, r"has no /j1p/api/public/ja/v1/companyprofiles \(404\)"),
        (answer(returnCode="soon"), Unanswered, "without a return code: the write may have taken effect"),
        (answer(bravoId=1), Unanswered, "without a return code"),
        (says(200, b"[]"), Unanswered, "something else than a JSON object"),
        (says(200, b"<html>"), Unanswered, "not JSON"),
        (says(304, b""), Unanswered, "unexpected HTTP 304"),
        (says(500), Unanswered, "answered 500"),
    ],
)
def test_each_answer_to_a_write_has_one_meaning(
    server: Server, behaviour: Behaviour, kind: type[ConnectorError], sentence: str
) -> None:
    target = target_of(server, COMPANIES, behaviour)

    with pytest.raises(kind, match=sentence) as error:
        target.write(company())

    assert type(error.value) is kind


def test_a_message_of_any_length_is_kept_short(server: Server) -> None:
    target = target_of(server, COMPANIES, answer(returnCode=2, returnMessage="x" * 100_000))

    with pytest.raises(Refused) as error:
        target.write(company())
    assert len(str(error.value)) < 600


def test_pages_are_walked_by_what_was_returned(server: Server) -> None:
    target = target_of(server, COMPANIES, page(1, 5, "A", "B"), page(3, "5", "C"), page(4, 5, "D", "V1001"))

    assert target.find(company()) is not None
    starts = [
        heard.target.partition("start=")[2].partition("&")[0] for heard in server.heard if "start=" in heard.target
    ]
    assert starts == ["1", "3", "4"]


def test_a_list_without_counters_ends_with_an_empty_page(server: Server) -> None:
    first = answer(returnCode=0, returnCompanyData=[{"returnCompanyInfo": {"extCode": "A"}}])
    target = target_of(server, COMPANIES, first, answer(returnCode=0, returnCompanyData=[]))

    assert target.find(company()) is None


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ([page(1, 3, "A", returnedRecords=2)], "says that it lists 2 companies and lists 1"),
        ([page(1, 3, "A"), page(1, 3, "B")], "was asked for companies from 2 on and answers from 1 on"),
        ([page(1, 3, "A"), page(2, 3)], "says that there are 3 companies and stops listing them before 2"),
        ([page(1, 3, "A"), page(2, 2, "B")], "became shorter while it was read"),
        ([page(1, 9, "A", startAt=None), page(1, 9, "A", startAt=None)], "the same page of companies twice"),
        ([answer(returnCode=0, returnCompanyData=[7])], "in a shape without returnCompanyInfo"),
        ([answer(returnCode=0, returnCompanyData=[{"returnCompanyInfo": None}])], "in a shape without"),
        ([says(200, b"[]")], "something else than a JSON object"),
    ],
)
def test_a_list_that_contradicts_itself_is_not_taken_for_not_there(
    server: Server, pages: list[Behaviour], sentence: str
) -> None:
    target = target_of(server, COMPANIES, *pages)

    with pytest.raises(SourceLies, match=sentence):
        target.find(company())


def test_a_list_that_is_refused_altogether_may_pass(server: Server) -> None:
    target = target_of(server, COMPANIES, answer(returnCode=2, returnMessage="maintenance"))

    with pytest.raises(Unavailable, match="does not list companies: JAGGAER refuses it: maintenance"):
        target.find(company())


def test_a_list_refused_in_its_middle_is_not_begun_again_behind_our_back(server: Server) -> None:
    target = target_of(server, COMPANIES, page(1, 2, "A"), answer(returnCode=2, returnMessage="busy"), page(1, 1, "A"))

    with pytest.raises(Unavailable, match="JAGGAER refuses it: busy"):
        target.find(company())


def test_a_single_row_may_come_without_its_list(server: Server) -> None:
    row = {"internalName": "Account", "value": 4000, "description": "Materials ", "active": True}
    target = target_of(server, VALUES, answer(returnCode=0, customFieldValueList={"customFieldValue": row}))

    found = target.find(account())

    assert found is not None
    assert found.difference == ""


def listed(*headers: dict[str, Any]) -> Behaviour:
    rows = [{"header": header} for header in headers]
    return answer(
        returnCode=0, totRecords=len(rows), returnedRecords=len(rows), startAt=1, jiinvoiceList={"jiinvoice": rows}
    )


HEADER: dict[str, Any] = {
    "invoiceId": 7,
    "supplier": {"supplierNumber": "V1001"},
    "supplierInvoiceNumber": "ACME-77",
    "invoiceType": "Invoice",
    "total": {"currency": "USD", "value": 21},
}


def found_as(server: Server, **changes: Any) -> str | None:
    header = {name: value for name, value in {**HEADER, **changes}.items() if value is not None}
    server.on(f"{INVOICES}/7", answer(header=header, lineList={}))
    found = target_of(server, INVOICES, listed(HEADER)).find(invoice())
    return None if found is None else found.difference


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({}, ""),
        ({"total": {"currency": "USD", "value": "21.00"}}, ""),
        ({"total": 21}, ""),
        ({"total": None}, "JAGGAER shows no total for it, ours is 21.00 USD."),
        ({"total": {"currency": "USD"}}, "JAGGAER shows no total for it, ours is 21.00 USD."),
        ({"total": {"value": 21}}, "it is in no currency there and in USD here."),
        ({"invoiceType": None}, "it is of type unknown there and Invoice here."),
        ({"invoiceType": "IN VOICE"}, ""),
        ({"invoiceType": "Credit memo"}, None),
        ({"supplierInvoiceNumber": "ACME-78"}, None),
        ({"supplierInvoiceNumber": None}, None),
    ],
)
def test_the_invoice_is_judged_as_it_is_now(server: Server, changes: dict[str, Any], difference: str | None) -> None:
    assert found_as(server, **changes) == difference


def test_an_invoice_that_is_listed_and_not_shown_may_pass(server: Server) -> None:
    server.on(f"{INVOICES}/7", answer(returnCode=2, returnMessage="locked"))

    with pytest.raises(Unavailable, match="lists invoice 7 and does not show it: JAGGAER refuses it: locked"):
        target_of(server, INVOICES, listed(HEADER)).find(invoice())


def test_rows_that_moved_are_read_anew(server: Server) -> None:
    other = {**HEADER, "invoiceId": 8, "supplierInvoiceNumber": "X"}
    server.on(f"{INVOICES}/7", answer(header=HEADER))
    moved = listed(HEADER, other)
    target = target_of(server, INVOICES, listed(other), moved)

    assert target.find(invoice()) is None
    found = target.find(invoice())

    assert found is not None
    assert found.target_id == "7"


def test_a_number_changed_by_hand_is_seen_when_the_invoice_is_refused(server: Server) -> None:
    server.on(f"{INVOICES}/7", answer(header=HEADER))
    server.on(f"{INVOICES}/ocr", answer(returnCode=2, returnMessage="no"))
    target = target_of(server, INVOICES, listed({**HEADER, "supplierInvoiceNumber": "X"}), listed(HEADER))

    assert target.find(invoice()) is None
    with pytest.raises(AlreadyThere):
        target.write(invoice())


@pytest.mark.parametrize(
    ("document", "path", "found"),
    [
        ({"a": {"b": [1]}}, "a.b", [1]),
        ({"a": {"b": {"x": 1}}}, "a.b", [{"x": 1}]),
        ({"a": {"b": {}}}, "a.b", []),
        ({"a": {}}, "a.b", []),
        ({"a": None}, "a.b", []),
        ({}, "a.b", []),
        ({"a": "x"}, "a", []),
    ],
)
def test_lists_are_taken_out_of_their_wrappers(document: object, path: str, found: list[object]) -> None:
    assert wrappers.rows(document, path) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a ", "a"), (7, "7"), (Decimal("7.10"), "7.10"), (True, "true"), (False, "false"), (None, ""), ({}, "")],
)
def test_texts_are_read_from_what_is_there(value: object, text: str) -> None:
    assert values.text(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7.5", Decimal("7.5")),
        (Decimal(2), 2),
        (True, None),
        ("x", None),
        ("NaN", None),
        ("Infinity", None),
        (None, None),
        ([], None),
    ],
)
def test_numbers_are_read_from_numbers_and_texts(value: object, number: object) -> None:
    assert values.number(value) == number
