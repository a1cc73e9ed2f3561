from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest

SUPPLIERS = "urn:browse:mfg:ad014"
ACCOUNTS = "urn:browse:mfg:xxgl01"
ORDERS = "urn:browse:mfg:ca009"
INVOICES = "urn:browse:mfg:xxap01"
PAYMENTS = "urn:browse:mfg:xxap02"
COST_OBJECTS = "urn:browse:mfg:xxgl02"
RECEIPTS = "urn:browse:mfg:xxpo01"
POSTED = "urn:browse:mfg:xxap04"
LOOKUP = "urn:browse:custom:lookupBrowseFields"
BROWSE = "api/qracore/browses"


def everything(qad: Any, browse: str, size: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        found = qad.browse(browse, page, size)
        rows += found
        if len(found) < size:
            return rows
        page += 1


@pytest.mark.parametrize("browse", [SUPPLIERS, ACCOUNTS, ORDERS, INVOICES, PAYMENTS, COST_OBJECTS, RECEIPTS])
@pytest.mark.parametrize("size", [1, 7, 500])
def test_pages_of_any_size_give_the_same_rows_in_the_same_order(reader: Any, browse: str, size: int) -> None:
    whole = reader.browse(browse, 1, 100_000)
    assert everything(reader, browse, size) == whole
    assert [row["local_variables.BrowseRowOrderIndex"] for row in whole] == list(range(1, len(whole) + 1))


def test_every_document_is_listed_once_and_its_rows_stand_together(reader: Any) -> None:
    holds = reader.state("holds")
    for browse, key, known in (
        (SUPPLIERS, "vd_mstr.vd_addr", holds["suppliers"]),
        (ACCOUNTS, "GL.GLCode", holds["accounts"]),
        (ORDERS, "po_mstr.po_nbr", holds["orders"]),
        (INVOICES, "CInvoice.CInvoice_ID", holds["invoices"]),
        (PAYMENTS, "CInvoice.CInvoice_ID", holds["payments"]),
        (RECEIPTS, "prh_hist.prh_nbr", holds["receipts"]),
    ):
        groups = [str(of) for of, _ in groupby(everything(reader, browse, 13), key=lambda row: row[key])]
        assert groups == list(known)


def test_a_receiver_has_one_row_for_each_order_line(reader: Any) -> None:
    rows = reader.browse(RECEIPTS)
    lines = [(row["prh_hist.prh_receiver"], row["prh_hist.prh_nbr"], row["prh_hist.prh_line"]) for row in rows]
    assert len(set(lines)) == len(lines) > 0
    received = sum(Decimal(text) for order in reader.state("holds")["orders"].values() for text in order["received"])
    assert sum(row["prh_hist.prh_rcvd"] for row in rows if row["prh_hist.prh_rcvd"] > 0) == received


def test_an_indexed_column_follows_what_changes(qad: Any) -> None:
    row = qad.browse(POSTED, 1, 1)[0]
    supplier, reference = row["CInvoice.tcCreditorCode"], row["CInvoice.CInvoiceReference"]
    assert qad.browse(POSTED, filter=f"CInvoice.CInvoiceReference,eq,{reference},")
    key = next(
        key
        for key, facts in qad.state("holds")["invoices"].items()
        if (facts["supplier"], facts["reference"]) == (supplier, reference)
    )
    qad.sandbox.add_documents({"entity": "invoices", "documents": [{"invoice_id": key, "reference": "Other"}]})
    assert qad.browse(POSTED, filter=f"CInvoice.CInvoiceReference,eq,{reference},") == []
    assert len(qad.browse(POSTED, filter="CInvoice.CInvoiceReference,eq,OTHER,")) == 1


def test_rows_are_table_field_keys_with_housekeeping(reader: Any) -> None:
    row = reader.browse(SUPPLIERS, 1, 1)[0]
    assert {"vd_mstr.vd_addr", "ad_mstr.ad_name", "vd_mstr.oid_vd_mstr", "local_variables.uniqueId"} <= set(row)


def test_an_invoice_nobody_matched_has_one_row_without_line(reader: Any) -> None:
    rows = [row for row in reader.browse(INVOICES) if row["CInvoice.tcReasonCode"] == "AP-INITIAL"]
    assert rows
    assert all(row["APMatchingLn.LineNumber"] is None and row["APMatching.APMatchingStatus"] is None for row in rows)


def test_the_total_of_a_credit_note_is_a_debit(reader: Any) -> None:
    credit = next(row for row in reader.browse(INVOICES) if row["CInvoice.CInvoiceType"] == "CREDITNOTE")
    assert credit["CInvoice.CInvoiceOriginalCreditTC"] == 0
    assert credit["CInvoice.CInvoiceOriginalDebitTC"] > 0


def test_amounts_are_exact_json_numbers_of_the_currency(reader: Any) -> None:
    by_currency = {row["CInvoice.tcCurrencyCode"]: row for row in reader.browse(INVOICES)}
    for currency, places in (("JPY", 0), ("USD", 2), ("BHD", 3)):
        total = by_currency[currency]["CInvoice.CInvoiceVatTC"]
        written = str(total)
        assert len(written.partition(".")[2]) == places


def test_an_unknown_browse_is_an_empty_success(reader: Any) -> None:
    answer = reader.send("GET", BROWSE, browseId="urn:browse:mfg:zz999", page=1, pageSize=5, pageAction="first")
    assert (answer.status_code, answer.json()) == (200, {"data": []})


@pytest.mark.parametrize(
    "changed",
    [
        {"page": ""},
        {"page": "0"},
        {"pageSize": "x"},
        {"pageAction": ""},
        {"pageAction": "sideways"},
        {"browseId": ""},
        {"filter": "vd_mstr.vd_addr,eq,S10001"},
        {"filter": "vd_mstr.vd_addr,like,S10001,"},
        {"filter": "vd_mstr.nothing,eq,S10001,"},
        {"filter": ["vd_mstr.vd_addr,eq,S10001,", "vd_mstr.vd_curr,eq,USD,"]},
    ],
)
def test_a_read_that_cannot_be_understood_is_an_empty_success(reader: Any, changed: dict[str, Any]) -> None:
    given = {"browseId": SUPPLIERS, "page": 1, "pageSize": 5, "pageAction": "first"}
    answer = reader.send("GET", BROWSE, **{**given, **changed})
    assert (answer.status_code, answer.json()) == (200, {"data": []})


@pytest.mark.parametrize(
    ("browse", "condition", "field", "value"),
    [
        (SUPPLIERS, "vd_mstr.vd_addr,eq,s10002,", "vd_mstr.vd_addr", "S10002"),
        (SUPPLIERS, "vd_mstr.vd_curr,eq,eur,literal", "vd_mstr.vd_curr", "EUR"),
        (INVOICES, "CInvoice.CInvoice_ID,eq,2000003,", "CInvoice.CInvoice_ID", 2000003),
        (COST_OBJECTS, "CostObject.Kind,eq,Project,", "CostObject.Kind", "project"),
        (COST_OBJECTS, "CostObject.Code,eq,prj-02,", "CostObject.Code", "PRJ-02"),
        (POSTED, "CInvoice.tcCreditorCode,eq,s10001,", "CInvoice.tcCreditorCode", "S10001"),
        (INVOICES, "CInvoice.CInvoiceIsInitialStatus,eq,yes,", "CInvoice.CInvoiceIsInitialStatus", True),
        (INVOICES, "APMatchingLn.PurchaseOrderNumber,eq,PO100001,", "APMatchingLn.PurchaseOrderNumber", "PO100001"),
    ],
)
def test_a_filter_keeps_the_rows_that_are_equal(
    reader: Any, browse: str, condition: str, field: str, value: object
) -> None:
    whole = [row for row in reader.browse(browse) if row[field] == value]
    found = reader.browse(browse, filter=condition)
    assert found
    assert [row[field] for row in found] == [value] * len(whole)


def test_a_filter_by_day_takes_a_time_behind_it(reader: Any) -> None:
    some = reader.browse(INVOICES)[0]["CInvoice.CInvoiceDate"]
    plain = reader.browse(INVOICES, filter=f"CInvoice.CInvoiceDate,eq,{some},")
    assert plain == reader.browse(INVOICES, filter=f"CInvoice.CInvoiceDate,eq,{some}T00:00:00.000Z,")
    assert plain


def test_since_a_day_is_the_extra_operator_ge(reader: Any) -> None:
    days = sorted(row["vd_mstr.vd_mod_date"] for row in reader.browse(SUPPLIERS))
    found = reader.browse(SUPPLIERS, filter=f"vd_mstr.vd_mod_date,ge,{days[2]},")
    assert sorted(row["vd_mstr.vd_mod_date"] for row in found) == [day for day in days if day >= days[2]]


@pytest.mark.parametrize("condition", ["CInvoice.CInvoice_ID,eq,many,", "CInvoice.CInvoiceIsOpen,eq,perhaps,"])
def test_a_filter_value_of_another_kind_finds_nothing(reader: Any, condition: str) -> None:
    assert reader.browse(INVOICES, filter=condition) == []


def test_filtered_rows_are_paged_too(reader: Any) -> None:
    whole = reader.browse(INVOICES, filter="CInvoice.tcReasonCode,eq,AP-RMALLOC,")
    condition = "CInvoice.tcReasonCode,eq,AP-RMALLOC,"
    assert reader.browse(INVOICES, 2, 3, filter=condition) == whole[3:6]


def test_the_lookup_lists_the_fields_of_a_browse_and_nothing_for_no_browse(reader: Any) -> None:
    listed = reader.browse(LOOKUP, filter=f"browseURI,eq,{PAYMENTS},literal")
    row = reader.browse(PAYMENTS, 1, 1)[0]
    assert {one["field"] for one in listed} <= set(row)
    assert "CDocument.CDocumentStatus" in {one["field"] for one in listed}
    assert reader.browse(LOOKUP, filter="browseURI,eq,urn:browse:mfg:zz999,literal") == []
    assert reader.browse(LOOKUP) == []


def test_a_renamed_browse_answers_under_its_new_id_only(qad: Any) -> None:
    qad.sandbox.set_options(renamed={"invoices": "urn:browse:mfg:acme7"})
    assert qad.browse(INVOICES) == []
    assert qad.browse("urn:browse:mfg:acme7")


def test_repeat_gives_the_first_page_again(qad: Any) -> None:
    qad.sandbox.set_options(paging="repeat")
    assert qad.browse(ACCOUNTS, 3, 4) == qad.browse(ACCOUNTS, 1, 4)


def test_short_leaves_out_the_last_row_of_a_page_although_more_follow(qad: Any) -> None:
    honest = qad.browse(ACCOUNTS, 1, 8)
    qad.sandbox.set_options(paging="short")
    assert qad.browse(ACCOUNTS, 1, 4) == honest[:3]
    assert qad.browse(ACCOUNTS, 2, 4) == honest[4:7]


def test_overlap_begins_a_page_with_the_last_row_of_the_one_before(qad: Any) -> None:
    honest = qad.browse(ACCOUNTS, 1, 8)
    qad.sandbox.set_options(paging="overlap")
    assert qad.browse(ACCOUNTS, 1, 4) == honest[:4]
    assert qad.browse(ACCOUNTS, 2, 4) == honest[3:7]
