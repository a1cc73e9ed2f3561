"""Suppliers: each QAD supplier becomes a company profile in JAGGAER, found there by its QAD supplier code.

Whether a company may be used is JAGGAER's own to say, unless the option ``send_status`` gives that to QAD: then an
inactive supplier is sent as inactive, never left out, because JAGGAER must learn that it may not be ordered from any
more. Payment terms go through the crosswalk ``payment_terms``; the country passes as it is and must be an ISO code.
Bank and remittance details stay in QAD.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.dependency import uncoded
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, Needs
from connector.domain.outcome import Bury
from connector.posting import codes_without_case
from connector.systems.jaggaer import documents as jaggaer
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_ISO_COUNTRY = re.compile(r"[A-Z]{2,3}", re.ASCII)
OPTIONS: Mapping[str, Option] = {
    "send_status": Option(
        default=False,
        help="Whether QAD says which companies are ACTIVE or INACTIVE in JAGGAER; if not, JAGGAER's own status stays.",
    ),
    "send_payment_terms": Option(
        default=True,
        help="Whether company profiles in JAGGAER take payment terms (assumed); if not, no crosswalk row is needed.",
    ),
}


def _codes(supplier: qad.Supplier, options: Mapping[str, Any]) -> tuple[CodeNeed, ...]:
    if not supplier.credit_terms or not option.switch("send_payment_terms", options, OPTIONS):
        return ()
    return (CodeNeed(table="payment_terms", code=supplier.credit_terms),)


def needs(supplier: qad.Supplier, options: Mapping[str, Any]) -> Needs:
    """JAGGAER's code for the credit terms."""
    return Needs(codes=_codes(supplier, options))


def map_supplier(supplier: qad.Supplier, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The company profile, created or updated."""
    if not supplier.name:
        return Bury(
            code="name_missing",
            reason=f"Supplier {supplier.supplier_code} has no name in QAD, and JAGGAER takes no company without one.",
            suggestion="Enter the name of its business relation in QAD; the corrected supplier is read by itself.",
        )
    country = supplier.country.upper()
    if country and not _ISO_COUNTRY.fullmatch(country):
        return Bury(
            code="country_not_iso",
            reason=f'Supplier {supplier.supplier_code} has country "{country}" in QAD; JAGGAER takes ISO codes.',
            suggestion="Use the ISO code of two or three letters as the country code in QAD.",
        )
    codes = _codes(supplier, options)
    if parked := uncoded(codes, known):
        return parked
    terms = next((known.code(need.table, need.code) for need in codes), None)
    status = _status(supplier) if option.switch("send_status", options, OPTIONS) else None
    profile = {**_profile(supplier, country), "status": status, "paymentTerms": terms}
    return Mapped(key=supplier.supplier_code, body=jaggaer.company(profile))


def _status(supplier: qad.Supplier) -> str:
    return (jaggaer.CompanyStatus.ACTIVE if supplier.active else jaggaer.CompanyStatus.INACTIVE).value


def _profile(supplier: qad.Supplier, country: str) -> dict[str, Any]:
    return {
        "extCode": supplier.supplier_code,
        "companyName": supplier.name,
        "address": ", ".join(filter(None, (supplier.street1, supplier.street2, supplier.street3))),
        "city": supplier.city,
        "province": supplier.state,
        "zip": supplier.postal_code,
        "isoCountry": country,
        "bizPhone": supplier.phone,
        "bizEmail": supplier.email,
        "fiscalCode": supplier.tax_id,
        "currency": supplier.currency.upper(),
    }


FLOW: Flow[qad.Supplier] = Flow(
    name="qad_suppliers_to_jaggaer",
    kind="qad-jaggaer",
    title="Suppliers",
    version=2,
    source=Side(system="qad", entity="suppliers"),
    target=Side(system="jaggaer", entity="companies"),
    schedule="every 15m",
    options=OPTIONS,
    parse=partial(qad.parse, qad.Supplier),
    summarise=qad.Supplier.summarised,
    active=lambda supplier: supplier.active,
    key_field="supplier_code",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=("payment_terms",),
    needs=needs,
    map=map_supplier,
)
