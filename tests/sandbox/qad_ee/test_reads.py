from __future__ import annotations

from typing import Any

import pytest
import requests
from lxml import etree

from tests.sandbox.qad_ee.conftest import SOAP, Qxi
from tests.waiting import HANG_SECONDS


@pytest.fixture
def qxi(reader: Qxi) -> Qxi:
    return reader


def service(qxi: Qxi, profile: str, filter_: str = "", **more: str) -> Any:
    query = {"sourceApplication": "QADEE", "profile": profile, "filter": filter_, **more}
    return qxi.send("querySourceApplication", {"dsQuery": {"query": query}})


def qdoc(qxi: Qxi, api: str, **asked: str) -> Any:
    query = {"tt_domain": "10USA", **{f"tt_{name}": value for name, value in asked.items()}}
    return qxi.send(api, {"dsQuery": {"ttQuery": query}}, "CUST_1")


def wsa(qxi: Qxi, operation: str, **asked: str) -> Any:
    given = "".join(f"<w:par{name}>{value}</w:par{name}>" for name, value in {"Domain": "10USA", **asked}.items())
    body = f'<w:{operation} xmlns:w="urn:services-sdi:wsa">{given}</w:{operation}>'
    return qxi.raw(f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{body}</e:Body></e:Envelope>', "/wsa/wsa1")


def wsa_rows(answer: Any) -> list[dict[str, str]]:
    rows = answer.root.iter("{urn:services-sdi:wsa}tempRow")
    return [{etree.QName(cell).localname: cell.text or "" for cell in row} for row in rows]


def test_the_query_service_answers_operational_data_page_by_page(qxi: Qxi) -> None:
    orders = sorted(qxi.state("holds")["orders"])
    every = service(qxi, "PurchaseOrder")
    assert [row["poNbr"] for row in every.rows("purchaseOrder")] == orders
    assert len(every.rows("lineDetail")) == sum(one["lines"] for one in qxi.state("holds")["orders"].values())
    page = service(qxi, "PurchaseOrder", f'po_nbr > "{orders[1]}" AND po_mod_date GE 2000-01-01', maxRows="2")
    assert [row["poNbr"] for row in page.rows("purchaseOrder")] == orders[2:4]


@pytest.mark.parametrize(
    ("profile", "filter_", "said"),
    [
        ("CInvoice", "", "is in Financials, which cannot be queried"),
        ("Nothing", "", "There is no profile"),
        ("PurchaseOrder", "pod_part = 'X'", "a field that the primary table has not"),
        ("PurchaseOrder", "po_nbr LIKE 'X'", "cannot be read"),
        ("PurchaseOrder", "po_nbr = 'X' AND", "cannot be read"),
    ],
)
def test_what_the_query_service_cannot_do_is_an_error(qxi: Qxi, profile: str, filter_: str, said: str) -> None:
    answer = service(qxi, profile, filter_)
    assert answer.result == "error"
    assert said in answer.said()


def test_a_read_that_is_cut_does_not_say_so(qxi: Qxi) -> None:
    qxi.sandbox.set_options(cut_reads=2)
    assert len(service(qxi, "Supplier").rows("supplier")) == 2
    assert len(qdoc(qxi, "querySuppliers").rows("supplier")) == 2
    assert service(qxi, "Supplier").complaints == []


def test_a_customers_query_reaches_financials(qxi: Qxi) -> None:
    ids = sorted(qxi.state("holds")["invoices"], key=int)
    assert [row["CInvoice_ID"] for row in qdoc(qxi, "queryInvoices", after=ids[2], rows="2").rows("tCInvoice")] == ids[
        3:5
    ]
    assert [row["CInvoice_ID"] for row in qdoc(qxi, "queryInvoices", key=ids[0]).rows("tCInvoice")] == ids[:1]
    assert qdoc(qxi, "queryInvoices", since="2999-01-01").rows("tCInvoice") == []
    paid = qdoc(qxi, "queryPayments").rows("tCDocument")
    assert len(paid) == qxi.state("documents")["payments"]
    assert qdoc(qxi, "queryInvoices", domain="11CAN").result == "error"


def test_elements_are_called_as_the_option_says_both_ways(qxi: Qxi) -> None:
    qxi.sandbox.set_options(elements={"poNbr": "po_nbr", "tCInvoice": "CInvoice", "tcCreditorCode": "CreditorCode"})
    assert service(qxi, "PurchaseOrder", maxRows="1").rows("purchaseOrder")[0]["po_nbr"]
    assert "has no tCInvoice" in qxi.invoice().said()


def test_active_orders_leave_out_what_was_received_and_what_is_due_elsewhen(qxi: Qxi) -> None:
    lines = service(qxi, "PurchaseOrder").rows("lineDetail")
    open_ = [one for one in lines if float(one["podQtyRcvd"]) < float(one["podQtyOrd"])]
    months = {tuple(one["podDueDate"].split("-")[:2]) for one in open_}
    shown = [row for year, month in months for row in wsa_rows(wsa(qxi, "SDI_getActivePO2", Month=month, Year=year))]
    assert shown
    assert all(float(row["t_pod_qty_rcvd"]) < float(row["t_pod_qty_ord"]) for row in shown)
    assert {"t_pod_nbr", "t_po_vend", "t_pt_site"} <= shown[0].keys()
    assert wsa(qxi, "SDI_getActivePO2").fault.startswith("Server")
    qxi.sandbox.set_options(wsa_rows=1)
    assert len(wsa_rows(wsa(qxi, "SDI_getSuppliers"))) == 1


def test_what_was_posted_is_found_over_wsa(qxi: Qxi) -> None:
    qxi.invoice()
    (row,) = wsa_rows(wsa(qxi, "SDI_getPostedInvoices", Correlation="corr-1"))
    assert row["t_CInvoiceReference"] == "A 1"
    assert wsa_rows(wsa(qxi, "SDI_getPostedInvoices", Reference="A 1", Supplier="S10002")) == []
    assert wsa_rows(wsa(qxi, "SDI_getPostedInvoices", Correlation="corr-1", Domain="11CAN")) == []


def test_browses_are_there_when_the_site_has_them(qxi: Qxi) -> None:
    url = f"{qxi.sandbox.url}/clouderp/api/qracore/browses"
    assert requests.get(url, timeout=HANG_SECONDS).status_code == 404
    qxi.sandbox.set_options(browse=True)
    asked = {"browseId": "urn:browse:mfg:ca009", "page": "1", "pageSize": "5", "pageAction": "first"}
    rows = requests.get(url, asked, auth=("mfg", "qad-sandbox"), timeout=HANG_SECONDS).json()["data"]
    assert rows[0]["po_mstr.po_nbr"] == "PO100001"
