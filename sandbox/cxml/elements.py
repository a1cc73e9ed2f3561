"""The table of ``grammar``: the elements of cXML 1.2 that orders, their answers and payment status are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Final[tuple[str, ...]] = (
    *("Identity", "SharedSecret", "UserAgent", "Status", "Money", "Name", "Street", "City", "Municipality", "State"),
    *("PostalCode", "Country", "DeliverTo", "Email", "URL", "CountryCode", "AreaOrCityCode", "Number", "Extension"),
    *("ShortName", "UnitOfMeasure", "Classification", "ManufacturerPartID", "ManufacturerName", "LeadTime"),
    *("SupplierPartID", "BuyerPartID", "TaxLocation", "CarrierIdentifier", "ShipmentIdentifier", "ServiceLevel"),
)

CONTENT: Final[Mapping[str, str]] = {
    # the envelope
    "cXML": "((Header, (Message | Request)) | Response)",
    "Header": "(From, To, Sender)",
    "From": "(Credential+)",
    "To": "(Credential+)",
    "Sender": "(Credential+, UserAgent)",
    "Credential": "(Identity, (SharedSecret | DigitalSignature | CredentialMac)?)",
    "DigitalSignature": "ANY",
    "CredentialMac": "ANY",
    "Request": "(OrderRequest | StatusUpdateRequest | ProfileRequest | ConfirmationRequest | ShipNoticeRequest"
    " | InvoiceDetailRequest)",
    "Response": "(Status, ProfileResponse?)",
    "DocumentReference": "EMPTY",
    "Extrinsic": "ANY",
    "Comments": "(#PCDATA | Attachment)*",
    "Attachment": "(URL)",
    "ProfileRequest": "EMPTY",
    "ProfileResponse": "(Option*, Transaction+)",
    "Option": "(#PCDATA)",
    "Transaction": "(URL, Option*)",
    # people and places
    "Address": "(Name, PostalAddress?, Email?, Phone?, Fax?, URL?)",
    "PostalAddress": "(DeliverTo*, Street+, City, Municipality?, State?, PostalCode?, Country, Extrinsic*)",
    "Phone": "(TelephoneNumber)",
    "Fax": "(TelephoneNumber | URL | Email)",
    "TelephoneNumber": "(CountryCode, AreaOrCityCode, Number, Extension?)",
    "Contact": "(Name, PostalAddress*, Email*, Phone*, Fax*, URL*, IdReference*, Extrinsic*)",
    "IdReference": "(Creator?, Description?)",
    "Creator": "(#PCDATA)",
    "Description": "(#PCDATA | ShortName)*",
    # orders
    "OrderRequest": "(OrderRequestHeader, ItemOut+)",
    "OrderRequestHeader": "(Total, ShipTo?, BillTo, BusinessPartner*, LegalEntity?, OrganizationalUnit*, Shipping?,"
    " Tax?, Payment?, PaymentTerm*, Contact*, Comments*, Followup?, ControlKeys?, DocumentReference?,"
    " SupplierOrderInfo?, TermsOfDelivery?, DeliveryPeriod?, IdReference*, OrderRequestHeaderIndustry?, Extrinsic*)",
    "Total": "(Money)",
    "ShipTo": "(Address, CarrierIdentifier*, TransportInformation*, IdReference*)",
    "BillTo": "(Address, IdReference*)",
    "Shipping": "(Money, Description)",
    "Tax": "(Money, TaxAdjustmentAmount?, Description, TaxDetail*, Distribution*, Extrinsic*)",
    "TaxDetail": "(TaxableAmount?, TaxAmount, TaxLocation?, TaxAdjustmentAmount?, Description?, Extrinsic*)",
    "TaxableAmount": "(Money)",
    "TaxAmount": "(Money)",
    "TaxAdjustmentAmount": "(Money)",
    "PaymentTerm": "(Discount?, Extrinsic*)",
    "Discount": "(DiscountPercent | DiscountAmount)",
    "DiscountPercent": "EMPTY",
    "DiscountAmount": "(Money)",
    "Followup": "(URL)",
    "ItemOut": "(ItemID, Path?, (ItemDetail | BlanketItemDetail)?, (SupplierID | SupplierList)?, ShipTo?, Shipping?,"
    " Tax?, SpendDetail?, Distribution*, Contact*, TermsOfDelivery?, Comments*, Indicator*, Tolerances?, ControlKeys?,"
    " ScheduleLine*, (MasterAgreementReference | MasterAgreementIDInfo)?, ItemOutIndustry?, Packaging*, ReleaseInfo?,"
    " Batch?)",
    "ItemID": "(SupplierPartID, SupplierPartAuxiliaryID?, BuyerPartID?, IdReference*)",
    "SupplierPartAuxiliaryID": "ANY",
    "ItemDetail": "(UnitPrice, Description+, OverallLimit?, ExpectedLimit?, UnitOfMeasure, PriceBasisQuantity?,"
    " Classification+, ManufacturerPartID?, ManufacturerName?, URL?, LeadTime?, Dimension*, ItemDetailIndustry?,"
    " AttachmentReference*, PlannedAcceptanceDays?, Extrinsic*)",
    "UnitPrice": "(Money)",
    "PriceBasisQuantity": "(UnitOfMeasure, Description?)",
    "ScheduleLine": "(UnitOfMeasure, Extrinsic*)",
    "Distribution": "(Accounting, Charge)",
    "Accounting": "(Segment+ | AccountingSegment+)",
    "Segment": "EMPTY",
    "AccountingSegment": "(Name, Description)",
    "Charge": "(Money)",
    "SupplierID": "(#PCDATA)",
    # status
    "StatusUpdateRequest": "(DocumentReference?, Status, (PaymentStatus | SourcingStatus | InvoiceStatus |"
    " DocumentStatus | IntegrationStatus)?, Extrinsic*)",
    "InvoiceStatus": "(InvoiceIDInfo?, PartialAmount?, Comments*)",
    "InvoiceIDInfo": "EMPTY",
    "PartialAmount": "(Money)",
    # what suppliers answer an order with
    "ConfirmationRequest": "(ConfirmationHeader, OrderReference, ConfirmationItem*)",
    "ConfirmationHeader": "(DocumentReference?, Total?, Shipping?, Tax?, Contact*, Comments*, IdReference*,"
    " Extrinsic*)",
    "OrderReference": "(DocumentReference)",
    "ConfirmationItem": "(UnitOfMeasure, Contact*, ConfirmationStatus+)",
    "ConfirmationStatus": "(UnitOfMeasure, UnitPrice?, Comments*, Extrinsic*)",
    "ShipNoticeRequest": "(ShipNoticeHeader, ShipControl*, ShipNoticePortion*)",
    "ShipNoticeHeader": "(ServiceLevel*, DocumentReference?, Contact*, Comments*, Extrinsic*)",
    "ShipControl": "(CarrierIdentifier+, ShipmentIdentifier+)",
    "ShipNoticePortion": "(OrderReference, Contact*, Comments*, Extrinsic*, ShipNoticeItem*)",
    "ShipNoticeItem": "(ItemID?, UnitOfMeasure, Comments*)",
    # invoices
    "InvoiceDetailRequest": "(InvoiceDetailRequestHeader, (InvoiceDetailOrder+ | InvoiceDetailHeaderOrder+),"
    " InvoiceDetailSummary)",
    "InvoiceDetailRequestHeader": "(InvoiceDetailHeaderIndicator, InvoiceDetailLineIndicator, InvoicePartner*,"
    " DocumentReference?, InvoiceDetailShipping?, PaymentTerm*, Comments?, Extrinsic*)",
    "InvoiceDetailHeaderIndicator": "EMPTY",
    "InvoiceDetailLineIndicator": "EMPTY",
    "InvoicePartner": "(Contact)",
    "InvoiceDetailOrder": "(InvoiceDetailOrderInfo, InvoiceDetailItem+)",
    "InvoiceDetailHeaderOrder": "(InvoiceDetailOrderInfo, InvoiceDetailOrderSummary)",
    "InvoiceDetailOrderInfo": "(OrderReference | OrderIDInfo)",
    "OrderIDInfo": "EMPTY",
    "InvoiceDetailOrderSummary": "(SubtotalAmount, Tax?, GrossAmount?, NetAmount?, Comments?, Extrinsic*)",
    "InvoiceDetailItem": "(UnitOfMeasure, UnitPrice, PriceBasisQuantity?, InvoiceDetailItemReference, SubtotalAmount?,"
    " Tax?, GrossAmount?, NetAmount?, Comments?, Extrinsic*)",
    "InvoiceDetailItemReference": "(ItemID?, Description?)",
    "InvoiceDetailShipping": "(Contact, Contact+)",
    "InvoiceDetailSummary": "(SubtotalAmount, Tax, SpecialHandlingAmount?, ShippingAmount?, GrossAmount?,"
    " InvoiceDetailDiscount?, NetAmount, DepositAmount?, DueAmount?)",
    "SubtotalAmount": "(Money)",
    "GrossAmount": "(Money)",
    "NetAmount": "(Money)",
    "DueAmount": "(Money)",
    "DepositAmount": "(Money)",
    "ShippingAmount": "(Money)",
    "SpecialHandlingAmount": "(Money, Description?)",
    "InvoiceDetailDiscount": "(Money)",
}

_PURPOSES: Final = "standard|creditMemo|debitMemo|lineLevelCreditMemo|lineLevelDebitMemo"
_STATUSES: Final = "processing|canceled|reconciled|rejected|paying|paid"
_DATES: Final = "effectiveDate expirationDate pickUpDate requestedDeliveryDate"

ATTRIBUTES: Final[Mapping[str, str]] = {
    "cXML": "version payloadID! timestamp! signatureVersion xml:lang",
    "Credential": "domain! type",
    "Request": "deploymentMode=production|test Id",
    "Response": "Id",
    "Status": "code! text! xml:lang",
    "DocumentReference": "payloadID!",
    "Extrinsic": "name!",
    "Comments": "xml:lang type",
    "Attachment": "visibility=internal",
    "ProfileResponse": "effectiveDate! lastRefresh",
    "Option": "name!",
    "Transaction": "requestName!",
    "Money": "currency! alternateAmount alternateCurrency",
    "Name": "xml:lang!",
    "Description": "xml:lang! type",
    "Address": "isoCountryCode addressID addressIDDomain",
    "PostalAddress": "name",
    "State": "isoStateCode",
    "Country": "isoCountryCode!",
    "Email": "name preferredLang",
    "Phone": "name",
    "Fax": "name",
    "URL": "name",
    "CountryCode": "isoCountryCode!",
    "Contact": "role addressID addressIDDomain",
    "IdReference": "identifier! domain!",
    "Creator": "xml:lang!",
    "OrderRequestHeader": "orderID! orderDate! orderType=release|regular|blanket|stockTransport|stockTransportRelease"
    f" releaseRequired=yes type=new|update|delete orderVersion isInternalVersion=yes agreementID requisitionID {_DATES}"
    " shipComplete=yes parentAgreementID parentAgreementPayloadID agreementPayloadID",
    "Shipping": "trackingDomain trackingId tracking",
    "TaxDetail": "purpose category! percentageRate isVatRecoverable=yes taxPointDate exemptDetail=zeroRated|exempt",
    "PaymentTerm": "payInNumberOfDays!",
    "DiscountPercent": "percent!",
    "ItemOut": "quantity! lineNumber requisitionID agreementItemNumber requestedDeliveryDate isAdHoc=yes"
    " parentLineNumber requestedShipmentDate isReturn=yes isDeliveryCompleted=yes operation=delete|block",
    "Classification": "domain! code",
    "ManufacturerName": "xml:lang",
    "PriceBasisQuantity": "quantity! conversionFactor!",
    "ScheduleLine": "quantity! requestedDeliveryDate! lineNumber",
    "Accounting": "name!",
    "Segment": "type! id! description!",
    "AccountingSegment": "id!",
    "SupplierID": "domain!",
    "CarrierIdentifier": "domain!",
    "ShipmentIdentifier": "domain",
    "InvoiceStatus": f"type={_STATUSES}! paymentNetDueDate",
    "InvoiceIDInfo": "invoiceID! invoiceDate",
    "ConfirmationHeader": "confirmID operation=new|update noticeDate! version invoiceID"
    " type=accept|allDetail|detail|backordered|except|reject|requestToPay|replace!",
    "OrderReference": "orderID orderDate",
    "ConfirmationItem": "quantity! lineNumber!",
    "ConfirmationStatus": "quantity! type=accept|allDetail|detail|backordered|reject|unknown|requestToPay!"
    " shipmentDate deliveryDate",
    "ShipNoticeHeader": "shipmentID! operation=new|update|delete noticeDate! shipmentDate deliveryDate"
    " shipmentType=actual|planned fulfillmentType=partial|complete",
    "ServiceLevel": "xml:lang!",
    "ShipNoticeItem": "quantity! lineNumber! shipNoticeLineNumber",
    "InvoiceDetailRequestHeader": f"invoiceID! invoiceDate! purpose={_PURPOSES} operation=new|delete"
    " isInformationOnly=yes invoiceOrigin=supplier|buyer",
    "InvoiceDetailHeaderIndicator": "isHeaderInvoice=yes isVatRecoverable=yes",
    "InvoiceDetailLineIndicator": "isTaxInLine=yes isSpecialHandlingInLine=yes isShippingInLine=yes"
    " isDiscountInLine=yes isAccountingInLine=yes",
    "OrderIDInfo": "orderID! orderDate",
    "InvoiceDetailOrderSummary": "invoiceLineNumber!",
    "InvoiceDetailItem": "invoiceLineNumber! quantity!",
    "InvoiceDetailItemReference": "lineNumber!",
    "InvoiceDetailDiscount": "percentageRate",
}
