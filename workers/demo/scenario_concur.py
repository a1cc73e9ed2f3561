"""The second integration of the demonstration: SAP Concur and QAD."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

INTEGRATION = "acme-concur"
CONNECTION = "acme-concur-company"
#: the simulator's credentials, which guard nothing
SECRETS = {"DEMO_CONCUR_SECRET": "concur-sandbox", "DEMO_CONCUR_REQUEST_TOKEN": "concur-request-token"}
#: the simulator's lists; a real company's are shown by `connection ping`
_LISTS = {
    "accounts": "aaaaaaaa-0001-4000-8000-000000000001",
    "cost_centres": "aaaaaaaa-0002-4000-8000-000000000002",
    "projects": "aaaaaaaa-0003-4000-8000-000000000003",
    "connected": "aaaaaaaa-0004-4000-8000-000000000004",
}
_SITES = ("10-100", "10-200", "10-300")
_CODING = {
    "cost_centre_field": ["allocationCustom3Code", "entryCustom3Code"],
    "project_field": ["allocationCustom4Code", "entryCustom4Code"],
}
_FLOWS: Mapping[str, Mapping[str, Any]] = {
    "qad_suppliers_to_concur": {},
    "qad_cost_objects_to_concur": {},
    "qad_orders_to_concur": {},
    "qad_receipts_to_concur": {},
    "concur_invoices_to_qad": _CODING,
    "concur_expenses_to_qad": _CODING,
    "concur_cash_advances_to_qad": {},
    "qad_payments_to_concur": {},
}

#: Concur forgets tokens, asks for pauses, fails, and loses answers before and after the effect
FAULTS = [
    {"match": {"path": "/(financialintegration|api|list)/"}, "kind": "401", "rate": 0.01},
    {"match": {"path": "/(financialintegration|api|list)/"}, "kind": "429", "count": 1, "retry_after": 2},
    {"match": {"path": "/(financialintegration|api|list)/"}, "kind": "503", "rate": 0.02},
    {"match": {"method": "POST", "path": "/(financialintegration|api|list)/"}, "kind": "reset-after", "rate": 0.02},
    {
        "match": {"method": "POST", "path": "confirmations|acknowledgements"},
        "kind": "timeout",
        "count": 1,
        "seconds": 8,
    },
]


def connection(place: str) -> dict[str, Any]:
    """The company's connection."""
    return {
        "system": "concur",
        "base_url": place,
        "client_id": "concur-client",
        "company_uuid": "11111111-2222-4333-8444-555555555555",
        "client_secret": "env:DEMO_CONCUR_SECRET",
        "request_token": "env:DEMO_CONCUR_REQUEST_TOKEN",
        "timeout_seconds": 5,
        "entities": {"list_items": {"lists": _LISTS}},
    }


def integration(source: str) -> dict[str, Any]:
    """The integration of QAD with the company; its crosswalks say where in QAD stands what is owed, and to whom."""
    return {
        "kind": "qad-concur",
        "from": source,
        "to": CONNECTION,
        "flows": {
            flow: {"enabled": True, "schedule": "every 10s", **({"options": dict(options)} if options else {})}
            for flow, options in _FLOWS.items()
        },
        "crosswalks": {
            "payees": {"EMPL": "2900", "IBCP": "2010", "CBCP": "2020", "COPD": "1010"},
            "tax_accounts": {"DE-V19": "2200", "GB-V20": "2200", "CA-GST": "2200", "CA-PST": "2200"},
            "ledgers": {"DEFAULT": "10USACO", "SALES": "10USACO"},
            "addresses": {site: f"{number} Mill Road; Dayton; OH; 45402; US" for number, site in enumerate(_SITES, 1)},
        },
    }


def unpaid_reports(qad: Mapping[str, Any], concur: Mapping[str, Any]) -> dict[str, Decimal]:
    """What QAD's simulator owes for each of Concur's expense reports in its books that nothing was paid on yet."""
    entries = qad["holds"]["journal_entries"].values()
    owed = {one["reference"]: Decimal(one["owed"]) for one in entries if not one["payments"]}
    reports = concur["expected"]["expenses"]
    return {key: amount for key, amount in owed.items() if key in reports and amount > 0}
