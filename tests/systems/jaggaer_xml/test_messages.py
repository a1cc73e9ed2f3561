from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from connector.domain.exchange import Outgoing
from tests.http.misbehaving import says
from tests.systems.jaggaer_xml.conftest import (
    ADDRESS,
    CANCELLED,
    GOLDEN,
    INVOICES,
    MATCHED,
    NEW,
    Connection,
    golden,
    supplier,
)

if TYPE_CHECKING:
    from tests.http.misbehaving import Server

TAKEN = b"<x><Status><StatusCode>200</StatusCode><StatusText>Success</StatusText></Status></x>"
#: what each parent holds, in the order of its DTD as far as it is known: ours and what we never send
ORDER = {
    "Header": "MessageId RelatedMessageId Timestamp Authentication",
    "Authentication": "Identity SharedSecret",
    "SupplierSyncMessage": "Header SupplierRequestMessage",
    "SupplierSyncMessage/Supplier": (
        "ERPNumber OldERPNumber SupplierSQId SQIntegrationNumber ThirdPartyRefNumber JASupplierId Name DoingBusinessAs "
        "CountryOfOrigin Active DUNS LegalStructure TaxIdentificationNumber VatIdentificationNumber "
        "SupportedCurrencyList AddressList ContactList LocationList CustomElementList AccountsPayableList"
    ),
    "SupplierSyncMessage/Address": "ERPNumber Name Active AddressLine1 City State PostalCode IsoCountryCode",
    "Contact": "ERPNumber Name Active Email",
    "PurchaseOrderMessage": "Header PurchaseOrder",
    "PurchaseOrder": "POHeader POLine",
    "POHeader": (
        "DistributeRevision RevisionNumber PONumber AlternatePONumber Requestor Priority AccountingDate CreateDateTime "
        "Supplier OrderDistribution BillTo ShipTo PaymentInfo FreightOnBoard ExternalInfo CustomFieldValueSet"
    ),
    "PurchaseOrderMessage/Supplier": "DUNS SupplierNumber Name ContactInfo",
    "PurchaseOrderMessage/Address": "TemplateName AddressCode Contact AddressLine City State PostalCode Country",
    "POLine": (
        "WorkflowStatus Item Quantity CapitalExpense Taxable LineCharges DeliveryInfo RequisitionLineRef "
        "CustomFieldValueSet"
    ),
    "PurchaseOrderMessage/Item": "CatalogNumber Description ProductUnitOfMeasure CommodityCode ProductType",
    "BuyerInvoiceOcrMessage": "Header BuyerInvoiceOcr",
    "BuyerInvoiceOcr": "BuyerInvoiceHeader BuyerInvoiceLine",
    # of due date, notes, business unit and charges the place is assumed
    "BuyerInvoiceHeader": (
        "SupplierInvoiceNumber InvoiceType BillTo InvoiceDate UserName DueDate GrandTotal Supplier OCRImages Notes "
        "BusinessUnit ShippingCharges HandlingCharges Tax1"
    ),
    # of the order, its line and the item as well
    "BuyerInvoiceLine": "PONumber POLineNumber Item Quantity UnitPrice SplittableFieldSetGroup",
    "BuyerInvoiceOcrMessage/Item": "CatalogNumber Description UnitOfMeasure",
}
FLOWS = {
    "companies": "qad_suppliers_to_jaggaer",
    "orders": "qad_orders_to_jaggaer",
    "invoices": "qad_invoices_to_jaggaer",
}
EVERYTHING = [
    (entity, flow, path.name.removesuffix(".target.json"))
    for entity, flow in FLOWS.items()
    for path in sorted((GOLDEN / flow).glob("*.target.json"))
]
#: whatever may stand in a message beside what a document has
FILLED = {
    "addresses": {"10-100": {**ADDRESS, "template": "Plant", "state": "BW"}},
    "requestor": "buyer.one",
    "distribute_revisions": True,
    "order_numbers_unique": True,
}
CONSTANTS = {"invoices": {"constants": {"bill_to": "B1", "user": "U1"}}}


def sent(server: Server, document: Outgoing, **settings: Any) -> Any:
    """The message that leaves for a document."""
    overrides = settings.pop("overrides", {})
    for path in ("apps/Router/TSMSupplierXMLImport", "apps/Router/POXMLImport", INVOICES):
        server.on(f"/{path}", says(body=TAKEN, Content_Type="text/xml"))
    Connection(url=server.url, settings=settings, overrides=overrides).target().write(document)
    return etree.fromstring(server.heard[-1].body)


def out_of_order(root: Any) -> list[str]:
    """Where children do not stand as the table has them, and parents of several kinds that the table has not."""
    wrong = []
    for parent in root.iter():
        children = [child.tag for child in parent]
        wanted = ORDER.get(f"{root.tag}/{parent.tag}", ORDER.get(parent.tag, "")).split()
        kinds = list(dict.fromkeys(children))
        together = children == [tag for kind in kinds for tag in children if tag == kind]
        if len(kinds) > 1 and not (together and kinds == [tag for tag in wanted if tag in kinds]):
            wrong.append(f"{parent.tag}: {children}")
    return wrong


@pytest.mark.parametrize(("entity", "flow", "name"), EVERYTHING)
def test_elements_stand_in_the_order_of_the_dtd(server: Server, entity: str, flow: str, name: str) -> None:
    document = golden(entity, flow, name)
    for overrides, settings in (({}, {}), (CONSTANTS, FILLED)):
        assert out_of_order(sent(server, document, overrides=overrides, **settings)) == []


def test_the_table_is_of_all_that_is_sent_and_an_order_of_its_own_is_noticed(server: Server) -> None:
    parents = set()
    for place in EVERYTHING:
        root = sent(server, golden(*place), overrides=CONSTANTS, **FILLED)
        parents |= {name for one in root.iter() for name in (one.tag, f"{root.tag}/{one.tag}") if len(one)}
        for parent in root.iter():
            parent[:] = list(reversed(parent))
        assert out_of_order(root)
    assert set(ORDER) <= parents


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
