"""How each entity is read, whichever way the site has, and what is believed of the answers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, SourceLies, Unavailable
from connector.domain.exchange import Query
from connector.systems.qad.documents import InvoicePayments, PurchaseOrder, Supplier, SupplierInvoice, parse
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad_ee.standing_in import connected, fault, message, said

if TYPE_CHECKING:
    from connector.domain.exchange import Row
    from tests.systems.qad_ee.standing_in import Site

QUERY = "querySourceApplication"
ORDER = (
    "<purchaseOrder><poNbr>{}</poNbr><poVend>S10001</poVend><poCurr>USD</poCurr><poStat/>"
    "<lineDetail><podLine>1</podLine><podPart>A</podPart><podQtyOrd>5</podQtyOrd><podPurCost>1.250</podPurCost></lineDetail>"
    "<lineDetail><podLine>2</podLine><podPart>B</podPart><podQtyOrd>1,000.5</podQtyOrd><podPurCost>2</podPurCost>"
    "</lineDetail></purchaseOrder>"
)
INVOICE = (
    "<tCInvoice><CInvoice_ID>7</CInvoice_ID><tcCreditorCode>S1</tcCreditorCode><CInvoiceType>INVOICE</CInvoiceType>"
    "<tcCurrencyCode>USD</tcCurrencyCode><CInvoiceOriginalCreditTC>10</CInvoiceOriginalCreditTC><tcReasonCode>AP-RMALLOC"
    "</tcReasonCode><CInvoiceIsInitialStatus>false</CInvoiceIsInitialStatus><CInvoiceIsInvoiceApproved>true"
    "</CInvoiceIsInvoiceApproved><CInvoiceIsLockPayment>false</CInvoiceIsLockPayment><CInvoiceIsLogisticMatching>true"
    "</CInvoiceIsLogisticMatching><CInvoiceAllocationStatus>ALLOCATION</CInvoiceAllocationStatus>"
    "<CInvoiceHoldAmountTC>0</CInvoiceHoldAmountTC>{}</tCInvoice>"
)
LINE = (
    "<tAPMatchingLn><APMatchingStatus>{}</APMatchingStatus><LineNumber>{}</LineNumber>"
    "<ReceiverNumber>R1</ReceiverNumber></tAPMatchingLn>"
)


def asked(api: str, **parameters: str) -> dict[str, Any]:
    return {"api": api, "version": "CUST_1", "dataset": "dsQuery", "table": "ttQuery", "parameters": parameters}


def rows(
    site: Site, entity: str, overrides: dict[str, Any] | None = None, *, key: str | None = None, **changes: Any
) -> list[Row]:
    source = SYSTEM.source(connected(site, overrides, **changes))
    return [row for page in source.pages(Query(entity=entity, key=key)) for row in page.rows]


def orders(*numbers: str) -> str:
    return f"<dsPurchaseOrder>{''.join(ORDER.format(number) for number in numbers)}</dsPurchaseOrder>"


def test_orders_come_from_the_query_service_with_their_lines(site: Site) -> None:
    site.answer(QUERY, said(QUERY, "success", data=orders("PO1", "PO2")))
    first, second = (parse(PurchaseOrder, row.payload) for row in rows(site, "orders"))
    assert (first.order_number, second.order_number) == ("PO1", "PO2")
    assert [(line.item, str(line.quantity_ordered), str(line.unit_price)) for line in first.lines] == [
        ("A", "5", "1.25"),
        ("B", "1000.5", "2"),
    ]
    call, behind = site.of(QUERY)
    assert call.texts("query") == [{"sourceApplication": "QADEE", "profile": "PurchaseOrder"}]
    assert behind.texts("query")[0]["filter"] == 'po_nbr > "PO2"', "nothing is behind the last one"
    assert call.context["domain"] == "10USA"
    assert "scopeTransaction" not in call.context


def test_one_order_is_asked_for_by_the_column_of_the_primary_table(site: Site) -> None:
    site.answer(QUERY, said(QUERY, "success", data=orders("PO1")))
    assert rows(site, "orders", key='po"1') == []
    assert site.of(QUERY)[0].texts("query")[0]["filter"] == 'po_nbr = "po""1"'


def test_what_a_site_gives_besides_the_document_asked_for_is_left_alone(site: Site) -> None:
    site.answer(QUERY, said(QUERY, "success", data=orders("PO1", "PO2")))
    assert [row.payload["order_number"] for row in rows(site, "orders", key="po2")] == ["PO2"]


def test_only_what_changed_is_asked_for_where_the_profile_has_a_column_for_it(site: Site) -> None:
    site.answer(QUERY, said(QUERY, "success", data=orders()))
    since = dt.datetime(2026, 11, 3, 4, 0, tzinfo=dt.UTC)
    overrides = {"orders": {"query_service": {"modified": "po_mod_date"}}}
    source = SYSTEM.source(connected(site, overrides, timezone="America/Chicago"))
    [page] = source.pages(Query(entity="orders", since=since))
    assert not page.everything
    assert site.of(QUERY)[0].texts("query")[0]["filter"] == "po_mod_date >= 2026-11-02"
    [page] = SYSTEM.source(connected(site)).pages(Query(entity="orders", since=since))
    assert page.everything
    assert "filter" not in site.of(QUERY)[1].texts("query")[0]


def test_a_limit_that_nobody_knows_of_cuts_nothing_off(site: Site) -> None:
    parts = [said(QUERY, "success", data=orders(*numbers)) for numbers in (("PO1", "PO2"), ("PO2", "PO3"), ("PO3",))]
    site.answer(QUERY, *parts)
    source = SYSTEM.source(connected(site))
    pages = list(source.pages(Query(entity="orders")))
    assert [[row.payload["order_number"] for row in page.rows] for page in pages] == [["PO1", "PO2"], ["PO3"], []]
    assert [page.next is None for page in pages] == [False, False, True]
    site.answer(QUERY, parts[2])
    again = [
        row.payload["order_number"]
        for page in source.pages(Query(entity="orders", position=pages[0].next))
        for row in page.rows
    ]
    assert again == ["PO3"]
    assert site.of(QUERY)[3].texts("query")[0]["filter"] == 'po_nbr > "PO2"'


def test_as_many_rows_as_were_asked_for_are_a_read_that_was_cut_where_nothing_can_be_asked_on_from(site: Site) -> None:
    overrides = {"query_service": {"most_rows": "maxRows"}, "orders": {"query_service": {"key": None}}}
    site.answer(QUERY, said(QUERY, "success", data=orders("PO1", "PO2")))
    assert len(rows(site, "orders", overrides, page_size=3)) == 2
    with pytest.raises(SourceLies, match="gave 2 rows, and gives 2 at most"):
        rows(site, "orders", overrides, page_size=2)


@pytest.mark.parametrize("way", ["query_service", "query_qdoc"])
def test_a_site_that_does_not_go_on_behind_a_document_may_cut_something_off(site: Site, way: str) -> None:
    described = {"orders": {"query_qdoc": asked("queryOrders", a="{after}")}}
    api, read_by = QUERY if way == "query_service" else "queryOrders", {"orders": way}
    unsorted = [said(api, "success", data=orders(*numbers)) for numbers in (("PO3", "PO1", "PO2"), ("PO3", "PO4"))]
    site.answer(api, *unsorted)
    with pytest.raises(SourceLies, match="what comes behind PO2 and gave PO3 once more"):
        rows(site, "orders", described, reads=read_by)


def test_a_question_of_the_site_that_does_not_heed_its_parameter_is_not_believed(site: Site) -> None:
    described = {"orders": {"query_qdoc": asked("queryOrders", a="{after}")}}
    site.answer("queryOrders", said("queryOrders", "success", data=orders("PO1", "PO2")))
    with pytest.raises(SourceLies, match=r"behind PO2 and gave PO1 once more.*most_rows"):
        rows(site, "orders", described, reads={"orders": "query_qdoc"})


def test_a_row_for_each_line_cannot_be_asked_on_from(site: Site) -> None:
    flat = {"objects": {"order": {"line": None}}, "query_qdoc": asked("queryOrders", a="{after}")}
    with pytest.raises(ConfigurationError, match=r"take .after. out"):
        rows(site, "orders", {"orders": flat}, reads={"orders": "query_qdoc"})


def test_an_invoice_is_matched_when_all_of_its_lines_say_so(site: Site) -> None:
    overrides = {"invoices": {"query_qdoc": asked("queryInvoices", d="{domain}", e="{entity}", k="{key}")}}
    data = INVOICE.format(LINE.format("FINISHED", 1) + LINE.format("INITIAL", 2))
    site.answer("queryInvoices", said("queryInvoices", "success", data=f"<BCInvoice>{data}</BCInvoice>"))
    [row] = rows(site, "invoices", overrides, reads={"invoices": "query_qdoc"})
    invoice = parse(SupplierInvoice, row.payload)
    assert (invoice.matching_status, len(invoice.lines)) == ("INITIAL", 2)
    assert site.of("queryInvoices")[0].texts("ttQuery") == [{"d": "10USA", "e": "10USACO"}]


def test_payments_change_when_one_of_their_documents_does(site: Site) -> None:
    overrides = {"payments": {"query_qdoc": asked("queryPayments", d="{domain}")}}
    paid = (
        "<tCDocument><CDocumentStatus>Paid</CDocumentStatus><CDocumentNumber>{}</CDocumentNumber><AllocatedAmountTC>5"
        "</AllocatedAmountTC><LastModifiedDate>2026-11-0{}</LastModifiedDate></tCDocument>"
    )
    data = (
        "<BCDocument><tCInvoice><CInvoice_ID>7</CInvoice_ID><tcCreditorCode>S1</tcCreditorCode><CInvoiceType>INVOICE"
        "</CInvoiceType><tcCurrencyCode>USD</tcCurrencyCode><CInvoiceIsOpen>false</CInvoiceIsOpen>"
        f"{paid.format(1, 3)}{paid.format(2, 2)}</tCInvoice></BCDocument>"
    )
    site.answer("queryPayments", said("queryPayments", "success", data=data))
    [row] = rows(site, "payments", overrides, reads={"payments": "query_qdoc"})
    assert [one.number for one in parse(InvoicePayments, row.payload).payments] == ["1", "2"]
    assert row.modified == dt.datetime(2026, 11, 3, tzinfo=dt.UTC)


def test_flat_rows_of_a_wsa_are_put_together_again(site: Site) -> None:
    overrides = {
        "orders": {
            "objects": {
                "order": {
                    "record": "tempRow",
                    "line": None,
                    "fields": {"order_number": "t_pod_nbr", "supplier_code": "t_po_vend", "currency": "t_curr"},
                    "lines": {"line": "t_pod_line", "quantity_ordered": "t_qty", "unit_price": "t_cost"},
                }
            },
            "wsa": {
                "operation": "SDI_getOrders",
                "namespace": "urn:acme",
                "parameters": {"parDomain": "{domain}", "parKey": "{key}"},
                "most_rows": 4,
            },
        }
    }
    row = (
        "<tempRow><t_pod_nbr>{}</t_pod_nbr><t_po_vend>S1</t_po_vend><t_curr>USD</t_curr><t_pod_line>{}</t_pod_line>"
        "<t_qty>1</t_qty><t_cost>2</t_cost></tempRow>"
    )
    answer = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><w:SDI_getOrdersResponse '
        'xmlns:w="urn:acme"><w:tempTable>{}</w:tempTable></w:SDI_getOrdersResponse></s:Body></s:Envelope>'
    ).replace("<w:tempTable>", '<tempTable xmlns="">').replace("</w:tempTable>", "</tempTable>")  # fmt: skip
    three = row.format("PO1", 1) + row.format("PO1", 2) + row.format("PO2", 1)
    site.answer("SDI_getOrders", answer.format(three))
    found = rows(site, "orders", overrides, reads={"orders": "wsa"})
    assert [len(parse(PurchaseOrder, one.payload).lines) for one in found] == [2, 1]
    assert site.calls[0].texts("SDI_getOrders") == [{"parDomain": "10USA", "parKey": ""}]
    site.answer("SDI_getOrders", answer.format(three + row.format("PO3", 1)))
    with pytest.raises(SourceLies, match="gave 4 rows, and gives 4 at most"):
        rows(site, "orders", overrides, reads={"orders": "wsa"})
    site.answer("SDI_getOrders", fault("Server", "no such operation"), status=500)
    with pytest.raises(ConfigurationError, match="no such operation"):
        rows(site, "orders", overrides, reads={"orders": "wsa"})


@pytest.mark.parametrize(
    ("answer", "overrides", "kind", "words"),
    [
        (said(QUERY, "warning", message("Answer truncated", "warning"), data=orders("A", "B")), {}, SourceLies,
         "something is missing from its answer"),
        (said(QUERY, "warning", message("Maximum of 2 rows returned", "warning"), data=orders("A", "B")), {},
         SourceLies, "Maximum of 2 rows"),
        (said(QUERY, "success", data=orders("A").replace("purchaseOrder>", "ttOrder>")), {}, ConfigurationError,
         "gave no purchaseOrder and a ttOrder"),
        (said(QUERY, "success", data=f"{orders('A', 'B')}<totalRows>3</totalRows>"),
         {"query_service": {"rows": "totalRows"}}, SourceLies, "had 3 rows and gave 2"),
        (said(QUERY, "success", data=orders("A", "B", "A")), {}, SourceLies, "lists orders A twice"),
        (said(QUERY, "success", data=orders("A").replace("poNbr", "poNumber")), {}, ConfigurationError,
         "has no poNbr .*entities.orders.objects.order.fields.order_number"),
        (said(QUERY, "success", data=orders("A").replace("<poStat/>", "<poCurr>EUR</poCurr>")), {}, SourceLies,
         "has poCurr more than once"),
        (said(QUERY, "error", message("No profile PurchaseOrder")), {}, ConfigurationError, "No profile PurchaseOrder"),
        (said(QUERY, "error", message("x", number="OE-1")), {}, Unavailable, "could not answer"),
        (said(QUERY, "success", data=orders("A"))[:-60], {}, Unavailable, "is not well-formed"),
        ("<html/>", {}, Unavailable, "is no SOAP envelope"),
        (fault("Server", "trouble"), {}, Unavailable, "trouble"),
    ],
)  # fmt: skip
def test_what_a_read_is_not_believed(
    site: Site, answer: str, overrides: dict[str, Any], kind: type[Exception], words: str
) -> None:
    site.answer(QUERY, answer)
    with pytest.raises(kind, match=words):
        rows(site, "orders", overrides)


def test_an_invoice_that_nobody_can_tell_to_be_matched_is_not_read(site: Site) -> None:
    overrides = {"invoices": {"query_qdoc": asked("queryInvoices", d="{domain}")}}
    data = INVOICE.format("").replace("CInvoiceHoldAmountTC", "CInvoiceHold")
    site.answer("queryInvoices", said("queryInvoices", "success", data=f"<BCInvoice>{data}</BCInvoice>"))
    with pytest.raises(ConfigurationError, match=r"has no CInvoiceHoldAmountTC .entities\.invoices"):
        rows(site, "invoices", overrides, reads={"invoices": "query_qdoc"})


@pytest.mark.parametrize(
    ("entity", "changes", "words"),
    [
        ("accounts", {"reads": {"accounts": "query_service"}}, "the Query Service cannot query accounts"),
        ("accounts", {"reads": {"accounts": "query_qdoc"}}, "entities.accounts.query_qdoc is not described"),
        ("accounts", {"reads": {"accounts": "none"}}, "does not read accounts"),
    ],
)
def test_an_entity_that_cannot_be_read_says_what_to_do(
    site: Site, entity: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        rows(site, entity, **changes)
    assert site.calls == []


def test_suppliers_count_as_active_where_nothing_says_otherwise(site: Site) -> None:
    data = "<dsSupplier><supplier><vdAddr>S1</vdAddr><adName>Acme &amp; Sons</adName></supplier></dsSupplier>"
    site.answer(QUERY, said(QUERY, "success", data=data))
    supplier = parse(Supplier, rows(site, "suppliers")[0].payload)
    assert (supplier.supplier_code, supplier.name, supplier.active) == ("S1", "Acme & Sons", True)
