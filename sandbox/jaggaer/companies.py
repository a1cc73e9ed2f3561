"""Company profiles (module Advantage). Paths, envelope, operation codes and field names were seen in clients' code.

Which messages a refusal carries, and that the external code must be there and be unique, is assumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.fiql import FilterError, parse, passes
from sandbox.jaggaer.iso import COUNTRIES
from sandbox.jaggaer.listing import ja, ja_refusal, page
from sandbox.jaggaer.shape import Node, RefusedError
from sandbox.jaggaer.tenant import FIRST_COMPANY_ID, Company, Tenant
from sandbox.jaggaer.wire import NotJsonError, answer, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.jaggaer.options import Options

ENTITY: Final = "companies"
OPERATIONS: Final = ("CREATE", "UPDATE", "CREATEUPDATE")
FIELDS: Final = (
    *("companyName", "userAlias", "dAndBCode", "extCode", "extUniqueCode", "type", "status", "currency"),
    *("bizEmail", "bizPhone", "bizFax", "bizLegalStruct", "webSite", "fiscalCode", "euVat"),
    *("address", "zip", "city", "province", "isoCountry"),
    "paymentTerms",  # assumed: where a profile keeps them is not known
    *("userSurName", "userName", "userEmail", "userPhone", "ssoCodeData"),
)
_FILTERS: Final = {
    **{name.lower(): name for name in ("bravoId", "extCode", "extUniqueCode", "fiscalCode", "companyName", "status")},
    "type": "type",
    "lastmodtime": "lastModTime",
    "sso_userlogin": "userAlias",
    "isocountry": "isoCountry",
}


@dataclass(frozen=True, kw_only=True)
class Companies:
    """Reads and writes company profiles."""

    tenant: Tenant
    options: Callable[[], Options]

    async def read(self, request: Request) -> Response:
        """Return GET companyprofiles with its start, comp and flt."""
        components = request.query_params.get("comp", "").split(";")

        def write(company: Company) -> dict[str, object]:
            row: dict[str, object] = {"returnCompanyInfo": {"bravoId": company.bravo_id, **company.info}}
            return {**row, "returnSubUser": {}} if "USER" in components else row

        try:
            terms = parse(request.query_params.get("flt", ""), fields=frozenset(_FILTERS))
            found = [company for company in self.tenant.companies.values() if passes(terms, _filterable(company))]
            counters, rows = page(request, self.options(), found, write=write)
        except (FilterError, RefusedError) as refusal:
            return ja_refusal(refusal)
        return ja({**counters, "returnCompanyData": rows})

    async def write(self, request: Request) -> Response:
        """Return POST companyprofiles: create, update or either, by the ERP's supplier number in extCode."""
        try:
            body = Node(await read(request), "the message")
        except NotJsonError as problem:
            return answer({"returnCode": "2", "returnMessage": str(problem)}, status=400)
        key = "?"
        try:
            body.only("company", "subUsers")
            company = body.node("company")
            company.only("operationCode", "sendEMail", "companyInfo")
            info = company.node("companyInfo")
            key = info.text("extCode")
            saved, outcome = self._save(_operation(company), info)
        except RefusedError as refusal:
            self.tenant.journal.record(entity=ENTITY, key=key, outcome="refused")
            return ja_refusal(refusal)
        self.tenant.companies[saved.info["extCode"]] = saved
        self.tenant.journal.record(entity=ENTITY, key=key, outcome="created" if outcome == "created" else "updated")
        return ja({"bravoId": saved.bravo_id})

    def _save(self, operation: str, info: Node) -> tuple[Company, str]:
        info.only(*FIELDS)
        ext_code = info.text("extCode")
        fields = {name: info.text(name) for name in info.content if info.content[name] != ""}
        known = self.tenant.companies.get(ext_code)
        if known is not None and operation == "CREATE":
            raise RefusedError(f"company with extCode {ext_code} already exists as bravoId {known.bravo_id}.")
        if known is None and operation == "UPDATE":
            raise RefusedError(f"company with extCode {ext_code} does not exist.")
        if known is not None:
            _check(fields)
            return replace(known, info={**known.info, **fields, "lastModTime": _now()}), "updated"
        info.text("companyName")
        info.text("type")
        _check(fields)
        number = FIRST_COMPANY_ID + len(self.tenant.companies)
        status = {"status": "ACTIVE", "registrationDate": _now()[:8]}
        return Company(bravo_id=str(number), info={**status, **fields, "lastModTime": _now()}), "created"


def _operation(company: Node) -> str:
    company.flag("sendEMail")
    operation = company.text("operationCode")
    if operation not in OPERATIONS:
        raise RefusedError(f"operationCode {operation} is not one of {', '.join(OPERATIONS)}.")
    return operation


def _check(fields: Mapping[str, str]) -> None:
    if fields.get("type", "SELLER") not in {"SELLER", "BUYER"}:
        raise RefusedError(f"company type {fields['type']} is neither SELLER nor BUYER.")
    if "isoCountry" in fields and fields["isoCountry"] not in COUNTRIES:
        raise RefusedError(f"isoCountry {fields['isoCountry']} is not a known ISO country.")
    if "currency" in fields and not re.fullmatch(r"[A-Z]{3}", fields["currency"]):
        raise RefusedError(f"currency {fields['currency']} is not an ISO currency code.")
    if "bizEmail" in fields and not re.fullmatch(r"[^@\s]+@[^@\s]+", fields["bizEmail"]):
        raise RefusedError("bizEmail is not an e-mail address.")


def _filterable(company: Company) -> dict[str, str | None]:
    row = {"bravoId": company.bravo_id, **company.info}
    return {lower: row.get(name) for lower, name in _FILTERS.items()}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")
