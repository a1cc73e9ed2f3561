"""SupplierSyncMessage: suppliers are created, or brought up to date by their number in the ERP (assumed)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.iso import COUNTRIES
from sandbox.jaggaer.tenant import FIRST_COMPANY_ID, Company, Tenant
from sandbox.jaggaer_xml import answering
from sandbox.jaggaer_xml.validating import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from sandbox.jaggaer_xml.options import Options

ENTITY: Final = "companies"
_ADDRESS: Final = "AddressList/Address"
_FIELDS: Final = {
    "companyName": "Name",
    "isoCountry": "CountryOfOrigin",
    "fiscalCode": "TaxIdentificationNumber",
    "currency": "SupportedCurrencyList/IsoCurrencyCode",
    "address": f"{_ADDRESS}/AddressLine1",
    "city": f"{_ADDRESS}/City",
    "province": f"{_ADDRESS}/State",
    "zip": f"{_ADDRESS}/PostalCode",
    "bizEmail": "ContactList/Contact/Email",
}
_ACTIVE: Final = {"Yes": "ACTIVE", "No": "INACTIVE", "": ""}


@dataclass(frozen=True, kw_only=True)
class Suppliers:
    """Takes suppliers in."""

    tenant: Tenant

    def take(self, root: etree._Element, options: Options) -> tuple[int, str, str]:
        """Return code, text, and what is said of single suppliers."""
        records, refused, warned, said = root.findall("SupplierRequestMessage/Supplier"), 0, 0, []
        for place, record in enumerate(records, start=1):
            number, complaints = text(record, "ERPNumber"), list(_complaints(record))
            ref = f"<SupplierRef><ERPNumber>{escape(number, quote=False)}</ERPNumber></SupplierRef>"
            if complaints:
                refused += 1
                self.tenant.journal.record(entity=ENTITY, key=number or "?", outcome="refused")
                said.append(f"<SupplierErrors>{ref}{answering.errors(complaints, options=options)}</SupplierErrors>")
                continue
            self._save(record, number)
            if options.warn_every and place % options.warn_every == 0:
                warned += 1
                words = answering.errors(["The state is not known & was kept"], options=options, kind="Warning")
                said.append(f"<SupplierErrors>{ref}{words}</SupplierErrors>")
        return 406 if refused else 200, _words(len(records), refused, warned, options), "".join(said)

    def _save(self, record: etree._Element, number: str) -> None:
        known = self.tenant.companies.get(number)
        fields = {name: value for name, place in _FIELDS.items() if (value := text(record, place))}
        status = _ACTIVE[text(record, "Active")]
        fields |= {"extCode": number, **({"status": status} if status else {})}
        if known is None:
            bravo_id = str(FIRST_COMPANY_ID + len(self.tenant.companies))
            self.tenant.companies[number] = Company(bravo_id=bravo_id, info={"status": "ACTIVE", **fields})
        else:
            self.tenant.companies[number] = replace(known, info={**known.info, **fields})
        self.tenant.journal.record(entity=ENTITY, key=number, outcome="created" if known is None else "updated")


def _words(attempted: int, refused: int, warned: int, options: Options) -> str:
    word = "Success" if not refused else "Some documents failed" if refused < attempted else "All documents failed"
    done = attempted - refused
    counts = (
        f" (Counts:  Total documents attempted={attempted}, Total documents completed={done}.  "
        f"Documents successful without warnings={done - warned})"
    )
    return word + (counts if options.counts else "")


def _complaints(record: etree._Element) -> Iterator[str]:
    if not text(record, "ERPNumber"):
        yield "ERPNumber is required."
    if not text(record, "Name"):
        yield "Name is required."
    if text(record, "Active") not in _ACTIVE:
        yield "Active must be Yes or No."
    for place, letters in (("CountryOfOrigin", 2), (f"{_ADDRESS}/IsoCountryCode", 3)):
        country = text(record, place)
        if country and (country not in COUNTRIES or len(country) != letters):
            yield f"{country} is no country code of {letters} letters."
    currency = text(record, "SupportedCurrencyList/IsoCurrencyCode")
    if currency and not re.fullmatch(r"[A-Z]{3}", currency):
        yield f"{currency} is no currency code."
    for address in record.findall(_ADDRESS):
        if address.get("type") not in {"remitto", "fulfillment"}:
            yield "The type of an address is remitto or fulfillment."
        if text(address, "Active") not in {"", "true", "false"}:
            yield "Active of an address must be true or false."
