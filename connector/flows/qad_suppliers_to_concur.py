"""Suppliers: each QAD supplier becomes a vendor in Concur, known by its code and the code of its one address.

The remittance address is sent where QAD has one, else the head office's: it is where invoices say the money goes. An
inactive supplier is sent as not approved, never left out. Countries are two letters in Concur: the crosswalk
``countries`` translates others. Bank details stay in QAD.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, Needs
from connector.domain.outcome import Bury, Park
from connector.posting import codes_without_case
from connector.systems.concur.documents import bodies
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_suppliers_to_concur"
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

OPTIONS: Mapping[str, Option] = {
    "address_code": Option(
        default="",
        help="The address code of every vendor in Concur; not set: the supplier code, as ERP systems usually do.",
    ),
    "send_payment_terms": Option(
        default=False,
        help="Whether vendors get payment terms: the crosswalk payment_terms says how many days a QAD code means.",
    ),
}


def _codes(supplier: qad.Supplier, options: Mapping[str, Any]) -> tuple[CodeNeed, ...]:
    """The rows that must exist."""
    if not supplier.credit_terms or not option.switch("send_payment_terms", options, OPTIONS):
        return ()
    return (CodeNeed(table="payment_terms", code=supplier.credit_terms),)


def _country(supplier: qad.Supplier) -> str:
    remit_to = supplier.remit_to
    return (remit_to.country if remit_to and remit_to.street1 else supplier.country).upper()


def needs(supplier: qad.Supplier, options: Mapping[str, Any]) -> Needs:
    """Concur's codes for country and terms."""
    country = _country(supplier)
    countries = (CodeNeed(table="countries", code=country),) if country else ()
    return Needs(codes=(*_codes(supplier, options), *countries))


def map_supplier(supplier: qad.Supplier, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The vendor, created or updated."""
    country = _country(supplier)
    checks = (
        (supplier.name, "name_missing", "name"),
        (country, "country_missing", "country"),
        (_CURRENCY.fullmatch(supplier.currency.upper()), "currency_missing", "currency of three letters"),
    )
    for there, code, what in checks:
        if not there:
            return Bury(
                code=code,
                reason=f"Supplier {supplier.supplier_code} has no {what} in QAD; Concur takes no vendor without one.",
                suggestion=f"Enter the {what} in QAD; the corrected supplier is read by itself.",
            )
    codes = _codes(supplier, options)
    iso = known.code("countries", country) or country
    missing = [need for need in codes if known.code(need.table, need.code) is None]
    if not _COUNTRY.fullmatch(iso):
        missing.append(CodeNeed(table="countries", code=country))
    if missing:
        return Park(missing=tuple(missing))
    # not ours to empty where the customer keeps the terms in Concur
    governed = option.switch("send_payment_terms", options, OPTIONS)
    terms = {"PaymentTerms": next((known.code(need.table, need.code) for need in codes), "")} if governed else {}
    address_code = option.text("address_code", options, OPTIONS) or supplier.supplier_code
    body = bodies.vendor({**_vendor(supplier), "AddressCode": address_code, "CountryCode": iso, **terms})
    return Mapped(key=bodies.vendor_key(vendor_code=supplier.supplier_code, address_code=address_code), body=body)


def _vendor(supplier: qad.Supplier) -> dict[str, Any]:
    remit_to = supplier.remit_to
    if remit_to is not None and remit_to.street1:
        place = (remit_to.street1, "", "", remit_to.city, remit_to.state, remit_to.postal_code)
    else:
        streets = (supplier.street1, supplier.street2, supplier.street3)
        place = (*streets, supplier.city, supplier.state, supplier.postal_code)
    return {
        "VendorCode": supplier.supplier_code,
        "VendorName": supplier.name,
        "CurrencyCode": supplier.currency.upper(),
        "Approved": bodies.flag(supplier.active),
        **dict(zip(("Address1", "Address2", "Address3", "City", "State", "PostalCode"), place, strict=True)),
        "ContactPhoneNumber": supplier.phone,
        "ContactEmail": supplier.email,
        "TaxID": supplier.tax_id,
    }


FLOW: Flow[qad.Supplier] = Flow(
    name=_NAME,
    kind="qad-concur",
    title="Suppliers",
    source=Side(system="qad", entity="suppliers"),
    target=Side(system="concur", entity="vendors"),
    schedule="every 15m",
    version=2,
    options=OPTIONS,
    parse=partial(qad.parse, qad.Supplier),
    summarise=qad.Supplier.summarised,
    active=lambda supplier: supplier.active,
    key_field="supplier_code",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=("countries", "payment_terms"),
    needs=needs,
    map=map_supplier,
)
