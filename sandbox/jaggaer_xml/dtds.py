"""What elements hold, in which order, by message: as far as programs that send or read these messages show it.

``?`` may be absent, ``*`` and ``+`` may be there several times; what has no content here holds text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Dtd = dict[str, str]

_HEADER: Final[Mapping[str, str]] = {
    "Header": "MessageId RelatedMessageId? Timestamp Authentication",
    "Authentication": "Identity SharedSecret",
}
_IDS: Final = "ERPNumber? OldERPNumber? SQIntegrationNumber? ThirdPartyRefNumber?"
_PHONE: Final[Mapping[str, str]] = {
    "Phone": "TelephoneNumber",
    "TollFreePhone": "TelephoneNumber",
    "MobilePhone": "TelephoneNumber",
    "Fax": "TelephoneNumber",
    "TelephoneNumber": "CountryCode? AreaCode? Number Extension?",
}

SUPPLIER: Final[Dtd] = {
    **_HEADER,
    **_PHONE,
    "SupplierSyncMessage": "Header SupplierRequestMessage+",
    "SupplierRequestMessage": "Supplier+",
    "Supplier": (
        "ERPNumber? OldERPNumber? SupplierSQId? SQIntegrationNumber? ThirdPartyRefNumber? JASupplierId? Name? "
        "DoingBusinessAs? OtherNames? CountryOfOrigin? ParentSupplier? Active? BusinessUnitVendorNumberList? "
        "WebSiteURL? DUNS? LegalStructure? TaxIdentificationType? TaxIdentificationNumber? VatIdentificationNumber? "
        "ExemptFromBackupWithholding? NumberOfEmployees? YearEstablished? SupportedCurrencyList? "
        "EnabledCurrencyList? SupplierKeywords? AddressList? PrimaryAddressList? ContactList? PrimaryContactList? "
        "LocationList? CustomElementList? AccountsPayableList?"
    ),
    "SupportedCurrencyList": "IsoCurrencyCode*",
    "EnabledCurrencyList": "IsoCurrencyCode*",
    "AddressList": "Address*",
    "Address": (
        f"{_IDS} Name? Active? PrefPurchaseOrderDeliveryMethod? AddressLine1? AddressLine2? AddressLine3? City? State? "
        "PostalCode? IsoCountryCode? Phone? TollFreePhone? Fax? Notes? AssignedBusinessUnitsList?"
    ),
    "ContactList": "Contact*",
    "Contact": (
        f"{_IDS} Name? Active? FirstName? LastName? Title? Email? Phone? MobilePhone? TollFreePhone? Fax? Notes? "
        "AssociatedAddress?"
    ),
}

_PO_ADDRESS: Final = "TemplateName? AddressCode? Contact* AddressLine+ City State? PostalCode Country"
ORDER: Final[Dtd] = {
    **_HEADER,
    **_PHONE,
    "PurchaseOrderMessage": "Header PurchaseOrder",
    "PurchaseOrder": "POHeader POLine+",
    "POHeader": (
        "DistributeRevision? RevisionNumber? RevisionDate? PONumber AlternatePONumber? Requestor? Priority? "
        "AccountingDate? CreateDateTime? InitialRevisionDateTime? Supplier OrderDistribution? BillTo? ShipTo? "
        "PaymentInfo? InternalInfo? FreightOnBoard? ExternalInfo? CustomFieldValueSet*"
    ),
    "Requestor": "UserProfile",
    "UserProfile": "FirstName? LastName? Email?",
    "Supplier": "DUNS? SupplierNumber? Name? FulfillmentAddressInternalId? ContactInfo?",
    "OrderDistribution": "DistributionMethod",
    "DistributionMethod": "Fax? Email?",
    "BillTo": "Address",
    "ShipTo": "Address",
    "Address": _PO_ADDRESS,
    "PaymentInfo": "Terms PaymentType?",
    "Terms": "Discount? Days? Net",
    "ExternalInfo": "Note? Attachments?",
    "CustomFieldValueSet": "CustomFieldValue+",
    "CustomFieldValue": "Value",
    "POLine": (
        "WorkflowStatus? Item Quantity CapitalExpense? FixedAsset? Taxable? LineCharges DeliveryInfo? "
        "RequisitionLineRef? CustomFieldValueSet*"
    ),
    "Item": (
        "CatalogNumber? AuxiliaryCatalogNumber? Description ProductUnitOfMeasure* CommodityCode? "
        "ProductReferenceNumber? ProductType ProductClassification*"
    ),
    "ProductUnitOfMeasure": "Measurement",
    "Measurement": "MeasurementAmount? MeasurementUnit? MeasurementValue?",
    "LineCharges": "UnitPrice",
    "UnitPrice": "Money PriceSource?",
    "DeliveryInfo": "Expedite? ShippingMethod? RequestedDeliveryDate?",
}

INVOICE: Final[Dtd] = {
    **_HEADER,
    "BuyerInvoiceOcrMessage": "Header BuyerInvoiceOcr+",
    "BuyerInvoiceOcr": "BuyerInvoiceHeader BuyerInvoiceLine+",
    "BuyerInvoiceHeader": (
        "SupplierInvoiceNumber InvoiceType BillTo? InvoiceDate UserName? Terms? DueDate? GrandTotal Supplier "
        "OCRImages? SubTotal? Notes? BusinessUnit? ShippingCharges? HandlingCharges? Tax1? Tax2?"
    ),
    "BillTo": "Address",
    "Address": "AddressCode",
    "UserName": "UserID",
    "GrandTotal": "Money",
    "Supplier": "SupplierNumber",
    "BusinessUnit": "",
    "ShippingCharges": "Money",
    "HandlingCharges": "Money",
    "Tax1": "Money",
    "Tax2": "Money",
    "BuyerInvoiceLine": "PONumber? POLineNumber? Item? Quantity UnitPrice SplittableFieldSetGroup?",
    "Item": "CatalogNumber? Description? UnitOfMeasure?",
    "UnitPrice": "Money",
    "SplittableFieldSetGroup": "SplittableFieldIndexSet+",
    "SplittableFieldIndexSet": "SplittableFieldIndex+",
    "SplittableFieldIndex": "CustomFieldValue+",
    "CustomFieldValue": "Value",
}
