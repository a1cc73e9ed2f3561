from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from connector.domain.exchange import Outgoing
from tests.http.misbehaving import says
from tests.systems.jaggaer_xml.conftest import ADDRESS, CANCELLED, INVOICES, MATCHED, NEW, Connection, golden, supplier

if TYPE_CHECKING:
    from tests.http.misbehaving import Server

TAKEN = b"<x><Status><StatusCode>200</StatusCode><StatusText>Success</StatusText></Status></x>"
#: the order of elements in each parent, as programs that were seen to send these messages write them
ORDER = {
    "Header": ["MessageId", "Timestamp", "Authentication"],
    "Authentication": ["Identity", "SharedSecret"],
    "SupplierSyncMessage": ["Header", "SupplierRequestMessage"],
    "SupplierSyncMessage/Supplier": [
        *("ERPNumber", "Name", "CountryOfOrigin", "Active", "TaxIdentificationNumber", "SupportedCurrencyList"),
        *("AddressList", "ContactList"),
    ],
    "SupplierSyncMessage/Address": [
        *("ERPNumber", "Name", "Active", "AddressLine1", "City", "State", "PostalCode", "IsoCountryCode"),
    ],
    "Contact": ["ERPNumber", "Name", "Active", "Email"],
    "POHeader": [
        *("DistributeRevision", "RevisionNumber", "PONumber", "Requestor", "Priority", "AccountingDate", "Supplier"),
        *("OrderDistribution", "BillTo", "ShipTo", "ExternalInfo"),
    ],
    "PurchaseOrderMessage/Address": ["AddressCode", "AddressLine", "AddressLine", "City", "PostalCode", "Country"],
    "POLine": ["Item", "Quantity", "LineCharges", "DeliveryInfo"],
    "PurchaseOrderMessage/Item": [
        *("CatalogNumber", "Description", "ProductUnitOfMeasure", "ProductUnitOfMeasure", "ProductType"),
    ],
    "BuyerInvoiceOcr": ["BuyerInvoiceHeader", "BuyerInvoiceLine", "BuyerInvoiceLine"],
    "BuyerInvoiceHeader": [
        *("SupplierInvoiceNumber", "InvoiceType", "InvoiceDate", "DueDate", "GrandTotal", "Supplier", "Notes"),
        *("BusinessUnit", "Tax1"),
    ],
    "BuyerInvoiceLine": ["PONumber", "POLineNumber", "Item", "Quantity", "UnitPrice", "SplittableFieldSetGroup"],
}


def sent(server: Server, document: Outgoing, **settings: Any) -> Any:
    """The message that leaves for a document."""
    overrides = settings.pop("overrides", {})
    for path in ("apps/Router/TSMSupplierXMLImport", "apps/Router/POXMLImport", INVOICES):
        server.on(f"/{path}", says(body=TAKEN, Content_Type="text/xml"))
    Connection(url=server.url, settings=settings, overrides=overrides).target().write(document)
    return etree.fromstring(server.heard[-1].body)


def out_of_order(root: Any) -> list[str]:
    """Where children do not stand as the table has them."""
    wrong = []
    for parent in root.iter():
        wanted = ORDER.get(f"{root.tag}/{parent.tag}", ORDER.get(parent.tag))
        children, rest = [child.tag for child in parent], iter(wanted or ())
        if wanted is not None and not all(child in rest for child in children):
            wrong.append(f"{parent.tag}: {children}")
    return wrong


@pytest.mark.parametrize(
    "document",
    [
        golden("companies", "qad_suppliers_to_jaggaer", "inactive-where-qad-governs-the-status"),
        golden("companies", "qad_suppliers_to_jaggaer", "sparse"),
        *(NEW, CANCELLED, MATCHED),
    ],
    ids=lambda document: f"{document.entity}-{document.correlation_id}",
)
def test_elements_stand_in_the_order_of_the_dtd(server: Server, document: Outgoing) -> None:
    root = sent(server, document, addresses={"10-100": ADDRESS})
    assert out_of_order(root) == []
    assert {one.tag for one in root.iter()} & set(ORDER), "nothing was compared"


def test_a_supplier_says_what_qad_knows_of_it(server: Server) -> None:
    document = golden("companies", "qad_suppliers_to_jaggaer", "inactive-where-qad-governs-the-status")
    [record] = sent(server, document).iter("Supplier")
    paths = ("ERPNumber", "Name", "CountryOfOrigin", "Active", "TaxIdentificationNumber", "SupportedCurrencyList/*")
    assert [record.findtext(path) for path in paths] == [
        *("10023", "Harrow Bearings GmbH", "DE", "No", "DE000000000", "EUR")
    ]
    [address] = record.iter("Address")
    assert (address.get("type"), address.findtext("Active"), address.findtext("IsoCountryCode")) == (
        *("remitto", "true", "DEU"),
    )
    assert record.findtext("ContactList/Contact/Email") == "ar@harrow.example"


def test_a_status_that_is_jaggaers_own_is_not_sent(server: Server) -> None:
    [record] = sent(server, supplier()).iter("Supplier")
    assert record.find("Active") is None
    assert record.find("AddressList") is None


def test_a_new_order_has_no_type_and_passes_nothing_on(server: Server) -> None:
    [head] = sent(server, NEW).iter("POHeader")
    assert (head.get("type"), head.find("DistributeRevision")) == (None, None)
    assert head.find("OrderDistribution/DistributionMethod").get("type") == "manual"
    assert head.find("BillTo") is None, "an address that is only a code is no address"


@pytest.mark.parametrize("distribute", [False, True])
def test_a_change_says_first_whether_it_is_passed_on(server: Server, *, distribute: bool) -> None:
    [head] = sent(server, CANCELLED, distribute_revisions=distribute).iter("POHeader")
    assert (head.get("type"), head[0].tag, head[0].text) == ("cancel", "DistributeRevision", str(distribute).lower())


def test_a_cancelled_line_is_ordered_no_more(server: Server) -> None:
    first, second = NEW.body["lineList"]["purchaseOrderLine"]
    lines = {"purchaseOrderLine": [first, {**second, "status": "Cancelled"}]}
    document = Outgoing(entity="orders", key=NEW.key, body={**NEW.body, "lineList": lines}, correlation_id="mlc-1")
    assert [line.findtext("Quantity") for line in sent(server, document).iter("POLine")] == ["100.0", "0"]


def test_an_invoice_names_its_order_lines_and_its_accounting(server: Server) -> None:
    root = sent(server, MATCHED)
    lines = list(root.iter("BuyerInvoiceLine"))
    assert [(line.findtext("PONumber"), line.findtext("POLineNumber")) for line in lines] == [
        *(("PO10001", "1"), ("PO10002", "3"))
    ]
    assert [(one.get("name"), one.findtext("Value")) for one in lines[1].iter("CustomFieldValue")] == [
        *(("Account", "4200"), ("SubAccount", "01"), ("CostCentre", "120"), ("Project", "PRJ-01"))
    ]
    [total] = root.iterfind(".//GrandTotal/Money")
    assert (total.text, total.get("currency")) == ("206.94", "EUR")
    assert root.findtext(".//Tax1/Money") == "33.04"


def test_the_message_says_who_sends_it_and_what_it_follows(server: Server) -> None:
    root = sent(server, NEW)
    assert root.findtext("Header/MessageId") == NEW.correlation_id
    assert root.findtext("Header/Authentication/Identity") == "AcmeOrg"
    doctype = f'<!DOCTYPE PurchaseOrderMessage SYSTEM "{server.url}/app_docs/dtd/po/PO.dtd">'
    assert doctype.encode() in server.heard[-1].body


def test_names_can_be_changed_or_left_out_and_the_order_stays(server: Server) -> None:
    overrides = {"companies": {"dtd": None, "body": {"tax_number": "VatIdentificationNumber", "email": None}}}
    document = golden("companies", "qad_suppliers_to_jaggaer", "active")
    root = sent(server, document, overrides=overrides)
    assert b"DOCTYPE" not in server.heard[-1].body
    [record] = root.iter("Supplier")
    tags = [child.tag for child in record]
    assert tags.index("VatIdentificationNumber") == tags.index("SupportedCurrencyList") - 1
    assert record.find("ContactList/Contact/Email") is None
