"""supplierV2s and mfgSuppliers: resource, view and field names were seen in code; the wording of refusals is ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad.books import now
from sandbox.qad.components import envelope
from sandbox.qad.components.envelope import Problem, Record
from sandbox.qad.documents import DOMAIN, SHARED_SET, Remit, Supplier
from sandbox.qad.tenant import items, route
from sandbox.qad.wire import json_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.journal import Outcome
    from sandbox.qad.tenant import Served, Tenant

VIEW: Final = "urn:be:com.qad.base.supplier.ISupplierV2"
DOMAIN_VIEW: Final = "urn:be:com.qad.base.supplier.IMfgSupplier"

# field on the wire -> attribute of the supplier
_TEXTS: Final = {
    "supplierCode": "code",
    "businessRelationName": "name",
    "addressName": "name",
    "addressSearchName": "search_name",
    "supplierTypeCode": "type_code",
    "currencyCode": "currency",
    "creditTermsCode": "terms",
    "street1": "street1",
    "street2": "street2",
    "city": "city",
    "stateCode": "state",
    "zipCode": "postal_code",
    "countryCode": "country",
    "telephone": "phone",
    "EMail": "email",
    "taxIDFiscalCode": "tax_id",
}
_REMIT: Final = {
    "addressName": "name",
    "street1": "street1",
    "city": "city",
    "stateCode": "state",
    "zipCode": "postal_code",
    "countryCode": "country",
}
_DEFAULTS: Final[Mapping[str, Any]] = {
    "purchaseTypeCode": "",
    "businessRelationName2": "",
    "businessRelationName3": "",
    "addressTypeCode": "HEADOFFICE",
    "street3": "",
    "countyCode": "",
    "fax": "",
    "webSite": "",
    "languageCode": "us",
    "invoiceStatusCode": "AP-INITIAL",
    "invoiceControlGLProfileCode": "AP-INV",
    "creditNoteControlGLProfileCode": "AP-CN",
    "prePaymentControlGLProfileCode": "AP-PRE",
    "purchaseAccountGLProfileCode": "AP-PUR",
    "subAccountProfileCode": "",
    "paymentGroupCode": "",
    "isIndividualPayments": False,
    "isSendRemittance": True,
    "corporateGroupCode": "",
    "taxZone": "",
    "taxClass": "",
    "taxUsage": "",
    "isTaxableSupplier": True,
    "isTaxIncluded": False,
    "taxNature": "SERVICE",
    "supplierContactV2s": [],
    "supplierVatV2s": [],
    "supplierSafDefaultV2s": [],
}
_MANDATORY: Final = (
    "supplierCode",
    "sharedSetCode",
    "businessRelationCode",
    "isActive",
    "currencyCode",
    "creditTermsCode",
    "invoiceStatusCode",
    "invoiceControlGLProfileCode",
    "creditNoteControlGLProfileCode",
    "prePaymentControlGLProfileCode",
    "purchaseAccountGLProfileCode",
)
_LIMITS: Final = {
    "supplierCode": 8,
    "supplierTypeCode": 4,
    "businessRelationCode": 20,
    "businessRelationName": 36,
    "addressName": 36,
    "addressSearchName": 28,
    "currencyCode": 3,
    "creditTermsCode": 8,
    "invoiceStatusCode": 20,
    "paymentGroupCode": 20,
}
_DOMAIN_LIMITS: Final = {"siteCode": 8, "daybookSetCode": 8}


class Suppliers:
    """Both components; what was posted beyond what our own documents know is kept and given back."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._extra: dict[str, Record] = {}
        self._domain: dict[str, Record] = {}

    def routes(self) -> list[Served]:
        """Serve them."""
        tenant = self._tenant
        return [
            route(tenant, "/api/erp/supplierV2s", entity="suppliers", get=self._read, post=self._save),
            route(tenant, "/api/erp/mfgSuppliers", entity="suppliers", get=self._read_domain, post=self._save_domain),
        ]

    async def _read(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        supplier = self._tenant.books.suppliers.get(request.query_params.get("supplierCode", ""))
        if supplier is None or request.query_params.get("sharedSetCode") != SHARED_SET:
            return envelope.found("supplierV2s", [])
        return envelope.found("supplierV2s", [self._record(supplier)])

    async def _save(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        record = items(await json_body(request), "supplierV2s")[0]
        code = str(record.get("supplierCode", ""))
        asked = request.query_params.get("supplierCode")
        known = self._tenant.books.suppliers.get(code)
        problems = envelope.missing(record, _MANDATORY) + envelope.too_long(record, _LIMITS)
        if asked is not None:
            # A code in the query means: look this one up. That is why creating with one fails.
            known = self._tenant.books.suppliers.get(asked)
            problems += envelope.stale(record, self._record(known)) if known else [_absent(asked)]
        elif known is not None:
            problems.append(
                Problem(message=f"Supplier {code} already exists", fieldName="supplierCode", fieldValue=code)
            )
        if record.get("sharedSetCode") not in {SHARED_SET, "", None}:
            problems.append(Problem(message="The shared set does not exist.", fieldName="sharedSetCode"))
        if problems:
            outcome: Outcome = "duplicate" if known and asked is None else "refused"
            self._tenant.journal.record(entity="suppliers", key=code, outcome=outcome)
            return envelope.complained(problems)
        self._tenant.journal.record(entity="suppliers", key=code, outcome="updated" if known else "created")
        self._extra[code] = {
            **self._extra.get(code, {}),
            **{name: record[name] for name in _DEFAULTS if name in record},
        }
        supplier = _supplier(record, known)
        self._tenant.books.suppliers.put(supplier.code, supplier)
        if known is None:
            self._domain[supplier.code] = {"siteCode": "", "daybookSetCode": ""}
        return envelope.saved("supplierV2s", [self._record(supplier)])

    async def _read_domain(self, request: Request) -> Response:
        envelope.check_view(request, DOMAIN_VIEW)
        supplier = self._tenant.books.suppliers.get(request.query_params.get("supplierCode", ""))
        if supplier is None or request.query_params.get("domainContext") != DOMAIN:
            return envelope.found("mfgSuppliers", [])
        return envelope.found("mfgSuppliers", [self._domain_record(supplier)])

    async def _save_domain(self, request: Request) -> Response:
        envelope.check_view(request, DOMAIN_VIEW)
        record = items(await json_body(request), "mfgSuppliers")[0]
        code = str(record.get("supplierCode", ""))
        supplier = self._tenant.books.suppliers.get(code)
        problems = envelope.missing(record, ("supplierCode", "domainCode", "siteCode", "daybookSetCode"))
        problems += envelope.too_long(record, _DOMAIN_LIMITS)
        problems += envelope.stale(record, self._domain_record(supplier)) if supplier else [_absent(code)]
        self._tenant.journal.record(entity="supplier_domains", key=code, outcome="refused" if problems else "updated")
        if problems or supplier is None:
            return envelope.complained(problems)
        self._domain[code] = {name: str(record[name]) for name in ("siteCode", "daybookSetCode")}
        return envelope.saved("mfgSuppliers", [self._domain_record(supplier)])

    def _record(self, of: Supplier) -> Record:
        texts = {name: getattr(of, attribute) for name, attribute in _TEXTS.items()}
        own = {
            "sharedSetCode": SHARED_SET,
            "sharedSetID": 1,
            "supplierID": 10_000 + (self._tenant.books.suppliers.place(of.code) or 0),
            "businessRelationCode": of.code,
            "isActive": of.active,
            "isRemittanceRequired": of.remit is not None,
            "remittanceAddressTypeCode": "REMITTANCE" if of.remit else "",
            "remitSupplierContactV2s": [_remit_record(of.remit)] if of.remit else [],
            "bankNumberRefV2s": [{"bankNumber": of.bank_account, "isPrimaryBank": True}] if of.bank_account else [],
        }
        kept = envelope.housekeeping(uri=f"{VIEW}:{SHARED_SET}.{of.code}", modified=of.modified)
        return envelope.hashed({**_DEFAULTS, **self._extra.get(of.code, {}), **texts, **own, **kept})

    def _domain_record(self, of: Supplier) -> Record:
        kept = envelope.housekeeping(uri=f"{DOMAIN_VIEW}:{DOMAIN}.{of.code}", modified=of.modified)
        ours = self._domain.get(of.code, {"siteCode": "10-100", "daybookSetCode": "STD"})
        return envelope.hashed({"domainCode": DOMAIN, "supplierCode": of.code, **ours, **kept})


def _supplier(record: Record, known: Supplier | None) -> Supplier:
    texts = {
        attribute: str(record[name])
        for name, attribute in _TEXTS.items()
        if name in record and not (name == "businessRelationName" and "addressName" in record)
    }
    remits = record.get("remitSupplierContactV2s")
    base = known or Supplier(
        **dict.fromkeys((*_TEXTS.values(), "bank_account"), ""), active=True, remit=None, modified=now()
    )
    return replace(
        base,
        **texts,
        active=record.get("isActive") is True,
        remit=_remit(remits[0]) if isinstance(remits, list) and remits else base.remit,
        modified=now(),
    )


def _remit(record: Mapping[str, Any]) -> Remit:
    return Remit(**{attribute: str(record.get(name, "")) for name, attribute in _REMIT.items()})


def _remit_record(remit: Remit) -> Record:
    return {name: getattr(remit, attribute) for name, attribute in _REMIT.items()}


def _absent(code: str) -> Problem:
    return Problem(message=f"Supplier {code} does not exist", fieldName="supplierCode", fieldValue=code)
