from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.errors import (
    ConfigurationError,
    Malformed,
    PermissionMissing,
    RateLimited,
    Refused,
    SourceLies,
    Unavailable,
    UnknownName,
)
from connector.domain.exchange import Page, Query, Row
from connector.systems.qad import documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.ports import Source

ORDERS, ACCOUNTS = "urn:browse:mfg:ca009", "urn:browse:mfg:xxgl01"
INVOICES, SUPPLIERS, PAYMENTS = "urn:browse:mfg:xxap01", "urn:browse:mfg:ad014", "urn:browse:mfg:xxap02"


def account(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "GL.GLCode": code,
        "GL.GLDescription": f"Account {code}",
        "GL.GLTypeCode": "STANDARD",
        "GL.GLIsActive": True,
        "GL.GLIsCostCentreAccount": False,
        "GL.GLIsProjectAccount": False,
        "GL.LastModifiedDate": "2026-11-20T00:00:00.000Z",
        "GL.LastModifiedTime": 3600,
    } | changes


def order(number: str, line: int | None, **changes: Any) -> dict[str, Any]:
    header = {
        "vend": "S1",
        "ord_date": "11/01/26",
        "due_date": "2026-12-01",
        "curr": "USD",
        "stat": "",
        "cr_terms": "N30",
        "ship": "10-100",
        "bill": "10-100",
        "buyer": "mfg",
        "rmks": None,
        "rev": 0,
        "mod_date": "2026-11-19",
    }
    there = line is not None
    columns = {
        "line": line,
        "part": "BOLT",
        "desc": "Bolt",
        "qty_ord": Decimal("10.50"),
        "qty_rcvd": 3,
        "um": "EA",
        "pur_cost": Decimal("1.2345"),
        "due_date": "2026-12-01",
        "status": "",
        "site": "10-100",
        "acct": "4000",
        "sub": None,
        "cc": "120",
        "project": None,
    }
    return (
        {"po_mstr.po_nbr": number}
        | {f"po_mstr.po_{name}": value for name, value in header.items()}
        | {f"pod_det.pod_{name}": value if there else None for name, value in columns.items()}
        | {"local_variables.uniqueId": f"{number}-{line}"}
        | changes
    )


def supplier(code: str, **changes: Any) -> dict[str, Any]:
    vd = {
        "addr": code,
        "sort": f"SUPPLIER {code}",
        "type": "TRAD",
        "curr": "USD",
        "cr_terms": "N30",
        "mod_date": "2026-11-19",
    }
    ad = {
        "name": f"Supplier {code}",
        "line1": "1 Road",
        "line2": "",
        "city": "Town",
        "state": "CA",
        "zip": "1",
        "ctry": "US",
    }
    return (
        {f"vd_mstr.vd_{name}": value for name, value in vd.items()}
        | {f"ad_mstr.ad_{name}": value for name, value in ad.items()}
        | {"ad_mstr.ad_phone": "555"}
        | changes
    )


def listing(source: Source, entity: str, **query: Any) -> list[Page]:
    return list(source.pages(Query(entity=entity, **query)))


def keys(pages: list[Page], field: str) -> list[str]:
    return [row.payload[field] for page in pages for row in page.rows]


def test_a_header_only_entity_is_read_page_by_page(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, *(account(str(code)) for code in range(4000, 4005)))
    pages = listing(source(page_size=2), "accounts")
    assert [len(page.rows) for page in pages] == [2, 2, 1]
    assert [page.number for page in pages] == [1, 2, 3]
    assert keys(pages, "account") == ["4000", "4001", "4002", "4003", "4004"]
    assert [page.next is None for page in pages] == [False, False, True]
    assert all(page.everything for page in pages)
    asked = [(call.query["page"], call.query["pageAction"]) for call in instance.asked(ACCOUNTS)]
    assert asked == [("1", "first"), ("2", "next"), ("3", "next"), ("4", "next")]
    assert not instance.asked("lookupBrowseFields")


def test_a_row_is_what_its_document_needs(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    ((row,),) = (page.rows for page in listing(source(), "accounts"))
    assert row.modified == dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
    assert row.payload == {
        "account": "4000",
        "description": "Account 4000",
        "account_type": "STANDARD",
        "active": True,
        "cost_centre_required": False,
        "project_required": False,
        "modified": "2026-11-20T01:00:00+00:00",
    }
    assert documents.parse(documents.GLAccount, canonical.loads(canonical.dumps(row.payload))).account == "4000"


def test_lines_are_gathered_into_their_documents_across_pages(instance: Any, source: Callable[..., Source]) -> None:
    rows = [order("P1", 1), order("P1", 2), order("P1", 3), order("P2", None), order("P3", 1), order("P3", 2)]
    instance.hold(ORDERS, *rows)
    for size in range(1, 8):
        pages = listing(source(page_size=size), "orders")
        found = {
            row.payload["order_number"]: [line["line"] for line in row.payload["lines"]]
            for p in pages
            for row in p.rows
        }
        assert found == {"P1": ["1", "2", "3"], "P2": [], "P3": ["1", "2"]}, size


def test_an_order_reads_exactly_and_becomes_its_document(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1))
    ((row,),) = (page.rows for page in listing(source(dates="mdy"), "orders"))
    (line,) = row.payload["lines"]
    assert row.payload["order_date"] == "2026-11-01"
    assert (line["unit_price"], line["quantity_ordered"]) == (Decimal("1.2345"), Decimal("10.5"))
    read = documents.parse(documents.PurchaseOrder, canonical.loads(canonical.dumps(row.payload)))
    assert read.lines[0].unit_price == Decimal("1.2345")
    assert read.status is documents.OrderStatus.OPEN


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_a_run_goes_on_from_any_page_without_losing_or_repeating_a_document(
    instance: Any, source: Callable[..., Source], size: int
) -> None:
    rows = [order(f"P{n}", line) for n in range(6) for line in range(1, n % 3 + 2)]
    instance.hold(ORDERS, *rows)
    reader = source(page_size=size)
    whole = [row.payload for page in listing(reader, "orders") for row in page.rows]
    read: list[Mapping[str, Any]] = []
    position: Mapping[str, Any] | None = None
    for _ in range(20):
        page = next(iter(reader.pages(Query(entity="orders", position=position))))
        read.extend(row.payload for row in page.rows)
        position = canonical.loads(canonical.dumps(page.next)) if page.next else None
        if position is None:
            break
    assert read == whole


def test_a_run_goes_on_behind_a_document_of_several_pages(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, *(order("P1", line) for line in range(1, 6)), order("P2", 1), order("P3", 1))
    reader = source(page_size=2)
    first = next(iter(reader.pages(Query(entity="orders"))))
    assert keys([first], "order_number") == ["P1"]
    assert keys(listing(reader, "orders", position=first.next), "order_number") == ["P2", "P3"]


def test_a_run_goes_on_when_documents_were_inserted_or_deleted_before_its_place(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ACCOUNTS, *(account(str(code)) for code in range(4000, 4010)))
    reader = source(page_size=3)
    second = listing(reader, "accounts")[1].next
    instance.rows[ACCOUNTS].insert(0, account("3999"))
    assert keys(listing(reader, "accounts", position=second), "account") == ["4006", "4007", "4008", "4009"]
    del instance.rows[ACCOUNTS][:5]
    assert keys(listing(reader, "accounts", position=second), "account") == ["4006", "4007", "4008", "4009"]


def test_a_run_whose_place_is_lost_reads_everything_again(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, *(account(str(code)) for code in range(4000, 4010)))
    reader = source(page_size=2)
    place = listing(reader, "accounts")[1].next
    instance.rows[ACCOUNTS] = [account(str(code)) for code in range(5000, 5009)]
    assert len(keys(listing(reader, "accounts", position=place), "account")) == 9


def test_one_document_is_asked_for_by_its_key(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P2", 1), order("P2", 2))
    pages = listing(source(), "orders", key="P2")
    assert keys(pages, "order_number") == ["P2"]
    assert not pages[0].everything
    assert instance.asked(ORDERS)[0].query["filter"] == "po_mstr.po_nbr,eq,P2,"


def test_a_key_is_the_same_in_small_letters_as_qad_compares(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("Po1", 1))
    assert keys(listing(source(), "orders", key="PO1"), "order_number") == ["Po1"]


def test_an_instance_that_cuts_off_a_long_document_is_not_believed(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ORDERS, *(order("P1", line) for line in range(1, 6)))
    instance.cut = lambda rows, page, _size: instance.honestly(rows, page, 3)
    with pytest.raises(SourceLies, match="has more on page 2"):
        listing(source(), "orders", key="P1")


def test_a_key_with_a_comma_is_looked_for_in_everything(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P,2", 1))
    assert keys(listing(source(), "orders", key="P,2"), "order_number") == ["P,2"]
    assert "filter" not in instance.asked(ORDERS)[0].query


def test_a_key_that_is_not_there_gives_nothing(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1))
    assert keys(listing(source(), "orders", key="P9"), "order_number") == []


def test_an_instance_that_ignores_the_filter_is_not_believed(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P2", 1))
    instance.filters_work = False
    with pytest.raises(
        SourceLies, match=r"was asked for orders P2 and gave P1 as well.*entities\.orders\.fields\.order_number"
    ):
        listing(source(), "orders", key="P2")


def test_changes_are_asked_for_only_where_the_instance_can_compare(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ACCOUNTS, account("4000", **{"GL.LastModifiedDate": "2026-11-01"}), account("4001"))
    since = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
    assert keys(listing(source(), "accounts", since=since), "account") == ["4000", "4001"]
    changed = listing(source({"accounts": {"modified_operator": "ge"}}), "accounts", since=since)
    assert keys(changed, "account") == ["4001"]
    assert not changed[0].everything
    assert instance.asked(ACCOUNTS)[-2].query["filter"] == "GL.LastModifiedDate,ge,2026-11-20T00:00:00.000Z,"


def test_the_day_of_a_change_is_asked_for_in_the_zone_of_the_instance(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    reader = source({"accounts": {"modified_operator": "ge"}}, timezone="America/Chicago")
    listing(reader, "accounts", since=dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC))
    assert instance.asked(ACCOUNTS)[0].query["filter"] == "GL.LastModifiedDate,ge,2026-11-19T00:00:00.000Z,"


def test_no_rows_from_a_browse_that_exists_are_no_rows(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    instance.rows[ACCOUNTS] = []
    (page,) = listing(source(), "accounts")
    assert page.rows == ()
    assert page.everything


def test_no_rows_from_a_browse_nobody_knows_are_a_wrong_name(instance: Any, source: Callable[..., Source]) -> None:
    with pytest.raises(ConfigurationError) as error:
        listing(source(), "accounts")
    assert error.value.message == (
        "QAD connection acme-qad: browse urn:browse:mfg:xxgl01 gave no rows and the instance lists no columns for it, "
        "so there is no such browse; correct entities.accounts.browse, or ask for this user's access to it."
    )


def test_filtering_by_a_column_the_browse_does_not_have_is_a_wrong_name(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    reader = source({"accounts": {"fields": {"account": "GL.Code"}}})
    with pytest.raises(ConfigurationError, match=r"has no GL\.Code \(entities\.accounts\.fields\.account\)"):
        listing(reader, "accounts", key="4000")


def test_a_column_no_row_has_is_a_wrong_name(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    with pytest.raises(
        ConfigurationError, match=r"has no GL\.Nowhere \(entities\.accounts\.fields\.description\); correct"
    ):
        listing(source({"accounts": {"fields": {"description": "GL.Nowhere"}}}), "accounts")


def test_a_column_that_is_left_out_because_it_is_empty_is_no_wrong_name(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    del instance.rows[ACCOUNTS][0]["GL.GLTypeCode"]
    ((row,),) = (page.rows for page in listing(source(), "accounts"))
    assert row.payload["account_type"] is None


def test_a_field_without_column_is_simply_not_there(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    ((row,),) = (page.rows for page in listing(source({"accounts": {"fields": {"account_type": None}}}), "accounts"))
    assert "account_type" not in row.payload


def test_a_document_that_comes_back_after_another_is_a_lie(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P2", 1), order("P1", 2))
    with pytest.raises(SourceLies, match="lists orders P1 twice, with others between or with different values"):
        listing(source(), "orders")
    instance.hold(ORDERS, order("P1", 1), order("P2", 1), order("P1", 1))
    with pytest.raises(SourceLies, match="lists orders P1 twice"):
        listing(source(), "orders")


def test_a_document_listed_twice_alike_is_taken_once(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"), account("4001"), account("4000"))
    assert keys(listing(source(), "accounts"), "account") == ["4000", "4001"]


def test_a_document_listed_twice_differently_is_a_lie(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"), account("4001"), account("4000", **{"GL.GLIsActive": False}))
    with pytest.raises(SourceLies, match="lists accounts 4000 twice"):
        listing(source(), "accounts")


def test_a_header_that_differs_between_rows_is_a_lie(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P1", 2, **{"po_mstr.po_curr": "EUR"}))
    with pytest.raises(
        SourceLies, match=r"gives currency of orders P1 differently.*entities\.orders\.fields\.currency"
    ):
        listing(source(), "orders")


def test_a_line_listed_twice_alike_is_taken_once_and_differently_is_a_lie(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P1", 1), order("P1", 2))
    ((row,),) = (page.rows for page in listing(source(), "orders"))
    assert [line["line"] for line in row.payload["lines"]] == ["1", "2"]
    instance.rows[ORDERS][1]["pod_det.pod_qty_ord"] = 99
    with pytest.raises(SourceLies, match="gives line 1 of orders P1 twice with different values"):
        listing(source(), "orders")


def test_lines_of_a_browse_without_line_numbers_are_counted_and_all_kept(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P1", 1), order("P1", 1))
    ((row,),) = (page.rows for page in listing(source({"orders": {"lines": {"line": None}}}), "orders"))
    assert [line["line"] for line in row.payload["lines"]] == ["1", "2", "3"]
    pages = listing(source({"orders": {"lines": {"line": None}}}, page_size=2), "orders")
    assert [len(row.payload["lines"]) for page in pages for row in page.rows] == [3]


def test_rows_without_a_key_are_kept_one_by_one(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("", 1), order("", 2), order("P1", 1))
    (page,) = listing(source(), "orders")
    assert [row.payload["order_number"] for row in page.rows] == ["", "", "P1"]


def test_every_lie_about_paging_ends_the_read(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, *(account(str(code)) for code in range(4000, 4006)))
    instance.cut = lambda rows, _page, size: rows[:size]
    with pytest.raises(SourceLies, match="gave the same 2 rows on pages 1 and 2"):
        listing(source(page_size=2), "accounts")
    instance.cut = lambda rows, _page, _size: rows
    with pytest.raises(SourceLies, match="gave 6 on page 1"):
        listing(source(page_size=2), "accounts")
    instance.cut = lambda rows, page, _size: instance.honestly(rows, page, 3)
    with pytest.raises(SourceLies, match="Set page_size to 3"):
        listing(source(page_size=500), "accounts")


def test_an_invoice_with_an_unfinished_matching_is_not_matched(instance: Any, source: Callable[..., Source]) -> None:
    known = dict.fromkeys(source()._names.entity("invoices").columns())  # type: ignore[attr-defined]
    first = known | {"CInvoice.CInvoice_ID": 7, "APMatchingLn.LineNumber": 1, "APMatching.APMatchingStatus": "FINISHED"}
    second = first | {"APMatchingLn.LineNumber": 2, "APMatching.APMatchingStatus": ""}
    for rows in ([first, second], [second, first]):
        instance.hold(INVOICES, *rows)
        ((row,),) = (page.rows for page in listing(source(), "invoices"))
        assert row.payload["matching_status"] == ""
        assert len(row.payload["lines"]) == 2
    finished, draft = ({"APMatching.APMatchingStatus": said} for said in ("Finished", "Draft"))
    for rows in ([first | finished, second | draft], [second | draft, first | finished]):
        instance.hold(INVOICES, *rows)
        ((row,),) = (page.rows for page in listing(source(), "invoices"))
        assert row.payload["matching_status"] == "Draft"
    instance.hold(INVOICES, first, first | {"APMatchingLn.LineNumber": 2})
    ((row,),) = (page.rows for page in listing(source(), "invoices"))
    assert row.payload["matching_status"] == "FINISHED"
    assert row.payload["invoice_id"] == "7"


def test_payments_are_dated_by_their_newest_change(instance: Any, source: Callable[..., Source]) -> None:
    known = dict.fromkeys(source()._names.entity("payments").columns())  # type: ignore[attr-defined]
    first = known | {
        "CInvoice.CInvoice_ID": 7,
        "CDocument.CDocumentNumber": 1,
        "CDocument.AllocatedAmountTC": Decimal("10.10"),
        "CDocument.LastModifiedDate": "2026-11-20",
        "CDocument.LastModifiedTime": 5,
    }
    second = first | {"CDocument.CDocumentNumber": 2, "CDocument.LastModifiedDate": "2026-11-18"}
    instance.hold(PAYMENTS, first, second, second)
    ((row,),) = (page.rows for page in listing(source(), "payments"))
    assert [payment["number"] for payment in row.payload["payments"]] == ["1", "2"]
    assert row.modified == dt.datetime(2026, 11, 20, 0, 0, 5, tzinfo=dt.UTC)


DETAIL = {
    "supplierCode": "S1",
    "addressName": "Supplier One Inc",
    "addressSearchName": "ONE",
    "isActive": False,
    "currencyCode": "USD",
    "creditTermsCode": "",
    "supplierTypeCode": "TRAD",
    "street1": "2 Road",
    "street2": None,
    "street3": "Back yard",
    "city": "Town",
    "stateCode": "CA",
    "zipCode": "90001",
    "countryCode": "US",
    "telephone": "555-1",
    "EMail": "ap@one.example",
    "taxIDFiscalCode": "12-345",
    "lastModifiedDate": "2026-11-20T00:00:00.000Z",
    "lastModifiedTime": 7,
    "remitSupplierContactV2s": [{"addressName": "Bank of One", "city": "Vault"}],
}


def test_a_supplier_is_completed_by_its_component(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(SUPPLIERS, supplier("S1"))
    instance.components["supplierV2s"] = {"S1": DETAIL}
    reader = source()
    ((row,),) = (page.rows for page in listing(reader, "suppliers"))
    assert row.payload["active"] is True
    whole = reader.complete("suppliers", row)
    assert instance.asked("supplierV2s")[0].query == {
        "sharedSetCode": "CORP",
        "supplierCode": "S1",
        "viewUri": "urn:be:com.qad.base.supplier.ISupplierV2",
    }
    assert whole["active"] is False
    assert (whole["name"], whole["street1"], whole["street3"]) == ("Supplier One Inc", "2 Road", "Back yard")
    assert whole["credit_terms"] == "N30"
    assert whole["tax_id"] == "12-345"
    assert whole["modified"] == "2026-11-20T00:00:07+00:00"
    assert whole["remit_to"]["name"] == "Bank of One"
    assert documents.parse(documents.Supplier, canonical.loads(canonical.dumps(whole))).email == "ap@one.example"


def test_a_supplier_changed_on_another_day_is_read_again_although_its_row_says_the_same(
    instance: Any, source: Callable[..., Source]
) -> None:
    def listed(day: str) -> Row:
        instance.hold(SUPPLIERS, supplier("S1", **{"vd_mstr.vd_mod_date": day}))
        ((row,),) = (page.rows for page in listing(source(), "suppliers"))
        return row

    def without(row: Row) -> dict[str, Any]:
        return {name: value for name, value in row.payload.items() if name != "modified"}

    assert without(listed("2026-11-19")) != without(listed("2026-11-20"))


def test_a_supplier_its_component_does_not_know_becomes_a_record_that_says_so(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(SUPPLIERS, supplier("S1"))
    instance.components["supplierV2s"] = {}
    reader = source()
    ((row,),) = (page.rows for page in listing(reader, "suppliers"))
    with pytest.raises(Malformed, match='S1" cannot be understood: active is "not in supplierV2s of CORP"'):
        documents.parse(documents.Supplier, reader.complete("suppliers", row))


def test_without_the_detail_read_a_listed_supplier_counts_as_active(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(SUPPLIERS, supplier("S1"))
    reader = source({"suppliers": {"detail": None}})
    ((row,),) = (page.rows for page in listing(reader, "suppliers"))
    assert reader.complete("suppliers", row) is row.payload
    assert row.payload["active"] is True
    assert "listed_modified" not in row.payload


def test_other_entities_are_complete_as_listed(instance: Any, source: Callable[..., Source]) -> None:
    row = Row(payload={"account": "4000"})
    assert source().complete("accounts", row) is row.payload
    nameless = Row(payload={"supplier_code": None})
    assert source().complete("suppliers", nameless) is nameless.payload


def test_an_entity_may_be_read_as_a_business_document(instance: Any, source: Callable[..., Source]) -> None:
    child = {f"pod_det.pod_{name}": None for name in ("desc", "um", "due_date", "status", "site", "acct", "sub", "cc")}
    header = {column: value for column, value in order("P1", 1).items() if column.startswith("po_mstr")}
    lines = [child | {"pod_det.pod_line": n, "pod_det.pod_qty_ord": n, "pod_det.pod_pur_cost": 1} for n in (1, 2)]
    instance.extra["api/bdoc/acme/ap/Order"] = (
        200,
        [header | {"_com_acme_ap_Line": lines}, header | {"po_mstr.po_nbr": "P2"}],
    )
    reader = source({"orders": {"bdoc": "acme/ap/Order", "children": "_com_acme_ap_Line"}})
    (page,) = listing(reader, "orders")
    assert [(row.payload["order_number"], len(row.payload["lines"])) for row in page.rows] == [("P1", 2), ("P2", 0)]
    assert keys(listing(reader, "orders", key="P2"), "order_number") == ["P2"]
    instance.extra["api/bdoc/acme/ap/Order"] = 200, {"data": [{"nbr": "P1"}]}
    with pytest.raises(ConfigurationError, match=r"bdoc acme/ap/Order has no po_mstr\.po_nbr"):
        listing(reader, "orders")


def test_accounts_may_be_read_as_business_documents_without_lines(instance: Any, source: Callable[..., Source]) -> None:
    instance.extra["api/bdoc/acme/gl/Account"] = 200, [account("4000")]
    reader = source({"accounts": {"bdoc": "acme/gl/Account"}})
    pages = listing(reader, "accounts", position={"page": 4, "after": "x"})
    assert keys(pages, "account") == ["4000"]


def test_an_entity_that_does_not_exist_is_named(source: Callable[..., Source]) -> None:
    with pytest.raises(UnknownName, match="There is no QAD entity 'order'"):
        listing(source(), "order")


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        ((403, {"errors": ["no"]}), PermissionMissing, "does not permit this user to use browse urn:browse:mfg:xxgl01"),
        (
            (404, "<html>"),
            ConfigurationError,
            r"has no api/qracore/browses \(404\); check base_url with its context root",
        ),
        ((400, {"errors": ["Invalid URI"]}), Refused, "refused browse urn:browse:mfg:xxgl01: Invalid URI."),
        ((400, "nonsense"), Refused, "refused browse urn:browse:mfg:xxgl01: HTTP 400."),
        ((200, {"errors": ["Session has no permission"]}), PermissionMissing, "Session has no permission. Ask the QAD"),
        (
            (200, {"errors": [{"message": "Invalid URI", "fieldName": "browseId"}]}),
            Refused,
            r"Invalid URI \(browseId\)",
        ),
        ((200, {"rows": []}), SourceLies, "without a list of rows under 'data'"),
        ((200, {"data": {"rows": []}}), SourceLies, "without a list of rows under 'data'"),
        ((200, {"data": ["a"]}), SourceLies, "without a list of rows under 'data'"),
        ((200, "<html>login</html>"), Unavailable, "not JSON"),
        ((200, '{"data":[{"GL.GLCode":'), Unavailable, "not JSON"),
        ((500, ""), Unavailable, "500"),
        ((429, ""), RateLimited, "429"),
    ],
)
def test_every_answer_that_is_no_list_has_its_sentence(
    instance: Any, source: Callable[..., Source], said: Any, kind: type[Exception], sentence: str
) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    instance.first = [said]
    with pytest.raises(kind, match=sentence):
        listing(source(), "accounts")


def test_null_instead_of_a_list_is_no_rows(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    instance.first = [(200, {"data": None})]
    assert keys(listing(source(), "accounts"), "account") == []
