"""Reading entities of QAD through browses and business documents."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.errors import (
    ConfigurationError,
    PermissionMissing,
    RateLimited,
    Refused,
    SourceLies,
    Unavailable,
    UnknownName,
)
from connector.domain.exchange import Query, Row
from connector.systems.qad import documents
from tests.systems.qad.listed import ACCOUNTS, ORDERS, account, keys, listing, order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.ports import Source


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
