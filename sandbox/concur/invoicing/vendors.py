"""``/api/v3.x/invoice/vendors``: a vendor record is one address of a vendor; problems ride in StatusList inside 200."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.invoicing.vendor_search import page, search
from sandbox.concur.invoicing.vendor_xml import xml_answer
from sandbox.concur.wire import answer, read_object, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.options import Options
    from sandbox.journal import Journal, Outcome

REQUIRED: Final = ("VendorCode", "VendorName", "AddressCode", "CountryCode", "CurrencyCode")
_CODES: Final = {"CountryCode": r"[A-Z]{2}", "CurrencyCode": r"[A-Z]{3}"}
_LISTS: Final = frozenset({"StatusList", "VendorBankList", "VendorGroupList"})
_NAMES: Final = frozenset(
    {
        *REQUIRED,
        *_LISTS,
        *(f"Custom{number}" for number in range(1, 21)),
        *("AccountNumber Address1 Address2 Address3 AddressImportSyncID Approved City ContactEmail".split()),  # noqa: SIM905  words read best as words
        *("ContactFirstName ContactLastName ContactPhoneNumber Country DefaultEmployeeID".split()),  # noqa: SIM905  likewise
        *("DefaultExpenseTypeName DiscountPercentage DiscountTermsDays ID IsLineItemVatIncld".split()),  # noqa: SIM905  likewise
        *("IsVisibleForContentExtraction PaymentMethodType PaymentTerms PostalCode ProvincialTaxID".split()),  # noqa: SIM905  likewise
        *("PurchaseOrderContactEmail PurchaseOrderContactFirstName PurchaseOrderContactLastName".split()),  # noqa: SIM905  likewise
        *("PurchaseOrderContactPhoneNumber ShippingMethod ShippingTerms State TaxID TaxType URI".split()),  # noqa: SIM905  likewise
        *("VendorFormName VoucherNotes".split()),  # noqa: SIM905  likewise
    }
)


def key_of(code: str, address: str) -> str:
    """Return the key of a vendor record."""
    return f"{code}|{address}"


@dataclass(frozen=True, kw_only=True)
class Vendors:
    """The vendor master; ``old`` paths answer XML to those who do not ask for JSON."""

    options: Callable[[], Options]
    journal: Journal
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def read(self, request: Request) -> Response:
        """Search; a page of at most 1000 records, and where the next one is."""
        asked = request.query_params
        matching = search(self.held.values(), asked)
        rows, following = page(matching, asked)
        body = {self.options().vendor_list: rows, "NextPage": "", "TotalCount": len(matching)}
        if following is not None:
            body["NextPage"] = str(request.url.include_query_params(offset=following))
        return _speak(request, body)

    async def create(self, request: Request) -> Response:
        """Create records; one that exists is refused."""
        return await self._write(request, self._created)

    async def update(self, request: Request) -> Response:
        """Change the given fields of records; one that does not exist is refused."""
        return await self._write(request, self._updated)

    async def delete(self, request: Request) -> Response:
        """Remove one record."""
        code, address = request.query_params.get("vendorCode", ""), request.query_params.get("addressCode", "")
        gone = self.held.pop(key_of(code, address), None)
        sent = {"VendorCode": code, "AddressCode": address}
        return _summed_up(request, [(sent, "" if gone else f"Vendor {code} with address {address} does not exist.")])

    async def _write(self, request: Request, act: Callable[[Mapping[str, Any]], str]) -> Response:
        sent = (await read_object(request)).get("Vendor")
        if not isinstance(sent, list) or not sent or not all(isinstance(one, Mapping) for one in sent):
            raise refused(400, 'The body must be {"Vendor": [...]} with at least one vendor.')
        return _summed_up(request, [(one, _problem(one) or act(one)) for one in sent])

    def _created(self, sent: Mapping[str, Any]) -> str:
        key = key_of(sent["VendorCode"], sent["AddressCode"])
        if key in self.held:
            self._note(key, "duplicate")
            return f"Vendor {sent['VendorCode']} with address {sent['AddressCode']} already exists."
        vendor_id = uuid.uuid5(uuid.NAMESPACE_URL, key).hex.upper()
        self.held[key] = {"ID": vendor_id, "Approved": "true", **_kept(sent)}
        self._note(key, "created")
        return ""

    def _updated(self, sent: Mapping[str, Any]) -> str:
        key = key_of(sent["VendorCode"], sent["AddressCode"])
        if key not in self.held:
            self._note(key, "refused")
            return f"Vendor {sent['VendorCode']} with address {sent['AddressCode']} does not exist."
        self.held[key].update(_kept(sent))
        self._note(key, "updated")
        return ""

    def _note(self, key: str, outcome: Outcome) -> None:
        self.journal.record(entity="vendors", key=key, outcome=outcome)


def _kept(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in sent.items() if name not in {"ID", "URI", "StatusList"} and value is not None
    }


def _problem(sent: Mapping[str, Any]) -> str:
    if unknown := sorted(set(sent) - _NAMES):
        return f"The field {unknown[0]} does not exist."
    for name, value in sent.items():
        if name not in _LISTS and value is not None and not isinstance(value, str):
            return f"{name} must be a text."
    if lacking := [name for name in REQUIRED if not sent.get(name)]:
        return f"{lacking[0]} is required."
    wrong = [name for name, form in _CODES.items() if not re.fullmatch(form, sent[name])]
    return f"{wrong[0]} {sent[wrong[0]]} is not an ISO code." if wrong else ""


def _summed_up(request: Request, results: list[tuple[Mapping[str, Any], str]]) -> Response:
    rows = [
        {
            **{name: value for name, value in sent.items() if value is not None},
            "StatusList": [
                {
                    "Code": 1 if problem else 0,
                    "Message": problem or "Success",
                    "RecordNumber": number,
                    "Type": "ERROR" if problem else "SUCCESS",
                }
            ],
        }
        for number, (sent, problem) in enumerate(results, start=1)
    ]
    failed = sum(bool(problem) for _, problem in results)
    summary = f"{len(results) - failed} succeeded, {failed} failed"
    return _speak(request, {"Vendor": rows, "TotalCount": len(rows), "RequestRunSummary": summary})


def _speak(request: Request, body: dict[str, Any]) -> Response:
    wants_json = "json" in request.headers.get("accept", "").lower()
    return xml_answer(body) if "/v3.0/" in request.url.path and not wants_json else answer(body)
