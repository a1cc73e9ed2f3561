"""The order of elements and the attributes that cXML wants, as far as it is known here; a stand-in for the DTDs.

Of each element: its children in their order, each with how often it may come; and the attributes it must have. What
stands in no row may not be sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

ONE, MAYBE, ANY, SOME = "1", "?", "*", "+"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: element -> (children, attributes that must be there, attributes that may)
RULES: dict[str, tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[str, ...]]] = {
    "cXML": ((("Header", ONE), ("Request", ONE)), ("payloadID", "timestamp"), ("version", _LANG)),
    "Header": ((("From", ONE), ("To", ONE), ("Sender", ONE)), (), ()),
    "From": ((("Credential", SOME),), (), ()),
    "To": ((("Credential", SOME),), (), ()),
    "Sender": ((("Credential", SOME), ("UserAgent", ONE)), (), ()),
    "Credential": ((("Identity", ONE), ("SharedSecret", MAYBE)), ("domain",), ()),
    "Request": (
        (("OrderRequest", MAYBE), ("StatusUpdateRequest", MAYBE), ("ProfileRequest", MAYBE)),
        (),
        ("deploymentMode",),
    ),
    "ProfileRequest": ((), (), ()),
    "OrderRequest": ((("OrderRequestHeader", ONE), ("ItemOut", SOME)), (), ()),
    "OrderRequestHeader": (
        (
            ("Total", ONE),
            ("ShipTo", MAYBE),
            ("BillTo", ONE),
            ("Shipping", MAYBE),
            ("Tax", MAYBE),
            ("Payment", MAYBE),
            ("PaymentTerm", ANY),
            ("Contact", ANY),
            ("Comments", ANY),
            ("Followup", MAYBE),
            ("ControlKeys", MAYBE),
            ("DocumentReference", MAYBE),
            ("Extrinsic", ANY),
        ),
        ("orderID", "orderDate", "type"),
        ("orderVersion",),
    ),
    "Total": ((("Money", ONE),), (), ()),
    "Money": ((), ("currency",), ()),
    "ShipTo": ((("Address", ONE),), (), ()),
    "BillTo": ((("Address", ONE),), (), ()),
    "Address": ((("Name", ONE), ("PostalAddress", MAYBE)), (), ("addressID",)),
    "Name": ((), (_LANG,), ()),
    "PostalAddress": (
        (("Street", ANY), ("City", ONE), ("State", MAYBE), ("PostalCode", MAYBE), ("Country", ONE)),
        (),
        (),
    ),
    "Country": ((), ("isoCountryCode",), ()),
    "PaymentTerm": ((), ("payInNumberOfDays",), ()),
    "Comments": ((), (), (_LANG,)),
    "DocumentReference": ((), ("payloadID",), ()),
    "Extrinsic": ((), ("name",), ()),
    "ItemOut": (
        (("ItemID", ONE), ("ItemDetail", ONE)),
        ("quantity", "lineNumber"),
        ("requestedDeliveryDate",),
    ),
    "ItemID": ((("SupplierPartID", ONE), ("SupplierPartAuxiliaryID", MAYBE), ("BuyerPartID", MAYBE)), (), ()),
    "ItemDetail": (
        (
            ("UnitPrice", ONE),
            ("Description", SOME),
            ("UnitOfMeasure", ONE),
            ("Classification", SOME),
            ("Extrinsic", ANY),
        ),
        (),
        (),
    ),
    "UnitPrice": ((("Money", ONE),), (), ()),
    "Description": ((), (_LANG,), ()),
    "Classification": ((), ("domain",), ()),
    "StatusUpdateRequest": (
        (("DocumentReference", MAYBE), ("Status", ONE), ("InvoiceStatus", MAYBE)),
        (),
        (),
    ),
    "Status": ((), ("code", "text"), (_LANG,)),
    "InvoiceStatus": ((("InvoiceIDInfo", MAYBE), ("PartialAmount", MAYBE), ("Comments", ANY)), ("type",), ()),
    "InvoiceIDInfo": ((), ("invoiceID",), ("invoiceDate",)),
    "PartialAmount": ((("Money", ONE),), (), ()),
}
_TEXT = (
    "Identity SharedSecret UserAgent Street City State PostalCode SupplierPartID SupplierPartAuxiliaryID BuyerPartID "
    "UnitOfMeasure"
)
RULES |= dict.fromkeys(_TEXT.split(), ((), (), ()))


def mistakes(element: etree._Element) -> list[str]:
    """What of a document the rules do not allow, each in a sentence."""
    name = str(element.tag)
    if name not in RULES:
        return [f"{name} is not known."]
    children, needed, allowed = RULES[name]
    given = {str(key) for key in element.attrib}
    found = [f"{name} has no {one}." for one in needed if one not in given]
    found += [f"{name} has {one}." for one in given - {*needed, *allowed}]
    found += _order(name, [str(one.tag) for one in element], children)
    return found + [mistake for one in element for mistake in mistakes(one)]


def _order(name: str, tags: list[str], children: tuple[tuple[str, str], ...]) -> list[str]:
    left = list(tags)
    for child, times in children:
        count = 0
        while left and left[0] == child:
            count += 1
            left.pop(0)
        if (times in (ONE, SOME) and not count) or (times in (ONE, MAYBE) and count > 1):
            return [f"{name} has {child} {count} times."]
    return [f"{name} has {left[0]} where it does not belong."] if left else []
