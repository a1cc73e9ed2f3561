"""The second integration of the demonstration: SAP Concur and QAD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workers.demo import scenario, second_day
from workers.demo.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

INTEGRATION = "acme-concur"
CONNECTION = "acme-concur-company"
#: the simulator's credentials, which guard nothing
SECRETS = {"CONCUR_SECRET": "concur-sandbox", "CONCUR_REQUEST_TOKEN": "concur-request-token"}
_SITES = ("10-100", "10-200", "10-300")
_CODING = {
    "cost_centre_field": ["allocationCustom3Code", "entryCustom3Code"],
    "project_field": ["allocationCustom4Code", "entryCustom4Code"],
}
_OPTIONS: Mapping[str, Mapping[str, Any]] = {"concur_invoices_to_qad": _CODING, "concur_expenses_to_qad": _CODING}

#: Concur forgets tokens, asks for pauses, fails, and loses answers before and after the effect
_FAULTS = (
    {"match": {"path": "/(financialintegration|api|list)/"}, "kind": "401", "rate": 0.01},
    # it slows down all that is sent to the company afterwards, so it comes on the second day
    {"match": {"path": "paymentconfirmations"}, "kind": "429", "count": 1, "retry_after": 2},
    {"match": {"path": "/(financialintegration|api|list)/"}, "kind": "503", "rate": 0.02},
    {"match": {"method": "POST", "path": "/(financialintegration|api|list)/"}, "kind": "reset-after", "rate": 0.02},
    {
        "match": {"method": "POST", "path": "confirmations|acknowledgements"},
        "kind": "timeout",
        "count": 1,
        "seconds": 8,
    },
)

SCENARIO = Scenario(
    name=INTEGRATION,
    kind="qad-concur",
    source="acme-qad",
    target=CONNECTION,
    connections={(CONNECTION, "concur"): {"ask_again_seconds": [1]}},
    # where in QAD stands what is owed, and to whom
    crosswalks={
        "payees": {"EMPL": "2900", "IBCP": "2010", "CBCP": "2020", "COPD": "1010"},
        "tax_accounts": {"DE-V19": "2200", "GB-V20": "2200", "CA-GST": "2200", "CA-PST": "2200"},
        "ledgers": {"DEFAULT": "10USACO", "SALES": "10USACO"},
        "addresses": {site: f"{number} Mill Road; Dayton; OH; 45402; US" for number, site in enumerate(_SITES, 1)},
    },
    options=_OPTIONS,
    secrets=SECRETS,
    faults={"concur": _FAULTS},
    news="QAD pays reports, bills freight and empties fields; cash advances come back, and Concur repeats.",
    second_day=second_day.requests,
)


def connection(place: str) -> dict[str, Any]:
    """Return the company's connection."""
    return scenario.connection("concur", place, {})


def integration(source: str) -> dict[str, Any]:
    """Return the integration of a QAD with the company."""
    return SCENARIO.integration() | {"from": source}
